//! See [`stagecheck_fuzz::targets::types`].
#![no_main]

stagecheck_fuzz::fuzz!(types);
