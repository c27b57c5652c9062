//! Numbers that look random and are the same on every run: SplitMix64, a few lines, no dependency.

/// A stream of numbers from a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed and a number within it: object 7 is made without making objects 0 to 6.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is more than nought.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of a list.
    pub fn one<'l>(&mut self, list: &[&'l str]) -> &'l str {
        let at = self.below(list.len() as u64);
        usize::try_from(at)
            .ok()
            .and_then(|at| list.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// A UUID of version 4, as text.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(digits);
        text
    }

    /// A made-up word of a vocabulary of some 8,000, few of them frequent, as in a language.
    pub fn word(&mut self) -> String {
        const BEGIN: [&str; 20] = [
            "ba", "co", "den", "fil", "gra", "hol", "in", "jo", "ka", "lem", "mor", "nu", "or", "pla", "qui", "ras",
            "sto", "tri", "un", "ver",
        ];
        const END: [&str; 20] = [
            "bel", "con", "der", "fen", "gis", "har", "ing", "lor", "mat", "nes", "pon", "ras", "sel", "ton", "ul",
            "ver", "wen", "xis", "yor", "zan",
        ];
        // The square of a uniform number: the first words come far more often than the last.
        let uniform = self.below(90);
        let mut rank = uniform * uniform;
        let mut word = String::new();
        for (place, list) in [BEGIN, END, END].iter().enumerate() {
            if place == 2 && rank == 0 {
                break;
            }
            let at = usize::try_from(rank % 20).unwrap_or_default();
            word.push_str(list.get(at).copied().unwrap_or_default());
            rank /= 20;
        }
        word
    }

    /// Made-up sentences of about so many characters.
    pub fn prose(&mut self, characters: usize) -> String {
        let mut text = String::with_capacity(characters + 16);
        while text.len() < characters {
            if !text.is_empty() {
                text.push_str(if self.below(12) == 0 { ". " } else { " " });
            }
            text.push_str(&self.word());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_and_another_number_something_else() {
        assert_eq!(Random::of(1, 2).uuid(), Random::of(1, 2).uuid());
        assert_ne!(Random::of(1, 2).uuid(), Random::of(1, 3).uuid());
    }
}
