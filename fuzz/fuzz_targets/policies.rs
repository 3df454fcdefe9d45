//! See [`stagecheck_fuzz::targets::policies`].
#![no_main]

stagecheck_fuzz::fuzz!(policies);
