//! The format of a rule card: what is wrong, when, where to point, why, how to mend, with examples.
//!
//! In: nothing; these are the words in which all policy is written. Out: [`Card`], the same type for the
//! built-in catalogue (borrowed from the binary, so that a run parses none of them) and for users' policies
//! (owned). Never: evaluation, or a private power of the built-in cards.

use std::borrow::Cow;

use crate::Severity;

/// Text that the binary holds, or that a policy file brought.
pub type Words = Cow<'static, str>;
/// Several of something, held likewise.
pub type Several<T> = Cow<'static, [T]>;

/// One rule.
#[derive(Debug, Clone)]
pub struct Card {
    /// Kebab-case; never changes its meaning.
    pub id: Words,
    /// A few words, without a full stop.
    pub title: Words,
    /// Where it stands in the catalogue.
    pub group: Group,
    /// The version it came with; every built-in card says so, policies need not.
    pub since: Option<Since>,
    /// Who finds it: a condition of this card, or the loader itself.
    pub source: Detection,
    /// What it is judged on.
    pub scope: Scope,
    /// For [`Scope::Chain`]: which chains.
    pub chains: Chains,
    /// What becomes of the severity where an unseen layer may say otherwise.
    pub incomplete: Incomplete,
    /// When what it finds may not matter; a case that holds is then one severity lower.
    pub doubt: Option<Doubt>,
    /// Whether it is judged unless settings switch it off (or on).
    pub default: Switch,
    /// How an editor may show what it finds, beside its severity.
    pub mark: Option<Mark>,
    /// The list or mapping whose items are judged one by one; `None` judges the subject once.
    pub each: Option<Each>,
    /// The first that holds decides. Of a loader card the first gives the usual severity.
    pub cases: Several<Case>,
    /// What breaks, for whom.
    pub why: Words,
    /// The config to write instead, or what to do.
    pub fix: Words,
    /// What resolves a finding of a case that has no fixes of its own.
    pub fixes: Several<Fix>,
    /// Pages that say more.
    pub references: Several<Words>,
    /// Rules that say less about the same: where this one finds something, their findings at the same place are left
    /// out.
    pub supersedes: Several<Words>,
    /// Earlier ids, which settings and suppressions may still use.
    pub aliases: Several<Words>,
    /// What it finds and what it leaves alone.
    pub examples: Several<Example>,
}

/// A version without its last part: what may bring new rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Since {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
}

impl Since {
    /// The first version: its rules are new to nobody.
    pub const FIRST: Self = Self { major: 0, minor: 1 };

    /// Reads `0.1`, or the beginning of `0.1.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(str::parse);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some(Self { major, minor })
    }
}

/// A part of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What the DatabaseManager would do.
    Database,
    /// Secrets in the wrong place.
    Secrets,
    /// The safety of a production portal.
    Security,
    /// What schemas say.
    Schema,
    /// Layers, chains, and how they are merged.
    Layers,
    /// What the loader itself refuses or silently ignores.
    Loader,
    /// Order in the files themselves.
    Hygiene,
    /// A user's own rules.
    Policy,
}

/// Who finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detection {
    /// The conditions of the card.
    Conditions,
    /// A stage before the rules; the card is its page, its severity and its switch.
    Loader,
}

/// What a card is judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Each layer by itself, loaded or not.
    Layer,
    /// The effective config of each chain.
    Chain,
    /// The files of an app root.
    App,
    /// The effective config of a Posit Connect server.
    Server,
}

/// Which chains a card is judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chains {
    /// Those that people depend on.
    Production,
    /// Every one.
    All,
}

/// What an unseen layer does to the severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// One lower, with the reason: an unseen layer could override what the rule saw.
    Lower,
    /// The same: nothing an unseen layer sets would mend it.
    Same,
    /// Not judged there.
    Skip,
}

/// How an editor shows a finding, beside its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is about something that has no effect and can go: faded out.
    Unnecessary,
    /// It is about something that has a successor: struck through.
    Deprecated,
}

/// Evidence that is missing: it lowers a severity, and silences nothing.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// The condition, in CEL.
    pub when: Words,
    /// What is missing, for the end of the message; `{path}` stands for a value.
    pub because: Words,
}

/// Whether a card is judged when settings say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// It is.
    On,
    /// Only on request.
    Off,
}

/// `for: facts.databases as db`, or `for: config.proxy.endpoints as path, endpoint`.
#[derive(Debug, Clone)]
pub struct Each {
    /// Path of the list or mapping.
    pub path: Words,
    /// Name for the key of a mapping, or the index in a list.
    pub key: Option<Words>,
    /// Name for the item.
    pub item: Words,
}

/// One way in which the rule is broken.
#[derive(Debug, Clone)]
pub struct Case {
    /// The condition, in CEL; empty on a loader card.
    pub when: Words,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence; `{path}` stands for a value.
    pub message: Words,
    /// The sentence for several items at the same place; `{count}` is their number, and `{path}` lists them.
    pub several: Option<Words>,
    /// Where to point; the first is the primary label.
    pub at: Several<At>,
    /// What to write instead in this very case, in place of the card's `fix`; `{path}` stands for a value.
    pub help: Option<Words>,
    /// The one string to write in the place of another, when that is sure to be meant.
    pub replace: Option<Replace>,
    /// What resolves a finding of this very case: alternatives, the best first.
    pub fixes: Several<Fix>,
}

/// A change of files that resolves a finding. All of it is made, or nothing.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What it does, in the imperative and without a full stop, e.g. ``Set `ssl: {}` ``; `{path}` stands for a value.
    pub title: Words,
    /// How far it can be trusted.
    pub kind: FixKind,
    /// When it is offered, in CEL; empty for always.
    pub when: Words,
    /// The values to set, by path. The value is replaced where it is there, and added where it is not.
    pub set: Several<(Words, Content)>,
    /// The values to set in the last layer of the chain, by their path in the config, e.g. `auth.environment`.
    pub r#override: Several<(Words, Content)>,
    /// The paths of the values to remove.
    pub remove: Several<Words>,
    /// The keys to rename: the path of the value, and its new key.
    pub rename: Several<(Words, Words)>,
    /// The values to move: the path of the value, and the path it is to have in the same file.
    pub r#move: Several<(Words, Words)>,
    /// Lines to add at the end of files, by the file's path from the app root; `{path}` stands for a value in both.
    pub lines: Several<(Words, Words)>,
}

/// How far a fix can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FixKind {
    /// What the app does stays as it was meant: applied by `--fix`.
    Safe,
    /// What the app does changes, likely as it is wanted: applied by `--unsafe-fixes`.
    Unsafe,
    /// Shown, and never applied: something in it is for a person to decide.
    Display,
}

impl FixKind {
    /// Its word in a card and in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Display => "display-only",
        }
    }
}

/// A value that a fix writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string; `{path}` stands for a known string.
    Text(Words),
    /// A list.
    List(Several<Content>),
    /// A mapping.
    Mapping(Several<(Words, Content)>),
}

/// A string to write in the place of another: offered as a fix to take over.
#[derive(Debug, Clone)]
pub struct Replace {
    /// Path of the string to replace.
    pub here: Words,
    /// What to write; `{path}` stands for a known string. Where one is not known, nothing is offered.
    pub with: Words,
    /// How far it can be trusted; safe where the card says nothing.
    pub kind: FixKind,
}

/// A label.
#[derive(Debug, Clone)]
pub struct At {
    /// Path of the value to point at.
    pub here: Words,
    /// A few words, or nothing; `{path}` stands for a value.
    pub note: Words,
}

/// A small app root, and what the rule finds in it.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it shows.
    pub name: Words,
    /// Paths and texts. A file `.git/index` makes it a repository; its lines name the tracked files, `*` for all.
    pub files: Several<(Words, Words)>,
    /// Layers of one explicit chain, as `--config` would name them; none leaves the chains to the files.
    pub config: Several<Words>,
    /// Whether that explicit chain is one that people depend on.
    pub production: Production,
    /// What is known of the variables the app is started with.
    pub environment: Surroundings,
    /// Findings of this rule as `PATH:LINE SEVERITY`, in order.
    pub finds: Several<Words>,
    /// The files that the first fix of each finding changes, as they are then; none where no fix is applied.
    pub fixed: Several<(Words, Words)>,
}

/// Whether an explicit chain is one that people depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Production {
    /// It is.
    Yes,
    /// Its layers' names say.
    ByName,
}

/// What is known of the variables an app is started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing.
    Unknown,
    /// None is set.
    Empty,
}

impl Group {
    /// Every group, in the order of the catalogue.
    pub const ALL: [Self; 8] = [
        Self::Database,
        Self::Secrets,
        Self::Security,
        Self::Schema,
        Self::Layers,
        Self::Loader,
        Self::Hygiene,
        Self::Policy,
    ];

    /// Its word in a card.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Secrets => "secrets",
            Self::Security => "security",
            Self::Schema => "schema",
            Self::Layers => "layers",
            Self::Loader => "loader",
            Self::Hygiene => "hygiene",
            Self::Policy => "policy",
        }
    }
}

impl Scope {
    /// Its word in a card.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::Chain => "chain",
            Self::App => "app",
            Self::Server => "server",
        }
    }
}

impl Card {
    /// The severity it has before settings: that of its worst case.
    pub fn severity(&self) -> Severity {
        self.cases
            .iter()
            .map(|case| case.severity)
            .max()
            .unwrap_or(Severity::Info)
    }

    /// Why a built-in card may not come with a version: a rule that a minor version brings arrives as a warning, so
    /// that an update breaks nobody's build.
    pub fn comes_too_early(&self, version: Since) -> Option<&'static str> {
        match self.since {
            None => Some("is missing: set the version that adds the rule"),
            Some(since) if since > version => Some("is a later version than this one"),
            Some(since)
                if since == version
                    && version > Since::FIRST
                    && self.severity() == Severity::Error =>
            {
                Some("is the current version: a new rule must be a warning, not an error")
            }
            Some(_) => None,
        }
    }

    /// Whether `id` is its id or an earlier one.
    pub fn answers_to(&self, id: &str) -> bool {
        self.id == id || self.aliases.iter().any(|alias| alias == id)
    }
}
