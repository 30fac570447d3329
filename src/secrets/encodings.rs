//! The encodings in which a secret is looked for: hexadecimal digits, Base64, Base32, UTF-16, and two of them
//! together.

use std::fmt::Write;

/// The fewest characters of an encoded text that identify a secret.
const SHORTEST: usize = 8;

const DIGITS_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS_32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The bytes of a text in UTF-8, and in UTF-16 in both orders.
pub(super) fn bytes(value: &str) -> [Vec<u8>; 3] {
    let units = || value.encode_utf16();
    [
        value.as_bytes().to_vec(),
        units().flat_map(u16::to_le_bytes).collect(),
        units().flat_map(u16::to_be_bytes).collect(),
    ]
}

/// Returns the parts that every Base64 text contains whose plain text contains the value, with `+` and `/`.
pub(super) fn base64_parts(value: &[u8]) -> Vec<String> {
    parts(value, 3, 6, DIGITS_64)
}

/// The same for Base32, in lower case.
pub(super) fn base32_parts(value: &[u8]) -> Vec<String> {
    parts(value, 5, 5, DIGITS_32)
}

/// Two lower-case digits for each byte, with something before each.
pub(super) fn hex(value: &[u8], before: &str) -> String {
    value.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{before}{byte:02x}");
        digits
    })
}

/// For each place that a value can begin at in a group of bytes, the characters that it alone decides.
fn parts(value: &[u8], group: usize, bits: usize, digits: &[u8]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mask = (1 << bits) - 1;
    for before in 0..group {
        let padded = std::iter::repeat_n(&0, before).chain(value);
        let (mut pending, mut count, mut part) = (0_usize, 0, String::new());
        for byte in padded {
            pending = pending << 8 | usize::from(*byte);
            count += 8;
            while count >= bits {
                count -= bits;
                part.push(char::from(digits[pending >> count & mask]));
            }
            pending &= mask;
        }
        // The first characters mix in what comes before; the last, which is not there, what comes behind.
        part.drain(..(before * 8).div_ceil(bits).min(part.len()));
        if part.len() >= SHORTEST {
            parts.push(part);
        }
    }
    parts.sort();
    parts.dedup();
    parts
}
