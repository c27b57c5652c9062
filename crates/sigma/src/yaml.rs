//! The YAML of rules, read under caps.
//!
//! A document becomes a plain tree of texts. Aliases are followed, and what they stand for counts each time, so that a
//! few lines that name each other cannot become gigabytes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Nodes of one document, aliases followed. The largest rule that SigmaHQ publishes has under a thousand.
pub const DOCUMENT_NODES: usize = 50_000;

/// A value. Scalars are texts: a rule compares texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, name: &str) -> Option<&Node> {
        match self {
            Self::Map(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::text)
    }

    /// The texts of a member that is a text or a list of texts.
    pub fn texts_of(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Self::Text(text)) => vec![text.clone()],
            Some(Self::List(items)) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}

/// Reads the documents of a file. The first that is not YAML ends the file, as nobody can say where the next begins.
pub fn documents(text: &str) -> impl Iterator<Item = Result<Node, serde_yaml_ng::Error>> + '_ {
    let mut ended = false;
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents.map_while(move |document| {
        if ended {
            return None;
        }
        let left = Cell::new(DOCUMENT_NODES);
        let node = Seed(&left).deserialize(document);
        ended = node.is_err();
        Some(node)
    })
}

#[derive(Clone, Copy)]
struct Seed<'c>(&'c Cell<usize>);

impl Seed<'_> {
    fn spend<E: Error>(self) -> Result<(), E> {
        match self.0.get().checked_sub(1) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(E::custom(format!(
                "the document has more than {DOCUMENT_NODES} values, aliases followed, the limit"
            ))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Sigma rule")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        while let Some(key) = map.next_key_seed(self)? {
            let key = match key {
                Node::Text(key) => key,
                Node::Null => String::new(),
                _ => return Err(A::Error::custom("a name is a list or a mapping")),
            };
            if members.iter().any(|(other, _)| *other == key) {
                return Err(A::Error::custom(format!("the name {key:?} is there twice")));
            }
            members.push((key, map.next_value_seed(self)?));
        }
        Ok(Node::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_texts() {
        let nodes: Vec<Node> = documents("a: 1\nb: true\nc: [x, null]\n---\nd: 0.5\n")
            .map(Result::unwrap)
            .collect();
        assert_eq!(nodes.len(), 2);
        assert_eq!(nodes[0].text_of("a"), Some("1"));
        assert_eq!(nodes[0].text_of("b"), Some("true"));
        assert_eq!(nodes[0].texts_of("c"), ["x"]);
    }

    #[test]
    fn aliases_that_multiply_are_refused_by_the_limit() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let below = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        let error = documents(&text).next().unwrap().unwrap_err().to_string();
        assert!(error.contains("limit"), "{error}");
    }

    #[test]
    fn a_broken_document_ends_the_file() {
        let all: Vec<_> = documents("a: 1\n---\nb: [\n---\nc: 1\n").collect();
        assert!(all[0].is_ok());
        assert!(all[1].is_err());
        assert_eq!(all.len(), 2);
    }
}
