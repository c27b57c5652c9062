//! What is around an object, two steps far: what is connected with it, and what is connected with that. Bounded, and the
//! same each time it is asked while nothing changes.

use std::collections::{BTreeMap, HashMap};

use store::{Direction, Edge};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Objects one step away.
const FIRST_MOST: usize = 20;
/// Objects that are taken in behind one of those.
const BEHIND_MOST: usize = 8;
/// Objects altogether.
const NODES_MOST: usize = 90;
/// Connections that are looked at of one object.
const LOOKED_AT: usize = 100;

/// An object around another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AroundNode {
    /// Its identifier.
    pub id: String,
    /// Its type, from its identifier.
    pub object_type: String,
    /// Whether the caller sees it.
    pub is_open: bool,
    /// Its name, where it is seen and has one.
    pub title: Option<String>,
    /// The object that it was found behind; none for the one in the middle.
    pub behind: Option<usize>,
}

/// A connection of two of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AroundLink {
    /// From which.
    pub from: usize,
    /// To which.
    pub to: usize,
    /// How: the type of the relationship, or the property.
    pub how: String,
}

/// What is around an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbourhood {
    /// The object in the middle, what is one step away, what is two.
    pub nodes: Vec<AroundNode>,
    /// What connects them.
    pub links: Vec<AroundLink>,
    /// Connected objects that are not in it.
    pub left: usize,
    /// Types of the objects around, those left out as well, with how many were met.
    pub types: BTreeMap<String, usize>,
}

/// What connects two objects, in words: the type of the relationship, or the property without its ending.
pub fn how(edge: &Edge) -> String {
    let property = || {
        let property = edge.property.trim_end_matches("_refs").trim_end_matches("_ref");
        property.replace('_', " ")
    };
    edge.via
        .as_ref()
        .map_or_else(property, |(_, kind)| kind.replace('-', " "))
}

/// A neighbourhood while it is gathered.
struct Gathering<'w> {
    around: Neighbourhood,
    places: HashMap<String, usize>,
    hidden: &'w [String],
}

impl Gathering<'_> {
    /// Takes in up to `most` of what is connected with a node; gives the new ones.
    fn take(&mut self, place: usize, edges: &[Edge], most: usize) -> Vec<usize> {
        let mut new = Vec::new();
        let mut left = std::collections::BTreeSet::new();
        for edge in edges {
            let object_type = stix::id::object_type(&edge.other).to_owned();
            let known = self.places.get(&edge.other).copied();
            if known.is_none() {
                *self.around.types.entry(object_type.clone()).or_default() += 1;
            }
            let is_hidden = self.hidden.contains(&object_type);
            let there = match known {
                Some(known) => known,
                None if is_hidden => continue,
                None if new.len() < most && self.around.nodes.len() < NODES_MOST => {
                    let there = self.around.nodes.len();
                    self.around.nodes.push(AroundNode {
                        id: edge.other.clone(),
                        object_type,
                        is_open: edge.other_type.is_some(),
                        title: edge.title.clone(),
                        behind: Some(place),
                    });
                    self.places.insert(edge.other.clone(), there);
                    new.push(there);
                    there
                }
                None => {
                    left.insert(&edge.other);
                    continue;
                }
            };
            let (from, to) = match edge.direction {
                Direction::Out => (place, there),
                Direction::In => (there, place),
            };
            let link = AroundLink {
                from,
                to,
                how: how(edge),
            };
            if from != to && !self.around.links.contains(&link) {
                self.around.links.push(link);
            }
        }
        self.around.left += left.len();
        new
    }
}

impl Node {
    /// What is around an object; objects of the hidden types are left out, and what is behind them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is nothing of that name that the caller may see.
    pub async fn neighbourhood(&self, caller: &Caller, id: &str, hidden: &[String]) -> Result<Neighbourhood, Error> {
        let edges = self.neighbours(caller, id, LOOKED_AT, None).await?;
        let viewer = self.viewer(caller).await?;
        let titles = self.store().object_titles(&viewer, &[id.to_owned()]).await?;
        let middle = AroundNode {
            id: id.to_owned(),
            object_type: stix::id::object_type(id).to_owned(),
            is_open: true,
            title: titles.get(id).cloned(),
            behind: None,
        };
        let mut gathering = Gathering {
            around: Neighbourhood {
                nodes: vec![middle],
                ..Neighbourhood::default()
            },
            places: HashMap::from([(id.to_owned(), 0)]),
            hidden,
        };
        for place in gathering.take(0, &edges, FIRST_MOST) {
            let Some(node) = gathering.around.nodes.get(place).filter(|node| node.is_open) else {
                continue;
            };
            let edges = self
                .store()
                .neighbours(&viewer, &node.id.clone(), LOOKED_AT, None)
                .await?;
            gathering.take(place, &edges, BEHIND_MOST);
        }
        gathering.around.links.sort();
        Ok(gathering.around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(other: String, direction: Direction) -> Edge {
        Edge {
            position: store::Position(1),
            property: "object_refs".to_owned(),
            direction,
            other_type: Some(stix::id::object_type(&other).to_owned()),
            other,
            title: None,
            via: None,
        }
    }

    #[test]
    fn it_is_bounded_and_says_what_it_leaves_out() {
        let mut gathering = Gathering {
            around: Neighbourhood {
                nodes: vec![AroundNode {
                    id: "report--0".to_owned(),
                    object_type: "report".to_owned(),
                    is_open: true,
                    title: None,
                    behind: None,
                }],
                ..Neighbourhood::default()
            },
            places: HashMap::from([("report--0".to_owned(), 0)]),
            hidden: &["tool".to_owned()],
        };
        let mut edges: Vec<Edge> = (0..30).map(|n| edge(format!("malware--{n}"), Direction::Out)).collect();
        edges.push(edge("tool--1".to_owned(), Direction::In));
        edges.push(edge("malware--0".to_owned(), Direction::Out));
        let new = gathering.take(0, &edges, 20);
        assert_eq!((new.len(), gathering.around.left), (20, 10));
        assert_eq!(
            gathering.around.links.len(),
            20,
            "one link for each, however often it is named"
        );
        assert_eq!(gathering.around.types["tool"], 1);
        // What points back is a link and no new node.
        assert!(
            gathering
                .take(1, &[edge("malware--1".to_owned(), Direction::In)], 8)
                .is_empty()
        );
        assert_eq!(gathering.around.links.len(), 21);
    }
}
