//! See [`stagecheck_fuzz::targets::git_index`].
#![no_main]

stagecheck_fuzz::fuzz!(git_index);
