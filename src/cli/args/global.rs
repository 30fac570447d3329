//! The global options: which cloud, what may leave, how results look.
//!
//! They stand before a recipe or script, and for recipes after it too; a later one wins.

use std::time::Duration;

use clap::Args;

use super::cloud::CloudOptions;
use crate::cli::output::render::Format;

/// Every option that is not a command's own.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag of its own on the command line.
pub(crate) struct Globals {
    #[command(flatten)]
    pub(crate) cloud: CloudOptions,
    /// Use a sandbox cloud inside this process: project-a, project-b, project-c and the image pfsense
    #[arg(long, global = true, help_heading = "Cloud")]
    pub(crate) sandbox: bool,

    /// How results look [default: table]
    #[arg(short = 'f', long, global = true, value_enum, hide_default_value = true, help_heading = "Output")]
    pub(crate) format: Option<Format>,
    /// Show only this column, or field; may be given several times
    #[arg(short = 'c', long = "column", global = true, value_name = "NAME", help_heading = "Output")]
    pub(crate) columns: Vec<String>,
    /// Sort rows by this column
    #[arg(long, global = true, value_name = "NAME", help_heading = "Output")]
    pub(crate) sort_column: Vec<String>,
    /// Wrap tables at this many columns of the terminal; 0 does not wrap
    #[arg(long, global = true, value_name = "N", value_parser = small, allow_negative_numbers = true, help_heading = "Output")]
    pub(crate) max_width: Option<u16>,
    /// Wrap tables at the terminal's width
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) fit_width: bool,
    /// Show no progress
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) no_progress: bool,
    /// Say more: a line for every request, and where in a recipe an error was raised
    #[arg(short = 'v', long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Show every request and answer on stderr, secrets redacted
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) debug: bool,
    /// Show at the end on stderr how long each request took
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) timing: bool,

    /// Send no request that would change the cloud
    #[arg(long, global = true, help_heading = "Running")]
    pub(crate) read_only: bool,
    /// Answer yes to every question, and allow what cannot be taken back
    #[arg(short = 'y', long, global = true, help_heading = "Running")]
    pub(crate) yes: bool,
    /// How long an answer may take to begin and to go on
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = "Running")]
    pub(crate) timeout: Option<Duration>,
    /// Open the whole Lua standard library to scripts, files and processes included
    #[arg(long, global = true, help_heading = "Running")]
    pub(crate) trust: bool,
    /// Memory that a script may take, with what is built for it, such as 512M or 2G [default: 1G]
    #[arg(long, global = true, value_name = "SIZE", value_parser = bytes, help_heading = "Running", hide_short_help = true)]
    pub(crate) max_memory: Option<usize>,
    /// Neither read nor keep tokens on disk
    #[arg(long, global = true, help_heading = "Running", hide_short_help = true)]
    pub(crate) no_token_cache: bool,
}

/// Lua's memory where nothing else is said: 1 GiB.
pub(crate) const MAX_MEMORY: usize = 1 << 30;

/// `2.5` as a duration; neither zero nor endless.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "must be a number of seconds greater than 0".to_owned())
}

/// A whole number that a port or a width can be.
pub(crate) fn small(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("must be a whole number from 0 to {}", u16::MAX))
}

/// `512M` as bytes; the units are powers of 1024, with or without `iB`.
fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shift = match text[digits.len()..].to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err("must be a number of bytes, with K, M or G behind it".to_owned()),
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|size| *size > 0)
        .ok_or_else(|| "must be a whole number of bytes greater than 0, with K, M or G behind it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_with_binary_units() {
        for (text, size) in
            [("4096", 4096), ("1K", 1024), ("512M", 512 << 20), ("2GiB", 2 << 30), ("1g", 1 << 30)]
        {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "0", "1T", "99999999999999999999"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(seconds("2.5"), Ok(Duration::from_millis(2500)));
        for text in ["", "0", "-1", "inf", "nan", "1s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
