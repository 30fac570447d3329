//! `stdlib/` and `scripts/` inside the binary; read from disk in debug builds.
//!
//! Knows paths and texts, not what they mean.

use std::borrow::Cow;

/// The text of a file such as `stdlib/std/list.lua`; `None` where there is no such file, or it is not UTF-8.
pub fn text(path: &str) -> Option<Cow<'static, str>> {
    source::text(path)
}

/// The names of the files right in a folder such as `stdlib/std`, sorted; none for a folder that does not
/// exist.
pub fn list(folder: &str) -> Vec<String> {
    let mut names = source::list(folder);
    names.sort();
    names
}

/// On disk, where the next run sees an edit at once.
#[cfg(debug_assertions)]
mod source {
    use std::borrow::Cow;
    use std::fs;
    use std::path::Path;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    pub(super) fn text(path: &str) -> Option<Cow<'static, str>> {
        fs::read_to_string(Path::new(ROOT).join(path)).ok().map(Cow::Owned)
    }

    pub(super) fn list(folder: &str) -> Vec<String> {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }
}

/// In the binary, frozen when it was built.
#[cfg(not(debug_assertions))]
mod source {
    use std::borrow::Cow;

    use include_dir::{Dir, include_dir};

    static ROOTS: [(&str, Dir<'_>); 2] = [
        ("stdlib", include_dir!("$CARGO_MANIFEST_DIR/stdlib")),
        ("scripts", include_dir!("$CARGO_MANIFEST_DIR/scripts")),
    ];

    pub(super) fn text(path: &str) -> Option<Cow<'static, str>> {
        let (root, rest) = path.split_once('/')?;
        let (_, dir) = ROOTS.iter().find(|(name, _)| *name == root)?;
        dir.get_file(rest)?.contents_utf8().map(Cow::Borrowed)
    }

    pub(super) fn list(folder: &str) -> Vec<String> {
        let (root, rest) = folder.split_once('/').unwrap_or((folder, ""));
        let dir = ROOTS.iter().find(|(name, _)| *name == root).map(|(_, dir)| dir);
        let dir = if rest.is_empty() { dir } else { dir.and_then(|dir| dir.get_dir(rest)) };
        dir.into_iter()
            .flat_map(Dir::files)
            .filter_map(|file| file.path().file_name()?.to_str().map(str::to_owned))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_files_of_a_folder_and_gives_their_text() {
        let names = list("stdlib/std");
        assert!(names.contains(&"list.lua".to_owned()), "{names:?}");
        assert!(names.is_sorted());
        for name in names {
            assert!(text(&format!("stdlib/std/{name}")).is_some(), "{name}");
        }
    }

    #[test]
    fn knows_no_other_file() {
        assert_eq!(text("stdlib/std/nothing.lua"), None);
        assert_eq!(list("stdlib/nothing"), Vec::<String>::new());
    }
}
