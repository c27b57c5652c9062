//! How the rows of a page are marked and who contributed them, many at once: what a watchlist says of its indicators.

use std::collections::HashMap;

use policy::action::Withheld;
use policy::{Action, Audience, AudienceId, MemberId, Viewer, decide};
use stix::Timestamp;

use crate::{Result, Store};

/// Of a stretch of contributions: place, audience, member, whether the name is withheld, name of the member.
const MARKS: &str = "select c.added, c.audience, c.member, c.withheld, m.name from contribution c \
                     join member m on m.id = c.member where c.added >= ?1 and c.added <= ?2 order by c.added";

/// How one contribution is marked, and by whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Who may see it.
    pub audience: Audience,
    /// The name of the member that contributed it; none where it is withheld from the viewer.
    pub origin_name: Option<String>,
}

impl Store {
    /// The marks of what the viewer may see between two places, the ends included. Rows of one page lie close together, so
    /// the stretch between its first and its last is hardly longer than the page.
    pub async fn mark_list(
        &self,
        viewer: &Viewer,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<HashMap<Timestamp, Mark>> {
        let rows = self
            .rows(MARKS, vec![first.micros().into(), last.micros().into()])
            .await?;
        let mut audiences: HashMap<AudienceId, Audience> = HashMap::new();
        let mut marks = HashMap::with_capacity(rows.len());
        for row in &rows {
            let id = AudienceId(row.int(1)?);
            if !viewer.sees(id) {
                continue;
            }
            let audience = match audiences.get(&id) {
                Some(known) => known.clone(),
                None => {
                    let audience = self.audience(id).await?;
                    audiences.insert(id, audience.clone());
                    audience
                }
            };
            let member = MemberId(row.int(2)?);
            let withheld = if row.flag(3)? { Withheld::Yes } else { Withheld::No };
            let shown = decide(viewer.principal(), Action::SeeOrigin(member, withheld)).is_ok();
            marks.insert(
                Timestamp::from_micros(row.int(0)?),
                Mark {
                    audience,
                    origin_name: if shown { row.maybe_text(4)? } else { None },
                },
            );
        }
        Ok(marks)
    }
}
