//! See [`stagecheck_fuzz::targets::settings`].
#![no_main]

stagecheck_fuzz::fuzz!(settings);
