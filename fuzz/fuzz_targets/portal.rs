//! See [`stagecheck_fuzz::targets::portal`].
#![no_main]

stagecheck_fuzz::fuzz!(portal);
