//! Secrets that occur nowhere else, and the search for them.

/// The secrets planted in one app root.
#[derive(Default)]
pub struct Planted {
    needles: Vec<(String, String)>,
    count: usize,
}

impl Planted {
    /// A new secret: letters and digits, as a generator of passwords makes them.
    pub fn password(&mut self, place: &str) -> String {
        let secret = format!("q{}Zx7{}vK4m", self.count, letters(self.count));
        self.remember(&secret, place);
        secret
    }

    /// A new secret of digits alone, which YAML takes for a number.
    pub fn number(&mut self, place: &str) -> String {
        let secret = format!("9182736450{:03}", self.count);
        self.also(&secret, place);
        self.count += 1;
        secret
    }

    /// A new secret in the shape of a GitHub token.
    pub fn token(&mut self, place: &str) -> String {
        let body = format!("q{:03}Zx7{}vK4m", self.count, letters(self.count));
        self.remember(&body, place);
        format!("ghp_{body:A<36}")
    }

    /// The lines of a new private key, each with a secret of its own.
    pub fn private_key(&mut self, place: &str) -> Vec<String> {
        let mut lines = vec!["-----BEGIN RSA PRIVATE KEY-----".to_owned()];
        for _ in 0..3 {
            let body = format!("MIIq{:03}Zx7{}vK4m", self.count, letters(self.count));
            self.remember(&body, place);
            lines.push(format!("{body:B<64}"));
        }
        lines.push("-----END RSA PRIVATE KEY-----".to_owned());
        lines
    }

    /// Looks for another spelling of a secret too.
    pub fn also(&mut self, spelling: &str, place: &str) {
        self.needles.push((spelling.to_owned(), place.to_owned()));
    }

    /// The value of the variable that the process itself has.
    pub fn in_environment(&self) -> &'static str {
        "q999Zx7environmentvK4m"
    }

    /// Fails when one of the secrets, or a good part of it, is in `bytes`.
    pub fn assert_absent(&self, bytes: &[u8], what: &str) {
        let text = String::from_utf8_lossy(bytes);
        let environment = (
            self.in_environment().to_owned(),
            "the environment".to_owned(),
        );
        for (needle, place) in self.needles.iter().chain([&environment]) {
            assert!(
                !text.contains(needle),
                "{what} shows the secret in {place} ({needle}):\n{text}"
            );
        }
    }

    fn remember(&mut self, secret: &str, place: &str) {
        // A part is found even where a report wraps or clips the rest.
        let start = secret.find("Zx7").unwrap();
        let part = &secret[start..secret.len() - 2];
        self.needles.push((part.to_owned(), place.to_owned()));
        self.count += 1;
    }
}

/// A different word for each number.
fn letters(mut number: usize) -> String {
    let mut word = String::new();
    for _ in 0..4 {
        word.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    word
}
