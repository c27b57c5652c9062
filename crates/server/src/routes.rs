//! Every route as data: what the router is made of, what the crawl test walks, what the API document lists.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::Method;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::app::App;
use crate::around::{RequestId, around};
use crate::asked::{Asked, Stranger};
use crate::console::shell::Address;
use crate::problem::{Dialect, Fault};
use crate::{api, console, door, misp, taxii};

/// A handler at work.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Response, Fault>> + Send>>;

/// Who gets something other than a refusal from a route. The rules themselves are in `policy`; this is what the crawl
/// test holds them to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing: it holds no data.
    Nothing,
    /// An account, or public reading.
    Reader,
    /// An account of a member (never the public).
    Member,
    /// The role contributor.
    Contributor,
    /// The role analyst.
    Analyst,
    /// The role coordinator.
    Coordinator,
    /// The role operator.
    Operator,
}

/// What answers.
pub(crate) enum Answer {
    /// Without asking who it is: the handler gets no request and can tell nothing but what is the same for everybody.
    Anybody(Box<dyn Fn(App) -> Answering + Send + Sync>),
    /// To whoever holds the secret in the path.
    Stranger(Box<dyn Fn(Stranger) -> Answering + Send + Sync>),
    /// To a signed-in caller.
    Caller(Box<dyn Fn(Asked) -> Answering + Send + Sync>),
}

/// One method of one path.
pub struct Route {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path as the router matches it, `{name}` for its variable parts.
    pub path: String,
    /// Who gets something.
    pub needs: Needs,
    /// The form of its errors.
    pub dialect: Dialect,
    pub(crate) answer: Answer,
    /// Whether it is asked with a secret in its path and nothing else: what calendar programs can do.
    pub(crate) by_secret: bool,
    /// Whether its answer holds a secret that is shown once: it is never kept for a repeat.
    pub(crate) shows_secret: bool,
}

impl Route {
    /// A route for callers.
    pub(crate) fn new<H, F>(method: Method, path: impl Into<String>, needs: Needs, dialect: Dialect, handler: H) -> Self
    where
        H: Fn(Asked) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        let answer = Answer::Caller(Box::new(move |asked| Box::pin(handler(asked))));
        Self {
            method,
            path: path.into(),
            needs,
            dialect,
            answer,
            by_secret: false,
            shows_secret: false,
        }
    }

    /// Whether who asks it is not known.
    pub(crate) fn is_for_strangers(&self) -> bool {
        !matches!(self.answer, Answer::Caller(_))
    }

    /// The same, but its answer holds a secret that is shown once.
    pub(crate) fn shows_secret(self) -> Self {
        Self {
            shows_secret: true,
            ..self
        }
    }

    /// The same, but who asks is known by the part `{secret}` of the path, and by nothing else.
    pub(crate) fn by_secret(self) -> Self {
        Self {
            by_secret: true,
            ..self
        }
    }

    /// A route for whoever holds the secret in its path, with or without an account.
    pub(crate) fn stranger<H, F>(method: Method, path: impl Into<String>, handler: H) -> Self
    where
        H: Fn(Stranger) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        let answer = Answer::Stranger(Box::new(move |stranger| Box::pin(handler(stranger))));
        Self {
            method,
            path: path.into(),
            needs: Needs::Nothing,
            dialect: Dialect::Json,
            answer,
            by_secret: false,
            shows_secret: false,
        }
    }

    /// A page for whoever comes, with or without an account.
    pub(crate) fn page_stranger<H, F>(method: Method, path: &str, handler: H) -> Self
    where
        H: Fn(Stranger) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        Self {
            dialect: Dialect::Page,
            ..Self::stranger(method, path, handler)
        }
    }

    /// A route that holds no data and asks nobody who they are.
    pub(crate) fn open<H, F>(path: impl Into<String>, handler: H) -> Self
    where
        H: Fn(App) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        let answer = Answer::Anybody(Box::new(move |app| Box::pin(handler(app))));
        Self {
            method: Method::GET,
            path: path.into(),
            needs: Needs::Nothing,
            dialect: Dialect::Json,
            answer,
            by_secret: false,
            shows_secret: false,
        }
    }
}

/// Every route of a face. Paths end without a slash; the router takes them with one too.
pub fn routes(app: &App) -> Vec<Route> {
    let mut all = taxii::routes(&app.options().root);
    all.extend(api::routes());
    all.extend(misp::routes());
    all.extend(console::routes());
    all.push(Route::stranger(Method::GET, "/", console::people::start));
    all
}

/// The whole service.
pub fn router(app: App) -> Router {
    let mut by_path: BTreeMap<String, Vec<Route>> = BTreeMap::new();
    for route in routes(&app) {
        by_path.entry(route.path.clone()).or_default().push(route);
    }
    let mut router = Router::new();
    for (path, routes) in by_path {
        let routes: Arc<[Route]> = routes.into();
        let handler =
            any(move |State(app): State<App>, request: Request| door::pass(app, Arc::clone(&routes), request));
        // A path that takes whatever follows takes a slash at its end too.
        if !path.contains("{*") {
            router = router.route(&format!("{path}/"), handler.clone());
        }
        router = router.route(&path, handler);
    }
    // A tiny body grows when it is compressed. The fastest level: clients such as python-requests always ask for gzip.
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        // What is told as it happens must not wait until there is enough of it to be compressed.
        .compress_when(SizeAbove::new(1_024).and(NotForContentType::const_new("text/event-stream")));
    router
        .fallback(nowhere)
        .layer(compression)
        .layer(axum::middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// No such path. Which paths there are is no secret, so nobody is asked who they are. Browsers are shown a page.
async fn nowhere(State(app): State<App>, request: Request) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let dialect = if request.uri().path().starts_with("/api/") {
        Dialect::Json
    } else if misp::is_of_misp(request.uri().path()) {
        Dialect::Misp
    } else if console::provider::reads_pages(request.headers()) {
        let address = Address {
            path_and_query: request.uri().path().to_owned(),
            is_page: true,
        };
        return console::shell::fault(&app, request.headers(), &address, &Fault::not_found(), &id);
    } else {
        Dialect::Taxii
    };
    Fault::not_found().into_response(dialect, &id)
}
