//! What the fuzz targets share: what they feed the product with, what must hold, and how inputs change.
//!
//! Coverage alone finds no input that hurts by repetition or by its grammar, so there are mutators for both. What must hold: no panic, no overflow of
//! the stack, no more CPU time than [`limit::MOST`], no more memory than libFuzzer is told, and no planted token in
//! any report.

pub mod grammar;
pub mod limit;
pub mod mutate;
pub mod random;
pub mod targets;

/// Makes a binary of a target of [`targets`].
#[macro_export]
macro_rules! fuzz {
    ($target:ident) => {
        ::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8],
                                        size: usize,
                                        max_size: usize,
                                        seed: u32| {
            $crate::mutate::mutate(
                data,
                size,
                max_size,
                seed,
                $crate::targets::Target::$target,
                ::libfuzzer_sys::fuzzer_mutate,
            )
        });
        ::libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::limit::within(|| $crate::targets::$target(data))
        });
    };
}
