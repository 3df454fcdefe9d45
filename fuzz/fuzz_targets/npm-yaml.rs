//! See [`stagecheck_fuzz::targets::npm_yaml`].
#![no_main]

stagecheck_fuzz::fuzz!(npm_yaml);
