//! Agreements in versions: put in force by an operator, accepted for a member by a named person, at a time.

use policy::{Action, MemberId, decide};
use stix::Timestamp;
use store::{Acceptance, Agreement, AgreementKind, Member, NewAgreement};

use super::bad;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// Bytes of the text of an agreement.
const BODY_MOST: usize = 200_000;

/// A version to be put in force.
#[derive(Clone, Debug)]
pub struct AgreementWish {
    /// What it is about.
    pub kind: AgreementKind,
    /// What it is called.
    pub title: String,
    /// The exact text.
    pub body: String,
    /// When it takes effect; now where nothing is said.
    pub effective: Option<Timestamp>,
    /// Days after that by which members have to accept it.
    pub days: i64,
}

/// A member that has not accepted what is in force.
#[derive(Clone, Debug)]
pub struct AgreementDue {
    /// The member.
    pub member: Member,
    /// What it has to accept.
    pub agreement: Agreement,
    /// What it accepted last.
    pub accepted: Option<Acceptance>,
}

impl Node {
    /// Puts a version of an agreement there; every active member is told, by an entry among its receipts.
    ///
    /// # Errors
    /// When the caller may not, or something of the wish is not possible.
    pub async fn agreement_put(&self, caller: &Caller, wish: AgreementWish) -> Result<Agreement, Error> {
        decide(&caller.principal, Action::Administer)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        check_text("title", &wish.title)?;
        if wish.body.trim().is_empty() || wish.body.len() > BODY_MOST {
            let message = format!("the text of an agreement has 1 to {BODY_MOST} bytes");
            return Err(bad("bad-agreement", message, "send the text itself, not a link to it"));
        }
        if !(0..=365).contains(&wish.days) {
            return Err(bad(
                "bad-days",
                "members have a limited time to accept",
                "choose from 0 to 365 days",
            ));
        }
        let effective = wish.effective.unwrap_or_else(|| self.now());
        let new = NewAgreement {
            kind: wish.kind,
            title: wish.title,
            body: wish.body,
            effective,
            due: effective.plus_micros(wish.days * 86_400_000_000),
        };
        let mut tell = Vec::new();
        if wish.kind == AgreementKind::Partnership {
            let all = self.store().member_list().await?;
            tell.extend(all.iter().filter(|member| member.state.acts()).map(|member| member.id));
        }
        Ok(self.store().agreement_put(&caller.principal, new, &tell).await?)
    }

    /// Every version of every agreement, and what the caller's own member accepted.
    ///
    /// # Errors
    /// When the caller has no member.
    pub async fn agreements(&self, caller: &Caller) -> Result<(Vec<Agreement>, Vec<Acceptance>), Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        Ok((self.store().agreement_list().await?, self.accepted_by(member).await?))
    }

    /// A page of versions by kind, the newest of each first, strictly after one; and what of them the caller's own member
    /// accepted.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn agreement_page(
        &self,
        caller: &Caller,
        after: Option<(&str, i64)>,
        limit: usize,
    ) -> Result<(Vec<Agreement>, Vec<Acceptance>), Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let page = self.store().agreement_page(after, limit).await?;
        let mut accepted = self.accepted_by(member).await?;
        accepted.retain(|one| {
            let of_page = |version: &Agreement| version.terms.kind == one.kind && version.number == one.number;
            page.iter().any(of_page)
        });
        Ok((page, accepted))
    }

    pub(crate) async fn accepted_by(&self, member: MemberId) -> Result<Vec<Acceptance>, Error> {
        Ok(self.store().acceptance_of(member).await?)
    }

    /// Accepts a version for the caller's own member, in the name of the person who calls.
    ///
    /// # Errors
    /// When the caller may not act for their member, there is no such version, or it was accepted already.
    pub async fn agreement_accept(
        &self,
        caller: &Caller,
        kind: AgreementKind,
        number: i64,
    ) -> Result<Acceptance, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ActFor(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        let all = self.store().agreement_list().await?;
        if !all.iter().any(|one| one.terms.kind == kind && one.number == number) {
            return Err(Error::NotFound("there is no such version of an agreement".to_owned()));
        }
        let person = match caller.principal.person {
            Some(person) => self.store().person_get(person).await?,
            None => None,
        };
        let person = person.ok_or(Error::NotAllowed("an agreement is accepted by a person"))?;
        let new = Acceptance {
            kind,
            number,
            member,
            person: Some(person.id),
            name: person.name,
            at: self.now(),
        };
        let put = self.store().acceptance_put(&caller.principal, &new).await;
        put.map_err(|error| match error.kind() {
            store::ErrorKind::Conflict => Error::Conflict("your member has accepted this version already".to_owned()),
            _ => error.into(),
        })?;
        self.agreement_accepted(&caller.principal, kind, number, member).await?;
        Ok(new)
    }

    /// The active members that have not accepted the agreement in force, for an operator and for whoever reminds them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn agreements_due(&self, now: Timestamp) -> Result<Vec<AgreementDue>, Error> {
        let kind = AgreementKind::Partnership;
        let Some(agreement) = self.store().agreement_in_force(kind, now).await? else {
            return Ok(Vec::new());
        };
        let accepted = self.store().acceptance_list(kind).await?;
        let mut due = Vec::new();
        for member in self.store().member_list().await? {
            let of = || accepted.iter().filter(|one| one.member == member.id);
            if !member.state.acts() || of().any(|one| one.number == agreement.number) {
                continue;
            }
            due.push(AgreementDue {
                accepted: of().max_by_key(|one| one.number).cloned(),
                agreement: agreement.clone(),
                member,
            });
        }
        Ok(due)
    }

    /// The same, asked for by a person.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn agreements_owed(&self, caller: &Caller) -> Result<Vec<AgreementDue>, Error> {
        decide(&caller.principal, Action::Administer)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        self.agreements_due(self.now()).await
    }

    /// A page of them by name of the member, strictly after one.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn agreements_owed_page(
        &self,
        caller: &Caller,
        after: &str,
        limit: usize,
    ) -> Result<Vec<AgreementDue>, Error> {
        decide(&caller.principal, Action::Administer)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        let kind = AgreementKind::Partnership;
        let Some(agreement) = self.store().agreement_in_force(kind, self.now()).await? else {
            return Ok(Vec::new());
        };
        let (mut page, mut after) = (Vec::new(), after.to_owned());
        loop {
            let batch = self.store().member_page(&after, None, limit).await?;
            let full = batch.len() == limit;
            for member in batch {
                after.clone_from(&member.name);
                if !member.state.acts() {
                    continue;
                }
                let mut accepted = self.accepted_by(member.id).await?;
                accepted.retain(|one| one.kind == kind);
                if accepted.iter().any(|one| one.number == agreement.number) {
                    continue;
                }
                page.push(AgreementDue {
                    accepted: accepted.into_iter().max_by_key(|one| one.number),
                    agreement: agreement.clone(),
                    member,
                });
                if page.len() == limit {
                    return Ok(page);
                }
            }
            if !full {
                return Ok(page);
            }
        }
    }
}
