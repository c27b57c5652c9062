//! Made-up names, paths and URLs.
//!
//! A million different names do not fit under the few that RFC 2606 sets aside, and the built-in warninglists would take
//! those out. So names end in what the root has not delegated: the two-letter codes that ISO 3166-1 leaves to its users
//! (`zz`, `qm` to `qz`, `xa` to `xy`), which never become country domains, and longer words that begin with `zz`.
//! Nobody can hold such a name, and no server answers for it.

use crate::random::Random;

/// Endings that are not delegated. Left out of the codes are `xk`, which some use for Kosovo, and `xz`, a file's ending.
pub const ENDINGS: [&str; 48] = [
    "zz", "zz", "zz", "zz", "qq", "qq", "xx", "xx", "aa", "qm", "qn", "qo", "qp", "qr", "qs", "qt", "qu", "qv", "qw",
    "qx", "qy", "qz", "xa", "xb", "xc", "xd", "xe", "xf", "xg", "xh", "xi", "xj", "xl", "xm", "xn", "xo", "xp", "xq",
    "xr", "xs", "zzonline", "zzshop", "zzinfo", "zzcloud", "co.zz", "com.qq", "net.xx", "org.xa",
];

/// Labels with letters outside ASCII, as they travel.
const PUNYCODE: [&str; 4] = ["xn--bcher-kva", "xn--mnchen-3ya", "xn--caf-dma", "xn--r8jz45g"];
/// What stands in front of a domain that somebody holds.
const HOSTS: [&str; 16] = [
    "www", "www", "mail", "cdn", "api", "login", "static", "img", "update", "vpn", "secure", "account", "ns1",
    "portal", "files", "m",
];

/// A name of one of the shapes that names on lists have. The label before its ending has six letters or more, so that
/// a search for substrings is not unfairly worse here than with real names.
pub fn domain(random: &mut Random) -> String {
    let shape = random.below(100);
    let mut name = match shape {
        0..25 => format!("{}-{}", label(random), random.word()),
        25..40 => format!("{}{}", label(random), random.word()),
        40..50 => format!("{}{}", label(random), random.below(1_000)),
        50..65 => letters(random),
        65..85 => format!("{}.{}{}", random.one(&HOSTS), label(random), random.word()),
        85..92 => format!("{}.{}-{}", random.hex(7), label(random), random.word()),
        92..99 => format!("{}-{}-{}", label(random), random.word(), random.word()),
        _ => format!("{}{}.{}", label(random), random.below(10_000), random.one(&PUNYCODE)),
    };
    name.push('.');
    name.push_str(random.one(&ENDINGS));
    name
}

/// A word of six letters or more.
fn label(random: &mut Random) -> String {
    let mut label = random.word();
    while label.len() < 6 {
        label.push_str(&random.word());
    }
    label
}

/// Letters without sense, as malware makes names up.
fn letters(random: &mut Random) -> String {
    let length = 8 + random.below(9);
    (0..length)
        .map(|_| char::from(b'a' + u8::try_from(random.below(26)).unwrap_or_default()))
        .collect()
}

/// A label to put in front of a name.
pub fn host(random: &mut Random) -> String {
    match random.below(3) {
        0 => random.hex(6),
        1 => format!("{}{}", random.one(&HOSTS), random.below(20)),
        _ => random.one(&HOSTS).to_owned(),
    }
}

/// Path and query of a URL, in the canonical form.
pub fn path(random: &mut Random) -> String {
    let mut path = String::with_capacity(40);
    for _ in 0..random.below(3) {
        path.push('/');
        path.push_str(&random.word());
    }
    path.push('/');
    match random.below(6) {
        0 => path.push_str(&format!("{}.php", random.word())),
        1 => path.push_str(&format!("{}{}.html", random.word(), random.below(1_000))),
        2 => path.push_str(&format!("{}.exe", random.hex(8))),
        3 => path.push_str(&random.hex(12)),
        4 => path.push_str(&format!("{}_{}.js", random.word(), random.below(100))),
        _ => path.push_str(&format!("{}-{}/", random.word(), random.hex(4))),
    }
    if random.below(10) < 3 {
        path.push_str(&format!("?id={}&k={}", random.below(1_000_000), random.hex(6)));
    }
    path
}
