//! Texts that a machine made.

/// Whether a text looks made by a machine: long enough, and letters, digits and cases change often.
pub fn is_random(text: &str) -> bool {
    const SHORTEST: usize = 12;
    let class = |c: char| match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    let classes: Vec<u8> = text.chars().map(class).collect();
    let changes = classes
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a != b && *a != 3 && *b != 3));
    let changes = changes.count();
    let digits = classes.iter().filter(|class| **class == 2).count();
    let length = classes.len();
    let often = match digits {
        0 => changes * 5 >= length * 2,
        digits => changes * 5 >= length || (changes >= 4 && digits * 5 >= length),
    };
    length >= SHORTEST && often && !text.contains(char::is_whitespace) && !text.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_made_texts_are_told_from_words() {
        for text in [
            "9690vgddr18tds19qnr5m93j62u9j8l399d52f77",
            "URCXiUJrDwyyJ9hBRCIqq1OmJBx14zTM",
            "qqm_VkakPkmWRb3JLBKC96kiUrpQ",
            "137135897smrpjk1756101592qldlxk638",
            "3f2b8c1a-9d4e-4f6a-8b2c-1d3e5f7a9b0c",
        ] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "my-access-token",
            "backstage-dev-secret",
            "backstage1234",
            "someCamelCaseNameValue",
            "https://a1b2c3d4e5f6g7",
            "api-gateway-v2-production",
            "short1a2b",
            "2024-01-01T00:00:00Z",
            "1.2.3-alpha.4+build5",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }
}
