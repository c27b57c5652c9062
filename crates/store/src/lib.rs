//! Keeps everything: the one contract, and SQLite and PostgreSQL under it. The only room that speaks SQL.
//!
//! | module | noun |
//! |---|---|
//! | [`account`] | members, people, communities, keys; principals and viewers |
//! | [`membership`] | invitations, agreements, contacts, where a member stands |
//! | [`charter`] | what a community is for, what waits for its moderators, who speaks for whom |
//! | [`data_set`] | what was given to research |
//! | [`contribution`] | objects as members contribute them; every reader takes a [`policy::Viewer`] |
//! | [`transfer`] | what came of each batch handed in |
//! | [`subscription`], [`peer`] | what is fetched from elsewhere, and what is pushed there |
//! | [`bridge`] | agreements with partner hubs, and what passed between them |
//! | [`commitment`], [`notice`] | who owes what to whom by when; what people are to be told |
//! | [`sighting`] | what a member saw at home, and what it tells of it |
//! | [`delivery`] | what was handed to whom, in stretches |
//! | [`recall`], [`item`] | items called back; what members did about single items |
//! | [`request`] | questions to a community and their answers |
//! | [`score`] | numbers of the scorecard, folded from the ledger |
//! | [`proposal`] | what takes two people, and waits for the second |
//! | [`idempotency`] | answers kept for repeats |
//! | [`event`] | what is new, source by source |
//! | [`webhook`] | addresses that are told what is new, and what waits to be posted there |
//! | [`setting`] | settings and warninglists |
//! | [`vocabulary`] | taxonomies, galaxies, templates and other words agreed on |
//! | [`record`] | the ledger |
//! | [`publication`], [`tip`] | what is told to everybody; what strangers tell the operators |
//! | [`privacy`] | what is kept of people, and how it goes |
//! | [`maintenance`] | backup, restore, doctor |
//!
//! It decides nothing: who may do what is asked of `policy` by the caller; who may see what is in the viewer.

pub mod account;
pub mod bridge;
pub mod charter;
pub mod commitment;
pub mod contribution;
pub mod data_set;
mod db;
pub mod delivery;
mod error;
pub mod event;
pub mod idempotency;
pub mod item;
mod listed;
pub mod maintenance;
pub mod membership;
mod migrate;
pub mod misp;
pub mod notice;
mod open;
pub mod peer;
mod postgres;
pub mod privacy;
pub mod proposal;
pub mod publication;
pub mod recall;
pub mod record;
pub mod request;
pub mod saved_search;
pub mod score;
pub mod setting;
pub mod sighting;
mod sqlite;
pub mod subscription;
pub mod tip;
pub mod transfer;
mod value;
pub mod vocabulary;
mod walk;
pub mod webhook;
mod writes;

pub use account::community::CommunityKey;
pub use account::member::MemberKey;
pub use account::{
    AccountLink, Community, Credential, CredentialId, CredentialKind, Factor, LinkId, Member, MemberKind, Membership,
    NewCommunity, NewCredential, NewLink, NewLinkOffer, NewMember, NewPasskey, NewPerson, Passkey, PasskeyId, Person,
    ProviderSession,
};
pub use bridge::{
    Bridge, BridgeId, BridgeItem, BridgeQuestion, BridgeReport, BridgeSeen, BridgeState, BridgeStep, NewBridge,
    QuestionKind, QuestionState,
};
pub use charter::{Charter, Delegation, Handover, Held, HeldId, HeldState, NewCharter, NewHeld};
pub use commitment::{
    Commitment, CommitmentPage, CommitmentPlace, CommitmentQuery, CommitmentRules, CommitmentSide, CommitmentState,
    CommitmentStep, NewCommitment, Reminded, Reminding, Settled, Settling, StepKind,
};
pub use contribution::Recalled;
pub use contribution::mark::Mark;
pub use contribution::{
    Beside, ChangeKind, ChangeRow, Changes, Concern, Contribution, Counts, Direction, Divided, Edge, FacetKind,
    Feedback, FeedbackKind, FeedbackPage, Followed, Found, FoundPage, IndicatorFacts, ObjectDetail, ObjectPage,
    ObjectQuery, ObjectRow, Origin, Outcome, Position, RemovedWhy, Retraction, SearchQuery, SeenBy, SharedWith,
    SightingFacts, Told, VersionFilter,
};
pub use data_set::{DataSet, NewDataSet};
pub use db::Along;
pub use delivery::{DeliveryFilter, Given, NewDelivery, Spot, Standing};
pub use error::{Error, ErrorKind, Result};
pub use event::{AnswerNews, NewsPlace, RequestNews, StepNews};
pub use idempotency::{AnswerBegun, KeptAnswer};
pub use item::{Disclosure, ItemStep, OwnNumbers, Shown};
pub use maintenance::{Finding, FindingSeverity};
pub use membership::{
    Acceptance, Agreement, AgreementKind, Arrival, Contact, Invitation, InvitationId, InvitationKey, NewAgreement,
    NewContact, NewInvitation, NewVouch, Touched, Vouch,
};
pub use misp::{
    MispBatch, MispBlocked, MispBlockedKind, MispBlocklist, MispDelegation, MispEvent, MispExclusion, MispHomeless,
    MispKind, MispLoose, MispOrganisation, MispOwner, MispPage, MispPut, MispRegistration, MispRow, MispSent,
    MispSentState, MispSetting, MispSieve, MispSource, MispTag,
};
pub use notice::{Addressee, NewNotice, Notice, NoticeChannel, NoticeWish};
pub use open::{Clock, DATABASE_FILE, Location, OpenOptions, Random};
pub use peer::{NewPeer, Peer, PeerId, PeerReport};
pub use proposal::{NewProposal, Proposal, ProposalState};
pub use publication::{NewPublication, Publication};
pub use recall::{Acknowledgement, NewRecall, OwedRow, Recall, RecallKind, RecallNumbers};
pub use record::{NewEntry, RecordRow};
pub use request::{NewRequest, Request, RequestAnswer, RequestNumbers};
pub use saved_search::{SavedSearch, SavedTerms};
pub use score::{
    Histogram, LogFamily, Measure, MemberCount, Score, ScoreCell, ScoreDifference, ScoreSpan, Tally, WHOLE,
};
pub use setting::Warninglist;
pub use sighting::{
    NewHit, NewMessage, PendingMessage, ReportSum, Seen, SeenKey, SeenState, SeenValue, SightingForm, SightingRule,
};
pub use subscription::{NewSubscription, Subscription, SubscriptionId, SubscriptionKind, SubscriptionReport};
pub use tip::{NewTip, Tip, TipKind, TipMessage, TipState};
pub use transfer::{Transfer, TransferState};
pub use vocabulary::{
    Cluster, ClusterFilter, ClusterRelation, ClusterWish, ImportEntry, ImportedCluster, ImportedRelation, Opening,
    RelationWish, Vocabulary, VocabularyKind, VocabularyWish,
};
pub use webhook::{MessageOut, NewMessageOut, NewWebhook, Webhook};

use std::sync::Arc;

/// The store. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store {
    db: db::Db,
    clock: Clock,
    ledger_key: Arc<ledger::SigningKey>,
    sight: Arc<account::sight::Cache>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("db", &self.db).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store, bringing its schema up to date; one that a newer program wrote is refused.
    pub async fn open(location: &Location, options: OpenOptions) -> Result<Self> {
        let db = match location {
            Location::Postgres(url, schema) => {
                db::Db::Postgres(postgres::Postgres::open(url, schema.as_deref(), &options).await?)
            }
            Location::Sqlite(folder) => {
                let (file, options) = (folder.join(DATABASE_FILE), options.clone());
                let open = tokio::task::spawn_blocking(move || sqlite::Sqlite::open(Some(&file), &options));
                let opened = open.await;
                db::Db::Sqlite(opened.map_err(|error| Error::ours("opening the database broke off").because(error))??)
            }
            Location::SqliteMemory => db::Db::Sqlite(sqlite::Sqlite::open(None, &options)?),
        };
        Ok(Self {
            db,
            clock: options.clock,
            ledger_key: Arc::new(options.ledger_key),
            sight: Arc::default(),
        })
    }

    /// Waits for what is being written and closes every connection. Other clones answer that the store is closed.
    pub async fn close(self) {
        match &self.db {
            db::Db::Sqlite(sqlite) => sqlite.close().await,
            db::Db::Postgres(postgres) => postgres.pool.close().await,
        }
    }
}

/// Runs something that waits for nothing, because SQLite answers at once.
fn at_once<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    futures_util::FutureExt::now_or_never(work)
        .unwrap_or_else(|| Err(Error::ours("something waited on a database that answers at once")))
}
