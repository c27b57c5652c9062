//! The words that STIX 2.0 asked for in the `labels` of some types (its open vocabularies, Part 2 section 6 there).

/// indicator-label-ov of STIX 2.0.
pub(super) const INDICATOR: &[&str] = &[
    "anomalous-activity",
    "anonymization",
    "attribution",
    "benign",
    "compromised",
    "malicious-activity",
];

/// malware-label-ov of STIX 2.0.
pub(super) const MALWARE: &[&str] = &[
    "adware",
    "backdoor",
    "bot",
    "ddos",
    "dropper",
    "exploit-kit",
    "keylogger",
    "ransomware",
    "remote-access-trojan",
    "resource-exploitation",
    "rogue-security-software",
    "rootkit",
    "screen-capture",
    "spyware",
    "trojan",
    "virus",
    "worm",
];

/// report-label-ov of STIX 2.0.
pub(super) const REPORT: &[&str] = &[
    "attack-pattern",
    "campaign",
    "identity",
    "indicator",
    "malware",
    "observed-data",
    "threat-actor",
    "threat-report",
    "tool",
    "vulnerability",
];

/// threat-actor-label-ov of STIX 2.0.
pub(super) const THREAT_ACTOR: &[&str] = &[
    "activist",
    "competitor",
    "crime-syndicate",
    "criminal",
    "hacker",
    "insider-accidental",
    "insider-disgruntled",
    "nation-state",
    "sensationalist",
    "spy",
    "terrorist",
];

/// tool-label-ov of STIX 2.0.
pub(super) const TOOL: &[&str] = &[
    "credential-exploitation",
    "denial-of-service",
    "exploitation",
    "information-gathering",
    "network-capture",
    "remote-access",
    "vulnerability-scanning",
];
