//! The arguments, as clap reads them.
//!
//! In: what a person types. Out: the types of [`crate::run`]. Never: what an option does.

use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::files::{GitVariables, reason, without_template_ending};
use crate::finding::{FixKind, Severity};
use crate::report::Format;
use crate::request::FailOn;
use crate::request::LocalLayers;
use crate::request::{
    BaselineRequest, EnvironmentRequest, ExplicitProduction, FileState, ProcessEnvironment,
    Request, RuleSelection, SchemaCache, StdinLayer,
};
use crate::run::Failure;
use crate::settings::Level;
use crate::text::mask;

const WHAT: &str = "Input";
const ENVIRONMENT: &str = "Environment";
const RULES: &str = "Rules";
const FIXES: &str = "Fixes";
const OUTPUT: &str = "Output";
pub(super) const ABOUT: &str = "About";

/// The largest text that stdin may hold, in bytes; a layer may be smaller than that.
const STDIN_LIMIT: u64 = 64 << 20;

/// The arguments of a check.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Which files.
    #[command(flatten)]
    pub files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    pub environment: EnvironmentArguments,
    /// Which rules.
    #[command(flatten)]
    pub rules: RuleArguments,
    /// What to fix.
    #[command(flatten)]
    pub fixes: FixArguments,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArguments,
    /// Read one layer from stdin (like `-`) and check it as this file of its app [default for `-`: app-config.yaml]
    #[arg(long, hide_short_help = true, value_name = "FILE", conflicts_with_all = ["config", "staged", "watch", "write_baseline"], help_heading = WHAT)]
    pub stdin_filename: Option<PathBuf>,
}

/// What is fixed in the files.
#[derive(Debug, Args)]
#[group(id = "fixes", multiple = true)]
pub struct FixArguments {
    /// Apply safe fixes
    #[arg(long, help_heading = FIXES)]
    pub fix: bool,
    /// Also apply fixes that change what the app does
    #[arg(long, help_heading = FIXES)]
    pub unsafe_fixes: bool,
    /// Print the changes of fixes without writing them; fails if there are any
    #[arg(long, conflicts_with_all = ["fix_only", "format", "output", "statistics", "max_findings", "fail_on"], help_heading = FIXES)]
    pub diff: bool,
    /// Apply fixes without a report, and pass
    #[arg(long, conflicts_with_all = ["format", "output", "statistics", "max_findings", "fail_on"], help_heading = FIXES)]
    pub fix_only: bool,
    /// Suppress the findings of a rule by comments, with --reason
    #[arg(long, hide_short_help = true, value_name = "RULE", value_delimiter = ',', requires = "reason", conflicts_with_all = ["fix", "unsafe_fixes"], help_heading = FIXES)]
    pub add_ignore: Vec<String>,
    /// Why they are suppressed
    #[arg(long, hide_short_help = true, value_name = "TEXT", requires = "add_ignore", help_heading = FIXES)]
    pub reason: Option<String>,
}

impl FixArguments {
    /// Whether something is to be fixed or shown.
    pub fn is_asked(&self) -> bool {
        self.fix || self.unsafe_fixes || self.diff || self.fix_only || !self.add_ignore.is_empty()
    }

    /// Up to which kind fixes are applied.
    pub fn up_to(&self) -> FixKind {
        match self.unsafe_fixes {
            true => FixKind::Unsafe,
            false => FixKind::Safe,
        }
    }
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table
    Table,
    /// JSON
    Json,
}

/// Which files a command reads.
#[derive(Debug, Args)]
pub struct FileArguments {
    /// Directories or config files [default: every app and server below the current directory]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Check one chain of these config files, in load order (repeatable)
    #[arg(long, value_name = "LAYER", help_heading = WHAT)]
    pub config: Vec<PathBuf>,
    /// Treat the chain given with --config as production
    #[arg(long, requires = "config", help_heading = WHAT)]
    pub production: bool,
    /// Include git-ignored local layers
    #[arg(long, conflicts_with = "config", help_heading = WHAT)]
    pub with_local: bool,
    /// Check the git index, i.e. what would be committed
    #[arg(long, help_heading = WHAT)]
    pub staged: bool,
    /// Settings file [default: stagecheck.yaml]
    #[arg(long, value_name = "FILE", env = "STAGECHECK_SETTINGS", hide_env = true, help_heading = WHAT)]
    pub settings: Option<PathBuf>,
    /// Ignore the schema cache
    #[arg(long, hide_short_help = true, help_heading = WHAT)]
    pub no_cache: bool,
}

/// Which variables the app is started with.
#[derive(Args)]
pub struct EnvironmentArguments {
    /// Read variables from a file of NAME=VALUE lines
    #[arg(long, value_name = "FILE", help_heading = ENVIRONMENT)]
    pub env_file: Vec<PathBuf>,
    /// Set a variable; without a value, read it from this process
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = ENVIRONMENT)]
    pub env: Vec<String>,
    /// Use the environment of this process
    #[arg(long, hide_short_help = true, help_heading = ENVIRONMENT)]
    pub use_process_env: bool,
}

/// Which rules apply.
#[derive(Debug, Args)]
pub struct RuleArguments {
    /// Lowest severity that fails the run, or never [default: error]
    #[arg(long, value_name = "SEVERITY", hide_possible_values = true, help_heading = RULES)]
    pub fail_on: Option<Threshold>,
    /// Run only these rules or groups
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = RULES)]
    pub select: Vec<String>,
    /// Skip these rules or groups
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = RULES)]
    pub ignore: Vec<String>,
    /// Set the severity of a rule or group: error, warning, info or off
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = severity_of_rule, help_heading = RULES)]
    pub severity: Vec<(String, Option<Severity>)>,
    /// JSON Schema that the effective config of each chain must satisfy (repeatable)
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = RULES)]
    pub schema: Vec<PathBuf>,
    /// Hide the findings recorded in FILE
    #[arg(long, value_name = "FILE", help_heading = RULES)]
    pub baseline: Option<PathBuf>,
    /// Record the current findings in FILE and exit with status 0
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fixes"], help_heading = RULES)]
    pub write_baseline: Option<PathBuf>,
}

/// What is written where.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Report format: auto, pretty, concise, json, jsonl, sarif, github, gitlab, junit, rdjson, azure or checkstyle
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format_or_auto(), hide_default_value = true, hide_possible_values = true, help_heading = OUTPUT)]
    pub format: FormatChoice,
    /// Also write a report to a file
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output_file, help_heading = OUTPUT)]
    pub output: Vec<OutputFile>,
    /// List the files that are checked, and those that are not, with reasons
    #[arg(long, hide_short_help = true, conflicts_with_all = ["format", "output", "fixes", "max_findings", "fail_on"], help_heading = OUTPUT)]
    pub list_files: bool,
    /// Group findings by rule when there are more than N; 0 lists all [default: 50]
    #[arg(long, value_name = "N", hide_short_help = true, help_heading = OUTPUT)]
    pub max_findings: Option<usize>,
    /// Count the findings by rule instead of listing them
    #[arg(long, hide_short_help = true, conflicts_with_all = ["format", "list_files", "max_findings"], help_heading = OUTPUT)]
    pub statistics: bool,
    /// Check again whenever a file changes
    #[arg(long, hide_short_help = true, conflicts_with_all = ["list_files", "write_baseline", "fixes"], help_heading = OUTPUT)]
    pub watch: bool,
}

/// How to speak to a person; every command takes them.
#[derive(Debug, Clone, Copy, Args)]
pub struct ConsoleArguments {
    /// Use colours: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true, hide_possible_values = true, global = true, help_heading = OUTPUT)]
    pub color: ColorChoice,
    /// Only print failures to stderr
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,
    /// Print to stderr which files are read and skipped
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub verbose: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that wants them.
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

/// `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Threshold {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Everything.
    Info,
    /// Findings never fail the run.
    Never,
}

impl Threshold {
    /// As requests have it.
    fn fail_on(self) -> FailOn {
        match self {
            Self::Error => FailOn::From(Severity::Error),
            Self::Warning => FailOn::From(Severity::Warning),
            Self::Info => FailOn::From(Severity::Info),
            Self::Never => FailOn::Never,
        }
    }
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatChoice {
    /// What suits where the report goes.
    Auto,
    /// This one.
    Format(Format),
}

/// `--output FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// The form.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
}

impl CheckArguments {
    /// What is asked for, of a run started in `start`.
    ///
    /// # Errors
    /// When a variable is not written `NAME=VALUE`.
    pub fn request(&self, start: PathBuf) -> Result<Request, Failure> {
        Ok(Request {
            rules: RuleSelection {
                select: self.rules.select.clone(),
                ignore: self.rules.ignore.clone(),
                severities: self.rules.severity.clone(),
            },
            stdin: self.stdin()?,
            fail_on: self.rules.fail_on.map(Threshold::fail_on),
            schemas: self.rules.schema.clone(),
            baseline: match (&self.rules.baseline, &self.rules.write_baseline) {
                (Some(file), _) => BaselineRequest::File(file.clone()),
                (None, Some(_)) => BaselineRequest::Unused,
                (None, None) => BaselineRequest::BySettings,
            },
            ..self.files.request(&self.environment, start)?
        })
    }
}

impl CheckArguments {
    /// The layer on stdin, where one is asked for.
    ///
    /// # Errors
    /// When other paths are beside it, or stdin cannot be read or is not UTF-8.
    fn stdin(&self) -> Result<Option<StdinLayer>, Failure> {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        let by_path = self.files.paths.iter().any(is_stdin);
        if !by_path && self.stdin_filename.is_none() {
            return Ok(None);
        }
        if self.files.paths.iter().any(|path| !is_stdin(path)) {
            let failure =
                Failure::new("stdin is one layer, and no other path is checked beside it");
            return Err(failure.with_help("pass `-` alone, with `--stdin-filename FILE`"));
        }
        let mut bytes = Vec::new();
        let read = io::stdin()
            .lock()
            .take(STDIN_LIMIT + 1)
            .read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(format!("cannot read stdin: {}", reason(&error))))?;
        if bytes.len() as u64 > STDIN_LIMIT {
            let most = STDIN_LIMIT >> 20;
            return Err(Failure::new(format!("stdin has more than {most} MiB")));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::new(format!("stdin is not UTF-8 (byte {at})"))
        })?;
        let path = self.stdin_filename.clone();
        Ok(Some(StdinLayer {
            path: path.unwrap_or_else(|| "app-config.yaml".into()),
            text: text.into(),
        }))
    }
}

/// Whether a file is one of a Posit Connect server, or a template of it, by its name.
fn is_gcfg(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = without_template_ending(&name).unwrap_or(&name);
    name.to_ascii_lowercase().ends_with(".gcfg")
}

impl FileArguments {
    /// The request for these files and variables, by the default rules.
    ///
    /// # Errors
    /// When a variable is not written `NAME=VALUE`.
    pub fn request(
        &self,
        environment: &EnvironmentArguments,
        start: PathBuf,
    ) -> Result<Request, Failure> {
        let files = self;
        if let (Some(path), false) = (files.paths.first(), files.config.is_empty()) {
            let path = mask::outside_run(&path.display().to_string());
            let failure = Failure::new(format!("`{path}` would be ignored beside `--config`"));
            return Err(failure.with_help(format!(
                "`--config` takes one layer; repeat it for each: `--config {path}`"
            )));
        }
        if let Some(path) = files.config.iter().find(|path| is_gcfg(path)) {
            let path = mask::outside_run(&path.display().to_string());
            let failure = Failure::new("`--config` takes layers of Backstage");
            return Err(failure.with_help(format!("run `stagecheck {path}`")));
        }
        Ok(Request {
            start,
            paths: files.paths.clone(),
            config: files.config.clone(),
            production: match files.production {
                true => ExplicitProduction::Yes,
                false => ExplicitProduction::ByName,
            },
            local_layers: match files.with_local {
                true => LocalLayers::Join,
                false => LocalLayers::LeaveOut,
            },
            state: match files.staged {
                true => FileState::Staged,
                false => FileState::WorkingTree,
            },
            git: GitVariables::of_process(),
            environment: environment.request()?,
            settings: files.settings.clone(),
            schema_cache: match files.no_cache {
                true => SchemaCache::Off,
                false => SchemaCache::OfUser,
            },
            ..Request::default()
        })
    }
}

impl EnvironmentArguments {
    /// The variables that are asked for.
    ///
    /// # Errors
    /// When one is not written `NAME=VALUE`. The error does not repeat it, as clap's would: it may be a secret.
    pub fn request(&self) -> Result<EnvironmentRequest, Failure> {
        let variables = self.env.iter().map(|text| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.into(), Some(value.into()))),
            None if !text.is_empty() => Ok((text.clone(), None)),
            _ => Err(Failure::new("--env expects NAME=VALUE or NAME")),
        });
        Ok(EnvironmentRequest {
            files: self.env_file.clone(),
            variables: variables.collect::<Result<_, _>>()?,
            process: match self.use_process_env {
                true => ProcessEnvironment::Used,
                false => ProcessEnvironment::Ignored,
            },
        })
    }
}

/// Without values: they may be secrets.
impl fmt::Debug for EnvironmentArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentArguments")
            .field("env_file", &self.env_file)
            .field("use_process_env", &self.use_process_env)
            .finish_non_exhaustive()
    }
}

fn severity_of_rule(text: &str) -> Result<(String, Option<Severity>), String> {
    let (rule, level) = text.split_once('=').ok_or("write RULE=LEVEL")?;
    Ok((
        rule.into(),
        match level.parse()? {
            Level::Off => None,
            Level::On(severity) => Some(severity),
        },
    ))
}

fn format_or_auto() -> impl TypedValueParser<Value = FormatChoice> {
    let names = std::iter::once("auto").chain(Format::ALL.iter().map(|format| format.name()));
    // Every name but `auto` is that of a format.
    PossibleValuesParser::new(names)
        .map(|name| Format::of_name(&name).map_or(FormatChoice::Auto, FormatChoice::Format))
}

fn output_file(text: &str) -> Result<OutputFile, String> {
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or("write FORMAT=FILE, e.g. sarif=stagecheck.sarif")?;
    if path == "-" {
        return Err(format!(
            "--format {name} writes to stdout, and ./- is a file of that name"
        ));
    }
    Ok(OutputFile {
        format: format(name)?,
        path: path.into(),
    })
}

fn format(name: &str) -> Result<Format, String> {
    Format::of_name(name).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        match crate::text::closest(name, names.iter().copied()) {
            Some(near) => format!("unknown format; did you mean `{near}`?"),
            None => format!("the formats are {}", names.join(", ")),
        }
    })
}
