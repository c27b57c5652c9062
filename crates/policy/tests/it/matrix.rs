//! The whole matrix as one page to be read by a person: tests/it/snapshots/it__matrix__matrix.snap.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policy::action::{proof_of, takes_two};
use policy::{Action, Audience, CommunityId, MemberId, Principal, Proof, decide, may_see};
use stix::marking::{Pap, Tlp};

use crate::cast::{
    CONTRIBUTOR, HERE, NAMED, PAPS, TLPS, USES, accounts, action_name, actions, pap_name, relations, tlp_name,
};

/// To whom the contributor addressed the object.
const ADDRESSED: [(&str, &[CommunityId], &[MemberId]); 4] = [
    ("to the community", &[HERE], &[]),
    ("to the named, in no community", &[], &[CONTRIBUTOR, NAMED]),
    (
        "to the community, narrowed to the named",
        &[HERE],
        &[CONTRIBUTOR, NAMED],
    ),
    ("to the contributor's own member", &[], &[CONTRIBUTOR]),
];

/// What somebody may do with an object of this marking: `-` where they do not see it, else a letter for each use.
fn uses(principal: &Principal, audience: &Audience) -> String {
    if decide(principal, Action::Read).is_err() || !may_see(principal, audience) {
        return "-".to_owned();
    }
    let letters = USES.iter().zip("dwlbc".chars());
    letters
        .map(|(wanted, letter)| {
            if decide(principal, Action::Use(audience.pap(), *wanted)).is_ok() {
                letter
            } else {
                '.'
            }
        })
        .collect()
}

fn sight(page: &mut String, tlp: Tlp, addressed: (&str, &[CommunityId], &[MemberId])) {
    let (text, communities, named) = addressed;
    let audience = |pap: Pap| Audience::new(tlp, pap, communities.iter().copied(), named.iter().copied());
    let _ = writeln!(page, "\nTLP:{} {text}", tlp_name(&tlp));
    if let Err(error) = audience(Pap::Clear) {
        let _ = writeln!(page, "  refused: {error}");
        return;
    }
    let head: String = PAPS.iter().map(|pap| format!("{:<7}", pap_name(pap))).collect();
    let _ = writeln!(page, "  {:<28}{}", "PAP:", head.trim_end());
    for (relation, principal) in relations() {
        let cells: String = PAPS
            .iter()
            .map(|pap| format!("{:<7}", uses(&principal, &audience(*pap).unwrap())))
            .collect();
        let _ = writeln!(page, "  {relation:<28}{}", cells.trim_end());
    }
}

fn doing(page: &mut String, read_only: bool, reasons: &mut BTreeMap<String, usize>) {
    let accounts = accounts(read_only);
    let head: String = accounts.iter().map(|(name, _)| format!("{name:<13}")).collect();
    let _ = writeln!(page, "  {:<55}{}", "", head.trim_end());
    for (target, action) in actions() {
        let cells: String = accounts
            .iter()
            .map(|(_, principal)| match decide(principal, action) {
                Ok(()) => format!("{:<13}", "yes"),
                Err(refusal) => {
                    let text = format!("{}{}", refusal.why, if refusal.hidden { " (as if absent)" } else { "" });
                    let next = reasons.len() + 1;
                    format!("{:<13}", format!("no {}", reasons.entry(text).or_insert(next)))
                }
            })
            .collect();
        let _ = writeln!(
            page,
            "  {:<55}{}",
            format!("{}: {target}", action_name(&action)).trim_end_matches(": "),
            cells.trim_end()
        );
    }
}

/// The acts for which being signed in is not enough; each once, for whatever target it is so.
fn proofs(page: &mut String) {
    let mut lines = Vec::new();
    for (target, action) in actions() {
        let proof = match proof_of(action) {
            Proof::Any => continue,
            Proof::Recent => "a recent proof, or a key",
            Proof::InPerson => "a recent proof, and no key",
        };
        // What the role is says more than whose it is.
        let target = target
            .rsplit(", ")
            .next()
            .filter(|_| target.contains(", "))
            .unwrap_or_default();
        let second = if takes_two(action) { "; a second person" } else { "" };
        let line = format!(
            "  {:<30}{proof}{second}",
            format!("{} {target}", action_name(&action)).trim_end()
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let _ = writeln!(page, "{}", lines.join("\n"));
}

#[test]
fn matrix() {
    let mut page = String::from(
        "What each may do with an object, by its marking and their relation to it.\n\
         '-': does not see it, not even that it is there. Letters: detect, watch, look up, block, contact.\n",
    );
    for addressed in ADDRESSED {
        for tlp in TLPS {
            sight(&mut page, tlp, addressed);
        }
    }
    let mut reasons = BTreeMap::new();
    page.push_str(
        "\nWhat each may do, by role. The member contributes to one community, coordinates another, reads a third.\n",
    );
    doing(&mut page, false, &mut reasons);
    page.push_str("\nThe same with a key that may only read.\n");
    doing(&mut page, true, &mut reasons);
    page.push_str("\nWhat asks for more than being signed in.\n");
    proofs(&mut page);
    page.push_str("\nWhy not:\n");
    let mut reasons: Vec<_> = reasons.into_iter().map(|(text, number)| (number, text)).collect();
    reasons.sort();
    for (number, text) in reasons {
        let _ = writeln!(page, "  {number}  {text}");
    }
    insta::assert_snapshot!(page);
}
