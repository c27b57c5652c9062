//! TLP and PAP: how far an object may travel and what may be done with it.

pub mod effective;
pub mod fixed;

pub use effective::{Effective, Granular, Meaning, effective, granular};
use serde::{Deserialize, Serialize};

/// Traffic Light Protocol 2.0 (FIRST), from the widest to the narrowest: a greater value is seen by fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tlp {
    /// May be told to everyone.
    Clear,
    /// Stays in the community.
    Green,
    /// Stays in the receiving organisation and its clients, on a need-to-know basis.
    Amber,
    /// Stays in the receiving organisation.
    #[serde(rename = "amber+strict")]
    AmberStrict,
    /// For the named recipients only.
    Red,
}

/// Permissible Actions Protocol: what a receiver may do with an object, from the freest to the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pap {
    /// No restriction.
    Clear,
    /// Active actions are allowed (block, sinkhole), so long as they do not reach beyond one's own systems.
    Green,
    /// Passive cross-checks only (look up in third parties' services; no contact with the adversary's systems).
    Amber,
    /// Detection on one's own dedicated systems only, nothing that could be noticed.
    Red,
}

/// The fixed marking definitions of STIX 2.1 section 7.2.1.4 (TLP 1) and of the TLP 2.0 extension (OASIS, 2022).
pub const TLP_MARKINGS: [(&str, Tlp); 9] = [
    ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    (
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::AmberStrict,
    ),
    ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
];

/// The extension definition that carries TLP 2.0 (OASIS, 2022), in its property `tlp_2_0`.
pub const TLP_2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The extension definition that carries PAP (OASIS draft, 2022), in its property `pap`.
pub const PAP_EXTENSION: &str = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b";

/// The marking definitions that the OASIS draft for PAP gives.
pub const PAP_MARKINGS: [(&str, Pap); 5] = [
    ("marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92", Pap::Clear),
    ("marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9", Pap::Green),
    ("marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab", Pap::Amber),
    ("marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e", Pap::Red),
    ("marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730", Pap::Clear),
];

impl Tlp {
    /// The TLP that a fixed marking definition stands for.
    pub fn of_marking(id: &str) -> Option<Self> {
        TLP_MARKINGS
            .iter()
            .find(|(marking, _)| *marking == id)
            .map(|(_, tlp)| *tlp)
    }

    /// The TLP 2.0 marking definition of this colour.
    pub const fn marking_id(self) -> &'static str {
        TLP_MARKINGS[self as usize].0
    }

    /// The label as FIRST writes it, as in `TLP:AMBER+STRICT`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// Reads `TLP:AMBER+STRICT`, `tlp:white`, `amber` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        match text.strip_prefix("tlp:").unwrap_or(&text) {
            "clear" | "white" => Some(Self::Clear),
            "green" => Some(Self::Green),
            "amber" => Some(Self::Amber),
            "amber+strict" => Some(Self::AmberStrict),
            "red" => Some(Self::Red),
            _ => None,
        }
    }
}

impl Pap {
    /// The PAP that a marking definition of the OASIS draft stands for.
    pub fn of_marking(id: &str) -> Option<Self> {
        PAP_MARKINGS
            .iter()
            .find(|(marking, _)| *marking == id)
            .map(|(_, pap)| *pap)
    }

    /// The label, as in `PAP:AMBER`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "PAP:CLEAR",
            Self::Green => "PAP:GREEN",
            Self::Amber => "PAP:AMBER",
            Self::Red => "PAP:RED",
        }
    }

    /// Reads `PAP:AMBER`, `pap:white`, `amber` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        match text.strip_prefix("pap:").unwrap_or(&text) {
            "clear" | "white" => Some(Self::Clear),
            "green" => Some(Self::Green),
            "amber" => Some(Self::Amber),
            "red" => Some(Self::Red),
            _ => None,
        }
    }
}
