//! Puts into lines what is on the list, and what only looks like it.
//!
//! | look-alike | beside |
//! |---|---|
//! | `11.2.3.45`, `1.2.3.45` | the address `1.2.3.4` |
//! | the address before the first and after the last | a network |
//! | `notevil.zz`, `evil.zz.other.qq`, `evil.zz-x.qq` | the domain `evil.zz` |
//! | `1.2.3.4.other.qq` | the address `1.2.3.4` |
//! | its host with another path, its path with another host | a URL |
//! | one digit changed, one digit more | a hash |

use std::net::Ipv4Addr;

use super::index::Index;
use super::indicators::{is_ordinary, mask};
use super::names;
use super::scene::{Kind, Scene};
use super::traffic::{RESOLVER, Traffic, client};
use crate::random::Random;

/// Makes a line one that hits: with a value of the list, chosen evenly over all of them. A URL with `https` is never
/// requested in the open, so these are passed over.
pub fn hit(index: &Index, random: &mut Random, scene: &mut Scene) {
    match random.below(20) {
        0..10 => {
            if let Some(address) = one(&index.addresses, random) {
                put_address(*address, random, scene);
            }
        }
        10..12 => {
            if let Some((length, first)) = one(&index.networks, random) {
                let within = u32::try_from(random.below(1 << 32)).unwrap_or_default() & !mask(*length);
                put_address(first | within, random, scene);
            }
        }
        12..17 => {
            if let Some(name) = one(&index.domains, random) {
                let name = match random.below(100) {
                    0..40 => name.clone(),
                    40..75 => format!("{}.{name}", names::host(random)),
                    75..87 => name.to_ascii_uppercase(),
                    _ => mixed_case(&format!("{}.{name}", names::host(random)), random),
                };
                put_name(&name, random, scene);
            }
        }
        17 => {
            if let Some((host, path)) = request(index, random) {
                put_request(host, path, scene);
                scene.escaped = random.below(3) == 0;
            }
        }
        _ => {
            if let Some(hash) = one(&index.hashes, random) {
                scene.clear();
                scene.kind = Kind::Files;
                scene.hash = if random.below(10) < 6 {
                    hash.clone()
                } else {
                    hash.to_ascii_uppercase()
                };
            }
        }
    }
}

/// Makes a line one that only looks like a hit. What it becomes may be on the list by chance: the caller asks.
pub fn look_alike(index: &Index, traffic: &Traffic, random: &mut Random, scene: &mut Scene) {
    match random.below(10) {
        0 | 1 => {
            let address = one(&index.addresses, random).and_then(|address| longer_address(*address, random));
            if let Some(address) = address {
                put_address(address, random, scene);
            }
        }
        2 => {
            if let Some((length, first)) = one(&index.networks, random) {
                let outside = if random.below(2) == 0 {
                    first.wrapping_sub(1)
                } else {
                    (first | !mask(*length)).wrapping_add(1)
                };
                if is_ordinary(outside) {
                    put_address(outside, random, scene);
                }
            }
        }
        3..6 => {
            if let Some(name) = one(&index.domains, random) {
                let name = match random.below(3) {
                    0 => format!("{}{name}", random.one(&["not", "my", "x", "the-"])),
                    1 => format!("{name}.{}", traffic.name(random).1),
                    _ => format!("{name}-{}.{}", random.word(), random.one(&names::ENDINGS)),
                };
                put_name(&name, random, scene);
            }
        }
        6 => {
            if let Some(address) = one(&index.addresses, random) {
                let name = format!("{}.{}", Ipv4Addr::from_bits(*address), traffic.name(random).1);
                put_name(&name, random, scene);
            }
        }
        7 => {
            if let Some((host, path)) = request(index, random) {
                if random.below(2) == 0 {
                    let other = names::path(random);
                    // A URL covers what continues it: that would be no look-alike.
                    if !other.starts_with(path) {
                        put_request(host, &other, scene);
                    }
                } else {
                    put_request(traffic.name(random).1, path, scene);
                }
                scene.escaped = random.below(3) == 0;
            }
        }
        _ => {
            if let Some(hash) = one(&index.hashes, random) {
                scene.clear();
                scene.kind = Kind::Files;
                scene.hash = other_hash(hash, random);
            }
        }
    }
}

fn one<'l, T>(list: &'l [T], random: &mut Random) -> Option<&'l T> {
    let at = usize::try_from(random.below(list.len() as u64)).ok()?;
    list.get(at)
}

/// Puts an address where addresses stand: most often who is called, sometimes who calls or what DNS answers.
fn put_address(address: u32, random: &mut Random, scene: &mut Scene) {
    scene.clear();
    scene.kind = Kind::Conn;
    match random.below(10) {
        0 | 1 => {
            scene.to = client(random);
            scene.from = address;
        }
        2 => {
            scene.kind = Kind::Dns;
            scene.name = format!("{}.zzcloud", random.hex(10));
            scene.answers.push(address);
            scene.to = RESOLVER;
        }
        _ => scene.to = address,
    }
}

/// Puts a name where names stand.
fn put_name(name: &str, random: &mut Random, scene: &mut Scene) {
    scene.clear();
    scene.kind = match random.below(10) {
        0..5 => Kind::Dns,
        5 | 6 => Kind::Http,
        _ => Kind::Ssl,
    };
    scene.name.push_str(name);
    match scene.kind {
        Kind::Http => scene.path = names::path(random),
        Kind::Dns => scene.to = RESOLVER,
        _ => {}
    }
}

fn put_request(host: &str, path: &str, scene: &mut Scene) {
    scene.clear();
    scene.kind = Kind::Http;
    scene.name.push_str(host);
    scene.path.push_str(path);
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        scene.to = address.to_bits();
    }
}

/// Host and path of a URL of the list that Zeek would see in the open.
fn request<'i>(index: &'i Index, random: &mut Random) -> Option<(&'i str, &'i str)> {
    // Seven of ten are; a list without any ends the search.
    for _ in 0..64 {
        let rest = one(&index.urls, random)?.strip_prefix("http://");
        if let Some(parts) = rest.and_then(|rest| rest.split_at_checked(rest.find('/')?)) {
            return Some(parts);
        }
    }
    None
}

/// An address that has another one's text in its own: a digit more in front, behind, or both.
fn longer_address(address: u32, random: &mut Random) -> Option<u32> {
    let text = Ipv4Addr::from_bits(address).to_string();
    let (front, behind) = (random.below(2) + 1, random.below(10));
    let texts = match random.below(3) {
        0 => [
            format!("{front}{text}{behind}"),
            format!("{front}{text}"),
            format!("{text}{behind}"),
        ],
        1 => [
            format!("{front}{text}"),
            format!("{text}{behind}"),
            format!("{front}{text}{behind}"),
        ],
        _ => [
            format!("{text}{behind}"),
            format!("{front}{text}"),
            format!("{front}{text}{behind}"),
        ],
    };
    let read = texts.iter().filter_map(|text| text.parse::<Ipv4Addr>().ok());
    read.map(Ipv4Addr::to_bits).find(|longer| is_ordinary(*longer))
}

/// A hash with one digit changed, or one digit longer.
fn other_hash(hash: &str, random: &mut Random) -> String {
    if random.below(2) == 0 {
        return format!("{hash}{}", random.hex(1));
    }
    let at = usize::try_from(random.below(64)).unwrap_or_default();
    let changed = |(place, letter): (usize, char)| match letter {
        _ if place != at => letter,
        '0' => '1',
        _ => '0',
    };
    hash.chars().enumerate().map(changed).collect()
}

fn mixed_case(name: &str, random: &mut Random) -> String {
    let mut bits = random.next();
    name.chars()
        .map(|letter| {
            bits = bits.rotate_right(1);
            if bits & 1 == 0 {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        })
        .collect()
}
