//! Scopes: what a key was made for. They only take away: a key does what its person may do *and* its scopes say.
//!
//! | scope | what it lets a key do |
//! |---|---|
//! | read | read items, members, commitments, receipts |
//! | share | share and take back items |
//! | sightings | record hits and reports, decide what is told of them, give feedback |
//! | commitments | make, keep and decide on commitments, choose notices |
//! | members | invite, vouch, accept, change contacts and people |
//! | communities | make, change and moderate communities |
//! | keys | make and end keys and sessions |
//! | admin | whatever needs the role operator |
//!
//! Who signs in with a password has all of them, and so have keys for which nothing was said.

/// One thing that a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read items and what stands around them.
    Read,
    /// Share and take back items.
    Share,
    /// Record hits, judge sightings, give feedback.
    Sightings,
    /// Make, keep and decide on commitments.
    Commitments,
    /// Members, their contacts and people.
    Members,
    /// Communities and what waits in them.
    Communities,
    /// Keys and sessions.
    Keys,
    /// The node.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Share,
        Self::Sightings,
        Self::Commitments,
        Self::Members,
        Self::Communities,
        Self::Keys,
        Self::Admin,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Share => "share",
            Self::Sightings => "sightings",
            Self::Commitments => "commitments",
            Self::Members => "members",
            Self::Communities => "communities",
            Self::Keys => "keys",
            Self::Admin => "admin",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Default for Scopes {
    /// All: what a key without scopes could do from the start.
    fn default() -> Self {
        Self::ALL
    }
}

impl Scopes {
    /// Every scope: nothing is taken away.
    pub const ALL: Self = Self(u8::MAX);
    /// Not one: nothing is left.
    pub const NONE: Self = Self(0);

    /// Whether a scope is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all of the others are among them.
    pub const fn covers(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Whether it lets a key change who may do what, and so do more than it was made for.
    pub const fn is_wide(self) -> bool {
        self.has(Scope::Members) || self.has(Scope::Communities) || self.has(Scope::Keys) || self.has(Scope::Admin)
    }

    /// Those in it, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// The names, as stored and shown.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Scope::as_str).collect()
    }

    /// Reads names; none where one of them is not known.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        names.into_iter().map(Scope::parse).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn names_come_back_as_they_were_and_all_of_them_is_everything() {
        assert_eq!(Scopes::from_iter(Scope::ALL), Scopes::ALL);
        assert_eq!(
            Scopes::parse(["read", "share"]),
            Some(Scopes::from_iter([Scope::Share, Scope::Read]))
        );
        assert_eq!(Scopes::parse(["read", "root"]), None);
        assert_eq!(Scopes::parse(Scopes::ALL.names()), Some(Scopes::ALL));
        assert!(Scopes::ALL.covers(Scopes::NONE) && !Scopes::NONE.covers(Scopes::ALL));
    }
}
