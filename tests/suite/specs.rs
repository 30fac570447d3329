//! The Lua specs of `tests/specs`, by `lunette test`: against a sandbox each, or against a real cloud.
//!
//! `LUNETTE_TEST_CLOUDS=FILE` names a clouds.yaml with project-a, project-b and project-c; the specs then run
//! there.

use std::fs;
use std::path::Path;

use crate::operations::all_operations;
use crate::world::{command, told};

#[test]
fn specs() {
    let place = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs");
    let mut command = command(place.path());
    command.arg("-v").arg("test").arg(&folder);
    let cloud = std::env::var_os("LUNETTE_TEST_CLOUDS");
    if let Some(file) = &cloud {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert!(file.is_file(), "LUNETTE_TEST_CLOUDS: there is no {}", file.display());
        command.env("OS_CLIENT_CONFIG_FILE", file).args(["--clouds", "project-a,project-b,project-c"]);
    } else {
        // Cases of faults wait rather than compute, each with a sandbox of its own: many more than cores do
        // no harm.
        command.args(["--jobs", "8"]);
    }
    let told = told(&mut command);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with("_spec.lua") {
            assert!(told.out.contains(&format!("{name}: ")), "no case of {name} was run:\n{}", told.out);
        }
    }
    // A real cloud's policy keeps some for its administrators.
    if cloud.is_none() {
        let untried = all_operations::untried(&told.err);
        assert!(untried.is_empty(), "no spec has done: {untried:#?}");
    }
}
