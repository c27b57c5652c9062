//! Who receives personal data from here (Regulation (EU) 2016/679, article 30(1)(d) and (e)): the categories that there are as
//! this node is set up now, made when the record of processing is read.
//!
//! That there is a category is told to everybody who may read the record: whose data it is has a right to know it (article
//! 15(1)(c)). Who is in it, and in which countries, operators read, who set it up.

use std::collections::BTreeSet;

use policy::MemberId;
use store::BridgeState;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::subscriptions::administer;

/// A category of those who receive personal data from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients {
    /// Which.
    pub category: &'static str,
    /// What of people they receive.
    pub data: &'static str,
    /// What for.
    pub purpose: &'static str,
    /// Who they are, for operators; empty for others, and where single ones are not the operators' to know.
    pub names: Vec<String>,
    /// The countries that their members name, for operators.
    pub countries: Vec<String>,
}

fn nobody_named(category: &'static str, data: &'static str, purpose: &'static str) -> Recipients {
    Recipients {
        category,
        data,
        purpose,
        names: Vec::new(),
        countries: Vec::new(),
    }
}

impl Node {
    /// The categories of those who receive personal data from here, as this node is set up now.
    ///
    /// # Errors
    /// When nobody is signed in, or the store does not answer.
    pub async fn privacy_recipients(&self, caller: &Caller) -> Result<Vec<Recipients>, Error> {
        self.privacy_record(caller)?;
        let (store, is_operator) = (self.store(), administer(caller).is_ok());
        let there = store.recipients_there().await?;
        let members = store.member_list().await?;
        let countries = |among: &BTreeSet<MemberId>| -> Vec<String> {
            let all = members.iter().filter(|member| among.contains(&member.id));
            let all: BTreeSet<&String> = all.flat_map(|member| &member.countries).collect();
            all.into_iter().cloned().collect()
        };
        let mut found = Vec::new();
        if !there.members.is_empty() {
            let data = "the contacts of members, who accepted and who is accountable for what, and whatever names stand in items, \
                        questions and answers that are shared with them";
            found.push(Recipients {
                countries: countries(&there.members),
                ..nobody_named(
                    "members of communities",
                    data,
                    "to share with each other, and to reach each other",
                )
            });
        }
        let bridges = store.bridge_list().await?;
        let bridges: Vec<_> = bridges
            .into_iter()
            .filter(|bridge| bridge.set.terms.is_some() && bridge.set.state != BridgeState::Ended)
            .collect();
        if !bridges.is_empty() {
            let data = "who proposed, accepted and ended the agreement, and whatever names stand in items, questions and answers that \
                        pass";
            let members = bridges.iter().map(|bridge| bridge.set.member).collect();
            let name = |set: store::NewBridge| set.hub_title.unwrap_or(set.name);
            found.push(Recipients {
                names: bridges.into_iter().map(|bridge| name(bridge.set)).collect(),
                countries: countries(&members),
                ..nobody_named(
                    "partner hubs",
                    data,
                    "to share between two communities by what both hubs agreed",
                )
            });
        }
        let peers = store.peer_list().await?;
        if !peers.is_empty() {
            let data = "whatever names stand in items that their member may see";
            let members = peers.iter().map(|peer| peer.terms.member).collect();
            found.push(Recipients {
                names: peers.into_iter().map(|peer| peer.terms.name).collect(),
                countries: countries(&members),
                ..nobody_named("servers that are pushed to", data, "to hand a member what it may see")
            });
        }
        if there.webhooks {
            let data = "identifiers of items, commitments and questions, and names of saved searches; no names or addresses of people";
            let purpose = "to tell programs of a member what happened";
            found.push(nobody_named(
                "addresses to which members have messages posted",
                data,
                purpose,
            ));
        }
        if there.mail {
            let data = "e-mail addresses of people who want to be told, and what they are told";
            found.push(nobody_named("the mail server", data, "to tell people what is due"));
        }
        if !self.providers().is_empty() {
            let data = "that somebody signs in here, and when; who that is, the provider knows itself";
            let names = self.providers().iter().map(|provider| provider.title.clone());
            found.push(Recipients {
                names: names.collect(),
                ..nobody_named(
                    "identity providers",
                    data,
                    "to let in whom their organisation vouches for",
                )
            });
        }
        if !is_operator {
            for one in &mut found {
                one.names.clear();
                one.countries.clear();
            }
        }
        Ok(found)
    }
}
