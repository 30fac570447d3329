//! Tells cargo that the Lua folders are part of a release binary: `include_dir` alone does not see new files.
#![allow(clippy::print_stdout, reason = "it is how a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Debug builds read these from disk, and need no new binary when a Lua file changes.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=stdlib");
        println!("cargo:rerun-if-changed=scripts");
    }
}
