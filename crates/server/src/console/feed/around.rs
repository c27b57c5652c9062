//! The larger picture of what is around an object, two steps far: itself in the middle, around it what is connected with
//! it, and outside what is connected with that. The same objects always stand in the same places.

use askama::Template;
use axum::response::Response;
use node::neighbourhood::Neighbourhood;

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::shell::{Shell, encoded};
use crate::console::show;
use crate::problem::Fault;

/// The picture is a square, its middle in the middle.
const SIDE: f64 = 1_100.0;
/// How far from the middle the two rings are.
const RINGS: [f64; 2] = [190.0, 370.0];
/// Characters of a name in the picture.
const NAME: usize = 24;
/// Types that can be hidden.
const HIDDEN_MOST: usize = 40;

/// Something in the picture.
struct Dot {
    id: String,
    object_type: String,
    name: String,
    full: String,
    is_open: bool,
    /// Whether it is in the outer ring.
    is_outer: bool,
    x: i32,
    y: i32,
    text_x: i32,
    text_y: i32,
    /// How the name of one in the outer ring is turned, so that names do not cover each other.
    turn: i32,
    /// Whether the name ends at the dot.
    ends: bool,
}

/// A line of the picture.
struct Line {
    x1: i32,
    y1: i32,
    x2: i32,
    y2: i32,
}

/// A connection in the list.
struct Connection {
    how: String,
    /// Whether it leads from the object under which it is listed.
    goes_out: bool,
    other: usize,
}

/// A type of the objects around, to be shown or hidden.
struct Kind {
    name: String,
    count: usize,
    is_hidden: bool,
    /// The query of the page on which that is otherwise.
    otherwise: String,
}

/// The picture and the list.
struct Picture {
    dots: Vec<Dot>,
    lines: Vec<Line>,
    /// Of each object, by its place, what connects it with others.
    connections: Vec<Vec<Connection>>,
}

impl Picture {
    fn new(around: &Neighbourhood) -> Self {
        let turns = turns(around);
        let place = |at: usize| -> (f64, f64, f64, usize) {
            let ring = steps(around, at);
            let turn = turns.get(at).copied().unwrap_or_default();
            let far = ring
                .checked_sub(1)
                .and_then(|ring| RINGS.get(ring))
                .copied()
                .unwrap_or(0.0);
            (SIDE / 2.0 + far * turn.cos(), SIDE / 2.0 + far * turn.sin(), turn, ring)
        };
        let dot = |(at, node): (usize, &node::neighbourhood::AroundNode)| {
            let (x, y, turn, ring) = place(at);
            let full = node
                .title
                .clone()
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| node.id.clone());
            let is_left = turn.cos() < 0.0;
            let (text_x, text_y) = match ring {
                2 => (x + if is_left { -14.0 } else { 14.0 }, y + 4.0),
                _ => (x, y + 26.0),
            };
            let degrees = turn.to_degrees();
            Dot {
                id: node.id.clone(),
                object_type: node.object_type.clone(),
                name: short(&full),
                full,
                is_open: node.is_open,
                is_outer: ring == 2,
                x: x.round() as i32,
                y: y.round() as i32,
                text_x: text_x.round() as i32,
                text_y: text_y.round() as i32,
                turn: if is_left { degrees + 180.0 } else { degrees }.round() as i32,
                ends: is_left,
            }
        };
        let line = |link: &node::neighbourhood::AroundLink| {
            let (from, to) = (place(link.from), place(link.to));
            let whole = |number: f64| number.round() as i32;
            Line {
                x1: whole(from.0),
                y1: whole(from.1),
                x2: whole(to.0),
                y2: whole(to.1),
            }
        };
        let mut connections: Vec<Vec<Connection>> = around.nodes.iter().map(|_| Vec::new()).collect();
        for link in &around.links {
            for (one, other, goes_out) in [(link.from, link.to, true), (link.to, link.from, false)] {
                if let Some(of) = connections.get_mut(one) {
                    of.push(Connection {
                        how: link.how.clone(),
                        goes_out,
                        other,
                    });
                }
            }
        }
        Self {
            dots: around.nodes.iter().enumerate().map(dot).collect(),
            lines: around.links.iter().map(line).collect(),
            connections,
        }
    }

    /// The object under which a connection leads somewhere.
    fn dot(&self, at: &usize) -> Option<&Dot> {
        self.dots.get(*at)
    }
}

/// How many steps a node is away from the middle.
fn steps(around: &Neighbourhood, at: usize) -> usize {
    let mut steps = 0;
    let mut here = around.nodes.get(at).and_then(|node| node.behind);
    while let Some(behind) = here.filter(|_| steps < RINGS.len()) {
        steps += 1;
        here = around.nodes.get(behind).and_then(|node| node.behind);
    }
    steps
}

/// Where each stands on its ring, as an angle: what is behind another stands on its side, and who has more behind them
/// has more room.
fn turns(around: &Neighbourhood) -> Vec<f64> {
    let first: Vec<usize> = (0..around.nodes.len()).filter(|at| steps(around, *at) == 1).collect();
    let behind = |place: usize| -> Vec<usize> {
        let nodes = around.nodes.iter().enumerate();
        nodes
            .filter(|(_, node)| node.behind == Some(place))
            .map(|(at, _)| at)
            .collect()
    };
    let room = |place: &usize| behind(*place).len().max(1) as f64;
    let all: f64 = first.iter().map(room).sum::<f64>().max(1.0);
    let mut turns = vec![0.0; around.nodes.len()];
    let mut put = |at: usize, turn: f64| {
        if let Some(place) = turns.get_mut(at) {
            *place = turn;
        }
    };
    let mut begin = -std::f64::consts::FRAC_PI_2;
    for place in &first {
        let wide = room(place) / all * std::f64::consts::TAU;
        put(*place, begin + wide / 2.0);
        let outer = behind(*place);
        let step = wide / outer.len().max(1) as f64;
        for (number, at) in outer.iter().enumerate() {
            put(*at, begin + step * (number as f64 + 0.5));
        }
        begin += wide;
    }
    turns
}

fn short(text: &str) -> String {
    if text.chars().count() <= NAME {
        return text.to_owned();
    }
    let begin: String = text.chars().take(NAME - 1).collect();
    format!("{begin}…")
}

#[derive(Template)]
#[template(path = "console/feed/around.html")]
struct Page {
    shell: Shell,
    id: String,
    name: String,
    picture: Picture,
    kinds: Vec<Kind>,
    left: usize,
    /// Objects in the picture beside the one in the middle.
    count: usize,
    side: i32,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["hide"])?;
    let hidden: Vec<String> = parameters.all("hide").take(HIDDEN_MOST).map(str::to_owned).collect();
    let id = asked.param("id");
    let around = asked.node().neighbourhood(asked.caller(), id, &hidden).await?;
    let query = |hidden: Vec<&String>| {
        let parts: Vec<String> = hidden
            .into_iter()
            .map(|kind| format!("hide={}", encoded(kind)))
            .collect();
        parts.join("&")
    };
    let kind = |(name, count): (&String, &usize)| {
        let is_hidden = hidden.contains(name);
        let others = hidden.iter().filter(|kind| *kind != name);
        Kind {
            name: name.clone(),
            count: *count,
            is_hidden,
            otherwise: query(others.chain((!is_hidden).then_some(name)).collect()),
        }
    };
    let name = around.nodes.first().and_then(|node| node.title.clone());
    show(&Page {
        shell: Shell::of(&asked, "feed").await?,
        id: id.to_owned(),
        name: name.unwrap_or_else(|| id.to_owned()),
        picture: Picture::new(&around),
        kinds: around.types.iter().map(kind).collect(),
        left: around.left,
        count: around.nodes.len().saturating_sub(1),
        side: SIDE as i32,
    })
}

#[cfg(test)]
mod tests {
    use node::neighbourhood::{AroundLink, AroundNode};

    use super::*;

    fn node(id: &str, behind: Option<usize>) -> AroundNode {
        AroundNode {
            id: id.to_owned(),
            object_type: "malware".to_owned(),
            is_open: true,
            title: Some("w".repeat(99)),
            behind,
        }
    }

    #[test]
    fn all_stand_in_the_picture_apart_from_each_other_and_always_in_the_same_place() {
        let mut nodes = vec![node("0", None)];
        nodes.extend((1..=20).map(|number| node(&number.to_string(), Some(0))));
        nodes.extend((0..60).map(|number| node(&format!("2{number}"), Some(number % 20 + 1))));
        let links = (1..nodes.len()).map(|to| AroundLink {
            from: nodes[to].behind.unwrap(),
            to,
            how: "uses".to_owned(),
        });
        let around = Neighbourhood {
            links: links.collect(),
            nodes,
            ..Neighbourhood::default()
        };
        let picture = Picture::new(&around);
        assert_eq!((picture.dots.len(), picture.lines.len()), (81, 80));
        let mut places: Vec<(i32, i32)> = picture.dots.iter().map(|dot| (dot.x, dot.y)).collect();
        assert!(
            places
                .iter()
                .all(|(x, y)| (150..=950).contains(x) && (150..=950).contains(y))
        );
        assert_eq!(
            places,
            Picture::new(&around)
                .dots
                .iter()
                .map(|dot| (dot.x, dot.y))
                .collect::<Vec<_>>()
        );
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 81);
        assert_eq!(picture.dots.iter().filter(|dot| dot.is_outer).count(), 60);
        assert_eq!(picture.connections[0].len(), 20);
        assert!(picture.connections[1].iter().any(|one| !one.goes_out && one.other == 0));
    }
}
