//! Inputs made from a grammar: types and conditions, of which hardly any byte may change.

use crate::random::Random;

/// How deep one type or condition nests.
const DEEPEST: usize = 5;

/// A config.d.ts.
pub fn types(random: &mut Random) -> String {
    let count = [3, 6, 12, 24][random.below(4)];
    let mut text = String::new();
    for number in 0..3 {
        let members = [2, 8, 60][random.below(3)];
        let members: Vec<String> = (0..members)
            .map(|member| format!("q{member}?: {};", ty(random, 1, DEEPEST - 1)))
            .collect();
        text.push_str(&format!(
            "interface I{number} {{ {} }}\n",
            members.join(" ")
        ));
    }
    for number in 0..2 {
        let other = 1 - number;
        let body = random.of(&[
            "{a: T, b: T}",
            "T | G@<T>",
            "{[K in keyof T]: G@<T[K]>}",
            "Partial<T> & {z: T}",
            "T extends string ? T : G@<T[]>",
            "[T, ...T[]]",
        ]);
        let body = body.replace('@', &other.to_string());
        text.push_str(&format!("type G{number}<T> = {body};\n"));
    }
    for number in 0..count {
        text.push_str(&format!("type T{number} = {};\n", ty(random, number, 0)));
    }
    text.push_str(&format!(
        "export interface Config {{ /** @visibility secret */ a?: T{}; b?: {} }}\n",
        count - 1,
        ty(random, count, 0)
    ));
    text
}

fn ty(random: &mut Random, known: usize, depth: usize) -> String {
    let reference = |random: &mut Random| match random.below(5) {
        0 => format!("I{}", random.below(3)),
        _ => format!("T{}", random.below(known.max(1))),
    };
    if depth >= DEEPEST {
        return match random.below(3) {
            0 => random
                .of(&[
                    "string",
                    "number",
                    "boolean",
                    "'a' | 'b'",
                    "1 | 2",
                    "any",
                    "unknown",
                    "never",
                    "null",
                    "object",
                ])
                .to_owned(),
            _ => reference(random),
        };
    }
    let keys = |random: &mut Random| match random.below(3) {
        0 => format!("keyof {}", reference(random)),
        1 => "'q1'".to_owned(),
        _ => "'q1' | 'q2'".to_owned(),
    };
    let inner = |random: &mut Random| ty(random, known, depth + 1);
    match random.below(20) {
        0 => format!("({} & {})", inner(random), inner(random)),
        1 => format!("({} | {})", inner(random), inner(random)),
        2 => {
            let count = 1 + random.below(5);
            let members: Vec<String> = (0..count)
                .map(|number| format!("q{number}{}: {};", random.of(&["", "?"]), inner(random)))
                .collect();
            format!("{{ {} }}", members.join(" "))
        }
        3 => format!(
            "{}<{}>",
            random.of(&[
                "Partial",
                "Required",
                "Readonly",
                "NonNullable",
                "Array",
                "ReadonlyArray"
            ]),
            inner(random)
        ),
        4 => format!(
            "{}<{}, {}>",
            random.of(&["Omit", "Pick"]),
            inner(random),
            keys(random)
        ),
        5 => format!(
            "Record<{}, {}>",
            random.of(&["string", "keyof T0", "keyof I0", "keyof I1"]),
            inner(random)
        ),
        6 => format!("{}[]", inner(random)),
        7 => format!("[{}, {}]", inner(random), inner(random)),
        8 => format!("{}[{}]", reference(random), keys(random)),
        9 => format!(
            "({} extends {} ? {} : {})",
            inner(random),
            inner(random),
            inner(random),
            inner(random)
        ),
        10 => format!(
            "{{ [K in {}]{}: {} }}",
            keys(random),
            random.of(&["", "?"]),
            inner(random)
        ),
        11 => format!(
            "{}<{}, {}>",
            random.of(&["Exclude", "Extract"]),
            inner(random),
            inner(random)
        ),
        12 => format!("keyof ({})", inner(random)),
        13 => format!("G{}<{}>", random.below(2), inner(random)),
        14 => format!("typeof {}", random.of(&["x", "y.z"])),
        15 => format!("`a${{{}}}b`", inner(random)),
        _ => reference(random),
    }
}

/// A tree with a policy whose condition is random.
pub fn policy(random: &mut Random) -> String {
    let scope = random.of(&["chain", "layer", "app"]);
    format!(
        "=== app-config.yaml\napp: {{title: x, l: [1, a, {{b: c}}], s: 'aXbXc'}}\nbackend: {{database: {{client: pg}}}}\n=== stagecheck.yaml\npolicies: [p.yaml]\n=== p.yaml\n- id: p-rule\n  title: T\n  scope: {scope}\n  chains: all\n  cases:\n    - when: >-\n        {}\n      severity: error\n      message: 'm {{config.app.title}}'\n      at:\n        - here: config.app\n  why: w\n  fix: f\n",
        condition(random, 0)
    )
}

fn condition(random: &mut Random, depth: usize) -> String {
    let path = |random: &mut Random| {
        random
            .of(&[
                "config.app",
                "config.app.l",
                "config.app.title",
                "config.app.s",
                "config.backend",
                "facts.databases",
                "facts.chain",
                "config",
                "facts",
                "x",
            ])
            .to_owned()
    };
    if depth >= DEEPEST {
        return match random.below(3) {
            0 => random
                .of(&[
                    "true",
                    "false",
                    "1",
                    "-1",
                    "'a'",
                    "''",
                    "[]",
                    "{}",
                    "null",
                    "9223372036854775807",
                    "1.5e308",
                    "'(a*)*b'",
                ])
                .to_owned(),
            _ => path(random),
        };
    }
    let inner = |random: &mut Random| condition(random, depth + 1);
    match random.below(14) {
        0 => format!("({} && {})", inner(random), inner(random)),
        1 => format!("({} || {})", inner(random), inner(random)),
        2 => format!("!{}", inner(random)),
        3 => format!(
            "({} ? {} : {})",
            inner(random),
            inner(random),
            inner(random)
        ),
        4 => format!(
            "({} {} {})",
            inner(random),
            random.of(&["==", "!=", "<", ">=", "+", "-", "*", "/", "%", "in"]),
            inner(random)
        ),
        5 => format!(
            "{}.{}(x, {})",
            path(random),
            random.of(&["all", "exists", "exists_one", "filter", "map"]),
            inner(random)
        ),
        6 => format!("size({})", inner(random)),
        7 => format!(
            "{}.{}({})",
            inner(random),
            random.of(&["matches", "startsWith", "endsWith", "contains"]),
            inner(random)
        ),
        8 => format!("glob({}, {})", inner(random), inner(random)),
        9 => format!(
            "{}({})",
            random.of(&["open", "literal", "has", "string", "int", "type"]),
            path(random)
        ),
        10 => format!("[{}, {}]", inner(random), inner(random)),
        11 => format!("{}[{}]", path(random), inner(random)),
        _ => path(random),
    }
}
