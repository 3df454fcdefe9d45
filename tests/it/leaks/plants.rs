//! The places in which a person may leave a secret.

use super::secrets::{Kind, Rng, Secret, base64};
use super::yaml::{self, Step, double, nest, single, steps};

/// A secret with the text that holds it.
pub struct Plant {
    /// Where it is, for people.
    pub place: String,
    pub secret: Secret,
    pub holder: Holder,
}

/// What holds a secret.
pub enum Holder {
    /// A piece of a layer that begins with a key of its own.
    Layer { top: String, text: String },
    /// A layer that does not parse.
    Broken(String),
    /// A layer, and the file that it names.
    Included {
        layer: String,
        file: String,
        text: String,
    },
    /// A file that may start the app.
    File { path: String, text: String },
    /// A line of the file that `--env-file` names, with a layer that uses the variable.
    EnvironmentFile { line: String, layer: String },
    /// A variable of the process.
    Variable { name: String, value: String },
    /// Arguments that are refused.
    Arguments(Vec<String>),
}

/// The list of paths that hold a secret.
const PATHS: &str = include_str!("../../../src/backstage/secrets/paths.txt");

/// Names of secrets, as people write them.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "dbPassword",
    "DB_PASSWORD",
    "db-password",
    "adminPass",
    "pwd",
    "pw",
    "passphrase",
    "clientSecret",
    "CLIENT_SECRET",
    "secret",
    "secretKey",
    "apiKey",
    "API_KEY",
    "api-key",
    "apiToken",
    "token",
    "accessToken",
    "GITHUB_TOKEN",
    "authToken",
    "bearerToken",
    "refreshToken",
    "privateKey",
    "signingKey",
    "encryptionKey",
    "accountKey",
    "accessKey",
    "masterKey",
    "credentials",
    "webhookSecret",
    "appPassword",
    "passwordProd",
    "tokenOld",
    "sharedKey",
    "deployKey",
    "licenseKey",
    "sessionSecret",
    "cookieSecret",
    "jwtSecret",
    "npmToken",
    "sasToken",
    "connectionString",
    "personalAccessToken",
    "pat",
    "passcode",
    "psk",
    "pin",
    "salt",
    "pepper",
    "nonce",
    "sshKey",
    "gpgKey",
    "aesKey",
    "serverKey",
    "adminKey",
    "writeKey",
    "subscriptionKey",
    "unsealKey",
    "secretId",
    "totpSeed",
    "recoveryCode",
    "authCode",
    "passwordHash",
    "sessionId",
    "kubeconfig",
    "dsn",
    "kennwort",
    "senha",
    "contrasena",
    "motdepasse",
];

/// Places with a weight each.
type Maker = fn(&mut Rng) -> Plant;
const MAKERS: &[(usize, Maker)] = &[
    (14, listed),
    (6, below_listed),
    (4, key_below_listed),
    (10, misspelt),
    (16, named),
    (6, pair),
    (6, below_name),
    (4, below_app),
    (14, url),
    (6, query),
    (8, connection_string),
    (14, structure),
    (8, command_line),
    (5, credential_file),
    (8, header),
    (4, encoded),
    (3, placeholder_default),
    (3, comment),
    (3, complex_key),
    (3, url_in_key),
    (4, broken_layer),
    (4, included),
    (10, deployment),
    (4, environment_file),
    (4, app_config_variable),
    (4, argument),
];

/// A plant of any kind.
pub fn any(rng: &mut Rng) -> Plant {
    let total: usize = MAKERS.iter().map(|(weight, _)| weight).sum();
    let mut number = rng.below(total);
    for (weight, maker) in MAKERS {
        if number < *weight {
            return maker(rng);
        }
        number -= weight;
    }
    listed(rng)
}

fn any_secret(rng: &mut Rng) -> Secret {
    let kind = Kind::ALL[rng.below(Kind::ALL.len())];
    Secret::new(kind, rng)
}

fn secret_of(kinds: &[Kind], rng: &mut Rng) -> Secret {
    let kind = kinds[rng.below(kinds.len())];
    Secret::new(kind, rng)
}

/// A value of the layer at a path.
fn at(place: &str, path: &[Step], text: &str, secret: Secret, rng: &mut Rng) -> Plant {
    let (text, style) = nest(path, text, rng);
    let Some(Step::Key(top)) = path.first() else {
        unreachable!("a path begins with a key");
    };
    Plant {
        place: format!("{place}, {style}"),
        secret,
        holder: Holder::Layer {
            top: top.clone(),
            text,
        },
    }
}

/// A path that nobody has described.
fn neutral(rng: &mut Rng) -> String {
    let top = format!("acme{}", rng.below(100_000));
    let inner = rng.one(&[
        "setting",
        "inner.thing",
        "list[]",
        "items[].data",
        "service.endpoint",
        "x.y.z.value2",
        "remote",
        "options.extra",
    ]);
    format!("{top}.{inner}")
}

fn listed_path(rng: &mut Rng) -> Vec<Step> {
    let secret_lines: Vec<&str> = PATHS
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty() && !line.contains(' ') && !line.starts_with('*'))
        .collect();
    let line = rng.one(&secret_lines);
    let mut path = Vec::new();
    for part in line.split('.') {
        match part {
            "*" if rng.chance(2) && !path.is_empty() => path.push(Step::Item),
            "*" => path.push(Step::Key("acme".into())),
            "**" => path.extend(steps("one.two")),
            part => path.push(Step::Key(part.into())),
        }
    }
    path
}

fn shown(path: &[Step]) -> String {
    let parts = path.iter().map(|step| match step {
        Step::Key(key) => key.as_str(),
        Step::Item => "[]",
    });
    parts.collect::<Vec<_>>().join(".")
}

fn listed(rng: &mut Rng) -> Plant {
    let path = listed_path(rng);
    let secret = any_secret(rng);
    let text = secret.text.clone();
    at(
        &format!("listed {}", shown(&path)),
        &path,
        &text,
        secret,
        rng,
    )
}

fn below_listed(rng: &mut Rng) -> Plant {
    let mut path = listed_path(rng);
    path.extend(match rng.below(3) {
        0 => vec![Step::Item],
        1 => steps("value"),
        _ => steps("prod.x"),
    });
    let secret = any_secret(rng);
    let text = secret.text.clone();
    at(
        &format!("below listed {}", shown(&path)),
        &path,
        &text,
        secret,
        rng,
    )
}

/// `password: { hunter2 }` and its kind.
fn key_below_listed(rng: &mut Rng) -> Plant {
    let path = listed_path(rng);
    // Below a key of several secrets the keys are their names.
    let names_several = |step: &Step| {
        let ends = ["passwords", "tokens", "secrets", "apikeys"];
        matches!(step, Step::Key(key) if ends.iter().any(|end| key.to_lowercase().ends_with(end)))
    };
    if path.last().is_some_and(names_several) {
        return key_below_listed(rng);
    }
    let secret = secret_of(&[Kind::Mixed, Kind::Word, Kind::Random], rng);
    let (text, _) = nest(&path, "REPLACED", rng);
    let typed = secret.text.clone();
    let replacement = match rng.below(3) {
        0 => format!("{{ {typed} }}"),
        1 => format!("{{ {typed}: 1 }}"),
        _ => format!("{{ {typed}: ~ }}"),
    };
    // Only a plain one-line value can be replaced by a mapping.
    let start = text.find(':').unwrap_or_default();
    let text = match text
        .get(start..)
        .is_some_and(|rest| rest.contains(": REPLACED"))
    {
        true => text.replacen("REPLACED", &replacement, 1),
        false => {
            let (block, _) = nest(&path, "x", &mut Rng::new(1));
            let at = block.rfind(": ").map_or(block.len(), |at| at + 2);
            format!("{}{replacement}\n", &block[..at])
        }
    };
    let Step::Key(top) = path[0].clone() else {
        unreachable!("a path begins with a key");
    };
    Plant {
        place: format!("key below {}", shown(&path)),
        secret,
        holder: Holder::Layer { top, text },
    }
}

/// A listed path with a slip in its last key.
fn misspelt(rng: &mut Rng) -> Plant {
    let mut path = listed_path(rng);
    let secret = any_secret(rng);
    if let Some(Step::Key(key)) = path.last_mut()
        && key.len() > 4
    {
        let mut letters: Vec<char> = key.chars().collect();
        let at = 1 + rng.below(letters.len() - 2);
        match rng.below(3) {
            0 => letters.insert(at, letters[at]),
            1 => {
                letters.remove(at);
            }
            _ => letters.swap(at, at + 1),
        }
        *key = letters.into_iter().collect();
    }
    let text = secret.text.clone();
    at(
        &format!("misspelt {}", shown(&path)),
        &path,
        &text,
        secret,
        rng,
    )
}

fn named(rng: &mut Rng) -> Plant {
    let name = rng.one(NAMES);
    let secret = any_secret(rng);
    let top = format!("acme{}", rng.below(100_000));
    let container = rng.one(&[
        "{}",
        "inner.{}",
        "list[].{}",
        "{}[]",
        "deep.er.{}",
        "options.{}",
        "env.{}",
        "x[][].{}",
    ]);
    let path = steps(&format!("{top}.{}", container.replace("{}", name)));
    let text = secret.text.clone();
    at(
        &format!("named {container} of {name}"),
        &path,
        &text,
        secret,
        rng,
    )
}

/// `name: DB_PASSWORD` beside `value: …`.
fn pair(rng: &mut Rng) -> Plant {
    let name = rng.one(NAMES);
    let secret = any_secret(rng);
    let top = format!("acme{}", rng.below(100_000));
    let (key, value) = (rng.one(&["name", "key"]), rng.one(&["value", "value"]));
    let (written, style) = yaml::scalar(&secret.text, 8, yaml::Place::Block, rng);
    let text = match rng.chance(2) {
        true => format!("{top}:\n  env:\n    - {key}: {name}\n      {value}:{written}\n"),
        false => format!("{top}:\n  env:\n    - {value}:{written}\n      {key}: {name}\n"),
    };
    Plant {
        place: format!("{key}/{value} of {name}, {style}"),
        secret,
        holder: Holder::Layer { top, text },
    }
}

fn below_name(rng: &mut Rng) -> Plant {
    let name = rng.one(&[
        "password",
        "clientSecret",
        "apiToken",
        "token",
        "secret",
        "DB_PASSWORD",
        "privateKey",
        "tokens",
        "passwords",
        "secrets",
        "credentials",
    ]);
    let below = rng.one(&["value", "prod", "prod.x", "default", "a[]", "ci", "value.x"]);
    let secret = any_secret(rng);
    let path = steps(&format!("acme{}.{name}.{below}", rng.below(100_000)));
    let text = secret.text.clone();
    at(&format!("below {name}.{below}"), &path, &text, secret, rng)
}

fn below_app(rng: &mut Rng) -> Plant {
    let secret = any_secret(rng);
    let path = match rng.below(3) {
        0 => {
            let mut path = steps("app");
            path.extend(
                listed_path(rng)
                    .into_iter()
                    .filter(|step| !matches!(step, Step::Key(key) if key == "app")),
            );
            path
        }
        1 => steps(&format!("app.acme{}.{}", rng.below(10_000), rng.one(NAMES))),
        _ => steps(&format!("app.extensions[].x.config.{}", rng.one(NAMES))),
    };
    let text = secret.text.clone();
    at(
        &format!("below app {}", shown(&path)),
        &path,
        &text,
        secret,
        rng,
    )
}

fn url_text(secret: &str, rng: &mut Rng) -> (String, &'static str) {
    let scheme = rng.one(&[
        "postgres",
        "postgresql",
        "https",
        "http",
        "redis",
        "rediss",
        "mongodb+srv",
        "amqp",
        "mysql",
        "ldap",
        "smtp",
        "ftp",
        "jdbc:postgresql",
        "git+https",
    ]);
    let user = rng.one(&["portal", "app-user", "u", "svc.backstage"]);
    let host = rng.one(&[
        "db.acme.example:5432/x",
        "h",
        "10.0.0.1:6379",
        "acme.example/path?x=1",
    ]);
    (format!("{scheme}://{user}:{secret}@{host}"), scheme)
}

fn url(rng: &mut Rng) -> Plant {
    let secret = any_secret(rng);
    let text = match secret.kind {
        // A URL of a web page with a port says nothing of a password.
        Kind::Digits | Kind::Phrase => {
            let text = &secret.text;
            format!("postgres://portal:{text}@db.acme.example:5432/x")
        }
        _ => url_text(&secret.text, rng).0,
    };
    let path = match rng.below(4) {
        0 => steps("backend.database.connection"),
        1 => steps("proxy.endpoints./acme.target"),
        _ => steps(&neutral(rng)),
    };
    at("password of a URL", &path, &text, secret, rng)
}

fn query(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let name = rng.one(&[
        "token",
        "access_token",
        "api_key",
        "apikey",
        "password",
        "client_secret",
        "secret",
        "sig",
        "key",
        "auth",
        "pass%77ord",
    ]);
    let needs_random = ["sig", "key", "auth"].contains(&name);
    let secret = match needs_random {
        true => Secret::new(Kind::Random, rng),
        false => secret,
    };
    let separator = rng.one(&["?", "?x=1&", "?a=b&c=d&"]);
    let behind = rng.one(&["", "&y=2", "#frag"]);
    let text = format!(
        "https://api.acme.example/v1{separator}{name}={}{behind}",
        secret.text
    );
    let path = steps(&neutral(rng));
    at(&format!("?{name}= of a URL"), &path, &text, secret, rng)
}

fn connection_string(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word, Kind::Digits], rng);
    let form = rng.one(&[
        "Server=h;Database=x;User Id=u;Password={};Encrypt=true",
        "Server=h;Uid=u;Pwd={};",
        "host=h dbname=x user=u password={}",
        "host=h password={} dbname=x",
        "jdbc:postgresql://h/db?user=u&password={}",
        "jdbc:sqlserver://h:1433;databaseName=x;user=u;password={};encrypt=true",
        "jdbc:oracle:thin:u/{}@h:1521/x",
        "jdbc:oracle:thin:u/{}@//h:1521/x",
        "u:{}@tcp(h:3306)/db?parseTime=true",
        "u:{}@unix(/tmp/mysql.sock)/db",
        "portal/{}@db.acme.example:1521/XE",
        "h:6379,password={},ssl=True,abortConnect=False",
        "//portal:{}@db.acme.example/x",
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey={}",
        "amqp://h?username=u&password={}",
    ]);
    let secret = match form.contains("SharedAccessKey=") || form.starts_with("portal/") {
        true => Secret::new(Kind::Random, rng),
        false => secret,
    };
    let text = form.replace("{}", &secret.text);
    let path = steps(&neutral(rng));
    at(
        &format!("connection string {form}"),
        &path,
        &text,
        secret,
        rng,
    )
}

/// Another language inside a scalar.
fn structure(rng: &mut Rng) -> Plant {
    let secret = secret_of(
        &[
            Kind::Mixed,
            Kind::Random,
            Kind::Word,
            Kind::Digits,
            Kind::Phrase,
        ],
        rng,
    );
    let quoted_name = rng.one(&["password", "clientSecret", "api_key", "token", "privateKey"]);
    let name = quoted_name;
    let forms: &[&str] = &[
        "{\"NAME\": \"{}\"}",
        "{\"user\":\"u\",\"NAME\":\"{}\",\"x\":1}",
        "[{\"a\":{\"NAME\":\"{}\"}}]",
        "{\n  \"user\": \"u\",\n  \"NAME\": \"{}\"\n}",
        "{'NAME': '{}'}",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"{}\";",
        "resource \"x\" \"y\" {\n  user = \"u\"\n  NAME = \"{}\"\n}",
        "NAME = \"{}\"",
        "user: u\nNAME: \"{}\"\nother: 1",
        "user: u\nNAME: '{}'",
        "<config><user>u</user><NAME>{}</NAME></config>",
        "<NAME>{}</NAME>",
        "<property name=\"NAME\" value=\"{}\"/>",
        "<add key=\"NAME\" value=\"{}\" />",
        "<db user=\"u\" NAME=\"{}\"/>",
        "{\"name\":\"NAME\",\"value\":\"{}\"}",
        "[{\"key\": \"NAME\", \"value\": \"{}\"}]",
        "- name: NAME\n  value: \"{}\"",
        "{\"NAME\": {\"value\": \"{}\"}}",
        "{\"NAME\": [\"{}\"]}",
        "[section]\nuser = u\nNAME = {}",
        "spring.datasource.NAME={}\nspring.x=1",
        "export NAME=\"{}\"; run",
        "query(NAME: \"{}\") { x }",
        "{ \"NAME\" => \"{}\" }",
        "(NAME \"{}\")",
    ];
    let form = rng.one(forms);
    let is_last_unquoted = form.contains("= {}") || form.contains("={}");
    let secret = match is_last_unquoted && secret.kind == Kind::Phrase {
        true => Secret::new(Kind::Word, rng),
        false => secret,
    };
    let text = form.replace("NAME", name).replace("{}", &secret.text);
    let path = steps(&neutral(rng));
    let shown_form = form.replace('\n', "⏎");
    at(
        &format!("structure {shown_form}"),
        &path,
        &text,
        secret,
        rng,
    )
}

/// Commands with a secret among their arguments.
fn command_line(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let form = rng.one(&[
        "curl -u u:{} https://api.acme.example",
        "curl -sSf --user portal:{} https://api.acme.example/x",
        "curl -H 'Authorization: Bearer {}' https://api.acme.example",
        "curl -H \"X-Api-Key: {}\" https://api.acme.example",
        "curl --header 'PRIVATE-TOKEN: {}' https://git.acme.example",
        "mysql -h h -u root -p{} db",
        "mysqldump -uroot -p{} db > x.sql",
        "mysql --password={} db",
        "redis-cli -h h -a {} ping",
        "docker login -u u -p {} registry.acme.example",
        "docker login --username u --password {} registry.acme.example",
        "helm registry login -u u -p {} registry.acme.example",
        "psql \"host=h password={}\"",
        "PGPASSWORD={} psql -h h",
        "export GITHUB_TOKEN={}; yarn start",
        "sshpass -p {} ssh h",
        "kubectl create secret generic x --from-literal=password={}",
        "az login --service-principal -u u -p {} --tenant t",
        "wget --http-password={} https://h",
        "wget --user=u --password={} https://h",
        "git clone https://u:{}@git.acme.example/x",
        "vault login {}",
        "npm config set //registry.acme.example/:_authToken {}",
        "ldapsearch -D cn=admin -w {} -b dc=x",
        "mongosh --username u --password {} h",
        "sqlcmd -S h -U u -P {} -Q 'select 1'",
        "twine upload -u u -p {} dist/x",
        "openssl enc -k {} -in x",
        "echo {} | docker login --username u --password-stdin",
    ]);
    let needs_random = ["vault login", "echo {}", "openssl"]
        .iter()
        .any(|it| form.contains(it));
    let secret = match needs_random {
        true => Secret::new(Kind::Random, rng),
        false => secret,
    };
    let text = form.replace("{}", &secret.text);
    let path = match rng.chance(3) {
        true => steps(&format!("acme{}.command", rng.below(10_000))),
        false => steps(&neutral(rng)),
    };
    at(&format!("command {form}"), &path, &text, secret, rng)
}

/// Files of credentials inside a scalar.
fn credential_file(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let text = secret.text.clone();
    let (place, text) = match rng.below(12) {
        0 => (
            "netrc",
            format!("machine git.acme.example login u password {text}"),
        ),
        1 => (
            "netrc",
            format!("machine h\n  login u\n  password {text}\n"),
        ),
        2 => ("pgpass", format!("db.acme.example:5432:portal:u:{text}")),
        3 => ("pgpass", format!("*:*:*:u:{text}")),
        4 => ("docker auth", {
            let auth = base64(&format!("portal:{text}"));
            format!("{{\"auths\":{{\"registry.acme.example\":{{\"auth\":\"{auth}\"}}}}}}")
        }),
        5 => (
            "npmrc",
            format!("//registry.acme.example/:_authToken={text}"),
        ),
        6 => (
            "npmrc",
            format!("registry=https://x\n//registry.acme.example/:_password={text}"),
        ),
        7 => (
            "htpasswd",
            format!("https://h\nmachine x login u password {text}"),
        ),
        8 => (
            "aws credentials",
            format!("[default]\naws_access_key_id = AKIA\naws_secret_access_key = {text}\n"),
        ),
        9 => (
            "pypirc",
            format!("[pypi]\nusername = __token__\npassword = {text}\n"),
        ),
        10 => (
            "kubeconfig",
            format!("users:\n- name: u\n  user:\n    token: {text}\n"),
        ),
        _ => (
            "gradle.properties",
            format!("org.user=u\nsigning.password={text}\n"),
        ),
    };
    let path = steps(&neutral(rng));
    at(place, &path, text.trim_end(), secret, rng)
}

fn header(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word, Kind::Digits], rng);
    let name = rng.one(&[
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "X-Api-Key",
        "PRIVATE-TOKEN",
        "Cookie",
        "X-Auth-Token",
        "Athorization",
        "Autorization",
        "X-Functions-Key",
        "X-Vault-Token",
        "Ocp-Apim-Subscription-Key",
        "DD-API-KEY",
        "X-API-Kye",
    ]);
    let scheme = rng.one(&["Bearer ", "Basic ", "token ", "", "Token token=", "ApiKey "]);
    let text = match scheme {
        "Basic " => format!("Basic {}", base64(&format!("portal:{}", secret.text))),
        _ if name == "Cookie" => format!("session={}; theme=dark", secret.text),
        _ => format!("{scheme}{}", secret.text),
    };
    let path = match rng.below(4) {
        0 => "proxy.endpoints./acme.headers.NAME".to_owned(),
        1 => "proxy./acme.headers.NAME".to_owned(),
        2 => format!("acme{}.headers.NAME", rng.below(10_000)),
        _ => format!("acme{}.extraRequestHeaders[].NAME", rng.below(10_000)),
    };
    let path = steps(&path.replace("NAME", name));
    at(
        &format!("header {name}: {scheme}"),
        &path,
        &text,
        secret,
        rng,
    )
}

/// Base64 of something that holds a secret, and credentials without a telling name.
fn encoded(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random], rng);
    let text = &secret.text;
    let (place, text) = match rng.below(7) {
        0 => (
            "Base64 of JSON",
            base64(&format!("{{\"password\":\"{text}\",\"user\":\"u\"}}")),
        ),
        1 => (
            "Base64 of a URL",
            base64(&format!("postgres://u:{text}@db.acme.example/x")),
        ),
        2 => (
            "Base64 of YAML",
            base64(&format!("user: u\npassword: {text}\n")),
        ),
        3 => (
            "Base64 of a PEM",
            base64(&format!(
                "-----BEGIN PRIVATE KEY-----\nMIIE{text}{text}\n-----END PRIVATE KEY-----\n"
            )),
        ),
        4 => ("Bearer", format!("Bearer {text}")),
        5 => (
            "Basic",
            format!("Basic {}", base64(&format!("portal:{text}"))),
        ),
        _ => (
            "PEM",
            format!(
                "-----BEGIN EC PRIVATE KEY-----\nMHcC{text}{text}\n{text}\n-----END EC PRIVATE KEY-----"
            ),
        ),
    };
    let path = steps(&neutral(rng));
    at(place, &path, &text, secret, rng)
}

fn placeholder_default(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word, Kind::Digits], rng);
    let text = format!(
        "${{ACME_{}:-{}}}",
        rng.one(&["TOKEN", "DB_PASSWORD"]),
        secret.text
    );
    let path = match rng.chance(2) {
        true => listed_path(rng),
        false => steps(&neutral(rng)),
    };
    at("default of a placeholder", &path, &text, secret, rng)
}

fn comment(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let text = &secret.text;
    let comment = match rng.below(4) {
        0 => format!("password: {text}"),
        1 => format!("was postgres://u:{text}@db.acme.example/x"),
        2 => format!("API_TOKEN={text}"),
        _ => format!("old token: '{text}' until May"),
    };
    let top = format!("acme{}", rng.below(100_000));
    // A key that is found fault with, so that its neighbours are shown.
    let text = format!("{top}:\n  # {comment}\n  baseUrl: ${{A\n  x: yes # {comment}\n");
    Plant {
        place: "comment".into(),
        secret,
        holder: Holder::Layer { top, text },
    }
}

fn complex_key(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let top = format!("acme{}", rng.below(100_000));
    let text = &secret.text;
    let key = match rng.below(4) {
        0 => format!("{{ password: {text} }}"),
        1 => format!("[ {{ token: {text} }} ]"),
        2 => format!("{{ user: u, clientSecret: '{text}' }}"),
        _ => format!("'{{\"password\": \"{text}\"}}'"),
    };
    let value = rng.one(&["1", "yes", "{ token: abc }", "{ apiKey: 12 }"]);
    let text = format!("{top}:\n  ? {key}\n  : {value}\n");
    Plant {
        place: format!("complex key with the value {value}"),
        secret,
        holder: Holder::Layer { top, text },
    }
}

fn url_in_key(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let (url, _) = url_text(&secret.text, rng);
    let path = vec![
        Step::Key("proxy".into()),
        Step::Key("endpoints".into()),
        Step::Key(url),
        Step::Key(rng.one(&["target", "targett", "headers"]).into()),
    ];
    at("URL in a key", &path, "x", secret, rng)
}

fn broken_layer(rng: &mut Rng) -> Plant {
    let secret = any_secret(rng);
    let listed = listed_path(rng);
    let (text, style) = match rng.chance(2) {
        true => nest(&listed, &secret.text, rng),
        false => nest(
            &steps(&format!("acme.{}", rng.one(NAMES))),
            &secret.text,
            rng,
        ),
    };
    let broken = match rng.below(6) {
        0 => format!("{text}x: [1\ny: 2\n"),
        1 => format!("x: {{ a\n{text}"),
        2 => format!("{text}\tz: 1\n"),
        3 => format!("a: 'open\n{text}"),
        4 => format!("a: \"open \\q\n{text}"),
        _ => format!("{text}- item\n"),
    };
    Plant {
        place: format!("broken layer, {style}"),
        secret,
        holder: Holder::Broken(broken),
    }
}

fn included(rng: &mut Rng) -> Plant {
    let secret = any_secret(rng);
    let number = rng.below(1_000_000);
    let is_broken = rng.chance(2);
    let (mut text, style) = nest(&steps(rng.one(NAMES)), &secret.text, rng);
    if is_broken {
        text = match rng.below(3) {
            0 => format!("{text}clientId: [x\nb: 1\n"),
            1 => format!("a: 'open\n{text}"),
            _ => format!("{text}\tz: {{\n"),
        };
    }
    let directive = rng.one(&["$include", "$file"]);
    let file = match directive {
        "$file" => format!("f{number}.txt"),
        _ => format!("f{number}.yaml"),
    };
    let listed = listed_path(rng);
    let (layer, text) = match directive {
        "$file" => {
            let (layer, _) = nest(&listed, "REPLACED", &mut Rng::new(3));
            let at = layer.rfind(':').unwrap_or_default();
            let layer = format!("{}: {{ $file: {file} }}\n", &layer[..at]);
            (layer, secret.text.clone())
        }
        _ => (
            format!(
                "integrations:\n  github:\n    - host: h\n      apps:\n        - $include: {file}\n"
            ),
            text,
        ),
    };
    Plant {
        place: format!(
            "{directive} of a {} file, {style}",
            if is_broken { "broken" } else { "whole" }
        ),
        secret,
        holder: Holder::Included { layer, file, text },
    }
}

fn deployment(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let name = rng.one(&[
        "POSTGRES_PASSWORD",
        "GITHUB_TOKEN",
        "API_SECRET",
        "AUTH_CLIENT_SECRET",
    ]);
    let text = &secret.text;
    let number = rng.below(1_000_000);
    let command = "node packages/backend --config app-config.yaml --config app-config.absent.yaml";
    let words = "[\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"gone.yaml\"]";
    let (place, path, text) = match rng.below(16) {
        0 => (
            "Dockerfile ENV",
            format!("d{number}/Dockerfile"),
            format!("FROM node:20\nENV {name}={text} OTHER=1\nCMD {words}\n"),
        ),
        1 => (
            "Dockerfile ENV without =",
            format!("d{number}/Dockerfile"),
            format!("FROM node:20\nENV {name} {text}\nCMD {words}\n"),
        ),
        2 => (
            "Dockerfile ARG",
            format!("d{number}/Dockerfile"),
            format!("FROM node:20\nARG {name}={text}\nENV {name}=${name}\nCMD {words}\n"),
        ),
        3 => (
            "Dockerfile RUN",
            format!("d{number}/Dockerfile"),
            format!(
                "FROM node:20\nRUN curl -u bot:{text} https://h && echo {name}={text} > x\nCMD {words}\n"
            ),
        ),
        4 => (
            "compose mapping",
            format!("d{number}/docker-compose.yaml"),
            format!(
                "services:\n  backstage:\n    image: x\n    command: {command}\n    environment:\n      {name}: {text}\n"
            ),
        ),
        5 => (
            "compose list",
            format!("d{number}/docker-compose.yaml"),
            format!(
                "services:\n  backstage:\n    command: {words}\n    environment:\n      - {name}={text}\n"
            ),
        ),
        6 => (
            "compose command",
            format!("d{number}/docker-compose.yaml"),
            format!("services:\n  backstage:\n    command: sh -c '{name}={text} {command}'\n"),
        ),
        7 => (
            "Kubernetes env",
            format!("k{number}/deployment.yaml"),
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: backstage }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: backstage\n          image: x\n          args: {words}\n          env:\n            - name: {name}\n              value: {text}\n"
            ),
        ),
        8 => (
            "Secret stringData",
            format!("k{number}/secret.yaml"),
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{ name: s{number} }}\nstringData:\n  {name}: {text}\n---\n{}",
                deployment_with(words, number)
            ),
        ),
        9 => (
            "Secret data",
            format!("k{number}/secret.yaml"),
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{ name: s{number} }}\ndata:\n  {name}: {}\n---\n{}",
                base64(text),
                deployment_with(words, number)
            ),
        ),
        10 => (
            "ConfigMap with a layer",
            format!("k{number}/configmap.yaml"),
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: backstage-config }}\ndata:\n  app-config.yaml: |\n    backend:\n      database:\n        connection:\n          password: {text}\n          hots: x\n"
            ),
        ),
        11 => (
            "Helm values",
            format!("h{number}/values.yaml"),
            format!(
                "backstage:\n  args: [\"--config\", \"gone.yaml\"]\n  extraEnvVars:\n    - name: {name}\n      value: {text}\n  appConfig:\n    backend:\n      database:\n        connection: {{ password: {text} }}\n"
            ),
        ),
        12 => (
            "package.json script",
            format!("p{number}/package.json"),
            format!(
                "{{ \"name\": \"x{number}\", \"scripts\": {{ \"start\": \"{name}={text} backstage-cli package start --config never.yaml\" }} }}\n"
            ),
        ),
        13 => (
            "shell script",
            format!("s{number}/start.sh"),
            format!("#!/bin/sh\nexport {name}={text}\nexec {command}\n"),
        ),
        14 => (
            "Procfile",
            format!("s{number}/Procfile"),
            format!("web: {name}={text} {command}\n"),
        ),
        _ => (
            "workflow",
            format!(".github/workflows/w{number}.yaml"),
            format!(
                "on: push\njobs:\n  x:\n    runs-on: ubuntu\n    env:\n      {name}: {text}\n    steps:\n      - run: {command}\n"
            ),
        ),
    };
    Plant {
        place: format!("{place} of {name}"),
        secret,
        holder: Holder::File { path, text },
    }
}

fn deployment_with(words: &str, number: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: backstage }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: backstage\n          image: x\n          args: {words}\n          envFrom:\n            - secretRef: {{ name: s{number} }}\n"
    )
}

fn environment_file(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word, Kind::Digits], rng);
    let number = rng.below(1_000_000);
    let (name, layer) = match rng.below(5) {
        0 => (
            format!("TOKEN_{number}"),
            format!("acme{number}:\n  b: ${{TOKEN_{number}}}\n"),
        ),
        1 => (
            format!("V{number}"),
            nest_variable(&listed_path(rng), &format!("${{V{number}}}")),
        ),
        2 => (
            format!("V{number}"),
            nest_variable(&listed_path(rng), &format!("x${{V{number}}}y")),
        ),
        3 => (
            format!("V{number}"),
            format!(
                "proxy:\n  endpoints:\n    /x: {{ target: 1, headers: {{ Authorization: 'Bearer ${{V{number}}}' }} }}\n"
            ),
        ),
        _ => (
            format!("V{number}"),
            format!("acme{number}:\n  tokens: {{ ci: '${{V{number}}}' }}\n"),
        ),
    };
    let line = match rng.chance(2) {
        true => format!("{name}={}", secret.text),
        false => format!("{name}='{}'", secret.text),
    };
    Plant {
        place: format!("env file, used in {}", layer.replace('\n', "⏎")),
        secret,
        holder: Holder::EnvironmentFile { line, layer },
    }
}

fn nest_variable(path: &[Step], text: &str) -> String {
    let (layer, _) = nest(path, "REPLACED", &mut Rng::new(3));
    let at = layer.rfind(':').unwrap_or_default();
    format!("{}: {}\n", &layer[..at], double(text))
}

fn app_config_variable(rng: &mut Rng) -> Plant {
    let secret = any_secret(rng);
    let json = double(&secret.text);
    let (name, value) = match rng.below(6) {
        0 => ("backend_auth_keys", format!("[{{\"secret\":{json}}}]")),
        1 => ("backend_database_connection_password", json.clone()),
        2 => (
            "integrations_github",
            format!("[{{\"host\":\"h\",\"token\":{json}}}]"),
        ),
        3 => ("acme_clientSecret", json.clone()),
        4 => (
            "backend_database_connection",
            format!("{{\"host\":\"h\",\"password\":{json}}}"),
        ),
        _ => (
            "auth_providers_github_development_clientSecret",
            json.clone(),
        ),
    };
    Plant {
        place: format!("APP_CONFIG_{name}"),
        secret,
        holder: Holder::Variable {
            name: format!("APP_CONFIG_{name}"),
            value,
        },
    }
}

fn argument(rng: &mut Rng) -> Plant {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word, Kind::Special], rng);
    let text = &secret.text;
    let url = format!("postgres://portal:{text}@db.acme.example/x");
    let assigned = format!("DB_PASSWORD={text}");
    let token = format!("--token={text}");
    let words: Vec<&str> = match rng.below(18) {
        0 => vec![&url],
        1 => vec![&assigned],
        2 => vec!["--config", &url],
        3 => vec!["--settings", &url],
        4 => vec!["--baseline", &url],
        5 => vec!["--env-file", &url],
        6 => vec!["--select", &url],
        7 => vec!["--severity", &assigned],
        8 => vec!["--format", &url],
        9 => vec!["--output", &url],
        10 => vec![&token],
        11 => vec!["explain", &url],
        12 => vec!["print", "--chain", &url],
        13 => vec!["facts", "--layer", &url],
        14 => vec!["schema", &url],
        15 => vec!["completions", &assigned],
        16 => vec!["--env", "", &assigned],
        _ => vec!["print", &assigned],
    };
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let place = words.join(" ").replace(text.as_str(), "…");
    Plant {
        place: format!("argument {place}"),
        secret,
        holder: Holder::Arguments(words),
    }
}

/// Settings whose mistakes stand on the lines that hold secrets.
pub fn settings(rng: &mut Rng) -> (Secret, String) {
    let secret = secret_of(&[Kind::Mixed, Kind::Random, Kind::Word], rng);
    let text = single(&secret.text);
    let settings = match rng.below(5) {
        0 => format!("environmentt:\n  POSTGRES_PASSWORD: {text}\n"),
        1 => format!("password: {text}\n"),
        2 => format!("rules:\n  apiToken: {text}\n"),
        3 => format!("environment:\n  GITHUB_TOKEN: {text}\n  X: [1]\n"),
        _ => format!("policies: ['https://u:{}@h/x.yaml']\n", secret.text),
    };
    (secret, settings)
}
