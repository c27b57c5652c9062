//! A small picture of what an object is connected to: itself in the middle, the others around it, each a link.

use store::{Direction, Edge};

/// Neighbours in the picture.
const MOST: usize = 12;
/// Characters of a name.
const NAME: usize = 22;
const MIDDLE: (f64, f64) = (320.0, 190.0);
const REACH: (f64, f64) = (215.0, 145.0);

/// Something around the middle.
pub(super) struct Node {
    pub id: String,
    pub name: String,
    pub full: String,
    /// What connects them.
    pub label: String,
    /// Whether it refers to the middle.
    pub comes_in: bool,
    pub is_open: bool,
    pub x: i32,
    pub y: i32,
    /// Where the label stands.
    pub label_x: i32,
    pub label_y: i32,
    /// Where the line ends.
    pub end_x: i32,
    pub end_y: i32,
}

/// The picture.
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    /// Neighbours that are only in the list.
    pub left: usize,
}

impl Graph {
    /// Of what is connected, the newest first.
    pub fn new(edges: &[Edge]) -> Self {
        let mut known = std::collections::HashSet::new();
        let one_each: Vec<&Edge> = edges.iter().filter(|edge| known.insert(edge.other.as_str())).collect();
        let shown = one_each.len().min(MOST);
        let place = |(at, edge): (usize, &&Edge)| {
            let turn = std::f64::consts::TAU * at as f64 / shown as f64 - std::f64::consts::FRAC_PI_2;
            let point = |part: f64| {
                let x = MIDDLE.0 + part * REACH.0 * turn.cos();
                let y = MIDDLE.1 + part * REACH.1 * turn.sin();
                (x.round() as i32, y.round() as i32)
            };
            let full = edge.title.clone().unwrap_or_else(|| edge.other.clone());
            let ((x, y), (label_x, label_y), (end_x, end_y)) = (point(1.0), point(0.45), point(0.9));
            Node {
                id: edge.other.clone(),
                name: short(&full),
                label: short(&label(edge)),
                comes_in: edge.direction == Direction::In,
                is_open: edge.other_type.is_some(),
                full,
                x,
                y,
                label_x,
                label_y,
                end_x,
                end_y,
            }
        };
        Self {
            nodes: one_each.iter().take(shown).enumerate().map(place).collect(),
            left: one_each.len() - shown,
        }
    }
}

/// What connects two objects: the type of the relationship, or the property without its ending.
pub(super) fn label(edge: &Edge) -> String {
    let property = || {
        edge.property
            .trim_end_matches("_refs")
            .trim_end_matches("_ref")
            .replace('_', " ")
    };
    edge.via
        .as_ref()
        .map_or_else(property, |(_, kind)| kind.replace('-', " "))
}

fn short(text: &str) -> String {
    if text.chars().count() <= NAME {
        return text.to_owned();
    }
    let begin: String = text.chars().take(NAME - 1).collect();
    format!("{begin}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(other: &str, title: &str) -> Edge {
        Edge {
            position: store::Position(1),
            property: "target_ref".to_owned(),
            direction: Direction::Out,
            other: other.to_owned(),
            other_type: Some("malware".to_owned()),
            title: Some(title.to_owned()),
            via: None,
        }
    }

    #[test]
    fn many_neighbours_are_a_few_in_the_picture_each_within_it() {
        let mut edges: Vec<Edge> = (0..30)
            .map(|number| edge(&number.to_string(), &"w".repeat(99)))
            .collect();
        edges.push(edge("0", "again"));
        let graph = Graph::new(&edges);
        assert_eq!((graph.nodes.len(), graph.left), (12, 18));
        for node in &graph.nodes {
            assert!((0..=640).contains(&node.x) && (0..=380).contains(&node.y));
            assert_eq!((node.name.chars().count(), node.label.as_str()), (22, "target"));
        }
        assert!(Graph::new(&[]).nodes.is_empty());
    }
}
