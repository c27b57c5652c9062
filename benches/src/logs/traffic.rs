//! The ordinary traffic: who talks to whom, with few names and servers that many call and many that few call.

use super::index::Index;
use super::indicators::is_ordinary;
use super::names;
use super::scene::{Kind, Scene};
use crate::random::Random;

/// Servers that are called again and again.
const SERVERS: u64 = 100_000;
/// Names that are asked for again and again.
const NAMES: u64 = 60_000;
/// Who answers DNS at home: 10.0.0.53.
pub const RESOLVER: u32 = 0x0a00_0035;

/// Servers and names, none of which hits anything on the list.
#[derive(Debug)]
pub struct Traffic {
    seed: u64,
    servers: Vec<u32>,
    names: Vec<String>,
}

impl Traffic {
    /// Servers and names beside a list.
    pub fn beside(index: &Index, seed: u64) -> Self {
        let mut random = Random::of(seed, u64::MAX);
        let mut servers = Vec::new();
        while (servers.len() as u64) < SERVERS {
            servers.push(clean_address(index, &mut random));
        }
        let mut names = Vec::new();
        while (names.len() as u64) < NAMES {
            let name = names::domain(&mut random);
            if index.is_clean_name(&name) {
                names.push(name);
            }
        }
        Self { seed, servers, names }
    }

    /// A name, the first ones far more often than the last.
    pub fn name(&self, random: &mut Random) -> (u64, &str) {
        let rank = skewed(random, NAMES);
        let name = usize::try_from(rank).ok().and_then(|at| self.names.get(at));
        (rank, name.map_or("", String::as_str))
    }

    fn server(&self, rank: u64) -> u32 {
        let at = usize::try_from(rank % SERVERS).ok();
        at.and_then(|at| self.servers.get(at)).copied().unwrap_or_default()
    }

    /// Tells what an ordinary line is about. One address in fifty is met for the first time.
    pub fn fill(&self, index: &Index, random: &mut Random, scene: &mut Scene) {
        scene.clear();
        scene.kind = match random.below(100) {
            0..60 => Kind::Conn,
            60..78 => Kind::Dns,
            78..83 => Kind::Http,
            83..95 => Kind::Ssl,
            _ => Kind::Files,
        };
        scene.from = client(random);
        let (rank, name) = self.name(random);
        scene.certificate = rank;
        scene.to = match random.below(50) {
            0 => clean_address(index, random),
            _ if scene.kind == Kind::Conn => self.server(skewed(random, SERVERS)),
            _ => self.server(rank.wrapping_mul(0x9e37_79b9)),
        };
        match scene.kind {
            Kind::Conn => {}
            Kind::Dns => {
                scene.name.push_str(name);
                for place in 0..random.below(4) {
                    scene.answers.push(self.server(rank.wrapping_mul(0x9e37_79b9) + place));
                }
                scene.to = RESOLVER + u32::from(random.below(2) == 0);
            }
            Kind::Http => {
                scene.name.push_str(name);
                scene.path = names::path(random);
            }
            Kind::Ssl => scene.name.push_str(name),
            Kind::Files => scene.hash = random.hex(64),
        }
    }

    /// What the random numbers of a line depend on.
    pub fn random(&self, line: u64) -> Random {
        Random::of(self.seed, line)
    }
}

/// A machine of the organisation whose traffic it is.
pub fn client(random: &mut Random) -> u32 {
    let rank = u32::try_from(skewed(random, 4_000)).unwrap_or_default();
    0x0a2f_0000 + (rank / 250) * 256 + rank % 250 + 2
}

/// An address that hits nothing on the list.
pub fn clean_address(index: &Index, random: &mut Random) -> u32 {
    // A list of ten million takes a fifth of all addresses; a thousand attempts end anywhere.
    for _ in 0..1_000 {
        let address = u32::try_from(random.below(1 << 32)).unwrap_or_default();
        if is_ordinary(address) && index.is_clean_address(address) {
            return address;
        }
    }
    client(random)
}

/// A number below `end`; the third power of an even one, so that the first come most often.
fn skewed(random: &mut Random, end: u64) -> u64 {
    let even = random.below(1 << 20);
    let cube = (((even * even) >> 20) * even) >> 20;
    (cube * end) >> 20
}
