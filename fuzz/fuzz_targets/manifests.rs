//! See [`stagecheck_fuzz::targets::manifests`].
#![no_main]

stagecheck_fuzz::fuzz!(manifests);
