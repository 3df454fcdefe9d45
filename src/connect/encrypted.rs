//! Values that `rscadmin encrypt-config-value` wrote.
//!
//! In: a value. Out: whether it is one. Never: what it says; only the key of its server opens it.
//!
//! The format is that of <https://github.com/rstudio/rskey>: padded Base64 of a NaCl secret box (24 bytes of nonce, 16
//! of authentication, the text), of the same behind a version byte of 1, or, in FIPS mode, of a version byte of 2, a
//! nonce of 12 bytes, the text and 16 bytes of authentication.

use crate::text::mask::looks::base64_canonical;

/// The least bytes of a secret box: nonce and authentication around an empty text.
const LEAST_BOX: usize = 24 + 16;
/// The same with AES-GCM and its version byte.
const LEAST_FIPS: usize = 1 + 12 + 16;
/// The version byte of FIPS mode.
const FIPS: u8 = 2;

/// Whether a value is encrypted with the key of a server. Hexadecimal digits alone are Base64 too, and are a hash or a
/// key that somebody wrote down.
pub fn is_encrypted(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    base64_canonical(text).is_some_and(|bytes| {
        bytes.len() >= LEAST_BOX || (bytes.len() >= LEAST_FIPS && bytes.first() == Some(&FIPS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_both_modes_are_recognised() {
        // Samples of the rskey documentation.
        assert!(is_encrypted(
            "G8QSoVOR936MjjMdjFqvXYqM+m1zwH0H/aX0fO5RGg0logwPOhME0Wz0sp9g4fMtYdw="
        ));
        assert!(is_encrypted(
            "AnZYqAlPrCtkD7qOPUY3TbUD5HBqdIx6YZJtPomguh8IHJMmPtjuew=="
        ));
    }

    #[test]
    fn plain_secrets_are_not() {
        for text in [
            "",
            "hunter2",
            "bXlwYXNzd29yZA==",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ] {
            assert!(!is_encrypted(text), "{text}");
        }
    }
}
