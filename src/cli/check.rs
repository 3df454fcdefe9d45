//! `stagecheck`: checks, and writes the reports.

use std::env;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::{CheckArguments, FormatChoice, OutputArguments};
use super::console::Console;
use super::fix::{self, After};
use super::output::Output;
use super::status::{Outcome, Status};
use super::{list_files, output, statistics};
use crate::files::{Guard, reason};
use crate::report::{self, Format};
use crate::request::{BaselineRequest, Request};
use crate::run::{Failure, Note, NoteLevel, Run, SchemasInForce};
use crate::settle::baseline::Baseline;
use crate::text::mask::{self, escape};

pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Outcome {
    if let Some(baseline) = &arguments.rules.write_baseline {
        let reports = arguments.output.output.iter().map(|report| &*report.path);
        output::refuse_same(baseline, reports)?;
    }
    let start = start()?;
    if arguments.fixes.is_asked() {
        return fixed(arguments, console, &start);
    }
    let run = once(arguments, console, &start)?;
    if let Some(path) = &arguments.rules.write_baseline {
        write_baseline(&run, path, console)?;
        return Ok(Status::Clean);
    }
    // Findings are not what was asked for.
    if arguments.output.list_files {
        return Ok(Status::Clean);
    }
    Ok(status(&run))
}

fn status(run: &Run) -> Status {
    match run.is_failed() {
        true => Status::Findings,
        false => Status::Clean,
    }
}

/// Fixes first, then the reports of what is left.
fn fixed(arguments: &CheckArguments, console: &Console, start: &Path) -> Outcome {
    let request = request(arguments, console, start)?;
    match fix::run(arguments, &request, console)? {
        After::Ended(status) => Ok(status),
        After::Report(run) => {
            report_on(&run, &request, arguments, console)?;
            Ok(status(&run))
        }
    }
}

/// The request, which notes the files that are read of those that are written.
///
/// # Errors
/// When the arguments exclude each other, or stdin cannot be read.
fn request(
    arguments: &CheckArguments,
    console: &Console,
    start: &Path,
) -> Result<Request, Failure> {
    refuse_limit(&arguments.output, console)?;
    let mut request = arguments.request(start.to_owned())?;
    request.guard = Guard::of(to_write(arguments).iter().map(|path| &**path));
    for file in &request.environment.files {
        request.guard.note(&start.join(file));
    }
    Ok(request)
}

fn report_on(
    run: &Run,
    request: &Request,
    arguments: &CheckArguments,
    console: &Console,
) -> Result<(), Failure> {
    for note in run.notes.iter().chain(&read_and_left_out(run)) {
        console.note(note);
    }
    write(run, request, &arguments.output, console)
}

/// One check, its reports written.
///
/// # Errors
/// When it cannot be made, or a report cannot be written.
pub(super) fn once(
    arguments: &CheckArguments,
    console: &Console,
    start: &Path,
) -> Result<Run, Failure> {
    let request = request(arguments, console, start)?;
    let waiting = console.progress(&request.progress);
    let run = crate::check::check(&request);
    drop(waiting);
    let run = run?;
    report_on(&run, &request, arguments, console)?;
    Ok(run)
}

/// The files that this may write to.
fn to_write(arguments: &CheckArguments) -> Vec<PathBuf> {
    let reports = arguments.output.output.iter().map(|report| &report.path);
    let baseline = &arguments.rules.write_baseline;
    reports
        .chain(baseline)
        .cloned()
        .chain(job_summary())
        .collect()
}

/// The file that the GitHub runner names for the summary of a job; elsewhere there is none.
fn job_summary() -> Option<PathBuf> {
    let path = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())?;
    let is_runner = env::var("GITHUB_ACTIONS").as_deref() == Ok("true");
    is_runner.then(|| path.into())
}

/// For `-v`: what was read, what was left out and why, and how long it took.
fn read_and_left_out(run: &Run) -> Vec<Note> {
    let note = |text: String| Note {
        level: NoteLevel::Verbose,
        text,
    };
    let layers = run.checked.layers.iter();
    let read = layers.map(|layer| format!("read {}", escape(run.sources.get(*layer).path())));
    let left_out = run.checked.left_out.iter().map(|left_out| {
        let path = left_out.path.to_string();
        format!(
            "left out {}: it {}",
            escape(&path),
            escape(&left_out.reason)
        )
    });
    let (chains, servers) = (run.checked.chains, run.checked.servers);
    let count = match (chains, servers) {
        (_, 0) => format!("chains checked: {chains}"),
        (0, _) => format!("servers checked: {servers}"),
        (_, _) => format!("chains checked: {chains}, servers checked: {servers}"),
    };
    let took = format!("{count}, in {} ms", run.elapsed.as_millis());
    let schemas = schemas_in_force(run);
    read.chain(left_out)
        .chain(schemas)
        .chain([took])
        .map(note)
        .collect()
}

/// Which schemas the app roots were checked against; those that differ name their root.
fn schemas_in_force(run: &Run) -> Vec<String> {
    let schemas = &run.checked.schemas;
    let first = schemas
        .first()
        .map(|first| (first.installed, first.bundled));
    let is_same = |one: &SchemasInForce| Some((one.installed, one.bundled)) == first;
    match schemas.first() {
        None => Vec::new(),
        Some(first) if schemas.iter().all(is_same) => vec![format!("schemas: {first}")],
        Some(_) => schemas
            .iter()
            .map(|one| format!("schemas of {}: {one}", escape(&one.root)))
            .collect(),
    }
}

/// The folder this runs in.
///
/// # Errors
/// When it is gone, or may not be looked up.
pub(super) fn start() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| {
        let message = format!("cannot determine the current directory: {}", reason(&error));
        Failure::new(message)
    })
}

fn write(
    run: &Run,
    request: &Request,
    arguments: &OutputArguments,
    console: &Console,
) -> Result<(), Failure> {
    let files: Vec<Output> = arguments
        .output
        .iter()
        .map(|file| Output {
            path: file.path.clone(),
            contents: report::to_bytes(file.format, run),
        })
        .collect();
    output::to_files(&files, &request.guard)?;
    if arguments.list_files {
        return output::lines_to_stdout(|out| list_files::write(run, out));
    }
    let format = format(arguments, console);
    let mut look = console.stdout();
    look.most = arguments.max_findings;
    let most = look.most.filter(|most| *most > 0).unwrap_or(usize::MAX);
    if format == Format::Concise && run.findings.len() > most {
        console.note(&Note {
            level: NoteLevel::Always,
            text: format!(
                "--max-findings: {} more findings are not listed",
                run.findings.len() - most
            ),
        });
    }
    // For a person who reads the job's page; a program's format is for a program.
    let for_people = matches!(format, Format::Github | Format::Concise);
    if for_people && let Some(path) = job_summary() {
        append_job_summary(run, &path)?;
    }
    match arguments.statistics {
        true => output::lines_to_stdout(|out| statistics::write(run, look, out))?,
        false => output::to_stdout(|out| format.report().write(run, &look, out))?,
    }
    // What was recorded is said instead.
    if !is_empty(run) && request.baseline != BaselineRequest::Unused {
        console.line(&report::summary(run, &console.stderr()));
    }
    Ok(())
}

/// The format of the report on stdout.
fn format(arguments: &OutputArguments, console: &Console) -> Format {
    match arguments.format {
        FormatChoice::Format(format) => format,
        FormatChoice::Auto => console.suiting_format(),
    }
}

/// Refuses a limit beside a format that always lists every finding.
fn refuse_limit(arguments: &OutputArguments, console: &Console) -> Result<(), Failure> {
    let format = format(arguments, console);
    if arguments.max_findings.is_none() || matches!(format, Format::Pretty | Format::Concise) {
        return Ok(());
    }
    let message = format!("`{}` lists every finding", format.name());
    let help = "remove `--max-findings`, or use `--format concise`";
    Err(Failure::new(message).with_help(help))
}

/// Whether there was nothing to check: a note says why, and a count of nothing would look like a verdict.
fn is_empty(run: &Run) -> bool {
    run.checked.layers.is_empty() && run.findings.is_empty()
}

/// Writes every finding down as known.
fn write_baseline(run: &Run, path: &Path, console: &Console) -> Result<(), Failure> {
    let known = Baseline::of(&run.findings, &run.sources, &run.secrets);
    let file = Output {
        path: path.to_owned(),
        contents: known.write().into_bytes(),
    };
    // That the run did not read it is known before its reports are written.
    output::to_files(&[file], &Guard::default())?;
    console.note(&Note {
        level: NoteLevel::Always,
        text: {
            let count = match run.findings.len() {
                1 => "1 finding".to_owned(),
                count => format!("{count} findings"),
            };
            let file = mask::outside_run(&path.display().to_string());
            format!("recorded {count} in {file}; add `baseline: {file}` to stagecheck.yaml")
        },
    });
    Ok(())
}

/// Adds the job summary to a file.
fn append_job_summary(run: &Run, path: &Path) -> Result<(), Failure> {
    let file = File::options().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(report::job_summary(run).as_bytes()));
    written.map_err(|error| {
        Failure::new(format!("cannot write the job summary: {}", reason(&error)))
            .with_help("GITHUB_STEP_SUMMARY names a file that cannot be written; unset it")
    })
}
