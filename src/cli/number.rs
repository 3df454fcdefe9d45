//! Numbers as JSON has them.

use serde_json::{Value as Json, json};

/// Whole numbers without a point; `null` for what JSON does not know, as in JavaScript.
pub(super) fn json_number(number: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation)] // whole and small enough
        return json!(number as i64);
    }
    json!(number)
}
