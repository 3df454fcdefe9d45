//! The things of which there can be ever more.

use serde_json::json;

use super::{Dimension, Input};

const MANIFEST: &str = "{\"name\":\"root\",\"workspaces\":[\"packages/*\"],\"dependencies\":{\"@backstage/core\":\"1\"}}";
const IMAGE: &str =
    "FROM node\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
const SMALL: &str = "app: {title: Portal}\n";

/// A layer and nothing else, checked.
fn layer(text: String) -> Input {
    tree([("app-config.yaml", text)])
}

fn tree<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Input {
    let files = files.into_iter();
    Input {
        files: files
            .map(|(path, text)| (path.into(), text.into()))
            .collect(),
        ..Input::default()
    }
    .with(&["--format", "concise"])
}

impl Input {
    fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|&it| it.to_owned()).collect();
        self
    }

    fn and(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.push((path.into(), text.into()));
        self
    }
}

fn pretty(input: Input) -> Input {
    input.with(&["--format", "pretty"])
}

/// A head and a row for each number.
fn rows(head: &str, count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).fold(head.to_owned(), |mut text, number| {
        text.push_str(&row(number));
        text
    })
}

fn joined(count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (0..count).map(item).collect();
    items.join(",")
}

/// A text that is repeated inside a quoted scalar, between two findings.
fn scalar(piece: &str, count: usize) -> Input {
    pretty(layer(format!(
        "a: yes\nb: '{}'\nc: yes\n",
        piece.repeat(count)
    )))
}

fn secrets(count: usize) -> String {
    rows("acme:\n", count, |number| {
        format!("  p{number}: {{ password: Koala{number}Tr0ub4dor }}\n")
    })
}

fn secrets_on_a_line(count: usize) -> String {
    let items = joined(count, |number| {
        format!("p{number}: {{ password: Koala{number}Tr0ub4dor }}")
    });
    format!("acme: {{ {items} }}\n")
}

/// A package with a schema of its own.
fn schema(schema: &str, layer_text: String) -> Input {
    let manifest = format!("{{\"name\": \"a\", \"configSchema\": {schema}}}");
    layer(layer_text)
        .and("package.json", MANIFEST)
        .and("packages/a/package.json", manifest)
}

fn types(types: String, layer_text: &str) -> Input {
    schema("\"config.d.ts\"", layer_text.into()).and("packages/a/config.d.ts", types)
}

fn databases(plugins: String) -> Input {
    let head = "backend:\n  database:\n    client: pg\n    connection: {host: h, password: x1y2z3}\n    plugin:\n";
    layer(format!("{head}{plugins}")).and("Dockerfile", IMAGE)
}

fn lockfile(name: &str, text: String) -> Input {
    let backend =
        "{\"name\":\"backend\",\"dependencies\":{\"@backstage/backend-defaults\":\"^0.18.0\"}}";
    layer("backend: {database: {client: pg, connection: {host: h}}}\n".into())
        .and("package.json", MANIFEST)
        .and("packages/backend/package.json", backend)
        .and(name, text)
}

fn deployment(number: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: b{number}}}\nspec: {{template: {{spec: {{containers: [{{name: b, image: i, command: [node, packages/backend, --config, app-config.yaml]}}]}}}}}}\n"
    )
}

fn dockerfile(lines: String) -> Input {
    let image = IMAGE.replacen('\n', &format!("\n{lines}"), 1);
    layer(SMALL.into()).and("Dockerfile", image)
}

macro_rules! dimensions {
    ($($name:literal from $first:literal: |$count:ident| $make:expr;)*) => {
        /// All of them.
        pub(super) const ALL: &[Dimension] = &[$(Dimension {
            name: $name,
            first: $first,
            make: |$count| $make,
        }),*];
    };
}

dimensions! {
    // Keys and values of layers.
    "keys of one mapping" from 5_000: |n| layer(rows("a:\n", n, |i| format!("  k{i}: v\n")));
    "keys that no schema knows" from 2_000: |n| layer(rows("backend:\n", n, |i| format!("  k{i}x: v\n")));
    "top-level keys" from 2_000: |n| layer(rows("", n, |i| format!("k{i}: v\n")));
    "comments" from 5_000: |n| layer(rows("a:\n", n, |i| format!("  # number {i} password: x{i}y\n  k{i}: v\n")));
    "suppressions" from 1_000: |n| layer(rows("a:\n", n, |i| format!("  # stagecheck: ignore[yaml-surprise] because\n  k{i}: yes\n")));
    "suppressions of nothing" from 1_000: |n| layer(rows("a:\n", n, |i| format!("  # stagecheck: ignore[hardcoded-secret] because\n  k{i}: v\n")));
    "anchors and aliases" from 2_500: |n| layer(rows("a:\n", n, |i| format!("  k{i}: &a{i} v\n")) + &rows("", n, |i| format!("  l{i}: *a{i}\n")));
    "aliases of one mapping" from 100: |n| layer(format!("a: &a {{{}}}\n", joined(50, |i| format!("k{i}: v"))) + &rows("b:\n", n, |i| format!("  l{i}: *a\n")));
    "duplicate keys" from 250: |n| layer(rows("a:\n", n, |i| format!("  k{i}: v\n  k{i}: w\n")));
    "keys of the same name" from 250: |n| layer(rows("a:\n", n, |_| "  k: v\n".into()));
    "levels of a mapping" from 25: |n| layer(rows("", n, |i| format!("{}k{i}:\n", " ".repeat(i))) + &format!("{}v\n", " ".repeat(n)));
    "empty lists in a list" from 10_000: |n| layer(format!("a: [{}]\n", "[],".repeat(n)));
    "line ends in a list" from 50_000: |n| layer(format!("a: [{}]\n", "\n ".repeat(n)));
    "indicators of lists" from 10_000: |n| layer(format!("a:\n{}\n", " - ".repeat(n)));
    "findings of the YAML reader" from 2_500: |n| layer(rows("a:\n", n, |i| format!("  k{i}: yes\n"))).with(&["--format", "json"]);
    "errors of the YAML reader" from 2_500: |n| layer(rows("a:\n", n, |i| format!("  k{i}: @x\n")));
    "MiB of a list of mappings" from 1: |n| layer(rows("acme:\n", n * 14_000, |i| format!("  - name: item{i}\n    url: https://h{i}.acme.example/x\n    tags: [a, b]\n")));
    "MiB of a list of mappings, print" from 1: |n| layer(rows("acme:\n", n * 14_000, |i| format!("  - name: item{i}\n    url: https://h{i}.acme.example/x\n    tags: [a, b]\n"))).with(&["print"]);
    // Layers over each other.
    "layers" from 50: |n| (0..n).fold(layer(SMALL.into()), |tree, i| tree.and(format!("app-config.l{i}.yaml"), format!("app: {{title: x{i}}}\na: yes\n")));
    "layers of one chain" from 10: |n| {
        let mut tree = tree((0..n).map(|i| (format!("app-config.l{i}.yaml"), rows("a:\n", 500, |j| format!("  k{j}: v{i}\n")))));
        for i in 0..n {
            tree.arguments.extend(["--config".into(), format!("app-config.l{i}.yaml")]);
        }
        tree
    };
    "items of a list that is replaced" from 2_500: |n| layer(format!("a: [{}]\n", joined(n, |i| format!("v{i}")))).and("app-config.production.yaml", format!("a: [{}]\n", joined(n, |i| format!("w{i}"))));
    "mappings of a list that is replaced" from 1_000: |n| layer(format!("a: [{}]\n", joined(n, |i| format!("{{k: v{i}}}")))).and("app-config.production.yaml", format!("a: [{}]\n", joined(n, |i| format!("{{k: w{i}}}"))));
    "values set again to the same" from 1_000: |n| layer(rows("a:\n", n, |i| format!("  k{i}: v\n"))).and("app-config.production.yaml", rows("a:\n", n, |i| format!("  k{i}: v\n")));
    "includes" from 100: |n| (0..n).fold(layer(rows("a:\n", n, |i| format!("  k{i}: {{ $include: i{i}.yaml }}\n"))), |tree, i| tree.and(format!("i{i}.yaml"), "x: 1\n"));
    "files" from 500: |n| (0..50).fold(layer(rows("a:\n", n, |i| format!("  k{i}: {{ $file: f{}.txt }}\n", i % 50))), |tree, i| tree.and(format!("f{i}.txt"), "x\n"));
    "placeholders" from 2_500: |n| layer(rows("a:\n", n, |i| format!("  k{i}: ${{V{i}}}\n")));
    "placeholders of two layers" from 1_000: |n| layer(rows("a:\n", n, |i| format!("  k{i}: ${{V{i}}}\n"))).and("app-config.production.yaml", rows("a:\n", n, |i| format!("  k{i}: ${{W{i}}}\n")));
    "broken placeholders" from 2_500: |n| layer(rows("a:\n", n, |i| format!("  k{i}: ${{X{i}\n")));
    "lines of a file of variables" from 2_500: |n| layer("a: ${V1}\n".into()).and("e", rows("", n, |i| format!("V{i}=Koala{i}Tr0ub4dor\nS{i}_TOKEN=Ab{i}Zx9Kq\n"))).with(&["--env-file", "e", "--format", "concise"]);
    // Secrets.
    "secrets" from 1_000: |n| layer(secrets(n));
    "secrets, pretty" from 1_000: |n| pretty(layer(secrets(n)));
    "secrets, sarif" from 1_000: |n| layer(secrets(n)).with(&["--format", "sarif"]);
    "secrets, print" from 1_000: |n| layer(secrets(n)).with(&["print"]);
    "secrets, facts" from 1_000: |n| layer(secrets(n)).with(&["facts"]);
    "secrets on one line, pretty" from 500: |n| pretty(layer(secrets_on_a_line(n)));
    "secrets on one line, json" from 500: |n| layer(secrets_on_a_line(n)).with(&["--format", "json"]);
    "secrets on one line, print" from 500: |n| layer(secrets_on_a_line(n)).with(&["print"]);
    "characters of a secret of one letter" from 1_000: |n| layer(format!("password: {}1\n", "A".repeat(n)));
    "characters of a secret of a pattern" from 1_000: |n| layer(format!("password: {}1\n", "ab-".repeat(n)));
    "tokens on one line" from 250: |n| layer(format!("b: \"{}\"\n", rows("", n, |i| format!("ghp_{}{i:05} ", "aB3".repeat(11)))));
    "URLs with passwords on one line" from 250: |n| scalar("http://u:p@h/ ", n);
    "URLs with passwords, print" from 250: |n| layer(format!("b: '{}'\n", "http://u:p@h/ ".repeat(n))).with(&["print"]);
    "proxies with tokens" from 250: |n| layer(rows("proxy:\n  endpoints:\n", n, |i| format!("    /r{i}: {{target: http://h{i}, credentials: forward, headers: {{Authorization: Bearer a{i}Bc3dEf9}}}}\n")));
    "integrations with tokens" from 250: |n| layer(rows("integrations:\n  github:\n", n, |i| format!("    - {{host: h{i}, token: a{i}Bc3dEf9}}\n")));
    // Long lines.
    "characters of one line" from 100_000: |n| scalar("x y", n / 3);
    "assignments of nothing" from 10_000: |n| scalar("password:", n);
    "assignments" from 10_000: |n| scalar("a=b;", n);
    "schemes" from 5_000: |n| scalar("x://a:", n);
    "beginnings of keys" from 1_000: |n| scalar("-----BEGIN PRIVATE KEY-----x ", n);
    "quotes of JSON" from 5_000: |n| scalar("{\"a\":\"b\"} ", n);
    "at signs" from 20_000: |n| scalar("@", n);
    "percent signs" from 20_000: |n| scalar("%41", n);
    "letters of Base64" from 50_000: |n| scalar("QUJD", n / 4);
    "options in a comment" from 5_000: |n| pretty(layer(format!("a: yes\n# {}\nc: yes\n", "--password ".repeat(n))));
    // Databases and other facts.
    "plugins with a database" from 125: |n| databases(rows("", n, |i| format!("      p{i}: {{client: better-sqlite3, connection: ':memory:', knexConfig: {{pool: {{max: 5}}}}}}\n")));
    "plugins that share a database" from 125: |n| databases(rows("", n, |i| format!("      p{i}: {{connection: {{database: same}}}}\n")));
    "plugins with databases of their own" from 125: |n| databases(rows("", n, |i| format!("      p{i}: {{connection: {{database: d{i}, host: h{i}}}}}\n")));
    "catalog locations" from 1_000: |n| layer(rows("catalog:\n  locations:\n", n, |i| format!("    - {{type: url, target: 'https://h/x{i}.yaml', rules: [{{allow: [A]}}]}}\n")));
    "violations of the schema" from 250: |n| layer(rows("catalog:\n  providers:\n    github:\n", n, |i| format!("      p{i}: {{organization: [x], catalogPath: 5, filters: {{branch: 7}}}}\n")));
    "app roots" from 50: |n| tree((0..n).flat_map(|i| [
        (format!("r{i}/app-config.yaml"), "app: {title: x, baseUrl: 'http://localhost:3000'}\nbackend: {baseUrl: 'http://localhost:7007', database: {client: pg, connection: {host: h, password: abc123x}}}\n".to_owned()),
        (format!("r{i}/app-config.production.yaml"), "app: {baseUrl: 'https://p.acme.example'}\n".to_owned()),
        (format!("r{i}/package.json"), MANIFEST.to_owned()),
        (format!("r{i}/Dockerfile"), IMAGE.to_owned()),
    ]));
    // Schemas.
    "values of an enum and wrong items" from 500: |n| schema(
        &json!({"type": "object", "properties": {"x": {"type": "array", "items": {"type": "string", "enum": (0..2 * n).map(|i| format!("value{i}")).collect::<Vec<_>>()}}}}).to_string(),
        format!("x: [{}]\n", joined(n, |i| format!("valu{i}x"))));
    "values of an enum and right items" from 500: |n| schema(
        &json!({"type": "object", "properties": {"x": {"type": "array", "items": {"type": "string", "enum": (0..2 * n).map(|i| format!("value{i}")).collect::<Vec<_>>()}}}}).to_string(),
        format!("x: [{}]\n", joined(n, |i| format!("value{i}"))));
    "patterns of keys and keys" from 50: |n| schema(
        &json!({"type": "object", "properties": {"x": {"type": "object", "patternProperties": (0..n).map(|i| (format!("^k{i}[a-z]+$"), json!({"type": "string"}))).collect::<serde_json::Map<_, _>>()}}}).to_string(),
        rows("x:\n", n, |i| format!("  k{i}a: v\n")));
    "alternatives and wrong items" from 50: |n| schema(
        &json!({"type": "object", "properties": {"x": {"type": "array", "items": {"anyOf": (0..n).map(|i| json!({"type": "object", "properties": {"kind": {"const": format!("k{i}")}, "v": {"type": "string"}}, "required": ["kind"]})).collect::<Vec<_>>()}}}}).to_string(),
        format!("x: [{}]\n", joined(n, |i| format!("{{kind: l{i}, v: 1}}"))));
    "literals of a union" from 1_000: |n| types(format!("export interface Config {{ a?: {} }}\n", (0..n).map(|i| format!("'v{i}'")).collect::<Vec<_>>().join("|")), "a: x\n");
    "keys of an interface" from 500: |n| types(rows("export interface Config {\n", n, |i| format!("  k{i}?: string;\n")) + "}\n", "k1: 2\n");
    "types that refer to each other" from 250: |n| types(rows("type T0 = {a?: string};\n", n, |i| format!("type T{} = {{b?: T{i}}};\n", i + 1)) + &format!("export interface Config {{ a?: T{n} }}\n"), "a: {b: {b: 1}}\n");
    "records of the keys of a type" from 10: |n| types(format!("interface A {{ {} }}\nexport interface Config {{ a?: Record<keyof A, Record<keyof A, Record<keyof A, string>>> }}\n", rows("", n, |i| format!("k{i}: string; "))), "a: {k1: {k1: {k1: 1}}}\n");
    "levels of unions and intersections" from 1: |n| types(rows("type T0 = {a?: string};\n", n, |i| format!("type T{} = ({{a: T{i}}}|{{b: T{i}}}) & ({{c: T{i}}}|{{d: T{i}}});\n", i + 1)) + &format!("export interface Config {{ a?: T{n} }}\n"), "a: 1\n");
    "brackets behind a type" from 250: |n| types(format!("export interface Config {{ a?: string{} }}\n", "[]".repeat(n)), "a: 1\n");
    "accesses behind a type" from 250: |n| types(format!("interface A {{ b: A }}\nexport interface Config {{ a?: A{} }}\n", "['b']".repeat(n)), "a: 1\n");
    "packages with types" from 100: |n| (0..n).fold(layer(rows("", n, |i| format!("p{i}: {{a: x}}\n"))).and("package.json", MANIFEST), |tree, i| tree
        .and(format!("packages/p{i}/package.json"), format!("{{\"name\":\"p{i}\",\"version\":\"1.0.0\",\"configSchema\":\"config.d.ts\"}}"))
        .and(format!("packages/p{i}/config.d.ts"), format!("export interface Config {{ p{i}?: {{ a: string }} }}\n")));
    "packages with types of one key" from 50: |n| (0..n).fold(layer("p: {a1: x}\n".into()).and("package.json", MANIFEST), |tree, i| tree
        .and(format!("packages/p{i}/package.json"), format!("{{\"name\":\"p{i}\",\"version\":\"1.0.0\",\"configSchema\":\"config.d.ts\"}}"))
        .and(format!("packages/p{i}/config.d.ts"), format!("export interface Config {{ p?: {{ a{i}?: string; b: {{ c{i}: 'x'|'y' }} }} }}\n")));
    // Packages.
    "workspace packages" from 250: |n| (0..n).fold(layer(SMALL.into()).and("package.json", MANIFEST), |tree, i| {
        let dependencies: serde_json::Map<_, _> = (0..10).map(|j| (format!("p{}", (i * 7 + j) % n), json!("1"))).collect();
        tree.and(format!("packages/p{i}/package.json"), json!({"name": format!("p{i}"), "version": "1.0.0", "dependencies": dependencies}).to_string())
    });
    "globs of workspaces" from 100: |n| layer(SMALL.into()).and("packages/a/package.json", "{\"name\":\"a\"}").and("package.json", json!({"name": "root", "workspaces": (0..n).map(|i| format!("packages/a{i}*")).collect::<Vec<_>>(), "dependencies": {"@backstage/core": "1"}}).to_string());
    "entries of yarn.lock" from 5_000: |n| lockfile("yarn.lock", rows("# yarn lockfile v1\n\n", n, |i| format!("\"pkg{i}@^1.0.{i}\":\n  version \"1.0.{i}\"\n  resolved \"https://r/pkg{i}.tgz#abc\"\n  dependencies:\n    \"pkg{}\" \"^1.0.0\"\n\n", i + 1)));
    "entries of yarn.lock of Berry" from 5_000: |n| lockfile("yarn.lock", rows("__metadata:\n  version: 8\n\n", n, |i| format!("\"pkg{i}@npm:^1.0.{i}\":\n  version: 1.0.{i}\n  resolution: \"pkg{i}@npm:1.0.{i}\"\n  dependencies:\n    pkg{}: \"npm:^1.0.0\"\n  languageName: node\n  linkType: hard\n\n", i + 1)));
    "entries of package-lock.json" from 5_000: |n| lockfile("package-lock.json", json!({"lockfileVersion": 3, "packages": (0..n).map(|i| (format!("node_modules/pkg{i}"), json!({"version": format!("1.0.{i}"), "dependencies": {format!("pkg{}", i + 1): "^1"}}))).collect::<serde_json::Map<_, _>>()}).to_string());
    "entries of pnpm-lock.yaml" from 2_500: |n| lockfile("pnpm-lock.yaml", rows("lockfileVersion: '9.0'\nimporters:\n  .: {}\npackages:\n", n, |i| format!("  pkg{i}@1.0.{i}:\n    resolution: {{integrity: sha512-x}}\n")) + &rows("snapshots:\n", n, |i| format!("  pkg{i}@1.0.{i}:\n    dependencies:\n      pkg{}: 1.0.{}\n", i + 1, i + 1))).and("pnpm-workspace.yaml", "packages: ['packages/*']\n");
    "lines of pnpm-workspace.yaml" from 500: |n| layer(SMALL.into()).and("package.json", "{\"name\":\"r\",\"dependencies\":{\"@backstage/core\":\"1\"}}").and("pnpm-workspace.yaml", rows("packages:\n", n, |i| format!("  - 'packages/a{i}'\n")));
    // What starts the app.
    "images" from 50: |n| (0..n).fold(layer("app: {title: x}\nbackend: {database: {client: pg, connection: {host: h, password: abc123x}}}\n".into()), |tree, i| tree.and(format!("d{i}/Dockerfile"), IMAGE));
    "variables of an image" from 1_000: |n| dockerfile(rows("", n, |i| format!("ENV A{i}=$A{}x\n", i.saturating_sub(1))));
    "commands of a line of an image" from 500: |n| dockerfile(format!("RUN {}\n", (0..n).map(|i| format!("echo a{i} > f{i}")).collect::<Vec<_>>().join(" && ")));
    "copies into an image" from 250: |n| dockerfile(rows("", n, |i| format!("COPY app-config*.yaml d{i}/\n")));
    "stages of an image" from 50: |n| dockerfile(rows("", n, |i| format!("FROM node AS s{i}\nENV A=1\n")));
    "lines of .dockerignore" from 1_000: |n| dockerfile("COPY . .\n".into()).and(".dockerignore", rows("", n, |i| format!("d{i}/*.y*ml\n")));
    "lines of .gitignore" from 1_000: |n| layer(SMALL.into()).and(".git/HEAD", "ref: refs/heads/main\n").and(".git/objects/x", "").and(".git/refs/x", "").and(".gitignore", rows("", n, |i| format!("d{i}/*.y*ml\n")));
    "services of compose" from 100: |n| layer(SMALL.into()).and("docker-compose.yaml", rows("services:\n", n, |i| format!("  s{i}: {{image: x, command: [node, packages/backend, --config, app-config.yaml], environment: {{A: b}}}}\n")));
    "documents of Kubernetes" from 100: |n| layer(SMALL.into()).and("k8s/d.yaml", rows("", n, |i| format!("---\n{}", deployment(i))));
    "files of Kubernetes" from 100: |n| (0..n).fold(layer(SMALL.into()), |tree, i| tree.and(format!("k8s/d{i}.yaml"), deployment(i)));
    "values of Helm" from 100: |n| (0..n).fold(layer(SMALL.into()), |tree, i| tree.and(format!("c{i}/values.yaml"), "backstage: {appConfig: {app: {title: y}}, args: [--config, app-config.yaml]}\n").and(format!("c{i}/Chart.yaml"), "apiVersion: v2\nname: x\n"));
    "lines of a script" from 1_000: |n| layer(SMALL.into()).and("entrypoint.sh", rows("#!/bin/sh\n", n, |i| format!("A{i}=x$A{}\n", i.saturating_sub(1))) + "node packages/backend --config app-config.yaml\n");
    "scripts of a manifest" from 250: |n| layer(SMALL.into()).and("package.json", json!({"name": "r", "dependencies": {"@backstage/core": "1"}, "scripts": (0..n).map(|i| (format!("s{i}"), json!(format!("yarn s{}", i + 1)))).collect::<serde_json::Map<_, _>>()}).to_string());
    "other files in the tree" from 1_000: |n| (0..n).fold(layer(SMALL.into()), |tree, i| tree.and(format!("d{}/f{i}.txt", i % 100), "x"));
    "other YAML files in the tree" from 500: |n| (0..n).fold(layer(SMALL.into()), |tree, i| tree.and(format!("d{}/f{i}.yaml", i % 100), "kind: Foo\nmetadata: {name: x}\nspec: {a: [1, 2, 3]}\n"));
    // Posit Connect.
    "settings of a server" from 500: |n| layer(SMALL.into()).and("rstudio-connect.gcfg", rows("[Server]\n", n, |i| format!("Setting{i} = x\n")));
    "repeated settings of a server" from 500: |n| layer(SMALL.into()).and("rstudio-connect.gcfg", rows("[Server]\n", n, |i| format!("Address = https://c{i}.acme.example\n")));
    "sections of a server" from 500: |n| layer(SMALL.into()).and("rstudio-connect.gcfg", rows("", n, |i| format!("[Databas{i}]\nProvider = sqlite\n")));
    // Settings.
    "policies" from 50: |n| layer(SMALL.into()).and("stagecheck.yaml", "policies: p.yaml\n").and("p.yaml", rows("", n, |i| format!("- {{id: p{i}, title: t, scope: chain, chains: all, cases: [{{when: \"config.app.title == 'y{i}'\", severity: error, message: m, at: [{{here: config.app}}]}}], why: w, fix: f}}\n")));
    "globs of the settings" from 250: |n| layer(SMALL.into()).and("stagecheck.yaml", rows("exclude:\n", n, |i| format!("  - 'd{i}/*.y*ml'\n")));
    "entries of a baseline" from 1_000: |n| {
        let mut tree = layer(rows("a:\n", n, |i| format!("  k{i}: yes\n"))).with(&["--baseline", "b.json", "--format", "concise"]);
        tree.before = vec!["--write-baseline".into(), "b.json".into()];
        tree
    };
    "findings of one rule, github" from 1_000: |n| layer(rows("a:\n", n, |i| format!("  k{i}: yes\n"))).with(&["--format", "github"]);
    "findings on one line, pretty" from 500: |n| pretty(layer(format!("a: [{}]\n", "yes, ".repeat(n))));
}
