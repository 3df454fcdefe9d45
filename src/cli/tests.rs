//! The command line as a whole.

use super::*;

#[test]
fn the_arguments_are_consistent() {
    command().debug_assert();
}

#[test]
fn short_help_fits_a_screen() {
    let help = command().render_help().to_string();
    assert!(help.lines().count() < 64, "{help}");
}
