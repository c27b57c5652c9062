//! The partnership and the node: communities, members, exchange, ledger, one's own account, administration, help.

use crate::routes::Route;

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
