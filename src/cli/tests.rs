//! The command line as a whole.

use super::*;

#[test]
fn the_arguments_are_consistent() {
    command::command().debug_assert();
}

#[test]
fn short_help_fits_a_screen() {
    let help = command::command().render_help().to_string();
    assert!(help.lines().count() < 72, "{help}");
}

#[test]
fn the_help_names_every_format() {
    let help = command::command().render_long_help().to_string();
    let told = help.split_once("Report format: ").unwrap().1;
    let told = told.split_once("--output").unwrap().0;
    for format in crate::report::Format::ALL.iter().copied() {
        assert!(told.contains(format.name()), "{}: {help}", format.name());
    }
}
