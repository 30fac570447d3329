//! Finding what `require` asks for: modules of Rust, `std.*`, recipes, files beside the script.
//!
//! | asked for | what it is |
//! |---|---|
//! | `glance`, `task`, … | what was registered from Rust |
//! | `std.list` | `stdlib/std/list.lua` |
//! | `recipes.share` | the recipe `share`, wherever `lunette share` would find it: `run(cloud, args)` keeps to what it declares |
//! | `lib.names` | `lib/names.lua` or `lib/names/init.lua` beside the file that asks, else beside the script |
//!
//! A recipe always has the prefix, so that a script's own `share.lua` can never be taken for it. Names are
//! words with dots: no path leads out of the folder. The waiting, caching half of `require` is Lua
//! (`lua/prelude.lua`).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use mlua::{Lua, Value};

use super::source;
use super::state::Common;
use crate::embed;
use crate::error::{Error, Kind, Result, nearest};

/// Builds a module's value, when it is first asked for.
pub(super) type Make = Rc<dyn Fn(&Lua) -> mlua::Result<Value>>;

/// Where a module comes from.
#[derive(Clone)]
enum Place {
    Made(Make),
    Embedded { path: String, shown: String },
    File(PathBuf),
}

/// What [`Loader::open`] gives: the module itself, or a chunk that returns it, with the name of its file.
pub(super) type Opened = (Value, Option<String>);

/// Modules of Rust, by name.
pub(super) type Modules = RefCell<BTreeMap<String, Make>>;

/// Finds modules.
pub(super) struct Loader {
    common: Rc<Common>,
    found: RefCell<BTreeMap<String, Place>>,
    folder: RefCell<Option<PathBuf>>,
    /// Whether Lua's own search goes on where this one ends.
    pub(super) trust: bool,
}

impl Loader {
    /// A loader that looks beside scripts in the working folder, until [`Loader::look_beside`] says
    /// otherwise.
    pub(super) fn new(common: &Rc<Common>) -> Loader {
        Loader {
            trust: common.options.trust,
            common: common.clone(),
            found: RefCell::default(),
            folder: RefCell::new(Some(PathBuf::new())),
        }
    }

    /// Looks in that script's folder from now on.
    pub(super) fn look_beside(&self, script: &Path) {
        self.folder.replace(Some(script.parent().unwrap_or(Path::new("")).to_owned()));
    }

    /// Looks in no folder from now on but in that of the file that asks: a recipe in the binary has no
    /// folder.
    pub(super) fn nowhere(&self) {
        self.folder.replace(None);
    }

    /// The names that can be required without a file of one's own: modules of Rust, and `std.*`.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.common.modules.borrow().keys().cloned().collect();
        names.extend(std_names().map(|name| format!("std.{name}")));
        names.sort();
        names
    }

    /// The key under which a module is cached; `None` where Lua's own search should go on (`--trust`).
    ///
    /// `callers` are the files that may be asking. Errors: `usage` (no such module: the nearest name, and in
    /// the advice where it was looked for).
    pub(super) fn find(&self, name: &str, callers: impl Iterator<Item = PathBuf>) -> Result<Option<String>> {
        let words = name.split('.').all(|word| !word.is_empty() && word.chars().all(is_word));
        if !words {
            return Err(Error::new(Kind::Usage, format!("'{name}' is no module name"))
                .advice("a module name is words with dots between them, such as lib.names"));
        }
        let mut looked_at = Vec::new();
        let Some((key, place)) = self.place(name, callers, &mut looked_at) else {
            return if self.trust { Ok(None) } else { Err(self.unknown_module(name, &looked_at)) };
        };
        self.found.borrow_mut().entry(key.clone()).or_insert(place);
        Ok(Some(key))
    }

    /// Opens what [`Loader::find`] found.
    pub(super) fn open(&self, lua: &Lua, key: &str) -> mlua::Result<Opened> {
        let place = self.found.borrow().get(key).cloned();
        let (name, text): (String, Cow<'_, [u8]>) = match place {
            None => return Ok((Value::Nil, None)),
            Some(Place::Made(make)) => return Ok((make(lua)?, None)),
            Some(Place::Embedded { path, shown }) => {
                let text = embed::text(&path).unwrap_or_default();
                (shown, text.into_owned().into_bytes().into())
            }
            Some(Place::File(path)) => {
                (path.display().to_string(), source::read_module(&path).map_err(super::raise)?.into())
            }
        };
        let chunk = source::compile(lua, &format!("@{name}"), &text)?;
        Ok((Value::Function(chunk), Some(name)))
    }

    fn place(
        &self,
        name: &str,
        callers: impl Iterator<Item = PathBuf>,
        looked_at: &mut Vec<String>,
    ) -> Option<(String, Place)> {
        if let Some(make) = self.common.modules.borrow().get(name) {
            return Some((format!("made:{name}"), Place::Made(make.clone())));
        }
        if let Some(name) = name.strip_prefix("std.") {
            let shown = format!("std/{}.lua", name.replace('.', "/"));
            let path = format!("stdlib/{shown}");
            embed::text(&path)?;
            return Some((format!("embedded:{shown}"), Place::Embedded { path, shown }));
        }
        if let Some(recipe) = name.strip_prefix("recipes.") {
            let make = self.common.recipe_module.borrow().clone()?;
            let recipe = self.common.shelves.get(recipe)?.name;
            return Some((format!("made:{name}"), Place::Made(Rc::new(move |lua| make(lua, &recipe)))));
        }
        let beside = callers.filter_map(|file| Some(file.parent()?.to_owned()));
        let beside = beside.filter(|folder| folder != Path::new("std"));
        let path = name.replace('.', "/");
        for folder in beside.chain(self.folder.borrow().clone()) {
            for file in [format!("{path}.lua"), format!("{path}/init.lua")] {
                let file = folder.join(file);
                if file.is_file() {
                    return Some((format!("file:{}", file.display()), Place::File(file)));
                }
                let shown = file.display().to_string();
                if !looked_at.contains(&shown) {
                    looked_at.push(shown);
                }
            }
        }
        None
    }

    fn unknown_module(&self, name: &str, looked_at: &[String]) -> Error {
        let mut known = self.names();
        let recipes = self.common.shelves.names();
        let recipe = recipes.iter().find(|recipe| *recipe == name).map(|recipe| format!("recipes.{recipe}"));
        known.extend(recipes.iter().map(|recipe| format!("recipes.{recipe}")));
        let near = recipe.or_else(|| nearest(name, known.iter().map(String::as_str)).map(str::to_owned));
        let message = match near {
            Some(near) => format!("no module '{name}'; did you mean '{near}'?"),
            None => format!("no module '{name}'"),
        };
        let error = Error::new(Kind::Usage, message);
        match looked_at {
            [] => error,
            places => error.advice(format!("it was looked for at {}", places.join(", "))),
        }
    }
}

/// Every `std.*`, without the prefix.
pub(super) fn std_names() -> impl Iterator<Item = String> {
    embed::list("stdlib/std").into_iter().filter_map(|file| Some(file.strip_suffix(".lua")?.to_owned()))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The error of a module that is asked for while it is being loaded.
pub(super) fn refuse(name: &str, chain: Option<&str>) -> Error {
    match chain {
        Some(chain) => {
            Error::new(Kind::Usage, format!("modules require one another in a circle: {chain} → {name}"))
                .advice("move what they share into a third module")
        }
        None => Error::new(Kind::Usage, format!("module '{name}' is still being loaded by another task"))
            .advice("require it before the tasks begin"),
    }
}
