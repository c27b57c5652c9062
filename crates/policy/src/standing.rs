//! Where a member stands in the partnership, and what that allows: the one place that says so.
//!
//! ```text
//! invited ──► vetting ──► active ◄──► suspended
//!     └────────────────────►│              │
//!                           └────► left ◄──┘      (left ──► invited: it may come back as it came)
//! ```
//!
//! | state | its people sign in, it reads, shares and is served | it counts as a member to others |
//! |---|---|---|
//! | invited | no | no |
//! | vetting | no | no |
//! | active | yes | yes |
//! | suspended | no | yes: what it shared stays, and is still its own |
//! | left | no | no: it is in no community any more |

use serde::{Deserialize, Serialize};

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// Entered here; nobody of it has accepted so far.
    Invited,
    /// It has accepted and waits for its sponsors.
    Vetting,
    /// It takes part.
    Active,
    /// It may not take part for now.
    Suspended,
    /// It takes part no longer.
    Left,
}

impl MemberState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Invited, Self::Vetting, Self::Active, Self::Suspended, Self::Left];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Vetting => "vetting",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether its people sign in and it reads, shares, and is served by subscriptions and pushes.
    pub const fn acts(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether others meet it in the list of members.
    pub const fn is_listed(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }

    /// Whether it may become another.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Invited, Self::Vetting | Self::Active | Self::Left)
                | (Self::Vetting, Self::Active | Self::Left)
                | (Self::Active, Self::Suspended | Self::Left)
                | (Self::Suspended, Self::Active | Self::Left)
                | (Self::Left, Self::Invited)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::MemberState;

    #[test]
    fn names_come_back_and_only_the_active_act() {
        for state in MemberState::ALL {
            assert_eq!(MemberState::parse(state.as_str()), Some(state));
            assert!(!state.acts() || state.is_listed(), "who acts is seen to be there");
            assert!(!state.may_become(state));
        }
        let acting: Vec<_> = MemberState::ALL.into_iter().filter(|state| state.acts()).collect();
        assert_eq!(acting, [MemberState::Active]);
    }

    #[test]
    fn nobody_comes_back_without_being_asked_in_again() {
        for state in MemberState::ALL {
            assert_eq!(MemberState::Left.may_become(state), state == MemberState::Invited);
        }
    }
}
