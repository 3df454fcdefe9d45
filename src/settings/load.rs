//! Settings files, what they extend, and the policies they name.

use std::collections::HashMap;
use std::sync::Arc;

use super::read::{Raw, read};
use super::{AppliesTo, Globs, Mistake, MistakenFile, RuleSetting, SchemaSetting, Settings};
use crate::backstage::schema::{UserSchema, UserSchemaError};
use crate::files::{FilePath, Files, ReadError};
use crate::request::RulesFrom;
use crate::rules::policy;
use crate::text::mask::escape;
use crate::text::{Place, SourceId, Sources, Span};
use rule_card::card::Card;

/// The names a settings file may have, in the order they are looked for.
pub const NAMES: [&str; 3] = ["stagecheck.yaml", "stagecheck.yml", ".stagecheck.yaml"];

/// The largest settings or policy file, in bytes.
const MAX_SIZE: u64 = 1 << 20;
/// How many characters of a tag a message shows.
const LONGEST_SHOWN: usize = 60;
/// How many files may extend each other in a row.
const MAX_EXTENDS: usize = 8;

/// Reads settings, each file once.
pub struct Loader<'f> {
    files: &'f dyn Files,
    found: HashMap<FilePath, Option<Arc<Settings>>>,
    /// For app roots without a settings file: one for all, so that rules are made ready once.
    defaults: Arc<Settings>,
    /// Schemas that hold for every app root, beyond those of its settings.
    for_all: Vec<SchemaSetting>,
    /// Schema files that were read; `None` for one with a mistake.
    schemas: HashMap<FilePath, Option<Arc<UserSchema>>>,
    mistakes: Vec<Mistake>,
    rules_from: RulesFrom,
    /// What was not loaded, since nobody vouches for it.
    left_out: Vec<String>,
    /// Files that are there and cannot be read.
    unreadable: Vec<SourceId>,
}

impl<'f> Loader<'f> {
    /// A loader over these files.
    pub fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            found: HashMap::new(),
            defaults: Arc::default(),
            for_all: Vec::new(),
            schemas: HashMap::new(),
            mistakes: Vec::new(),
            rules_from: RulesFrom::Anywhere,
            left_out: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Judges the chains of every app root by a further schema, which the command line names. Called before any settings
    /// are asked for.
    ///
    /// # Errors
    /// When the file cannot be read. What is wrong in it is a mistake.
    pub fn add_schema(&mut self, path: &FilePath, sources: &Sources) -> Result<(), ReadError> {
        if let Some(schema) = self.schema(path, sources)? {
            self.for_all.push(SchemaSetting {
                schema,
                applies_to: AppliesTo::Chains(None),
            });
        }
        self.defaults = Arc::new(Settings {
            schemas: self.for_all.clone(),
            ..Settings::default()
        });
        Ok(())
    }

    /// The same loader, which loads policies and further settings only from where they may come from.
    #[must_use]
    pub fn loading_from(mut self, rules_from: RulesFrom) -> Self {
        self.rules_from = rules_from;
        self
    }

    /// Whether a file may be loaded that settings name; notes those that may not.
    fn may_load(&mut self, path: &FilePath) -> bool {
        let is_package = path.as_str().split('/').any(|part| part == "node_modules");
        let is_vouched_for = self.rules_from == RulesFrom::Anywhere || !is_package;
        let may_load = self.is_trusted_place(path) && is_vouched_for;
        if !may_load {
            self.left_out.push(self.files.display(path));
        }
        may_load
    }

    /// Whether somebody vouches for what is at a path.
    fn is_trusted_place(&self, path: &FilePath) -> bool {
        match &self.rules_from {
            RulesFrom::Anywhere => true,
            RulesFrom::Folder(folder) => path.is_within(folder),
        }
    }

    /// Notes a settings file that would be in force, and is not loaded.
    fn leave_out(&mut self, path: &FilePath) {
        let shown = self.files.display(path);
        if !self.left_out.contains(&shown) && self.files.is_file(path) {
            self.left_out.push(shown);
        }
    }

    /// The files that were not loaded, since they are from elsewhere.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The settings for an app root: from the nearest settings file in it or above it, up to the root of the
    /// files. Without one, the defaults.
    pub fn for_folder(&mut self, folder: &FilePath, sources: &mut Sources) -> Arc<Settings> {
        let mut folder = folder.clone();
        loop {
            for name in NAMES {
                let path = folder.join(name);
                if !self.is_trusted_place(&path) {
                    self.leave_out(&path);
                } else if let Some(settings) = self.file(&path, sources) {
                    return settings;
                }
            }
            if folder == FilePath::root() || folder.is_outside() {
                return Arc::clone(&self.defaults);
            }
            folder = folder.parent();
        }
    }

    /// The settings in this very file; `None` when there is no such file.
    pub fn file(&mut self, path: &FilePath, sources: &mut Sources) -> Option<Arc<Settings>> {
        if let Some(known) = self.found.get(path) {
            return known.clone();
        }
        let settings = self
            .source(path, sources)
            .map(|source| Arc::new(self.whole(path, source, sources)));
        self.found.insert(path.clone(), settings.clone());
        settings
    }

    /// Files whose names are nearly those of settings, which nothing reads: `.stagecheck.yml`, `stagecheck.json`.
    pub fn near_names(&self) -> Vec<String> {
        let listed = self.files.list(&FilePath::root(), &is_near_name);
        let shown = listed.iter().map(|listed| self.files.display(&listed.path));
        shown.collect()
    }

    /// Every mistake found so far, and every file that is there and cannot be read: with any, the run cannot be made.
    pub fn mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    /// The text of a file; `None` when there is none. One that cannot be read is a mistake, and empty.
    fn source(&mut self, path: &FilePath, sources: &mut Sources) -> Option<SourceId> {
        let text = match self.files.read(path, MAX_SIZE) {
            Ok(text) => text,
            Err(ReadError::NotFound) => return None,
            Err(error) => {
                let source = sources.add(self.files.source(path, Arc::from("")));
                let message = format!("cannot read this file: {error}");
                self.mistake(Place::new(source, Span::at(0)), message);
                self.unreadable.push(source);
                return Some(source);
            }
        };
        Some(sources.add(self.files.source(path, text)))
    }

    /// A file with what it extends, its policies read and its rule names checked.
    fn whole(&mut self, path: &FilePath, source: SourceId, sources: &mut Sources) -> Settings {
        let mut chain = vec![path.clone()];
        let mut settings = self.extended(path, source, sources, &mut chain);
        settings.schemas.extend(self.for_all.iter().cloned());
        settings.file = Some(source);
        for (index, card) in settings.policies.iter().enumerate() {
            let earlier = settings.policies.iter().take(index);
            if earlier.into_iter().any(|other| other.answers_to(&card.id)) {
                let message = format!("duplicate policy id `{}`", card.id);
                self.mistake(Place::new(source, Span::at(0)), message);
            }
        }
        let overrides = settings.overrides.iter().flat_map(|one| &one.rules);
        for RuleSetting { name, place, .. } in settings.rules.iter().chain(overrides) {
            if let Some(message) = super::select::unknown(name, &settings.policies) {
                self.mistake(*place, message);
            }
        }
        settings
    }

    fn extended(
        &mut self,
        path: &FilePath,
        source: SourceId,
        sources: &mut Sources,
        chain: &mut Vec<FilePath>,
    ) -> Settings {
        let folder = path.parent();
        let Some(raw) = self.raw(source, &folder, sources) else {
            return Settings::default();
        };
        let mut base = Settings::default();
        for (name, span) in &raw.extends {
            let place = Place::new(source, *span);
            if let Some(settings) = self.extend(name, place, &folder, sources, chain) {
                base = settings.over(base);
            }
        }
        let mut own = raw.settings;
        for (pattern, span) in &raw.policies {
            let place = Place::new(source, *span);
            let cards = self.policies(pattern, place, &folder, sources);
            own.policies.extend(cards);
        }
        for schema in raw.schemas {
            let place = Place::new(source, schema.span);
            if !self.may_load(&schema.file) {
                continue;
            }
            match self.schema(&schema.file, sources) {
                Ok(read) => own.schemas.extend(read.map(|read| SchemaSetting {
                    schema: read,
                    applies_to: schema.applies_to,
                })),
                Err(error) => {
                    let file = escape(schema.file.as_str());
                    self.mistake(place, format!("`schemas` names `{file}`: {error}"));
                }
            }
        }
        own.over(base)
    }

    /// The schema in a file; `None` where there is a mistake in it, which is noted.
    fn schema(
        &mut self,
        path: &FilePath,
        sources: &Sources,
    ) -> Result<Option<Arc<UserSchema>>, ReadError> {
        if let Some(known) = self.schemas.get(path) {
            return Ok(known.clone());
        }
        let read = match UserSchema::read(path, self.files, sources) {
            Ok(read) => Some(Arc::new(read)),
            Err(UserSchemaError::Unreadable(error)) => return Err(error),
            Err(UserSchemaError::Mistakes(mistakes)) => {
                self.mistakes
                    .extend(mistakes.into_iter().map(|mistake| Mistake {
                        message: mistake.message,
                        file: MistakenFile::Schema,
                        place: mistake.place,
                    }));
                None
            }
        };
        self.schemas.insert(path.clone(), read.clone());
        Ok(read)
    }

    /// Another settings file: a relative path, or a package in the `node_modules` here or above.
    fn extend(
        &mut self,
        name: &str,
        place: Place,
        folder: &FilePath,
        sources: &mut Sources,
        chain: &mut Vec<FilePath>,
    ) -> Option<Settings> {
        let candidates = if name.starts_with("./") || name.starts_with("../") {
            vec![folder.join(name)]
        } else {
            in_packages(name, folder)
        };
        let found = candidates.into_iter().find_map(|path| {
            let source = self.source(&path, sources)?;
            Some((path, source))
        });
        let Some((path, source)) = found else {
            self.mistake(place, format!("`extends`: `{name}` is neither a file (`./…`) nor a package in node_modules with a stagecheck.yaml"));
            return None;
        };
        if !self.may_load(&path) {
            return None;
        }
        if chain.contains(&path) || chain.len() == MAX_EXTENDS {
            self.mistake(
                place,
                format!("`extends`: cycle at `{name}`, or more than {MAX_EXTENDS} files"),
            );
            return None;
        }
        chain.push(path.clone());
        let settings = self.extended(&path, source, sources, chain);
        chain.pop();
        Some(settings)
    }

    fn raw(&mut self, source: SourceId, folder: &FilePath, sources: &Sources) -> Option<Raw> {
        let document = npm_yaml::parse(sources.get(source).text());
        self.syntax(&document, source, sources)?;
        let root = document.root?;
        let mut mistakes = Vec::new();
        let raw = read(&root, source, folder, &mut mistakes);
        for mistake in mistakes {
            let place = Place::new(source, mistake.place);
            let field = mistake.field;
            self.mistake(
                place,
                match field.as_str() {
                    "" => format!("the settings {}", mistake.message),
                    field => format!("`{field}` {}", mistake.message),
                },
            );
        }
        raw
    }

    /// Notes what is wrong with the YAML; `None` when something is.
    fn syntax(
        &mut self,
        document: &npm_yaml::Document,
        source: SourceId,
        sources: &Sources,
    ) -> Option<()> {
        let fatal = || {
            document
                .problems
                .iter()
                .filter(|problem| problem.is_fatal())
        };
        for problem in fatal() {
            // Written for layers: what reads this file is this program.
            let mut message = problem
                .message
                .replace("the app cannot", "stagecheck cannot");
            if let Some(help) = &problem.help {
                message.push_str(": ");
                message.push_str(help.trim_end_matches('.'));
            }
            self.mistake(Place::new(source, problem.span), message);
        }
        // Of `when: !has(a) has(b)` YAML leaves `has(b)`: a policy would judge something else than it says.
        for tag in &document.tags {
            let place = Place::new(source, *tag);
            let written: String = sources.slice(place).chars().take(LONGEST_SHOWN).collect();
            let written = escape(&written);
            let message =
                format!("`{written}` is a YAML tag, which is dropped; quote the whole value");
            self.mistake(place, message);
        }
        (fatal().next().is_none() && document.tags.is_empty()).then_some(())
    }

    /// The cards of the files that a path or glob names.
    fn policies(
        &mut self,
        pattern: &str,
        place: Place,
        folder: &FilePath,
        sources: &mut Sources,
    ) -> Vec<Card> {
        let paths = self.matching(pattern, folder);
        if paths.is_empty() {
            self.mistake(place, format!("`policies`: no file matches `{pattern}`"));
        }
        let mut cards = Vec::new();
        for path in paths {
            if !self.may_load(&path) {
                continue;
            }
            let Some(source) = self.source(&path, sources) else {
                self.mistake(place, format!("`policies`: cannot read `{path}`"));
                continue;
            };
            cards.extend(self.cards(source, sources));
            let own = self.mistakes.iter_mut();
            for mistake in own.filter(|mistake| mistake.place.source == source) {
                mistake.file = MistakenFile::Policy;
            }
        }
        cards
    }

    /// The cards of one policy file.
    fn cards(&mut self, source: SourceId, sources: &Sources) -> Vec<Card> {
        let document = npm_yaml::parse(sources.get(source).text());
        if self.unreadable.contains(&source) || self.syntax(&document, source, sources).is_none() {
            return Vec::new();
        }
        match document.root.as_ref().map(policy::read) {
            Some(Ok(read)) => return read,
            Some(Err(mistakes)) => {
                for mistake in mistakes {
                    self.mistake(Place::new(source, mistake.span), mistake.message);
                }
            }
            None => self.mistake(
                Place::new(source, Span::at(0)),
                "empty policy file: expected a rule card",
            ),
        }
        Vec::new()
    }

    fn matching(&self, pattern: &str, folder: &FilePath) -> Vec<FilePath> {
        if !pattern.contains(['*', '?', '[', '{']) {
            return vec![folder.join(pattern)];
        }
        let mut globs = Globs::default();
        if globs.push(folder, pattern).is_err() {
            return Vec::new();
        }
        let is_yaml = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
        self.files
            .list(folder, &is_yaml)
            .into_iter()
            .map(|listed| listed.path)
            .filter(|path| globs.matches(path))
            .collect()
    }

    fn mistake(&mut self, place: Place, message: impl Into<String>) {
        self.mistakes.push(Mistake {
            message: message.into(),
            file: MistakenFile::Settings,
            place,
        });
    }
}

/// Whether a file is called as settings are, but for a dot, the letters' case or the extension.
fn is_near_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.trim_start_matches('.');
    let (stem, extension) = stem.split_once('.').unwrap_or((stem, ""));
    let is_near = matches!(stem, "stagecheck" | "stagecheckrc")
        && matches!(
            extension,
            "" | "yaml" | "yml" | "json" | "toml" | "config.yaml" | "config.yml"
        );
    // The program itself, or a folder of its, has the bare name.
    is_near && lower != "stagecheck" && !NAMES.contains(&name)
}

fn in_packages(name: &str, folder: &FilePath) -> Vec<FilePath> {
    let mut paths = Vec::new();
    let mut folder = folder.clone();
    loop {
        let package = folder.join("node_modules").join(name);
        if name.ends_with(".yaml") || name.ends_with(".yml") {
            paths.push(package);
        } else {
            paths.extend(NAMES.map(|file| package.join(file)));
        }
        if folder == FilePath::root() || folder.is_outside() {
            return paths;
        }
        folder = folder.parent();
    }
}
