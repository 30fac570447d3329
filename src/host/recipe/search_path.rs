//! Where recipes are found: folders, nearest first, then the binary, and last the folders of the project.
//!
//! A project's `./recipes` adds names and replaces none: a checkout of somebody else's must not decide what
//! `lunette list` does.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Found, header};
use crate::embed;
use crate::error::{Error, Kind, Result, nearest};
use crate::host::source;

/// The origin of the recipes in the binary.
const BUILT_IN: &str = "built in";

/// The places where recipes stand.
#[derive(Clone, Debug)]
pub struct Shelves {
    folders: Vec<(PathBuf, String)>,
    project: Vec<(PathBuf, String)>,
}

impl Shelves {
    /// Those folders, nearest first, each with the word for it; the binary's own come next, those of the
    /// project last.
    pub(crate) fn new(folders: Vec<(PathBuf, String)>, project: Vec<(PathBuf, String)>) -> Shelves {
        Shelves { folders, project }
    }

    /// Every recipe, those that win first, those of one place by name.
    pub fn list_all(&self) -> Vec<Found> {
        let recipes_in = |(folder, origin): &(PathBuf, String)| shelf(folder, origin);
        let shelved = self.folders.iter().flat_map(recipes_in).chain(list_built_in());
        let mut nearer: HashMap<String, String> = HashMap::new();
        let mut all = Vec::new();
        for mut found in shelved.chain(self.project.iter().flat_map(recipes_in)) {
            found.shadowed_by = nearer.get(&found.name).cloned();
            nearer.entry(found.name.clone()).or_insert_with(|| found.origin.clone());
            all.push(found);
        }
        all
    }

    /// The file of the project that has the name of a recipe from elsewhere, which wins; with that recipe's
    /// origin.
    pub fn find_passed_over(&self, name: &str) -> Option<(PathBuf, String)> {
        let winner = self.get(name)?;
        let mut own = self.project.iter().filter_map(|(folder, origin)| look(Some(folder), origin, name));
        let path = own.next()?.path?;
        (winner.path.as_ref() != Some(&path)).then_some((path, winner.origin))
    }

    /// The names of all, each once.
    pub(crate) fn names(&self) -> Vec<String> {
        self.list_all()
            .into_iter()
            .filter(|found| found.shadowed_by.is_none())
            .map(|found| found.name)
            .collect()
    }

    /// The nearest recipe of that name, where there is one.
    pub fn get(&self, name: &str) -> Option<Found> {
        let look_in = |(folder, origin): &(PathBuf, String)| look(Some(folder), origin, name);
        let found = self.folders.iter().find_map(look_in).or_else(|| look(None, BUILT_IN, name));
        found.or_else(|| self.project.iter().find_map(look_in))
    }

    /// The same. Errors: `usage` (no such recipe, the nearest name).
    pub(crate) fn find(&self, name: &str) -> Result<Found> {
        if let Some(found) = self.get(name) {
            return Ok(found);
        }
        let names = self.names();
        let message = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("no recipe '{name}'; did you mean '{near}'?"),
            None => format!("no recipe '{name}'"),
        };
        Err(Error::new(Kind::Usage, message).advice("run lunette recipes to see them all"))
    }
}

fn look(folder: Option<&Path>, origin: &str, name: &str) -> Option<Found> {
    if !is_name(name) {
        return None;
    }
    let file = format!("{name}.lua");
    let (path, text) = match folder {
        Some(folder) => {
            let path = folder.join(file);
            // One that cannot be read is a recipe all the same: loading it says why.
            let is_there = path.symlink_metadata().is_ok_and(|found| !found.is_dir());
            let text = is_there.then(|| source::read_regular(&path).unwrap_or_default())?;
            (Some(path), String::from_utf8_lossy(&text).into_owned())
        }
        None => (None, embed::text(&format!("scripts/{file}"))?.into_owned()),
    };
    Some(Found {
        name: name.to_owned(),
        origin: origin.to_owned(),
        path,
        summary: header(&text).summary,
        shadowed_by: None,
    })
}

fn shelf(folder: &Path, origin: &str) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    find_files(&names, |name| look(Some(folder), origin, name))
}

fn list_built_in() -> Vec<Found> {
    find_files(&embed::list("scripts"), |name| look(None, BUILT_IN, name))
}

fn find_files(files: &[String], look: impl Fn(&str) -> Option<Found>) -> Vec<Found> {
    files.iter().filter_map(|file| file.strip_suffix(".lua")).filter_map(look).collect()
}

/// A name that can be typed as a command: no path, no option.
fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.starts_with('-') && !name.is_empty() && name.chars().all(word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_nearer_shadows_the_farther() {
        let (near, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(near.path().join("zz-tag.lua"), "--- Tags, nearer.\nreturn {}").unwrap();
        fs::write(far.path().join("zz-tag.lua"), "--- Tags, farther.\nreturn {}").unwrap();
        fs::write(far.path().join("zz-move.lua"), "--- Moves.\nreturn {}").unwrap();
        fs::write(far.path().join("notes.txt"), "no recipe").unwrap();
        let folder = |dir: &tempfile::TempDir, word: &str| (dir.path().to_owned(), word.to_owned());
        let shelves = Shelves::new(vec![folder(&near, "user"), folder(&far, "$LUNETTE_PATH")], Vec::new());
        let mut told = shelves
            .list_all()
            .into_iter()
            .filter(|found| found.origin != BUILT_IN)
            .map(|found| (found.name, found.origin, found.summary, found.shadowed_by));
        let own = |text: &str| text.to_owned();
        assert_eq!(told.next(), Some((own("zz-tag"), own("user"), own("Tags, nearer"), None)));
        assert_eq!(told.next(), Some((own("zz-move"), own("$LUNETTE_PATH"), own("Moves"), None)));
        let shadowed = (own("zz-tag"), own("$LUNETTE_PATH"), own("Tags, farther"), Some(own("user")));
        assert_eq!(told.next(), Some(shadowed));
        assert_eq!(told.next(), None);
        assert_eq!(shelves.find("zz-tag").unwrap().summary, "Tags, nearer");
    }

    #[test]
    fn a_recipe_of_the_project_adds_a_name_and_replaces_none() {
        let (user, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(user.path().join("zz-tag.lua"), "--- The user's.\nreturn {}").unwrap();
        for name in ["zz-tag", "zz-own", "list"] {
            fs::write(project.path().join(format!("{name}.lua")), "--- The project's.\nreturn {}").unwrap();
        }
        let folder = |dir: &tempfile::TempDir, word: &str| vec![(dir.path().to_owned(), word.to_owned())];
        let shelves = Shelves::new(folder(&user, "user"), folder(&project, "./recipes"));
        let origin = |name: &str| shelves.find(name).unwrap().origin;
        assert_eq!([origin("zz-tag"), origin("zz-own"), origin("list")], ["user", "./recipes", BUILT_IN]);
        let list = project.path().join("list.lua");
        assert_eq!(shelves.find_passed_over("list"), Some((list, BUILT_IN.to_owned())));
        assert_eq!(shelves.find_passed_over("zz-own"), None);
        let shadowed: Vec<_> =
            shelves.list_all().into_iter().filter(|found| found.shadowed_by.is_some()).collect();
        let shadowed: Vec<_> = shadowed.iter().map(|found| (&*found.name, &*found.origin)).collect();
        assert_eq!(shadowed, [("list", "./recipes"), ("zz-tag", "./recipes")]);
    }

    #[test]
    fn an_unknown_recipe_names_the_nearest_and_no_path_is_a_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("zz-move.lua"), "return {}").unwrap();
        let shelves = Shelves::new(vec![(dir.path().join("sub/.."), "user".to_owned())], Vec::new());
        fs::create_dir(dir.path().join("sub")).unwrap();
        let error = shelves.find("zz-mvoe").unwrap_err();
        assert_eq!(error.to_string(), "usage: no recipe 'zz-mvoe'; did you mean 'zz-move'?");
        for name in ["", "sub/../zz-move", "--help", "../x"] {
            assert!(shelves.find(name).is_err(), "{name}");
        }
    }
}
