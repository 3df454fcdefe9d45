//! Secrets that occur nowhere else, and the spellings of them to look for.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

/// A generator of numbers (xorshift64*): the same seed makes the same portals.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound
    }

    pub fn one<'c, T: ?Sized>(&mut self, choices: &[&'c T]) -> &'c T {
        choices[self.below(choices.len())]
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// So many characters out of `alphabet`.
    pub fn letters(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..count)
            .map(|_| alphabet[self.below(alphabet.len())])
            .collect()
    }
}

/// What a secret is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `tr4kqz9bvmx2`: letters and digits.
    Mixed,
    /// Lower-case letters alone, as a word has them.
    Word,
    /// Digits alone.
    Digits,
    /// Letters and digits around characters that URLs, YAML and shells give a meaning to.
    Special,
    /// Words with a space between them.
    Phrase,
    /// Letters of other alphabets in the middle.
    Foreign,
    /// Some hundred letters and digits.
    Long,
    /// As a machine makes them: 32 letters and digits whose case changes often.
    Random,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Mixed,
        Self::Word,
        Self::Digits,
        Self::Special,
        Self::Phrase,
        Self::Foreign,
        Self::Long,
        Self::Random,
    ];
}

/// A planted secret.
pub struct Secret {
    pub text: String,
    pub kind: Kind,
}

const LOWER: &str = "bcdfghjkmnpqrstvwxz";
const MIXED: &str = "bcdfghjkmnpqrstvwxzBCDFGHJKMNPQRSTVWXZ";

impl Secret {
    pub fn new(kind: Kind, rng: &mut Rng) -> Self {
        let text = match kind {
            Kind::Mixed => {
                let mut half = || {
                    let (before, behind) = (rng.letters(MIXED, 3), rng.letters(LOWER, 2));
                    format!("{before}{}{behind}", rng.below(10))
                };
                format!("{}{}", half(), half())
            }
            Kind::Word => rng.letters(LOWER, 13),
            Kind::Digits => format!("{}{}", 1 + rng.below(8), rng.letters("0123456789", 14)),
            Kind::Special => {
                let odd = [
                    "<", ">", "|", "\\", "`", "\"", "'", "/", "?", "#", "%", "&", "=", ";", ",",
                    "{", "}", "[", "]", "!", "$", "@", ":", "*", "^", "~", "(", ")", "+",
                ];
                let one = rng.one(&odd);
                let two = rng.one(&odd);
                let (start, middle, end) = (
                    rng.letters(MIXED, 6),
                    rng.letters(LOWER, 1),
                    rng.letters(LOWER, 5),
                );
                format!("{start}{one}{middle}{two}{}{end}", rng.below(10))
            }
            Kind::Phrase => format!("{} {}", rng.letters(LOWER, 7), rng.letters(LOWER, 8)),
            Kind::Foreign => {
                let middle = rng.one(&["größe", "日本", "пароль", "é😀", "ß"]);
                let (start, end) = (rng.letters(LOWER, 6), rng.letters(LOWER, 5));
                format!("{start}{middle}{}{end}", rng.below(10))
            }
            Kind::Long => {
                let length = if rng.chance(3) { 2_200 } else { 300 };
                format!(
                    "{}7{}",
                    rng.letters(LOWER, length / 2),
                    rng.letters(LOWER, length / 2)
                )
            }
            Kind::Random => {
                let mut text = String::new();
                for _ in 0..8 {
                    text += &rng.letters(LOWER, 1);
                    text += &rng.letters("0123456789", 1);
                    text += &rng.letters(LOWER, 1).to_uppercase();
                    text += &rng.letters(LOWER, 1);
                }
                text
            }
        };
        Self { text, kind }
    }

    /// The secret itself is not looked for: either half of it shows it as well.
    fn needles(&self) -> Vec<String> {
        // Six digits in a row occur in any hash.
        let length = if self.kind == Kind::Digits { 7 } else { 6 };
        let characters: Vec<char> = self.text.chars().collect();
        let first: String = characters[..length].iter().collect();
        let last: String = characters[characters.len() - length..].iter().collect();
        let mut needles = Vec::new();
        for half in [&first, &last] {
            needles.push(half.clone());
            needles.push(half.chars().rev().collect());
            needles.push(hex(half, ""));
            needles.push(hex(half, "%"));
        }
        // A long one is recognised by its beginning.
        let beginning: String = characters.iter().take(60).collect();
        for padding in ["", "x", "xx"] {
            let encoded = base64(&format!("{padding}{beginning}"));
            let start = (padding.len() * 8).div_ceil(6);
            let inside = encoded.trim_end_matches('=');
            needles.push(inside[start..start + 10].to_owned());
        }
        needles
    }
}

fn hex(text: &str, before: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("{before}{byte:02x}"));
    bytes.collect()
}

pub fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            encoded.push(char::from(ALPHABET[bits >> (18 - 6 * index) & 63]));
        }
        encoded.push_str(&"=".repeat(3 - chunk.len()));
    }
    encoded
}

/// All secrets planted in one portal, and where.
#[derive(Default)]
pub struct Planted {
    needles: Vec<(String, usize)>,
    places: Vec<String>,
}

impl Planted {
    pub fn remember(&mut self, secret: &Secret, place: &str) {
        let number = self.places.len();
        self.places.push(format!("{place} ({:?})", secret.kind));
        let needles = secret.needles().into_iter();
        self.needles.extend(needles.map(|needle| (needle, number)));
    }

    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// A search for all of them at once, in any case.
    pub fn search(&self) -> Search<'_> {
        let needles = self.needles.iter().map(|(needle, _)| needle);
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(needles);
        Search {
            planted: self,
            search: search.unwrap(),
        }
    }
}

/// A search for everything that was planted.
pub struct Search<'p> {
    planted: &'p Planted,
    search: AhoCorasick,
}

impl Search<'_> {
    /// The places whose secret is in `bytes`, each with the line that shows it.
    pub fn shown(&self, bytes: &[u8]) -> BTreeMap<String, String> {
        let mut shown = BTreeMap::new();
        for found in self.search.find_iter(bytes) {
            let (needle, number) = &self.planted.needles[found.pattern().as_usize()];
            let start = found.start().saturating_sub(50);
            let end = (found.start() + 70).min(bytes.len());
            let around = String::from_utf8_lossy(&bytes[start..end]).replace('\n', "⏎");
            shown
                .entry(self.planted.places[*number].clone())
                .or_insert_with(|| format!("{needle:?} in …{around}…"));
        }
        shown
    }
}
