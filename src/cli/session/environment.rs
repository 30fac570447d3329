//! What the process stands in: its environment, its folders. Read once, here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;

use crate::cli::exit::Stop;
use crate::config::{Inputs, Overrides};
use crate::error::{Error, Kind};

/// The environment and the folders that follow from it.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// Every variable that is text.
    pub(crate) environment: BTreeMap<String, String>,
    /// The names of the variables whose values are not UTF-8 text.
    pub(crate) not_text: BTreeSet<String>,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// The folders in which clouds.yaml is looked for after the working folder.
    pub(crate) openstack: Vec<PathBuf>,
    /// The folders in which recipes are looked for, each with the word that says where it comes from.
    pub(crate) recipes: Vec<(PathBuf, String)>,
    /// The same of the project: the folders `recipes` from the working folder up to the root of its
    /// repository.
    pub(crate) project_recipes: Vec<(PathBuf, String)>,
    /// The folder tokens may be kept in.
    pub(crate) token_cache: Option<PathBuf>,
    /// The folder in which images that are begun are marked, for the run after one that is killed.
    pub(crate) unfinished: Option<PathBuf>,
    /// The home folder.
    pub(crate) home: Option<PathBuf>,
    /// Lunette's own folders: configuration, state, cache.
    own: Vec<PathBuf>,
    /// The REPL's history.
    pub(crate) history: Option<PathBuf>,
}

impl Surroundings {
    /// Where clouds come from, where nothing stands in their place.
    pub(crate) fn inputs(&self) -> Inputs {
        Inputs {
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            folders: self.openstack.clone(),
            clouds_yaml: None,
        }
    }

    /// The files and folders that hold passwords and tokens, and Lunette's own.
    ///
    /// Reads the configuration: certificates and keys are where it says, as are those of the options.
    pub(crate) fn secrets(&self, options: &Overrides) -> Vec<PathBuf> {
        let inputs = self.inputs();
        let mut secrets = inputs.files();
        // Where nobody can tell which files they are, all are closed.
        secrets.extend(inputs.key_files(options).unwrap_or_else(|_| vec!["/".into()]));
        secrets.extend(self.token_cache.clone());
        secrets.extend(self.own.iter().chain(&self.openstack).cloned());
        secrets
    }

    /// Those of this process.
    pub(crate) fn read() -> Result<Surroundings, Stop> {
        let environment = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let folder = env::current_dir().map_err(|error| {
            Error::new(Kind::Config, format!("the working folder cannot be read: {error}"))
                .advice("change to one that exists")
        })?;
        let not_text = env::vars_os().filter(|(_, value)| value.to_str().is_none());
        let not_text = not_text.filter_map(|(name, _)| name.into_string().ok()).collect();
        // Without a home there is simply less to read and nothing to keep.
        Ok(Surroundings { not_text, ..Surroundings::of(environment, folder, Xdg::new().ok().as_ref()) })
    }

    /// Source: openstacksdk, `CONFIG_SEARCH_PATH` in openstack/config/loader.py; the XDG base directory
    /// specification.
    pub(crate) fn of(
        environment: BTreeMap<String, String>,
        folder: PathBuf,
        home: Option<&Xdg>,
    ) -> Surroundings {
        let system = environment
            .get("XDG_CONFIG_DIRS")
            .filter(|dirs| !dirs.is_empty())
            .map_or_else(|| vec![PathBuf::from("/etc/xdg")], |dirs| env::split_paths(dirs).collect());
        let etc = PathBuf::from("/etc");

        let mut openstack = Vec::new();
        let under = |folder: &Path| folder.join("openstack");
        openstack.extend(home.map(|home| under(&home.config_dir())));
        openstack.extend(home.map(|home| under(&home.home_dir().join(".config"))));
        openstack.extend(system.iter().map(|dir| under(dir)));
        openstack.push(under(&etc));
        keep_first(&mut openstack, PathBuf::clone);

        let mut recipes = Vec::new();
        for path in environment.get("LUNETTE_PATH").iter().flat_map(|path| env::split_paths(path)) {
            if !path.as_os_str().is_empty() {
                recipes.push((folder.join(path), "$LUNETTE_PATH".to_owned()));
            }
        }
        let under = |folder: &Path| folder.join("lunette/recipes");
        recipes.extend(home.map(|home| (under(&home.config_dir()), "user".to_owned())));
        recipes.extend(system.iter().map(|dir| (under(dir), "system".to_owned())));
        recipes.push((under(&etc), "system".to_owned()));
        keep_first(&mut recipes, |(folder, _)| folder.clone());

        Surroundings {
            openstack,
            project_recipes: project_recipes(&folder),
            recipes,
            home: home.map(|home| home.home_dir().to_owned()),
            own: home.into_iter().flat_map(own).chain([etc.join("lunette")]).collect(),
            token_cache: home.map(|home| home.cache_dir().join("lunette/tokens")),
            unfinished: home.and_then(|home| Some(home.state_dir()?.join("lunette/unfinished"))),
            history: home.and_then(|home| Some(home.state_dir()?.join("lunette/history"))),
            environment,
            not_text: BTreeSet::new(),
            folder,
        }
    }
}

/// The folders `recipes` from a folder up to the root of its repository; only that of the folder where it is
/// in none.
///
/// A folder above that belongs to somebody else is none of the project's: `/tmp` is above many.
fn project_recipes(folder: &Path) -> Vec<(PathBuf, String)> {
    let owner = |folder: &Path| folder.metadata().ok().map(|found| found.uid());
    let own = folder.ancestors().take_while(|above| owner(above) == owner(folder)).collect::<Vec<_>>();
    let depth = own.iter().position(|above| above.join(".git").exists()).unwrap_or_default();
    let recipes = |(level, above): (usize, &Path)| {
        let origin = if level == 0 { "./".to_owned() } else { "../".repeat(level) };
        (above.join("recipes"), origin + "recipes")
    };
    folder.ancestors().take(depth + 1).enumerate().map(recipes).collect()
}

/// The folders in which Lunette keeps what is its own.
fn own(home: &Xdg) -> impl Iterator<Item = PathBuf> + use<> {
    let folders = [Some(home.config_dir()), Some(home.cache_dir()), Some(home.data_dir()), home.state_dir()];
    folders.into_iter().flatten().map(|folder| folder.join("lunette"))
}

/// Drops what has the same key as something before it.
fn keep_first<T>(list: &mut Vec<T>, key: impl Fn(&T) -> PathBuf) {
    let mut seen = std::collections::HashSet::new();
    list.retain(|item| seen.insert(key(item)));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(environment: &[(&str, &str)]) -> Surroundings {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Surroundings::of(environment, "/place".into(), None)
    }

    fn recipe_folders(environment: &[(&str, &str)]) -> Vec<String> {
        of(environment)
            .recipes
            .iter()
            .map(|(folder, origin)| format!("{} {origin}", folder.display()))
            .collect()
    }

    #[test]
    fn recipes_are_looked_for_from_near_to_far() {
        assert_eq!(
            recipe_folders(&[("LUNETTE_PATH", "/team/recipes:mine::"), ("XDG_CONFIG_DIRS", "/etc/xdg:/etc")]),
            [
                "/team/recipes $LUNETTE_PATH",
                "/place/mine $LUNETTE_PATH",
                "/etc/xdg/lunette/recipes system",
                "/etc/lunette/recipes system",
            ]
        );
    }

    #[test]
    fn recipes_of_the_project_are_looked_for_up_to_the_root_of_its_repository() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("repository/jobs/nightly");
        std::fs::create_dir_all(&deep).unwrap();
        let origins = || project_recipes(&deep).into_iter().map(|(_, origin)| origin).collect::<Vec<_>>();
        assert_eq!(origins(), ["./recipes"]);
        std::fs::create_dir(place.path().join("repository/.git")).unwrap();
        assert_eq!(origins(), ["./recipes", "../recipes", "../../recipes"]);
        assert_eq!(project_recipes(&deep)[2].0, place.path().join("repository/recipes"));
    }

    #[test]
    fn clouds_yaml_is_looked_for_where_openstacksdk_looks() {
        assert_eq!(of(&[]).openstack, ["/etc/xdg/openstack", "/etc/openstack"].map(PathBuf::from));
    }

    #[test]
    fn without_a_home_nothing_is_kept() {
        let surroundings = of(&[]);
        assert_eq!((surroundings.token_cache, surroundings.history), (None, None));
    }
}
