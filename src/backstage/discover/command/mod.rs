//! What a command line starts.
//!
//! In: words. Out: whether it starts a Backstage backend, and the `--config` arguments it gives it. Never: files.

pub(crate) mod shell;
pub(crate) mod word;

use self::word::{Anchor, Certainty, Variables, Word};
use crate::text::Sources;

/// What a command line starts, as far as Backstage goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Started {
    /// The built backend, with these `--config` arguments in order.
    Backend(Arguments),
    /// The development server of `backstage-cli`.
    Development(Arguments),
    /// A script of a package.json.
    Script(Script),
    /// A program that may start the backend; only a person can tell. Its name is known text.
    Unclear(Word),
}

/// What a start command passes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Arguments {
    /// The values of `--config`, in order.
    pub(crate) configs: Vec<Word>,
    /// Words that may add arguments of their own: an entry point script, a variable with nothing around it.
    pub(crate) unread: Vec<Word>,
    /// `NAME=value` in front of the command.
    pub(crate) environment: Vec<(String, Word)>,
    /// The folder that a `cd` in front of the command goes to.
    pub(crate) folder: Option<Word>,
}

/// A script that a package manager runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its name.
    pub(crate) name: Word,
    /// The workspace it belongs to, when the command names one.
    pub(crate) workspace: Option<Word>,
    /// What the command adds.
    pub(crate) arguments: Arguments,
}

/// How deeply commands may be nested (`sh -c "sh -c …"`).
const NESTING_LIMIT: usize = 4;

/// How many things one list of commands starts at most; what comes after them is not looked at.
const STARTED_LIMIT: usize = 100;

/// The things a list of commands starts, in order. Commands that have nothing to do with Backstage give nothing, nor do
/// more words than anybody would write.
pub(crate) fn started(
    commands: &[Vec<Word>],
    sources: &Sources,
    variables: &Variables,
) -> Vec<Started> {
    let mut found = Vec::new();
    let words: usize = commands.iter().map(Vec::len).sum();
    if words > shell::WORD_LIMIT {
        return found;
    }
    started_in_turn(commands, sources, variables, NESTING_LIMIT, &mut found);
    found
}

fn started_in_turn(
    commands: &[Vec<Word>],
    sources: &Sources,
    variables: &Variables,
    depth: usize,
    found: &mut Vec<Started>,
) {
    let mut folder = None;
    for command in commands {
        if found.len() >= STARTED_LIMIT {
            return;
        }
        if let [program, target, ..] = command.as_slice()
            && program.text == "cd"
        {
            folder = Some(target.clone());
            continue;
        }
        let before = found.len();
        started_by(command, sources, variables, depth, found);
        for started in found.iter_mut().skip(before) {
            started.start_in(folder.as_ref());
        }
    }
}

fn started_by(
    command: &[Word],
    sources: &Sources,
    variables: &Variables,
    depth: usize,
    found: &mut Vec<Started>,
) {
    let (command, mut environment) = without_assignments(command);
    let Some((program, rest)) = command.split_first() else {
        return;
    };
    let nested = |text: &Word, found: &mut Vec<Started>| {
        let anchor = Anchor::of(sources, text.place, &text.text);
        let before = found.len();
        if depth > 0 {
            let commands = shell::commands(&text.text, anchor, variables);
            started_in_turn(&commands, sources, variables, depth - 1, found);
        }
        for started in found.iter_mut().skip(before) {
            started.add_environment(&environment);
            started.lower(text.certainty);
        }
    };
    match base_name(&program.text) {
        "sh" | "bash" | "ash" | "dash" | "zsh" => {
            if let Some(text) = after_flag(rest, "-c") {
                nested(text, found);
            } else if let Some(script) = rest.first().filter(|word| !word.text.starts_with('-')) {
                found.push(Started::Unclear(script.clone()));
            }
        }
        "concurrently" => rest.iter().for_each(|text| nested(text, found)),
        name => {
            if let Some(rest) = behind_wrapper(name, rest) {
                let before = found.len();
                if depth > 0 {
                    started_by(rest, sources, variables, depth - 1, found);
                }
                for started in found.iter_mut().skip(before) {
                    started.add_environment(&environment);
                }
            } else if let Some(mut started) = program_started(program, rest, NESTING_LIMIT) {
                started.add_environment(&std::mem::take(&mut environment));
                found.push(started);
            }
        }
    }
}

impl Started {
    fn arguments(&mut self) -> Option<&mut Arguments> {
        match self {
            Self::Backend(arguments) | Self::Development(arguments) => Some(arguments),
            Self::Script(script) => Some(&mut script.arguments),
            Self::Unclear(_) => None,
        }
    }

    fn add_environment(&mut self, environment: &[(String, Word)]) {
        if let Some(arguments) = self.arguments() {
            arguments.environment.extend_from_slice(environment);
        }
    }

    /// Takes the layers for no surer than the text that names them.
    fn lower(&mut self, certainty: Certainty) {
        let arguments = self.arguments().filter(|_| certainty == Certainty::Default);
        for config in arguments.map_or(&mut [][..], |arguments| &mut arguments.configs) {
            config.certainty = config.certainty.max(certainty);
        }
    }

    fn start_in(&mut self, folder: Option<&Word>) {
        if let (Some(arguments), Some(folder)) = (self.arguments(), folder) {
            arguments.folder.get_or_insert_with(|| folder.clone());
        }
    }
}

/// A program with its arguments; `depth` is how many more may stand in each other (`a.sh b.sh node …`).
fn program_started(program: &Word, rest: &[Word], depth: usize) -> Option<Started> {
    let arguments = Arguments {
        configs: config_values(rest),
        unread: open_arguments(rest),
        ..Arguments::default()
    };
    let names_layer =
        |word: &Word| word.certainty == Certainty::Open || word.text.contains("app-config");
    match base_name(&program.text) {
        "node" | "nodejs" | "bun" | "deno" => node_started(rest, arguments),
        "backstage-cli" => development(rest).then_some(Started::Development(arguments)),
        "yarn" | "npm" | "pnpm" | "npx" => package_manager(rest, depth),
        _ if program.text.starts_with('-') => {
            // The program is the base image's entry point, usually node itself.
            let all: Vec<Word> = std::iter::once(program).chain(rest).cloned().collect();
            let configs = config_values(&all);
            let arguments = Arguments {
                configs,
                ..arguments
            };
            arguments
                .configs
                .iter()
                .any(names_layer)
                .then_some(Started::Backend(arguments))
        }
        name if is_backend(&program.text) || arguments.configs.iter().any(names_layer) => {
            let known = is_backend(&program.text) || name == "turbo" || name == "nx";
            if name == "turbo" || name == "nx" {
                return Some(Started::Development(passed_on(rest)));
            }
            let mut arguments = arguments;
            arguments.unread.extend((!known).then(|| program.clone()));
            Some(Started::Backend(arguments))
        }
        "turbo" | "nx" | "lerna" | "rush" => {
            let is_start = |task: &str| matches!(task, "start" | "dev" | "serve");
            let starts = rest.iter().any(|word| word.text.split(':').any(is_start));
            starts.then(|| Started::Development(passed_on(rest)))
        }
        name if name.ends_with(".sh") || name.contains("entrypoint") => {
            let mut inner = Vec::new();
            if let Some((program, rest)) = rest.split_first().filter(|_| depth > 0) {
                inner.extend(program_started(program, rest, depth - 1));
            }
            match inner.pop() {
                Some(Started::Backend(mut inner)) => {
                    inner.unread.push(program.clone());
                    Some(Started::Backend(inner))
                }
                _ => Some(Started::Unclear(program.clone())),
            }
        }
        // A program in a folder of its own may be anything, also a script that starts the backend.
        _ if program.text.contains('/') && !is_of_system(&program.text) => {
            Some(Started::Unclear(program.clone()))
        }
        _ => None,
    }
}

/// Whether a program comes with the operating system, by its folder.
fn is_of_system(path: &str) -> bool {
    let folders = [
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/etc/",
        "/opt/",
    ];
    folders.iter().any(|folder| path.starts_with(folder)) || path.contains("node_modules/")
}

/// What a program that runs scripts gives the script: the arguments on both sides of a lone `--`.
fn passed_on(rest: &[Word]) -> Arguments {
    let words: Vec<Word> = rest
        .iter()
        .filter(|word| word.text != "--")
        .cloned()
        .collect();
    Arguments {
        configs: config_values(&words),
        unread: open_arguments(&words),
        ..Arguments::default()
    }
}

fn node_started(rest: &[Word], arguments: Arguments) -> Option<Started> {
    let script = first_positional(rest)?;
    if is_backend(&script.text) || !arguments.configs.is_empty() {
        return Some(Started::Backend(arguments));
    }
    let own = script.certainty == Certainty::Open || !script.text.contains("node_modules");
    own.then(|| Started::Unclear(script.clone()))
}

/// Options of node that take a value of their own.
const NODE_OPTIONS: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--env-file",
];

fn first_positional(words: &[Word]) -> Option<&Word> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if NODE_OPTIONS.contains(&word.text.as_str()) {
            words.next();
        } else if !word.text.starts_with('-') {
            return Some(word);
        }
    }
    None
}

/// Whether a path is the built backend: `packages/backend`, `packages/backend/dist/index.cjs.js`, `backend`.
fn is_backend(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    path.ends_with("dist/index.cjs.js")
        || (path.contains("packages/") && path.contains("backend"))
        || path.rsplit('/').next() == Some("backend")
}

fn development(rest: &[Word]) -> bool {
    let word = |index: usize| rest.get(index).map(|word| word.text.as_str());
    match (word(0), word(1)) {
        (Some("repo" | "package"), Some("start")) => true,
        (Some(command), _) => matches!(
            command,
            "backend:dev" | "backend:start" | "app:serve" | "start"
        ),
        _ => false,
    }
}

/// `yarn start`, `npm run start`, `yarn workspace backend start`, `yarn backstage-cli repo start`.
fn package_manager(rest: &[Word], depth: usize) -> Option<Started> {
    let options = Options::of(rest);
    let mut words = options.positional.iter().copied();
    let (mut index, mut word) = words.next()?;
    let mut workspace = options.workspace.cloned();
    if word.text == "workspace" {
        workspace = Some(words.next()?.1.clone());
        (index, word) = words.next()?;
    }
    if matches!(word.text.as_str(), "run" | "run-script" | "exec" | "dlx") {
        (index, word) = words.next()?;
    }
    let mut started = match word.text.as_str() {
        "workspaces" => {
            let starts = rest
                .iter()
                .any(|word| matches!(word.text.as_str(), "start" | "dev"));
            starts.then(|| Started::Development(passed_on(rest)))
        }
        "install" | "add" | "build" | "dedupe" | "tsc" => None,
        "backstage-cli" | "node" | "turbo" | "nx" | "cross-env" | "env-cmd" | "dotenv" => {
            let depth = depth.checked_sub(1)?;
            let rest = rest.get(index + 1..).unwrap_or_default();
            match behind_wrapper(&word.text, rest).and_then(<[Word]>::split_first) {
                Some((program, rest)) => program_started(program, rest, depth),
                None => program_started(word, rest, depth),
            }
        }
        _ => Some(Started::Script(Script {
            name: word.clone(),
            workspace,
            arguments: passed_on(rest),
        })),
    }?;
    started.start_in(options.folder.as_ref());
    Some(started)
}

/// The words of a package manager, and what its own options say.
#[derive(Default)]
struct Options<'w> {
    /// The words that are no option and no value of one, with their index.
    positional: Vec<(usize, &'w Word)>,
    /// The folder it goes to first.
    folder: Option<Word>,
    /// The workspace it goes to first.
    workspace: Option<&'w Word>,
}

impl<'w> Options<'w> {
    fn of(rest: &'w [Word]) -> Self {
        let mut options = Self::default();
        let mut words = rest.iter().enumerate();
        while let Some((index, word)) = words.next() {
            match word.text.as_str() {
                "--cwd" | "--prefix" | "--dir" | "-C" => {
                    options.folder = words.next().map(|(_, folder)| folder.clone());
                }
                "--workspace" | "--filter" | "-F" => {
                    options.workspace = words.next().map(|(_, workspace)| workspace);
                }
                text if text.starts_with('-') => {
                    let own = ["--cwd=", "--prefix=", "--dir="];
                    if let Some(folder) = own.iter().find_map(|own| text.strip_prefix(own)) {
                        options.folder = Some(Word {
                            text: folder.to_owned(),
                            ..word.clone()
                        });
                    }
                }
                _ => options.positional.push((index, word)),
            }
        }
        options
    }
}

/// What stands for the value of a `--config` that has none.
pub(super) const NO_VALUE: &str = "the value of the last `--config`";

/// The values of `--config X` and `--config=X`, as the real command lines read them. A lone `--` ends them.
fn config_values(words: &[Word]) -> Vec<Word> {
    let mut values = Vec::new();
    let mut words = words.iter().take_while(|word| word.text != "--");
    while let Some(word) = words.next() {
        if word.text == "--config" {
            match words.next() {
                Some(value) if value.text.is_empty() => {}
                Some(value) => values.push(value.clone()),
                // No command line ends so: whoever starts it adds the value.
                None => values.push(Word {
                    text: NO_VALUE.into(),
                    certainty: Certainty::Open,
                    place: word.place,
                }),
            }
        } else if let Some(value) = word
            .text
            .strip_prefix("--config=")
            .filter(|value| !value.is_empty())
        {
            values.push(Word {
                text: value.to_owned(),
                ..word.clone()
            });
        }
    }
    values
}

/// Words that are a variable with nothing around it, and no value of `--config`: they may be more arguments.
fn open_arguments(words: &[Word]) -> Vec<Word> {
    let follows_config = |index: usize| {
        let before = index.checked_sub(1).and_then(|index| words.get(index));
        before.is_some_and(|word| word.text == "--config")
    };
    words
        .iter()
        .enumerate()
        .filter(|(index, word)| word.certainty == Certainty::Open && !follows_config(*index))
        .filter(|(_, word)| word.text.starts_with(['$', '`']) && !word.text.contains('/'))
        .map(|(_, word)| word.clone())
        .collect()
}

/// Leading `NAME=value` words, and the rest.
fn without_assignments(command: &[Word]) -> (&[Word], Vec<(String, Word)>) {
    let mut environment = Vec::new();
    for (index, word) in command.iter().enumerate() {
        let Some((name, value)) = assignment(&word.text) else {
            return (command.get(index..).unwrap_or_default(), environment);
        };
        let value = Word {
            text: value.to_owned(),
            ..word.clone()
        };
        environment.push((name.to_owned(), value));
    }
    (&[], environment)
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, value))
}

/// The command behind a program that only runs another one; `None` when `name` is no such program.
fn behind_wrapper<'w>(name: &str, rest: &'w [Word]) -> Option<&'w [Word]> {
    let from = |index: usize| rest.get(index..);
    let is_flag = |word: &&Word| word.text.starts_with('-');
    match name {
        // It sets the arguments of a script, and runs nothing.
        "set" if rest.first().is_some_and(|word| word.text == "--") => Some(&[]),
        // By itself it decides what it runs.
        "docker-entrypoint.sh" if rest.is_empty() => None,
        "exec" | "env" | "cross-env" | "command" | "time" | "nohup" | "set" => {
            from(rest.iter().take_while(is_flag).count())
        }
        "env-cmd" => from(behind_flags(rest)),
        "gosu" | "su-exec" | "setpriv" | "timeout" => from(1),
        "tini"
        | "dumb-init"
        | "catatonit"
        | "docker-entrypoint.sh"
        | "chamber"
        | "doppler"
        | "infisical"
        | "op"
        | "dotenv"
        | "dotenvx"
        | "aws-vault"
        | "sops"
        | "vault-env" => match rest.iter().position(|word| word.text == "--") {
            Some(dashes) => from(dashes + 1),
            None if name.starts_with("dotenv") => from(behind_flags(rest)),
            None => from(rest.iter().take_while(is_flag).count()),
        },
        _ => None,
    }
}

/// How many words are options, with the values of those of `env-cmd` and `dotenv` that take one.
fn behind_flags(rest: &[Word]) -> usize {
    const WITH_VALUE: &[&str] = &[
        "-f",
        "--file",
        "-e",
        "--environments",
        "-r",
        "--rc-file",
        "-v",
    ];
    let mut words = rest.iter();
    let mut count = 0;
    while let Some(word) = words.next().filter(|word| word.text.starts_with('-')) {
        count += 1;
        if WITH_VALUE.contains(&word.text.as_str()) {
            count += usize::from(words.next().is_some());
        }
    }
    count
}

pub(crate) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The word behind a flag, also where the flag stands with others (`-lc`).
pub(crate) fn after_flag<'w>(words: &'w [Word], flag: &str) -> Option<&'w Word> {
    let letter = flag.trim_start_matches('-');
    let at = words.iter().position(|word| {
        let short = word.text.strip_prefix('-');
        short.is_some_and(|letters| !letters.starts_with('-') && letters.ends_with(letter))
    })?;
    words.get(at + 1)
}
