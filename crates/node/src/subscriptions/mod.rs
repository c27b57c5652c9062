//! Subscriptions: what this node fetches from elsewhere by schedule, and how it says how that went.
//!
//! ```text
//! schedule ──► run ──► source (taxii, misp, list, folder) ──► client ──► the other side
//!               │          │ a part: page, event, list, file
//!               │          └──► Node::share, in the name of the subscription's member
//!               └──► state and counts are written after each part
//! ```
//!
//! A part is stored first and its place noted afterwards, so a break loses nothing; what comes twice is recognised by
//! the intake and changes nothing. What an object is marked with is narrowed by the subscription's marking, never widened.

mod folder;
mod list;
mod misp;
mod preview;
mod run;
pub(crate) mod schedule;
mod settings;
pub(crate) mod taxii;
mod turn;

pub use preview::{Example, Preview};
pub use run::RunReport;
pub(crate) use run::{Run, Stop};
pub use settings::{SourceSettings, Vanished};
pub(crate) use turn::{Running, TURN_MICROS};

use policy::{Action, CommunityId, MemberId, decide};
use reqwest::Url;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{NewSubscription, Subscription, SubscriptionKind};

use crate::accounts::Caller;
use crate::client::Access;
use crate::error::{Error, bad};
use crate::node::Node;

/// The shortest time between two runs, in seconds.
pub(crate) const LEAST_INTERVAL: i64 = 60;
/// The longest, in seconds.
pub(crate) const MOST_INTERVAL: i64 = 31 * 86_400;
/// The smallest and largest limit for one answer, in bytes.
const SIZE_LIMITS: std::ops::RangeInclusive<i64> = 1 << 10..=4 << 30;

/// A subscription to be made or changed.
#[derive(Clone, Debug)]
pub struct SubscriptionWish {
    /// Its name, unique; it stands in the origin of all that comes by it.
    pub name: String,
    /// What is fetched.
    pub kind: SubscriptionKind,
    /// From where: an address, or the absolute path of a folder.
    pub url: String,
    /// The rest, see [`SourceSettings`].
    pub settings: serde_json::Value,
    /// The member in whose name it comes in.
    pub member: MemberId,
    /// The community it is shared with.
    pub community: CommunityId,
    /// The colour for what has none; what is stricter stays so.
    pub tlp: Tlp,
    /// The permitted actions for what has none; what is stricter stays so.
    pub pap: Pap,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// The most bytes of one answer (a page, an event, a list, a file).
    pub size_limit: i64,
    /// Whether it runs by itself.
    pub enabled: bool,
}

/// A subscription as its operator may see it: without secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionView {
    /// What is asked for and how it goes; `terms.settings` and `state` are empty here.
    pub subscription: Subscription,
    /// The settings with every secret blotted out.
    pub settings: serde_json::Value,
}

impl From<Subscription> for SubscriptionView {
    fn from(mut subscription: Subscription) -> Self {
        let settings = Access::blotted(&subscription.terms.settings);
        subscription.terms.settings = String::new();
        subscription.state = String::new();
        Self { subscription, settings }
    }
}

/// The answer to whoever may not administer: there is no such page.
pub(crate) fn administer(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "there is no such page"))
}

/// Checks a name that becomes part of a channel.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let letters = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if letters && !name.is_empty() && name.len() <= 64 {
        return Ok(());
    }
    Err(bad(
        "bad-name",
        "a name has 1 to 64 letters, digits, hyphens, dots and underscores",
        "for example 'esa-feed'",
    ))
}

/// Checks an address: http or https, without an account in it.
pub(crate) fn check_url(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| {
        bad(
            "bad-address",
            format!("the address cannot be read: {error}"),
            "it looks like https://taxii.example/api1/collections/...",
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(bad(
            "bad-address",
            format!("nothing is fetched from '{}' addresses", url.scheme()),
            "give an http or https address",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "bad-address",
            "the address holds an account",
            "put login and password into the settings, where they are kept from view",
        ));
    }
    Ok(url)
}

pub(crate) fn check_interval(seconds: i64) -> Result<(), Error> {
    if (LEAST_INTERVAL..=MOST_INTERVAL).contains(&seconds) {
        return Ok(());
    }
    let message = format!("{seconds} seconds between two runs is not possible");
    Err(bad(
        "bad-interval",
        message,
        "choose between a minute (60) and a month (2678400)",
    ))
}

fn not_there(name: &str) -> Error {
    Error::NotFound(format!("there is no subscription '{name}'"))
}

/// A page of what a MISP server lists, published or not: UUIDs of events, and when each changed.
pub(crate) async fn misp_page(
    client: &crate::client::Client,
    url: &Url,
    limit: u32,
    number: u32,
    most: u64,
) -> Result<Vec<(uuid::Uuid, i64)>, crate::client::Failure> {
    let listed = misp::server::page(client, url, limit, number, None, true, most).await?;
    Ok(listed.into_iter().map(|event| (event.uuid, event.changed)).collect())
}

impl Node {
    /// Makes a subscription, or changes the one of the same name. Its first run is due at once.
    ///
    /// # Errors
    /// When the caller may not, or something in the wish cannot be used.
    pub async fn subscription_put(&self, caller: &Caller, wish: SubscriptionWish) -> Result<SubscriptionView, Error> {
        administer(caller)?;
        self.check_wish(&wish).await?;
        let known = self.store().subscription_get(&wish.name).await?;
        let uuid = known.map_or_else(|| self.fresh_uuid(), |known| known.terms.uuid);
        let made = self
            .store()
            .subscription_put(&caller.principal, terms(wish, uuid))
            .await?;
        Ok(made.into())
    }

    async fn check_wish(&self, wish: &SubscriptionWish) -> Result<(), Error> {
        check_name(&wish.name)?;
        check_interval(wish.interval_seconds)?;
        if !SIZE_LIMITS.contains(&wish.size_limit) {
            let message = format!("a size limit of {} bytes is not possible", wish.size_limit);
            return Err(bad(
                "bad-size-limit",
                message,
                "choose between 1024 and 4294967296 bytes",
            ));
        }
        if wish.tlp == Tlp::Red {
            let help = "choose TLP:AMBER+STRICT or less; what a source itself marks RED is refused object by object";
            return Err(bad(
                "red-subscription",
                "TLP:RED names its readers, and a subscription shares with a community",
                help,
            ));
        }
        let settings = SourceSettings::parse(&wish.settings.to_string())?;
        settings.check(wish.kind)?;
        match wish.kind {
            SubscriptionKind::Folder => folder::check(&wish.url)?,
            _ => drop(check_url(&wish.url)?),
        }
        let acting = self.acting_member(wish.member, &wish.name, false).await?;
        decide(&acting.principal, Action::Contribute(wish.community)).map_err(|_| {
            let help = "let it contribute to the community first, or choose another member or community";
            bad(
                "may-not-contribute",
                "the member of the subscription may not contribute to that community",
                help,
            )
        })
    }

    /// The member of a subscription as the one who shares: no person, no more than its membership allows.
    pub(crate) async fn acting_member(&self, member: MemberId, name: &str, retracts: bool) -> Result<Caller, Error> {
        let mut principal = self.store().principal_of_member(member).await?;
        if principal.member.is_none() {
            return Err(Error::NotAllowed(
                "the member of this subscription is not there or not active",
            ));
        }
        principal.role = Some(if retracts {
            policy::Role::Analyst
        } else {
            policy::Role::Contributor
        });
        principal.read_only = false;
        Ok(Caller::new(principal, format!("subscription:{name}")))
    }

    /// Every subscription, by name, without secrets.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn subscriptions(&self, caller: &Caller) -> Result<Vec<SubscriptionView>, Error> {
        administer(caller)?;
        Ok(self
            .store()
            .subscription_list()
            .await?
            .into_iter()
            .map(SubscriptionView::from)
            .collect())
    }

    /// A page of them by name, strictly after one.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn subscription_page(
        &self,
        caller: &Caller,
        after: &str,
        limit: usize,
    ) -> Result<Vec<SubscriptionView>, Error> {
        administer(caller)?;
        let page = self.store().subscription_page(after, limit).await?;
        Ok(page.into_iter().map(SubscriptionView::from).collect())
    }

    /// Ends a subscription; what came by it stays.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn subscription_delete(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        administer(caller)?;
        let found = self
            .store()
            .subscription_get(name)
            .await?
            .ok_or_else(|| not_there(name))?;
        Ok(self.store().subscription_delete(&caller.principal, found.id).await?)
    }

    /// Lets a subscription run by itself, or rest.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn subscription_enable(
        &self,
        caller: &Caller,
        name: &str,
        enabled: bool,
    ) -> Result<SubscriptionView, Error> {
        administer(caller)?;
        let found = self
            .store()
            .subscription_get(name)
            .await?
            .ok_or_else(|| not_there(name))?;
        let terms = NewSubscription { enabled, ..found.terms };
        Ok(self.store().subscription_put(&caller.principal, terms).await?.into())
    }

    /// Runs one subscription now, whether it is due or not.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or it is running already. How the run itself went, also
    /// when it failed, is in the report.
    pub async fn subscription_run(&self, caller: &Caller, name: &str) -> Result<RunReport, Error> {
        administer(caller)?;
        let found = self
            .store()
            .subscription_get(name)
            .await?
            .ok_or_else(|| not_there(name))?;
        let report = run::run(self, found, self.now(), false).await?;
        report.ok_or_else(|| Error::Conflict(format!("the subscription '{name}' is running just now")))
    }

    /// Runs every subscription that is due, a few at a time, and gives their reports in the order in which they ended.
    ///
    /// # Errors
    /// When the store does not answer; how the runs went is in the reports.
    pub async fn subscriptions_run_due(&self, now: Timestamp) -> Result<Vec<RunReport>, Error> {
        run::run_due(self, now).await
    }
}

fn terms(wish: SubscriptionWish, uuid: uuid::Uuid) -> NewSubscription {
    NewSubscription {
        uuid,
        name: wish.name,
        kind: wish.kind,
        url: wish.url,
        settings: wish.settings.to_string(),
        member: wish.member,
        community: wish.community,
        tlp: wish.tlp,
        pap: wish.pap,
        interval_seconds: wish.interval_seconds,
        size_limit: wish.size_limit,
        enabled: wish.enabled,
    }
}
