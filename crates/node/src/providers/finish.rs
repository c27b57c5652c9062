//! The end of a sign-in at a provider: the code becomes an identity token, and that a session or a link.

use std::net::IpAddr;

use policy::{Action, PersonId, Principal, Role, may};
use stix::Timestamp;
use store::{CredentialId, NewLink, NewPerson, Person};
use subtle::ConstantTimeEq as _;

use super::confirm::RestsOn;
use super::token::{Claims, Doubt, Expected, NamedKey, verified};
use super::{FLOW_MICROS, Note, Provider, Purpose, discovery, doubted};
use crate::accounts::{SignInError, canonical, credential_digest};
use crate::error::Error;
use crate::node::Node;
use crate::sessions::{Began, proven_until};
use crate::sign_ins::{Counted, counted_as};

const SECOND: i64 = 1_000_000;
/// Characters of a login that is made of what a provider calls somebody.
const LOGIN_MOST: usize = 60;

/// What the provider sent the browser back with.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The code.
    pub code: Option<String>,
    /// The state, as it was sent.
    pub state: Option<String>,
    /// Its issuer, where it says it (RFC 9207).
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Finished {
    /// A session began.
    SignedIn(Box<Began>),
    /// The account there is tied to the person whose session asked for it.
    Linked(PersonId),
}

/// What the provider said of somebody, and with what it is asked again.
struct Known<'c> {
    claims: &'c Claims,
    refresh: Option<String>,
}

/// Why somebody whom the provider knows is not let in here.
fn stranger(provider: &Provider) -> Error {
    super::bad(
        "not-linked",
        format!("nobody here is tied to this account of {}", provider.title),
        "sign in as before and link it (POST /api/v1/links), or ask a coordinator of your organisation for an offer to link",
    )
}

impl Node {
    /// Ends a sign-in at a provider. `note` is what the browser kept since the beginning.
    ///
    /// # Errors
    /// When note, state, code or token are not as they must be, nobody here is tied to the account, or none of its groups
    /// brings a role.
    pub async fn provider_finish(
        &self,
        name: &str,
        note: Option<&str>,
        said: &Said,
        from: IpAddr,
    ) -> Result<Finished, SignInError> {
        let counted = [Counted::address(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, self.now().micros())?;
        let finished = self.finish(name, note, said, from).await;
        // That nobody is signed in there is an answer to the question whether somebody is.
        let asked_nothing =
            said.error.is_some() && note.and_then(|note| self.opened(note)).is_some_and(|note| note.silent);
        if !asked_nothing
            && matches!(
                &finished,
                Err(SignInError::Store(Error::Input(_) | Error::NotFound(_)) | SignInError::Wrong)
            )
        {
            self.sign_ins().failed(&counted, self.now().micros());
        }
        finished
    }

    async fn finish(&self, name: &str, note: Option<&str>, said: &Said, from: IpAddr) -> Result<Finished, SignInError> {
        let provider = self.provider(name)?;
        let now = self.now().micros();
        let note = note.and_then(|note| self.opened(note));
        let note = note.filter(|note| note.provider == name && now < note.began + FLOW_MICROS);
        let note = note.ok_or_else(|| doubted("this browser began no sign-in here, or too long ago"))?;
        let state = said.state.as_deref().unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(note.state.as_bytes())) {
            return Err(doubted("this answers another sign-in than the one that this browser began").into());
        }
        if said.issuer.as_ref().is_some_and(|issuer| *issuer != provider.issuer) {
            return Err(doubted("this comes from another provider").into());
        }
        let Some(code) = said.code.as_deref().filter(|_| said.error.is_none()) else {
            return Err(doubted(format!("{} let nobody in", provider.title)).into());
        };
        let (claims, refresh) = self.claims(provider, &note, code).await?;
        let known = Known {
            claims: &claims,
            refresh,
        };
        let shown = claims.shown.map(|at| Timestamp::from_micros(at.saturating_mul(SECOND)));
        match &note.purpose {
            Purpose::SignIn => {
                let person = match self
                    .store()
                    .link_use(&provider.issuer, &claims.subject)
                    .await
                    .map_err(Error::from)?
                {
                    Some(person) => person,
                    None => self.provisioned(provider, &claims).await?,
                };
                let began = self.let_in(provider, person, known, shown, from).await?;
                Ok(Finished::SignedIn(Box::new(began)))
            }
            Purpose::Link { person, session } => {
                let person = PersonId(*person);
                self.check_session(person, CredentialId(*session)).await?;
                self.tie(provider, &claims, person, None).await?;
                Ok(Finished::Linked(person))
            }
            Purpose::Offer { token } => {
                let digest = credential_digest(token.as_bytes());
                let offer = self.store().link_offer_get(&digest).await.map_err(Error::from)?;
                let offer = offer.filter(|offer| offer.provider == name);
                let offer = offer.ok_or_else(|| doubted("this offer is not there, was used, or is over"))?;
                let person = self.person_of(offer.person).await?;
                if !self.offers_still(offer.by_person, &person).await? {
                    return Err(doubted("who made this offer may not make it any more").into());
                }
                self.fits(provider, Some(person.member)).await?;
                self.tie(provider, &claims, person.id, Some(digest)).await?;
                let began = self.let_in(provider, person, known, shown, from).await?;
                Ok(Finished::SignedIn(Box::new(began)))
            }
        }
    }

    /// What the provider says in exchange for the code, and the refresh token where it gives one.
    async fn claims(&self, provider: &Provider, note: &Note, code: &str) -> Result<(Claims, Option<String>), Error> {
        let now = self.now().micros();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &note.redirect),
            ("code_verifier", &note.verifier),
        ];
        let tokens = discovery::exchanged(self.providers_kept(), provider, &form, now).await?;
        let expected = Expected {
            nonce: Some(&note.nonce),
            shown_since: note.anew.then_some(note.began / SECOND),
            ..self.expected(provider)
        };
        let token = tokens.identity(provider)?;
        let claims = self.told_by(provider, |keys| verified(token, keys, expected)).await?;
        Ok((claims, tokens.refresh_token))
    }

    /// What a token of a provider must be now, whatever it is for.
    pub(super) fn expected<'p>(&self, provider: &'p Provider) -> Expected<'p> {
        Expected {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce: None,
            now: self.now().micros() / SECOND,
            groups_claim: &provider.groups_claim,
            shown_since: None,
        }
    }

    /// What a token says, read with the keys of its provider. A key that is not known is asked for once more: they rotate.
    pub(super) async fn told_by<T>(
        &self,
        provider: &Provider,
        read: impl Fn(&[NamedKey]) -> Result<T, Doubt>,
    ) -> Result<T, Error> {
        let (kept, now) = (self.providers_kept(), self.now().micros());
        let keys = discovery::signing_keys(kept, provider, false, now).await?;
        let told = match read(&keys) {
            Err(Doubt::UnknownKey) => read(&discovery::signing_keys(kept, provider, true, now).await?),
            other => other,
        };
        told.map_err(|doubt| {
            tracing::warn!(provider = provider.name, "{doubt}");
            doubted(doubt)
        })
    }

    async fn person_of(&self, id: PersonId) -> Result<Person, SignInError> {
        let found = self.store().person_get(id).await.map_err(Error::from)?;
        found.filter(|person| person.active).ok_or(SignInError::Wrong)
    }

    /// That the session which asked for a link is there still, and its person too.
    async fn check_session(&self, person: PersonId, session: CredentialId) -> Result<(), Error> {
        let now = self.now();
        let all = self.store().credential_list(person).await?;
        let there = all.iter().any(|one| {
            let ended = one.expires.is_some_and(|at| at <= now) || one.revoked.is_some();
            one.id == session && !ended && proven_until(one).is_some_and(|until| until > now)
        });
        match there {
            true => Ok(()),
            false => Err(doubted(
                "the session that asked for this is over, or was proven too long ago",
            )),
        }
    }

    /// Whether who made an offer may give this person a way in as they stand now: who was made more since is not theirs.
    async fn offers_still(&self, by: Option<PersonId>, person: &Person) -> Result<bool, Error> {
        let by = match by {
            Some(by) => self.store().person_get(by).await?,
            None => None,
        };
        let Some(by) = by else { return Ok(false) };
        let principal = self.store().principal_of(&by, false).await?;
        Ok(may(&principal, Action::ManagePerson(person.member, person.role)).is_ok())
    }

    /// Ties an account to a person; one that is tied to somebody stays with them.
    async fn tie(
        &self,
        provider: &Provider,
        claims: &Claims,
        person: PersonId,
        offer: Option<[u8; 32]>,
    ) -> Result<(), Error> {
        let new = NewLink {
            provider: provider.name.clone(),
            issuer: provider.issuer.clone(),
            subject: claims.subject.clone(),
            person,
        };
        let actor = Principal {
            person: Some(person),
            ..Principal::public()
        };
        let tied = self.store().link_put(&actor, new, offer).await;
        tied.map_err(|error| match error.kind() {
            store::ErrorKind::Conflict => {
                let message = format!("this account of {} is tied to somebody here already", provider.title);
                Error::Conflict(message + ": it has to be untied first")
            }
            store::ErrorKind::NotFound => doubted("this offer is not there, was used, or is over"),
            _ => error.into(),
        })?;
        let what = format!("an account of {} was tied to it", provider.title);
        self.tell_of_account(person, &what).await;
        Ok(())
    }

    /// Makes an account for somebody whom the configuration wants to have one.
    async fn provisioned(&self, provider: &Provider, claims: &Claims) -> Result<Person, SignInError> {
        let role = provider.role_of(&claims.groups).filter(|_| provider.provision);
        let member = self.member_of(provider).await?;
        let (Some(role), Some(member)) = (role, member) else {
            return Err(stranger(provider).into());
        };
        let plain = |text: &str| -> String {
            text.chars()
                .filter(|sign| sign.is_alphanumeric() || ".-_@".contains(*sign))
                .take(LOGIN_MOST)
                .collect()
        };
        // Made of what the provider calls them and who they are there: nobody takes a login that is another's.
        let digest = hex::encode(&credential_digest(format!("{} {}", provider.issuer, claims.subject).as_bytes())[..4]);
        let called = plain(claims.login.as_deref().unwrap_or("person"));
        let login = format!("{called}.{}.{digest}", provider.name);
        let name = claims.name.as_deref().unwrap_or(&called);
        let name: String = name.chars().filter(|sign| !sign.is_control()).take(200).collect();
        let new = NewPerson {
            uuid: self.fresh_uuid(),
            member,
            name: if name.trim().is_empty() { login.clone() } else { name },
            login,
            role,
            password_hash: None,
            active: true,
        };
        let nobody = Principal::public();
        let person = self.store().person_put(&nobody, new).await.map_err(Error::from)?;
        self.tie(provider, claims, person.id, None).await?;
        Ok(person)
    }

    /// Gives somebody the role that their groups bring, no more and no less; where it is another than they had, the sessions
    /// that they have end. Who has none of the groups becomes reader.
    ///
    /// # Errors
    /// When none of the groups brings a role.
    pub(super) async fn take_role(
        &self,
        provider: &Provider,
        mut person: Person,
        claims: &Claims,
    ) -> Result<Person, Error> {
        if provider.roles.is_empty() {
            return Ok(person);
        }
        let role = provider.role_of(&claims.groups);
        let least = role.unwrap_or(Role::Reader);
        if person.role != least {
            person.role = least;
            self.store().person_update(&Principal::public(), &person).await?;
        }
        match role {
            Some(_) => Ok(person),
            None => Err(Error::NotAllowed(
                "none of your groups at this identity provider brings a role here",
            )),
        }
    }

    /// Begins the session of somebody, in the role that their groups bring.
    async fn let_in(
        &self,
        provider: &Provider,
        person: Person,
        known: Known<'_>,
        shown: Option<Timestamp>,
        from: IpAddr,
    ) -> Result<Began, SignInError> {
        if !person.active {
            return Err(SignInError::Wrong);
        }
        self.fits(provider, Some(person.member)).await?;
        let person = self.take_role(provider, person, known.claims).await?;
        let whole = i64::from(provider.session_hours) * 3_600 * SECOND;
        let rests_on = RestsOn::new(provider, known.claims, known.refresh, self.now());
        self.session_make(&person, from, shown, whole, Some(rests_on)).await
    }
}
