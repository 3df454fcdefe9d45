//! App roots with a secret at every kind of place.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::plant::Planted;

/// Places (file and line) at which `hardcoded-secret` must stand in [`portal`].
pub const FOUND: &[&str] = &[
    "app-config.yaml:7:36",
    "app-config.yaml:9:23",
    "app-config.yaml:11:26",
    "app-config.yaml:16:30",
    "app-config.yaml:21:13",
    "app-config.yaml:27:13",
    "app-config.yaml:28:27",
    "app-config.yaml:29:25",
    "app-config.yaml:32:60",
    "app-config.yaml:33:15",
    "app-config.yaml:39:3",
    "app-config.yaml:40:",
    "extra.yaml:2:13",
    "app-config.production.yaml:4:56",
];

/// A portal whose layers all load, with two more that do not, and deployment files of every kind.
pub fn portal() -> (TempDir, Planted) {
    let folder = TempDir::new().unwrap();
    let mut planted = Planted::default();
    let base = base_layer(&mut planted);
    write(folder.path(), "app-config.yaml", &base);
    write(
        folder.path(),
        "app-config.production.yaml",
        &production_layer(&mut planted),
    );
    write(
        folder.path(),
        "app-config.broken.yaml",
        &broken_layer(&mut planted),
    );
    write(
        folder.path(),
        "app-config.twice.yaml",
        &duplicate_keys(&mut planted),
    );
    write(
        folder.path(),
        "app-config.local.yaml",
        &local_layer(&mut planted),
    );
    write(
        folder.path(),
        "extra.yaml",
        &format!("acme:\n  apiToken: {}\n", planted.token("an included file")),
    );
    write(
        folder.path(),
        "token.txt",
        &planted.password("the target of $file"),
    );
    deployment_files(folder.path(), &mut planted);
    make_repository(folder.path());
    (folder, planted)
}

fn base_layer(planted: &mut Planted) -> String {
    let url = planted.password("a URL");
    let basic = planted.password("a basic header");
    let encoded = base64(&format!("portal:{basic}"));
    planted.also(&encoded, "a basic header");
    let key = planted.private_key("a block scalar").join("\n            ");
    let folded = planted.password("a folded scalar");
    let again = planted.password("a value that occurs again");
    let session = planted.password("a double-quoted scalar");
    let escaped = session.replace('Z', "\\u005a");
    planted.also(&escaped, "a double-quoted scalar");
    let percent = planted.password("a percent-encoded URL");
    let escaped_percent = percent.replace('Z', "%5A");
    planted.also(&escaped_percent, "a percent-encoded URL");
    [
        format!("app: # was {again} before"),
        format!("  title: [{again}]"),
        format!(
            "  baseUrl: http://localhost:3000 # password: {}",
            planted.password("a comment")
        ),
        "backend:".into(),
        "  database: # a comment between".into(),
        "    client: pg".into(),
        format!("    connection: 'postgres://portal:{url}@db.acme.example:5432/x?sslmode=disable'"),
        "  auth:".into(),
        format!("    keys: [{{ secret: \"{escaped}\" }}]"),
        "  cache:".into(),
        format!("    connection: redis://:{escaped_percent}@cache.acme.example"),
        "    storre: redis".into(),
        "integrations:".into(),
        "  github:".into(),
        "    - host: github.com".into(),
        format!(
            "      token: ${{GITHUB_TOKEN:-{}}}",
            planted.token("a default")
        ),
        "      appps: []".into(),
        "      apps:".into(),
        "        - appId: one".into(),
        format!("          privateKey: |\n            {key}"),
        format!("          clientSecret: >-\n            {folded}"),
        format!("          webhookSecret: '{again}'"),
        format!(
            "    - {{ host: x, token: {} }}",
            planted.password("a flow mapping")
        ),
        "proxy:".into(),
        "  endpoints:".into(),
        format!("    /metrics: {{ target: 1, headers: {{ Authorization: Basic {encoded} }} }}"),
        format!(
            "    'http://u:{}@h': {{ target: 2 }}",
            planted.password("a key")
        ),
        "acme:".into(),
        "  $include: extra.yaml#acme".into(),
        "sonarqube:".into(),
        "  apiKey: { $file: token.txt }".into(),
        format!(
            "# old: postgres://u:{}@h",
            planted.password("a URL in a comment")
        ),
        format!("# {}", planted.token("a token in a comment")),
        format!(
            "auth: {{ session: {{ secret: [{}, 1] }} }}",
            planted.password("a list where a secret belongs")
        ),
        String::new(),
    ]
    .join("\n")
}

fn production_layer(planted: &mut Planted) -> String {
    format!(
        "backend:\n  baseUrl: 5\n  auth:\n    externalAccess: [{{ type: static, options: {{ token: {}, subjekt: x }} }}]\n  \
         database:\n    connection:\n      password: ${{POSTGRES_PASSWORD}}\n  cache:\n    password: {}\n",
        planted.password("a production layer"),
        planted.number("a number"),
    )
}

fn broken_layer(planted: &mut Planted) -> String {
    format!(
        "backend:\n  password: {}\n# {}\n  key: \"{}\n    {}\n\tx: {}\n  list: [a, {}\n- {}\n{}: {{\n",
        planted.password("a broken layer"),
        planted.password("a comment in a broken layer"),
        planted.password("an open quote"),
        planted.password("the second line of an open quote"),
        planted.password("a line with a tab"),
        planted.password("an open list"),
        planted.password("an item in a broken layer"),
        planted.password("a key in a broken layer"),
    )
}

fn duplicate_keys(planted: &mut Planted) -> String {
    let key = planted.token("a secret as a duplicate key");
    format!(
        "acme:\n  setting: {}\n  setting: {}\n  {key}: 1\n  {key}: 2\n",
        planted.password("a duplicate key"),
        planted.password("the second of two duplicate keys")
    )
}

fn local_layer(planted: &mut Planted) -> String {
    format!(
        "backend:\n  database:\n    connection:\n      host: localhost\n      password: {}\n      ports: 1\n",
        planted.password("a local layer")
    )
}

fn deployment_files(folder: &Path, planted: &mut Planted) {
    let docker = [
        planted.password("ENV"),
        planted.password("ENV without ="),
        planted.password("ARG"),
        planted.password("an option of CMD"),
    ];
    write(
        folder,
        "Dockerfile",
        &format!(
            "FROM node:20\nARG NPM_TOKEN={}\nENV POSTGRES_PASSWORD={} OTHER=1\nENV API_SECRET {}\nCMD [\"node\", \"packages/backend\", \
             \"--config\", \"app-config.yaml\", \"--config\", \"app-config.production.yaml\", \"--config\", \"absent.yaml\", \
             \"--db-password\", \"{}\"]\n",
            docker[2], docker[0], docker[1], docker[3]
        ),
    );
    write(
        folder,
        "docker-compose.yaml",
        &format!(
            "services:\n  backstage:\n    image: x\n    command: node packages/backend --config app-config.yaml --config gone.yaml\n    \
             environment:\n      POSTGRES_PASSWORD: {}\n  other:\n    command: [node, packages/backend, --config, lost.yaml]\n    environment:\n      - API_TOKEN={}\n",
            planted.password("a compose mapping"),
            planted.password("a compose list"),
        ),
    );
    write(
        folder,
        "package.json",
        &format!(
            "{{\n  \"name\": \"root\",\n  \"repository\": \"https://bot:{}@git.acme.example/x\",\n  \"scripts\": {{\n    \"start\": \"PGPASSWORD={} \
             backstage-cli package start --config app-config.yaml --config never.yaml\"\n  }}\n}}\n",
            planted.password("a repository URL"),
            planted.password("a start script"),
        ),
    );
    write(
        folder,
        "portal.env",
        &format!(
            "POSTGRES_PASSWORD={}\nGITHUB_TOKEN={}\n",
            planted.password("an env file"),
            planted.token("an env file")
        ),
    );
    write(folder, ".gitignore", "*.local.yaml\n");
    write(
        folder,
        "packages/backend/package.json",
        "{ \"name\": \"backend\", \"dependencies\": { \"@backstage/backend-defaults\": \"^0.18.0\" } }\n",
    );
    write(
        folder,
        "bad-settings.yaml",
        &format!("rulez:\n  x: {}\n", planted.token("bad settings")),
    );
}

/// Settings with mistakes on the very lines that hold secrets.
pub fn broken_settings() -> (TempDir, Planted) {
    let folder = TempDir::new().unwrap();
    let mut planted = Planted::default();
    write(folder.path(), "app-config.yaml", "app:\n  title: x\n");
    let settings = format!(
        "environmentt:\n  POSTGRES_PASSWORD: {}\npassword: {}\nreplicas: {}\n# token: {}\n",
        planted.password("a misspelled section"),
        planted.password("an unknown key"),
        planted.token("a number"),
        planted.password("a comment in settings"),
    );
    write(folder.path(), "stagecheck.yaml", &settings);
    (folder, planted)
}

/// A policy whose condition is broken and holds a secret.
pub fn broken_policy() -> (TempDir, Planted) {
    let folder = TempDir::new().unwrap();
    let mut planted = Planted::default();
    write(folder.path(), "app-config.yaml", "app:\n  title: x\n");
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: [policy.yaml]\n",
    );
    let policy = policy(
        "broken",
        &format!("config.app.title === '{}'", planted.token("a condition")),
        "x",
    );
    write(folder.path(), "policy.yaml", &policy);
    (folder, planted)
}

/// Policies that would tell whatever they see.
pub fn nosy_policy() -> (TempDir, Planted) {
    let folder = TempDir::new().unwrap();
    let mut planted = Planted::default();
    let layer = format!(
        "app:\n  title: my {} portal\nbackend:\n  database:\n    connection:\n      password: {}\n      url: pg://u:{}@h/x\n  auth:\n    keys: [{{ secret: '{}' }}]\n  cache:\n    password: postgres\n    connection: pg://u:postgres@h/postgres\n",
        planted.token("a title"),
        planted.password("a password"),
        planted.password("a URL"),
        planted.password("a key"),
    );
    write(folder.path(), "app-config.yaml", &layer);
    let paths = [
        "app.title",
        "backend.database.connection.password",
        "backend.database.connection.url",
        "backend.auth.keys[0].secret",
        "backend.cache.password",
        "backend.cache.connection",
    ];
    for (number, path) in paths.iter().enumerate() {
        let policy = policy(
            &format!("nosy-{number}"),
            "true",
            &format!("it is {{config.{path}}}"),
        );
        write(folder.path(), &format!("policies/{number}.yaml"), &policy);
    }
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: ['policies/*.yaml']\n",
    );
    (folder, planted)
}

/// A policy that says what variables hold, among them one of a name that says nothing and one used where nothing
/// secret belongs.
pub fn nosy_about_variables() -> (TempDir, Planted) {
    let folder = TempDir::new().unwrap();
    let mut planted = Planted::default();
    let layer = "app:\n  title: x\nbackend:\n  database:\n    client: pg\n    connection: { host: h, password: '${V}' }\n\
                 auth: { providers: { github: { development: { clientSecret: '${W}' } } } }\n\
                 acme:\n  b: ${OTHER_TOKEN}\n  c: ${BLOB}\n";
    write(folder.path(), "app-config.yaml", layer);
    let variables = format!(
        "V={}\nW={}\nOTHER_TOKEN={}\nBLOB='{{\"password\":\"{}\"}}'\n",
        planted.password("a database password from a variable"),
        planted.password("a client secret from a variable"),
        planted.password("a variable named like a secret"),
        planted.password("JSON in a variable"),
    );
    write(folder.path(), "portal.env", &variables);
    let paths = [
        "backend.database.connection.password",
        "auth.providers.github.development.clientSecret",
        "acme.b",
        "acme.c",
    ];
    for (number, path) in paths.iter().enumerate() {
        let policy = policy(
            &format!("nosy-{number}"),
            "true",
            &format!("it is {{config.{path}}}"),
        );
        write(folder.path(), &format!("policies/{number}.yaml"), &policy);
    }
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: ['policies/*.yaml']\n",
    );
    (folder, planted)
}

fn policy(id: &str, when: &str, message: &str) -> String {
    format!(
        "id: {id}\ntitle: A policy\nscope: layer\ncases:\n  - when: \"{when}\"\n    severity: error\n    message: \"{message}\"\n    at: [{{ here: config.app }}]\n\
         why: Because.\nfix: Do not.\nexamples:\n  - {{ name: bad, files: {{ app-config.yaml: \"app: {{ title: x }}\" }}, finds: [\"app-config.yaml:1 error\"] }}\n"
    )
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn make_repository(folder: &Path) {
    for arguments in [&["init", "-q"][..], &["add", "-A"]] {
        let status = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            encoded.push(char::from(ALPHABET[bits >> (18 - 6 * index) & 63]));
        }
        encoded.push_str(&"=".repeat(3 - chunk.len()));
    }
    encoded
}
