//! See [`stagecheck_fuzz::targets::lockfiles`].
#![no_main]

stagecheck_fuzz::fuzz!(lockfiles);
