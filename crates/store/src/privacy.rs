//! Personal data: which table keeps what of people, what of it one person gets to see, and what goes when they are erased.
//!
//! One table in code ([`KEPT`]) is all three: the record of processing is made from it, the export of a person reads by it,
//! and a test holds it against the schema, so that nobody adds a column with a person in it unnoticed.

use std::collections::BTreeSet;

use policy::{MemberId, PersonId, Principal};
use serde_json::{Map, Value as Json};
use stix::Timestamp;

use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// How a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Number,
    /// Yes or no.
    Flag,
    /// An instant.
    Time,
    /// As it is.
    Text,
}

/// Personal data of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The table.
    pub table: &'static str,
    /// What of people is in it.
    pub data: &'static str,
    /// What for.
    pub purpose: &'static str,
    /// How long.
    pub kept: &'static str,
    /// What happens to it when the person is erased.
    pub erased: &'static str,
    /// What of it is one person's (`?1`), no more than `?2` rows; none where it is not kept by person.
    query: Option<(&'static str, &'static [(&'static str, Form)])>,
}

use Form::{Flag, Number, Text, Time};

const ACCOUNT: &str = "while the account is there";
const HISTORY: &str = "as long as what it is about";
const NUMBER_STAYS: &str = "the number stays and stands for nobody who is named";

/// A table that says by number who did something: what the columns are besides the instant.
macro_rules! by_number {
    ($table:literal, $data:literal, $purpose:literal, $query:literal, $columns:expr) => {
        Kept {
            table: $table,
            data: $data,
            purpose: $purpose,
            kept: HISTORY,
            erased: NUMBER_STAYS,
            query: Some(($query, $columns)),
        }
    };
}

/// Where personal data is kept.
pub const KEPT: &[Kept] = &[
    Kept {
        table: "person",
        data: "login, name, role, password (only its argon2id hash), e-mail address where given",
        purpose: "to let people in and to tell them what is due",
        kept: ACCOUNT,
        erased: "login and name become 'erased-NUMBER'; password and address are gone",
        query: Some((
            "select id, uuid, login, name, role, active, created, email, notices from person where id = ?1 limit ?2",
            &[
                ("number", Number),
                ("uuid", Text),
                ("login", Text),
                ("name", Text),
                ("role", Text),
                ("active", Flag),
                ("created", Time),
                ("email", Text),
                ("notices", Text),
            ],
        )),
    },
    Kept {
        table: "credential",
        data: "keys, certificates and sessions (only digests), labels, last use, the network a session began from",
        purpose: "to recognise programs and browsers, and to show people where they are signed in",
        kept: "keys while the account is there; sessions that are over for retention.sessions days",
        erased: "gone",
        query: Some((
            "select id, kind, label, prefix, read_only, scopes, addresses, network, created, last_used, expires, ends, \
             revoked, proven from credential where person = ?1 order by id desc limit ?2",
            &[
                ("number", Number),
                ("kind", Text),
                ("label", Text),
                ("begins", Text),
                ("read_only", Flag),
                ("scopes", Text),
                ("addresses", Text),
                ("network", Text),
                ("created", Time),
                ("last_used", Time),
                ("expires", Time),
                ("ends", Time),
                ("revoked", Time),
                ("proven", Time),
            ],
        )),
    },
    Kept {
        table: "provider_session",
        data: "for a session that began at an identity provider: who it is there, and the refresh token, sealed",
        purpose: "to ask the provider again whether all is as before, and to end the session when it says so",
        kept: "as long as the session",
        erased: "gone",
        query: Some((
            "select s.credential, s.provider, s.issuer, s.subject, s.sid, s.confirmed from provider_session s \
             join credential c on c.id = s.credential where c.person = ?1 order by s.credential desc limit ?2",
            &[
                ("session", Number),
                ("provider", Text),
                ("issuer", Text),
                ("subject", Text),
                ("session_there", Text),
                ("confirmed", Time),
            ],
        )),
    },
    Kept {
        table: "factor",
        data: "the secret of an authenticator, encrypted",
        purpose: "to ask for a second factor",
        kept: "until it is removed",
        erased: "gone",
        query: Some((
            "select created, confirmed from factor where person = ?1 limit ?2",
            &[("created", Time), ("confirmed", Time)],
        )),
    },
    Kept {
        table: "recovery_code",
        data: "digests of recovery codes, and when each was used",
        purpose: "to let people in who lost their authenticator",
        kept: "until the second factor is removed",
        erased: "gone",
        query: Some((
            "select used from recovery_code where person = ?1 limit ?2",
            &[("used", Time)],
        )),
    },
    Kept {
        table: "passkey",
        data: "passkeys: public keys, names, when they let in last",
        purpose: "to let people in with a device of theirs",
        kept: "until it is removed",
        erased: "gone",
        query: Some((
            "select name, rp_id, backed_up, created, last_used from passkey where person = ?1 limit ?2",
            &[
                ("name", Text),
                ("host", Text),
                ("backed_up", Flag),
                ("created", Time),
                ("last_used", Time),
            ],
        )),
    },
    Kept {
        table: "account_link",
        data: "accounts at identity providers: issuer and subject, when they let in last",
        purpose: "to let people in whom their organisation's identity provider vouches for",
        kept: "until it is removed",
        erased: "gone",
        query: Some((
            "select provider, issuer, subject, created, last_used from account_link where person = ?1 limit ?2",
            &[
                ("provider", Text),
                ("issuer", Text),
                ("subject", Text),
                ("created", Time),
                ("last_used", Time),
            ],
        )),
    },
    Kept {
        table: "link_offer",
        data: "digests of offers to tie such an account, for whom and by whom",
        purpose: "to tie an account to the right person",
        kept: "retention.invitations days after it was used or over",
        erased: "gone",
        query: Some((
            "select provider, created, expires, used from link_offer where person = ?1 limit ?2",
            &[("provider", Text), ("created", Time), ("expires", Time), ("used", Time)],
        )),
    },
    Kept {
        table: "notice",
        data: "what a person was told by e-mail, and when",
        purpose: "to tell people what is due, once",
        kept: "retention.notices days",
        erased: "gone",
        query: Some((
            "select uuid, channel, subject, body, made, sent from notice where person = ?1 order by id desc limit ?2",
            &[
                ("uuid", Text),
                ("channel", Text),
                ("subject", Text),
                ("body", Text),
                ("made", Time),
                ("sent", Time),
            ],
        )),
    },
    Kept {
        table: "kept_answer",
        data: "who made a change with a key for repeats, and what was answered, encrypted",
        purpose: "to answer a repeat without doing the change again",
        kept: "24 hours",
        erased: "gone",
        query: Some((
            "select made, status from kept_answer where person = ?1 order by made desc limit ?2",
            &[("made", Time), ("status", Number)],
        )),
    },
    by_number!(
        "webhook",
        "who had messages of their member posted somewhere",
        "to show who decided it",
        "select uuid, url, created from webhook where by_person = ?1 limit ?2",
        &[("uuid", Text), ("url", Text), ("created", Time)]
    ),
    Kept {
        table: "saved_search",
        data: "questions that a person keeps, and up to where they looked and were told",
        purpose: "to tell them what is new",
        kept: "until they delete it, and while the account is there",
        erased: "gone",
        query: Some((
            "select uuid, name, question, today, mail, webhook, created from saved_search where person = ?1 \
             order by id desc limit ?2",
            &[
                ("uuid", Text),
                ("name", Text),
                ("question", Text),
                ("today", Flag),
                ("mail", Flag),
                ("webhook", Flag),
                ("created", Time),
            ],
        )),
    },
    Kept {
        table: "acceptance",
        data: "who accepted an agreement for their member, by name",
        purpose: "to show that the member agreed",
        kept: HISTORY,
        erased: "the name becomes 'erased-NUMBER'; that the member accepted stays",
        query: Some((
            "select kind, number, name, at from acceptance where person = ?1 limit ?2",
            &[("agreement", Text), ("number", Number), ("name", Text), ("at", Time)],
        )),
    },
    Kept {
        table: "contact",
        data: "two people of each member whom others reach: name, e-mail, telephone, another way",
        purpose: "to reach a member in an emergency",
        kept: "until the member changes it",
        erased: "not tied to an account: the member removes it (DELETE /api/v1/members/MEMBER/contacts/PLACE)",
        query: None,
    },
    Kept {
        table: "ledger_entry",
        data: "numbers of people who did something; never names, logins or addresses",
        purpose: "to prove afterwards what was done, and that nothing was changed since",
        kept: "for good: an entry that could be taken out would prove nothing",
        erased: NUMBER_STAYS,
        query: None,
    },
    by_number!(
        "transfer",
        "who handed something in",
        "to answer what became of it",
        "select uuid, channel, started, ended, accepted, unchanged, refused, state from transfer where person = ?1 \
         order by started desc limit ?2",
        &[
            ("uuid", Text),
            ("channel", Text),
            ("started", Time),
            ("ended", Time),
            ("accepted", Number),
            ("unchanged", Number),
            ("refused", Number),
            ("state", Text)
        ]
    ),
    by_number!(
        "batch",
        "who contributed an object for their member",
        "to know where an item came from",
        "select transfer, channel, at from batch where person = ?1 order by number desc limit ?2",
        &[("transfer", Text), ("channel", Text), ("at", Time)]
    ),
    by_number!(
        "seen",
        "who decided what is told of a sighting",
        "to show how a decision came about",
        "select uuid, state, settled from seen where person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("state", Text), ("settled", Time)]
    ),
    by_number!(
        "commitment",
        "who sees to a commitment, who made it, who settled it",
        "to show who owes what",
        "select uuid, kind, state, due, settled from commitment where person = ?1 or settled_by = ?1 or made_by = ?1 \
         order by id desc limit ?2",
        &[
            ("uuid", Text),
            ("kind", Text),
            ("state", Text),
            ("due", Number),
            ("settled", Time)
        ]
    ),
    by_number!(
        "commitment_step",
        "who changed a commitment, in whose words",
        "to show how it came about",
        "select commitment, what, words, at from commitment_step where person = ?1 order by id desc limit ?2",
        &[("commitment", Number), ("what", Text), ("words", Text), ("at", Time)]
    ),
    by_number!(
        "item_mark",
        "who opened, acknowledged or acted on an item first for their member",
        "to tell the sharer what became of it",
        "select what, at from item_mark where person = ?1 order by at desc limit ?2",
        &[("what", Text), ("at", Time)]
    ),
    by_number!(
        "recall",
        "who called an item back, and why",
        "to show how it came about",
        "select uuid, kind, at from recall where by_person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("kind", Text), ("at", Time)]
    ),
    by_number!(
        "recall_owed",
        "who answered a recall for their member, and with what note",
        "to show what became of it",
        "select recall, done, acknowledged from recall_owed where person = ?1 order by recall desc limit ?2",
        &[("recall", Number), ("done", Text), ("acknowledged", Time)]
    ),
    by_number!(
        "bridge_step",
        "who proposed, accepted or ended a bridge; of the other hub the name that it sent",
        "to name who agreed",
        "select bridge, what, at from bridge_step where person = ?1 order by id desc limit ?2",
        &[("bridge", Number), ("what", Text), ("at", Time)]
    ),
    by_number!(
        "request",
        "who asked a community for their member",
        "to know who may close it",
        "select uuid, asked, closed from request where person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("asked", Time), ("closed", Time)]
    ),
    by_number!(
        "answer",
        "who answered a request for their member",
        "to show how an answer came about",
        "select uuid, at from answer where person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("at", Time)]
    ),
    Kept {
        table: "invitation",
        data: "who invited an organisation, and what the invitation was called",
        purpose: "to know who brought a member in",
        kept: "retention.invitations days after it was accepted, withdrawn or over",
        erased: NUMBER_STAYS,
        query: Some((
            "select uuid, label, role, created, expires, accepted, withdrawn from invitation where by_person = ?1 \
             order by id desc limit ?2",
            &[
                ("uuid", Text),
                ("label", Text),
                ("role", Text),
                ("created", Time),
                ("expires", Time),
                ("accepted", Time),
                ("withdrawn", Time),
            ],
        )),
    },
    by_number!(
        "vouch",
        "who stood up for a member, and why",
        "to show who vetted a member",
        "select member, note, at from vouch where person = ?1 limit ?2",
        &[("member", Number), ("note", Text), ("at", Time)]
    ),
    by_number!(
        "charter",
        "who changed a charter",
        "to show how it came about",
        "select community, version, at from charter where person = ?1 limit ?2",
        &[("community", Number), ("version", Number), ("at", Time)]
    ),
    by_number!(
        "handover",
        "who offered a community to another member",
        "to show who offered it",
        "select community, member, at from handover where by_person = ?1 limit ?2",
        &[("community", Number), ("member", Number), ("at", Time)]
    ),
    by_number!(
        "moderation",
        "who shared what waited, who decided",
        "to show how a decision came about",
        "select uuid, object, state, since, decided from moderation where person = ?1 or decider = ?1 \
         order by id desc limit ?2",
        &[
            ("uuid", Text),
            ("object", Text),
            ("state", Text),
            ("since", Time),
            ("decided", Time)
        ]
    ),
    by_number!(
        "delegation",
        "who let another member speak for theirs",
        "to show who allowed it",
        "select member, delegate, since from delegation where person = ?1 limit ?2",
        &[("member", Number), ("delegate", Number), ("since", Time)]
    ),
    Kept {
        table: "proposal",
        data: "who proposed what takes two people, who decided, in whose words",
        purpose: "to show that two people stand behind it",
        kept: "retention.proposals days after it was decided or over; the ledger says for good that there were two",
        erased: NUMBER_STAYS,
        query: Some((
            "select uuid, reason, state, made, decided, note from proposal where by_person = ?1 or decider = ?1 \
             order by id desc limit ?2",
            &[
                ("uuid", Text),
                ("reason", Text),
                ("state", Text),
                ("made", Time),
                ("decided", Time),
                ("note", Text),
            ],
        )),
    },
    by_number!(
        "data_set",
        "who gave a data set to research",
        "to show who gave it",
        "select uuid, community, member, at from data_set where by_person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("community", Number), ("member", Number), ("at", Time)]
    ),
    by_number!(
        "publication",
        "who published something on the public pages",
        "to show who decided it",
        "select uuid, title, published, changed from publication where by_person = ?1 order by id desc limit ?2",
        &[("uuid", Text), ("title", Text), ("published", Time), ("changed", Time)]
    ),
    Kept {
        table: "tip",
        data: "what strangers report, encrypted: their words, and how to reach them where they say so",
        purpose: "to act on what is reported, and to answer it",
        kept: "retention.tips days after it was closed",
        erased: "not tied to an account; no address is kept",
        query: None,
    },
    Kept {
        table: "tip_file",
        data: "files that came with it, encrypted",
        purpose: "to act on what is reported",
        kept: "as long as the report",
        erased: "not tied to an account",
        query: None,
    },
    Kept {
        table: "tip_message",
        data: "who answered a report; the words, encrypted",
        purpose: "to show how an answer came about",
        kept: "as long as the report",
        erased: NUMBER_STAYS,
        query: Some((
            "select tip, at from tip_message where by_person = ?1 order by id desc limit ?2",
            &[("report", Number), ("at", Time)],
        )),
    },
    Kept {
        table: "walk_over",
        data: "who needs the first steps on the start page no more",
        purpose: "to show them no longer",
        kept: ACCOUNT,
        erased: "gone",
        query: Some(("select at from walk_over where person = ?1 limit ?2", &[("at", Time)])),
    },
    Kept {
        table: "misp_setting",
        data: "what clients of MISP's interface keep for a person",
        purpose: "to give it back to them",
        kept: ACCOUNT,
        erased: "gone",
        query: Some((
            "select name, value, at from misp_setting where person = ?1 limit ?2",
            &[("name", Text), ("value", Text), ("at", Time)],
        )),
    },
    Kept {
        table: "misp_registration",
        data: "who asked for an account through MISP's interface: e-mail address, organisation, message",
        purpose: "to let an operator decide, and make the account",
        kept: "until an operator decides, 90 days at the most",
        erased: "it is kept of people without an account: an operator discards it",
        query: None,
    },
];

/// Rows of one table that an export holds at the most; the newest.
const MOST_ROWS: i64 = 10_000;

const ERASE: &str = "update person set login = ?2, name = ?2, password_hash = null, active = 0, email = null, \
                     notices = 'none' where id = ?1 returning id";
const ERASE_ALONG: [&str; 12] = [
    "delete from passkey where person = ?1",
    "delete from account_link where person = ?1",
    "delete from link_offer where person = ?1",
    "delete from credential where person = ?1",
    "delete from recovery_code where person = ?1",
    "delete from factor where person = ?1",
    "delete from notice where person = ?1",
    "delete from kept_answer where person = ?1",
    "delete from walk_over where person = ?1",
    "delete from saved_search where person = ?1",
    "delete from misp_setting where person = ?1",
    "update commitment set person = null where person = ?1 and settled is null",
];
const ERASE_ACCEPTED: &str = "update acceptance set name = ?2 where person = ?1";

const FORGET_SESSIONS: &str = "delete from credential where id in (select id from credential where kind = 'session' \
                               and (revoked < ?1 or expires < ?1 or ends < ?1) limit ?2) returning id";
/// What a member that is being vetted came by is still needed.
const FORGET_INVITATIONS: &str = "delete from invitation where id in (select i.id from invitation i \
                                  where coalesce(i.accepted, i.withdrawn, i.expires) < ?1 and not exists \
                                  (select 1 from member m where m.id = i.member and m.state in ('invited', 'vetting')) \
                                  limit ?2) returning id";
const FORGET_OFFERS: &str = "delete from link_offer where digest in (select digest from link_offer \
                             where coalesce(used, expires) < ?1 limit ?2) returning person";
const FORGET_PROPOSALS: &str = "delete from proposal where id in (select id from proposal \
                                where coalesce(decided, expires) < ?1 limit ?2) returning id";
const FORGET_TRANSFERS: &str = "delete from transfer where uuid in (select uuid from transfer where started < ?1 \
                                and ended is not null limit ?2) returning uuid";

fn shown(row: &Row, columns: &[(&str, Form)]) -> Result<Json> {
    let mut shown = Map::new();
    for (column, (name, form)) in columns.iter().enumerate() {
        let value = match form {
            Number => row.maybe_int(column)?.map(Json::from),
            Flag => row.maybe_int(column)?.map(|flag| Json::from(flag != 0)),
            Time => row.maybe_time(column)?.map(|at| Json::from(at.to_micros_text())),
            Text => row.maybe_text(column)?.map(Json::from),
        };
        shown.insert((*name).to_owned(), value.unwrap_or_default());
    }
    Ok(Json::Object(shown))
}

/// Members that share a community with another one.
const SHARING: &str = "select distinct s.member from membership s join member m on m.id = s.member \
                       where m.state = 'active' and exists (select 1 from membership o join member n on n.id = o.member \
                       where o.community = s.community and o.member <> s.member and n.state = 'active') order by s.member";
const TOLD: &str = "select (select count(*) from webhook where enabled = 1), \
                    (select count(*) from person where active = 1 and email is not null and notices <> 'none')";

/// Who receives personal data, as far as it follows from what members and people set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientsThere {
    /// The members that share a community with another one.
    pub members: BTreeSet<MemberId>,
    /// Whether some member has messages posted somewhere.
    pub webhooks: bool,
    /// Whether somebody is told by e-mail.
    pub mail: bool,
}

/// What stands for a person who was erased.
pub fn pseudonym(person: PersonId) -> String {
    format!("erased-{}", person.0)
}

impl Store {
    /// Who receives personal data, as far as it follows from what members and people set up.
    pub async fn recipients_there(&self) -> Result<RecipientsThere> {
        let members = self.list(SHARING, Vec::new(), |row| row.int(0).map(MemberId)).await?;
        let told = self.row(TOLD, Vec::new(), |row| Ok((row.int(0)?, row.int(1)?))).await?;
        let (webhooks, mail) = told.unwrap_or_default();
        Ok(RecipientsThere {
            members: members.into_iter().collect(),
            webhooks: webhooks > 0,
            mail: mail > 0,
        })
    }

    /// Everything that is kept of a person, by table: no secrets, nor their digests.
    pub async fn person_data(&self, person: PersonId) -> Result<Map<String, Json>> {
        let mut data = Map::new();
        for kept in KEPT {
            let Some((query, columns)) = kept.query else { continue };
            let rows = self.rows(query, vec![person.into(), MOST_ROWS.into()]).await?;
            let rows: Result<Vec<Json>> = rows.iter().map(|row| shown(row, columns)).collect();
            data.insert(kept.table.to_owned(), Json::Array(rows?));
        }
        Ok(data)
    }

    /// Takes out who a person is: the account is closed, its credentials are gone, and in what was done a pseudonym stands.
    pub async fn person_erase(&self, actor: &Principal, person: PersonId) -> Result<()> {
        let name = pseudonym(person);
        let mut change = Change::new().must(ERASE, vec![person.into(), (&name).into()], "there is no such person");
        for sql in ERASE_ALONG {
            change = change.with(sql, vec![person.into()]);
        }
        let change = change.with(ERASE_ACCEPTED, vec![person.into(), (&name).into()]);
        let entry = rule_changed(actor, "person erased", serde_json::json!({ "person": person.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    async fn forget(&self, sql: &'static str, before: Timestamp, limit: usize) -> Result<usize> {
        let limit = many(limit);
        let rows = self
            .change(Change::new().with(sql, vec![before.into(), limit.into()]))
            .await?;
        Ok(rows.first().map_or(0, Vec::len))
    }

    /// Forgets up to `limit` sessions that were over before an instant; gives how many.
    pub async fn session_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        self.forget(FORGET_SESSIONS, before, limit).await
    }

    /// Forgets up to `limit` invitations that were done with before an instant; gives how many.
    pub async fn invitation_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        self.forget(FORGET_INVITATIONS, before, limit).await
    }

    /// Forgets up to `limit` offers to link an account that were used or over before an instant; gives how many.
    pub async fn link_offer_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        self.forget(FORGET_OFFERS, before, limit).await
    }

    /// Forgets up to `limit` proposals that were decided or over before an instant; gives how many.
    pub async fn proposal_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        self.forget(FORGET_PROPOSALS, before, limit).await
    }

    /// Forgets up to `limit` transfers that were begun before an instant and are done; gives how many.
    pub async fn transfer_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        self.forget(FORGET_TRANSFERS, before, limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::KEPT;
    use crate::migrate::MIGRATIONS;

    /// The table of each line of the schema that has a column for a person.
    fn tables_with_people() -> Vec<String> {
        let mut table = String::new();
        let mut found = Vec::new();
        for line in MIGRATIONS.iter().flat_map(|step| step.sqlite.lines()) {
            let words: Vec<&str> = line.trim().split([' ', ',', '(']).collect();
            match words.as_slice() {
                ["create", "table", name, ..] => (*name).clone_into(&mut table),
                [
                    "person" | "by_person" | "decider" | "email" | "password_hash" | "login",
                    kind,
                    ..,
                ] if matches!(*kind, "integer" | "text") => {
                    found.push(table.clone());
                }
                _ => {}
            }
        }
        found
    }

    #[test]
    fn every_table_with_people_in_it_is_in_the_record_of_processing() {
        let found = tables_with_people();
        assert!(found.len() > 15, "{found:?}");
        for table in found {
            assert!(
                KEPT.iter().any(|kept| kept.table == table),
                "'{table}' keeps who people are, and KEPT does not say so"
            );
        }
    }

    #[test]
    fn what_is_shown_to_a_person_holds_no_secret() {
        for (query, columns) in KEPT.iter().filter_map(|kept| kept.query) {
            assert!(
                !["digest", "sealed", "password_hash"]
                    .iter()
                    .any(|secret| query.contains(secret)),
                "{query}"
            );
            let listed = query
                .trim_start_matches("select ")
                .split(" from ")
                .next()
                .unwrap_or_default();
            assert_eq!(listed.split(',').count(), columns.len(), "{query}");
        }
    }
}
