//! How inputs change, besides what libFuzzer does to bytes.

use crate::grammar;
use crate::random::Random;
use crate::targets::{TOKEN, Target};

/// How often a piece is repeated.
const TIMES: [usize; 5] = [2, 3, 12, 60, 400];

/// Words of many of the formats that are read.
const WORDS: &[&str] = &[
    "app:",
    "backend:",
    "database:",
    "client: pg",
    "connection:",
    "password: ",
    "$include: ",
    "$file: ",
    "$env: ",
    "${V}",
    "${V:-x}",
    "&a ",
    "*a",
    "<<: *a",
    "? ",
    "- ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "!!set ",
    "%YAML 1.1\n---\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    ": ",
    "\n",
    "\n  ",
    "\t",
    "\u{feff}",
    "\u{202e}",
    "\r\n",
    "http://u:p@h/",
    "://",
    "@",
    "=",
    "-----BEGIN PRIVATE KEY-----",
    "FROM node AS a\n",
    "COPY --from=a . .\n",
    "CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n",
    "ENV A=$A\n",
    "services:",
    "image:",
    "command: ",
    "kind: Deployment\n",
    "kind: ConfigMap\n",
    "data:",
    "args: [--config, app-config.yaml]",
    "# stagecheck: ignore[yaml-surprise] x\n",
    "stagecheck.yaml",
    "exclude: [",
    "policies: [p.yaml]\n",
    "overrides:",
    "baseline: ",
    "\"workspaces\": [\"packages/*\"]",
    "\"dependencies\": {",
    "\"configSchema\": \"config.d.ts\"",
    "__metadata:\n  version: 8\n",
    "lockfileVersion: '9.0'\n",
    "=== app-config.production.yaml\n",
    "=== Dockerfile\n",
    "=== package.json\n",
    "=== packages/a/config.d.ts\n",
    "=== .gitignore\n",
    "=== .dockerignore\n",
    "=== compose.yaml\n",
    "=== k8s/d.yaml\n",
    "=== values.yaml\n",
    "{a,",
    "**/",
    "!",
    "[a-",
    "--config ",
    "export ",
    "&& ",
    "$(",
    "`",
    "exec ",
    "\\",
];

/// What nests.
const NESTS: &[(&str, &str)] = &[
    ("[", "]"),
    ("{a: ", "}"),
    ("(", ")"),
    ("{a,", "}"),
    ("Partial<", ">"),
    ("{\"a\":", "}"),
    ("$(", ")"),
    ("${A:-", "}"),
    ("!(", ")"),
    ("[1].all(x, ", ")"),
];

/// Changes an input in place. Out: its new size.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    target: Target,
    by_bytes: impl Fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = Random::new(seed);
    if random.below(2) == 0 || target == Target::git_index && random.below(4) != 0 {
        return by_bytes(data, size, max_size);
    }
    let old = data.get(..size).unwrap_or_default();
    let mut new = changed(old, target, &mut random);
    new.truncate(max_size);
    if let Some(place) = data.get_mut(..new.len()) {
        place.copy_from_slice(&new);
    }
    new.len()
}

fn changed(old: &[u8], target: Target, random: &mut Random) -> Vec<u8> {
    let piece = match random.below(3) {
        0 => line(old, random),
        _ => token(old, random),
    };
    let at = piece.end;
    let text = old.get(piece.clone()).unwrap_or_default();
    let put = |at: usize, more: &[u8]| {
        let (before, behind) = old.split_at(at.min(old.len()));
        [before, more, behind].concat()
    };
    match random.below(10) {
        0..=3 => {
            let times = TIMES[random.below(TIMES.len())];
            put(at, &text.repeat(times))
        }
        4 | 5 => put(at, random.of(WORDS).as_bytes()),
        6 => {
            let (open, close) = NESTS[random.below(NESTS.len())];
            let times = TIMES[random.below(TIMES.len())];
            let (open, close) = (open.repeat(times), close.repeat(times));
            let nested = [open.as_bytes(), text, close.as_bytes()];
            let before = old.get(..piece.start).unwrap_or_default();
            let behind = old.get(piece.end..).unwrap_or_default();
            [before, &nested.concat(), behind].concat()
        }
        7 => put(at, TOKEN.as_bytes()),
        8 => {
            let before = old.get(..piece.start).unwrap_or_default();
            let behind = old.get(piece.end..).unwrap_or_default();
            [before, behind].concat()
        }
        _ => match target {
            Target::types => grammar::types(random).into_bytes(),
            Target::policies => grammar::policy(random).into_bytes(),
            _ => {
                let other = line(old, random);
                put(at, old.get(other).unwrap_or_default())
            }
        },
    }
}

fn line(text: &[u8], random: &mut Random) -> std::ops::Range<usize> {
    let at = random.below(text.len());
    let (before, behind) = text.split_at(at);
    let start = before
        .iter()
        .rposition(|&it| it == b'\n')
        .map_or(0, |it| it + 1);
    let end = behind
        .iter()
        .position(|&it| it == b'\n')
        .map_or(text.len(), |it| at + it + 1);
    start..end
}

fn token(text: &[u8], random: &mut Random) -> std::ops::Range<usize> {
    let at = random.below(text.len());
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let (before, behind) = text.split_at(at);
    let start = before
        .iter()
        .rposition(|it| !is_word(it))
        .map_or(0, |it| it + 1);
    let end = behind
        .iter()
        .position(|it| !is_word(it))
        .map_or(text.len(), |it| at + it);
    start..end.max(start + 1).min(text.len())
}
