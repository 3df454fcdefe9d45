use super::*;
use crate::text::Source;

/// Finds the secrets of a layer in which each `«…»` is one, and nothing else is.
fn check(layer: &str) -> Vec<Secret> {
    let mut text = String::new();
    let mut expected = Vec::new();
    let mut open = 0;
    for character in layer.chars() {
        match character {
            '«' => open = text.len(),
            '»' => expected.push(Span::new(open, text.len())),
            _ => text.push(character),
        }
    }
    let document = npm_yaml::parse(&text);
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", text));
    let secrets = of_layer(&document, source, None, &sources, &Schemas::bundled());
    let literal = |secret: &&Secret| {
        secret.standing == Standing::Literal && secret.certainty == Certainty::Certain
    };
    let mut found: Vec<Span> = secrets
        .iter()
        .filter(literal)
        .map(|s| s.place.unwrap().span)
        .collect();
    found.sort_unstable();
    let shown = |spans: &[Span]| -> Vec<String> {
        spans
            .iter()
            .map(|span| sources.get(source).slice(*span).to_owned())
            .collect()
    };
    assert_eq!(shown(&found), shown(&expected), "in\n{layer}");
    assert_eq!(found, expected, "in\n{layer}");
    secrets
}

fn only(secrets: &[Secret]) -> &Secret {
    match secrets {
        [secret] => secret,
        _ => panic!("one secret, not {}", secrets.len()),
    }
}

#[test]
fn a_literal_database_password_is_found_by_its_own_bytes() {
    let found = check(
        "backend:\n  database:\n    connection:\n      user: app\n      password: '«hunter2»'\n",
    );
    let secret = only(&found);
    assert_eq!(
        secret.path.to_string(),
        "backend.database.connection.password"
    );
    assert_eq!(
        (secret.kind, secret.what.as_str()),
        ("database-password", "database password")
    );
    check(
        "backend:\n  database:\n    plugin:\n      catalog:\n        connection: { password: \"«hunt\\u0065r2»\" }\n",
    );
    check("backend:\n  database:\n    connection:\n      password: «20240817»\n");
}

#[test]
fn in_a_url_only_the_password_is_found() {
    let found =
        check("backend:\n  database:\n    connection: postgres://app:«p@ss%2Fword»@db:5432/x\n");
    assert_eq!(only(&found).kind, "url-password");
    check("backend:\n  cache:\n    store: redis\n    connection: redis://:«hunter2»@redis:6379\n");
    check("custom:\n  feeds:\n    - https://feed:«hunter2»@feeds.example/x\n");
    check(
        "backend:\n  database:\n    connection: 'host=db user=app password=«hunter2» dbname=x'\n",
    );
}

#[test]
fn placeholders_and_directives_hold_no_literal_secret() {
    let found = check(
        "backend:\n  database:\n    connection:\n      password: ${POSTGRES_PASSWORD}\n  cache:\n    connection: redis://:${PW}@redis\n\
         integrations:\n  github:\n    - token:\n        $env: GITHUB_TOKEN\n    - token:\n        $file: token.txt\n\
         proxy:\n  endpoints:\n    /a: { target: 'https://a', headers: { Authorization: 'Bearer ${X}' } }\n    /b:\n      headers:\n        Authorization: Token token=${X}\n        Cookie: argocd.token=${X}\n        X-Api-Key: 'Api-Token ${X}'\n",
    );
    assert!(found.iter().all(|secret| secret.standing == Standing::Open));
}

#[test]
fn the_default_of_a_placeholder_is_literal() {
    let found = check("backend:\n  database:\n    connection:\n      password: ${PW:-«hunter2»}\n");
    assert!(only(&found).in_default);
    assert_eq!(only(&found).variable, "PW");
    check("backend:\n  cache:\n    connection: redis://:${PW:-«hunter2»}@redis\n");
    check("backend:\n  database:\n    connection:\n      password: ${PW:-}\n");
}

#[test]
fn headers_that_carry_secrets_are_found_in_every_proxy_shape() {
    let token = "9f8e7d6c5b4a";
    let found = check(&format!(
        "proxy:\n  endpoints:\n    /a:\n      headers:\n        Authorization: Bearer «{token}»\n"
    ));
    assert_eq!(only(&found).what, "`Authorization` header");
    check(&format!(
        "proxy:\n  /a:\n    headers:\n      authorization: Token token=«{token}»\n"
    ));
    check(&format!(
        "proxy:\n  /a:\n    headers:\n      X-Api-Key: «{token}»\n      Accept: application/json\n"
    ));
    check(&format!(
        "proxy:\n  endpoints:\n    /a:\n      target: https://a.example/?x=1&api_key=«{token}»\n"
    ));
    check(
        "proxy:\n  /a:\n    allowedHeaders: [Authorization, X-Token]\n    headers: { X-Atlassian-Token: no-check }\n    credentials: forward\n",
    );
}

#[test]
fn the_password_inside_a_basic_header_is_hidden_too() {
    let found =
        check("proxy:\n  /a:\n    headers:\n      Authorization: Basic «dXNlcjpodW50ZXIy»\n");
    let mut mask = Secrets::default();
    hide(&found, &mut mask);
    assert_eq!(mask.redact("it is hunter2"), "it is ********");
}

#[test]
fn tokens_are_found_anywhere() {
    let github = format!("ghp_{}", "aB3x".repeat(9));
    check(&format!("app:\n  title: my portal «{github}»\n"));
    check(&format!("custom:\n  list: [a, «{github}»]\n"));
    check(&format!("proxy:\n  /«{github}»: http://x\n"));
    check(&format!("app:\n  title: x # was «{github}»\n"));
    check(&format!("app: [unclosed\n  t: «{github}»\n"));
    let found = check(
        "aws:\n  accounts:\n    - accessKeyId: «AKIA2E0A8F3B244C9986»\n      secretAccessKey: «qL7mT3vX9zB1nK5pR8wY2dF6hJ4gS0aE7uC3iO1x»\n",
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn a_private_key_in_a_block_scalar_is_found_from_first_to_last_line() {
    check(
        "integrations:\n  github:\n    - apps:\n        - appId: 1\n          privateKey: |\n            «-----BEGIN RSA PRIVATE KEY-----\n            MIIEowIBAAKCAQEA\n            -----END RSA PRIVATE KEY-----»\n",
    );
}

#[test]
fn what_merely_sounds_like_a_secret_is_none() {
    check(
        "app:\n  title: Token portal\n  datadogRum:\n    clientToken: pub1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c\n\
         backend:\n  cors:\n    credentials: true\n  auth:\n    keys: []\n\
         techdocs:\n  publisher:\n    awsS3:\n      credentials:\n        roleArn: arn:aws:iam::123456789012:role/x\n\
         catalog:\n  rules:\n    - allow: [Secret, Token]\n  labels:\n    token-name: my-token\n    secretName: portal-secrets\n\
         kubernetes:\n  clusterLocatorMethods:\n    - type: config\n      clusters:\n        - name: x\n          authProvider: serviceAccount\n          caData: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n          serviceAccountToken: ${T}\n          oidcTokenProvider: google\n\
         integrations:\n  bitbucketServer:\n    - username: jdoe\n      password: ${P}\n\
         auth:\n  providers:\n    github:\n      development:\n        clientId: Ov23liDb8ERnwQqIKqW6\n        clientSecret: ${S}\n\
         custom:\n  tokenEndpoint: https://x/token\n  maxTokens: 4096\n  secret: kv/data/portal\n  password: ./password.txt\n",
    );
}

#[test]
fn stand_ins_are_marked() {
    for text in [
        "<github-token>",
        "changeme",
        "dummy-token",
        "xxx",
        "your-token-here",
        "GITHUB_TOKEN",
    ] {
        let found = check(&format!(
            "integrations:\n  github:\n    - token: «{text}»\n"
        ));
        assert!(only(&found).is_placeholder_like(), "{text}");
    }
    let found = check("integrations:\n  github:\n    - token: «postgres»\n");
    assert!(!only(&found).is_placeholder_like());
}

#[test]
fn a_secret_beside_a_literal_local_host_is_marked() {
    let local = |layer: &str| only(&check(layer)).beside_local_host;
    assert!(local(
        "backend:\n  database:\n    connection:\n      host: localhost\n      password: «postgres»\n"
    ));
    assert!(local(
        "backend:\n  database:\n    connection: pg://u:«postgres»@127.0.0.1:5432/x\n"
    ));
    assert!(local(
        "backend:\n  database:\n    connection: { host: '::1' }\n    plugin:\n      x:\n        connection:\n          password: «postgres»\n"
    ));
    assert!(!local(
        "backend:\n  database:\n    connection:\n      host: db\n      password: «postgres»\n"
    ));
    assert!(!local(
        "backend:\n  database:\n    connection:\n      host: ${HOST:-localhost}\n      password: «postgres»\n"
    ));
    assert!(!local(
        "backend:\n  database:\n    connection:\n      password: «postgres»\n"
    ));
}

#[test]
fn a_value_full_of_tokens_is_one_secret() {
    let token = format!("ghp_{}", "aB3x".repeat(9));
    let tokens = vec![token; 100].join(" ");
    check(&format!("app:\n  title: x «{tokens}» y\n"));
}

#[test]
fn an_alias_is_one_secret() {
    check("x: &s «glpat-aB3xaB3xaB3xaB3xaB3x»\ny: *s\n");
}

#[test]
fn names_alone_raise_suspicion_and_are_hidden() {
    let found = check("custom:\n  token: my-fancy-thing\n");
    assert_eq!(only(&found).certainty, Certainty::Suspected);
    check("custom:\n  token: «9690vgddr18tds19qnr5m93j62u9j8l399d52f77»\n");
    check("custom:\n  dbPassword: «fancy»\n");
}

#[test]
fn what_is_printed_of_a_config_holds_no_secret() {
    let text = "backend:\n  database:\n    connection:\n      user: postgres\n      password: postgres\n  cache:\n    connection: redis://:${PW:-hunter2}@redis\n    password: 1234\n";
    let document = npm_yaml::parse(text);
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", text));
    let config = written::value(document.root.as_ref().unwrap(), source);
    let found = of_layer(&document, source, None, &sources, &Schemas::bundled());
    let mut mask = Secrets::default();
    hide(&found, &mut mask);
    let shown = masked(&config, &mask);
    let at = |path: [&str; 3]| shown.at(path.into_iter().filter(|key| !key.is_empty()));
    assert_eq!(
        at(["backend", "cache", "connection"]).unwrap().as_str(),
        Some("redis://:${PW:-********}@redis")
    );
    assert_eq!(
        at(["backend", "cache", "password"]).unwrap().as_str(),
        Some(MASK)
    );
    let connection = at(["backend", "database", "connection"]).unwrap();
    assert_eq!(connection.get("user").unwrap().as_str(), Some("postgres"));
    assert_eq!(connection.get("password").unwrap().as_str(), Some(MASK));
}

#[test]
fn a_weak_password_from_the_environment_is_masked_where_it_is_printed() {
    let text = "password: ${PW}\nuser: ${NAME}\n";
    let document = npm_yaml::parse(text);
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", text));
    let mut config = written::value(document.root.as_ref().unwrap(), source);
    let Kind::Object(object) = &mut config.kind else {
        panic!()
    };
    for value in object.values_mut() {
        value.kind = Value::string("postgres").kind;
    }
    let found = of_layer(
        &document,
        source,
        Some(&config),
        &sources,
        &Schemas::bundled(),
    );
    let mut mask = Secrets::default();
    hide(&found, &mut mask);
    let shown = masked(&config, &mask);
    assert_eq!(shown.get("password").unwrap().as_str(), Some(MASK));
    assert_eq!(shown.get("user").unwrap().as_str(), Some("postgres"));
}

#[test]
fn names_of_lists_slips_and_variables_say_what_is_secret() {
    let hidden = |layer: &str| {
        let document = npm_yaml::parse(layer);
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", layer));
        let secrets = of_layer(&document, source, None, &sources, &Schemas::bundled());
        let literal = secrets.iter().filter(|s| s.standing == Standing::Literal);
        let places = literal.map(|secret| sources.slice(secret.place.unwrap()).to_owned());
        places.collect::<Vec<_>>()
    };
    for (layer, secrets) in [
        ("acme: { pasword: aB3dE }", &["aB3dE"][..]),
        ("acme: { clientSecrt: aB3dE }", &["aB3dE"]),
        ("acme: { passwords: [aB3dE, fG6hI] }", &["aB3dE", "fG6hI"]),
        ("acme: { tokens: { ci: aB3dE } }", &["aB3dE"]),
        ("acme: { tokenProd: aB3dE }", &["aB3dE"]),
        ("acme: { password: 8675309867 }", &["8675309867"]),
        ("acme: { x: '${DB_PASSWORD:-aB3dE}' }", &["aB3dE"]),
        ("acme: { x: '${DB_HOST:-aB3dE}' }", &[]),
        ("acme: { secure: aB3dE }", &[]),
        ("acme: { token: 3600 }", &["3600"]),
    ] {
        assert_eq!(hidden(layer), secrets, "{layer}");
    }
}

#[test]
fn a_misspelt_secret_key_holds_a_secret() {
    check(
        "integrations:\n  awsS3:\n    - accessKeyId: AKIA\n      secretAccesKey: «wJalrXUtnFEMIK7MDENGbPxRfiCYEX»\n",
    );
    check("jira:\n  tokne: «Tr0ub4dor3x»\n");
}

#[test]
fn what_slid_below_app_is_still_a_secret() {
    check("app:\n  database:\n    connection:\n      password: «Tr0ub4dor3x»\n");
    check("app:\n  integrations:\n    github:\n      - token: «Tr0ub4dor3x»\n");
}

#[test]
fn pairs_and_mappings_hold_the_secret_they_name() {
    check("acme:\n  env:\n    - name: DB_PASSWORD\n      value: «Tr0ub4dor3x»\n");
    check("acme:\n  password: { value: «Tr0ub4dor3x» }\n");
    check("jira:\n  token: { «Tr0ub4dor3x»: }\n");
}

#[test]
fn what_describes_a_secret_or_stands_for_it_is_none() {
    check("vault:\n  token: { type: kubernetes, role: backstage, authPath: kubernetes }\n");
    check("jira:\n  token: '$${JIRA_TOKEN}'\n");
    check("jira:\n  token: /run/secrets/jira\n");
    check("jira:\n  token: secrets/jira-token.txt\n");
}

#[test]
fn a_password_of_a_url_may_hold_any_character() {
    check("backend:\n  database:\n    connection: 'postgres://u:«Tr0ub4<dor>|3x»@db:5432/x'\n");
}

#[test]
fn a_name_made_of_keys_holds_no_secret() {
    let found = check("proxy:\n  'https://u:«Tr0ub4dor3x»@h':\n    token: «a1b2c3d4e5f6a7b8»\n");
    assert!(
        found
            .iter()
            .all(|secret| !secret.variable.contains("TR0UB4"))
    );
}

#[test]
fn a_key_that_stands_twice_hides_no_secret() {
    let text = "a:\n  password: first-Xq7\n  password: second-Yr8\n  password: third-Zs9\na:\n  password: fourth-Wt6\n";
    let sources = Sources::default();
    let source = sources.add(crate::text::Source::new("app-config.yaml", text));
    let document = npm_yaml::parse(text);
    assert!(document.root.is_none());
    let found = of_layer(&document, source, None, &sources, &Schemas::default());
    let mut values: Vec<&str> = found
        .iter()
        .filter_map(|secret| Some(sources.slice(secret.place?)))
        .collect();
    values.sort_unstable();
    assert_eq!(
        values,
        ["first-Xq7", "fourth-Wt6", "second-Yr8", "third-Zs9"]
    );
}

/// Pieces that a search which looks around itself for each of them would not end with.
#[test]
fn a_long_line_of_beginnings_is_searched_in_one_pass() {
    let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let after_key = format!("{}===", &key[..64]);
    for piece in [
        "token=x\"",
        "token:x\"",
        "a;password=xy1;",
        "name:value:",
        "auth:",
        "token:[",
        "Private-Lines:",
        &after_key,
    ] {
        let text = piece.repeat(300_000 / piece.len());
        let layer = format!("my:\n  text: '{text}'\n");
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", layer.clone()));
        let document = npm_yaml::parse(&layer);
        let found = of_layer(&document, source, None, &sources, &Schemas::default());
        assert!(found.len() <= 1, "{piece}: {}", found.len());
    }
}

#[test]
fn a_value_full_of_passwords_is_hidden_to_its_last_one() {
    let passwords: String = (0..200)
        .map(|number| format!("password=Xq{number}zz7;"))
        .collect();
    let layer = format!("my: {{ text: '{passwords}' }}\nother: x Xq199zz7 y\n");
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", layer.clone()));
    let document = npm_yaml::parse(&layer);
    let found = of_layer(&document, source, None, &sources, &Schemas::default());
    let hidden = sources.slice(only(&found).place.unwrap());
    assert!(hidden.starts_with("Xq0zz7") && hidden.ends_with("Xq199zz7"));
    let mut mask = Secrets::default();
    hide(&found, &mut mask);
    assert_eq!(mask.redact("x Xq199zz7 y"), "x ******** y");
    assert_eq!(mask.redact("x Xq120zz7 y"), "x ******** y");
}

#[test]
fn every_repeated_key_is_searched_however_many_there_are() {
    let mut layer: String = (0..3_000)
        .map(|number| format!("- {{ a: 1, a: {{ b: x, password: Pq{number}zz7 }} }}\n"))
        .collect();
    layer.insert_str(0, "list:\n");
    let repeated: String = (0..3_000)
        .map(|number| format!("password: Rq{number}zz7\n"))
        .collect();
    layer.push_str(&repeated);
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", layer.clone()));
    let document = npm_yaml::parse(&layer);
    let found = of_layer(&document, source, None, &sources, &Schemas::default());
    let values: std::collections::BTreeSet<&str> = found
        .iter()
        .filter_map(|secret| Some(sources.slice(secret.place?)))
        .collect();
    assert!(values.contains("Pq0zz7") && values.contains("Pq2999zz7"));
    assert!(values.contains("Rq0zz7") && values.contains("Rq2999zz7"));
    assert_eq!(values.len(), 6_000);
}

#[test]
fn a_repeated_name_says_what_the_value_beside_it_is() {
    let layer = "env:\n- name: HOST\n  name: DB_PASSWORD\n  value: hun-ter-two\n";
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", layer));
    let document = npm_yaml::parse(layer);
    let found = of_layer(&document, source, None, &sources, &Schemas::default());
    assert_eq!(sources.slice(only(&found).place.unwrap()), "hun-ter-two");
}

#[test]
fn short_numbers_and_words_behind_options_are_hidden() {
    for (layer, hidden) in [
        ("password: 12345\n", &["12345"][..]),
        ("x: { pin: 1234 }\n", &["1234"]),
        ("x: { password: [12345, 67890] }\n", &["12345", "67890"]),
        ("args: ['--password', 'hun ter-two']\n", &["hun ter-two"]),
        (
            "args: [run, '--db-password', hunter-two]\n",
            &["hunter-two"],
        ),
        (
            "run:\n- curl\n- -u\n- bot:swordfish\n- https://h\n",
            &["swordfish"],
        ),
        ("args: ['--pin', 1234]\n", &["1234"]),
    ] {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", layer));
        let document = npm_yaml::parse(layer);
        let found = of_layer(&document, source, None, &sources, &Schemas::default());
        let spelled: Vec<&str> = found
            .iter()
            .map(|secret| sources.slice(secret.place.unwrap()).trim_matches('\''))
            .collect();
        assert_eq!(spelled, hidden, "{layer}");
    }
    for layer in [
        "args: [run, '--port', 8080]\n",
        "args: ['--password', '${PW}']\n",
        "l: [a, b]\n",
    ] {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", layer));
        let document = npm_yaml::parse(layer);
        let found = of_layer(&document, source, None, &sources, &Schemas::default());
        assert!(
            found.iter().all(|it| it.standing == Standing::Open),
            "{layer}"
        );
    }
}
