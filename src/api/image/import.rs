//! `image:import{…}`: its options as an import, and the wait for its end.
//!
//! Source: glance/api/v2/images.py, `ImagesController.import_image`.

use mlua::{Lua, UserDataRef, Value};

use super::record::ImageRecord;
use super::wait;
use crate::api::bind::counted::Counted;
use crate::error::{Error, Kind};
use crate::glance::{Import, ImportMethod, Patience};
use crate::host::{Given, raise};

/// The options of each method, besides those that every one has.
const OF_METHOD: [(&str, &[&str]); 4] = [
    ("glance-direct", &[]),
    ("web-download", &["uri"]),
    ("copy-image", &[]),
    ("glance-download", &["region", "source", "interface"]),
];

/// The options of every method.
const COMMON: [&str; 5] = ["method", "stores", "all_stores", "all_stores_must_succeed", "wait"];

/// The kinds of endpoints that a region has.
const INTERFACES: [&str; 3] = ["public", "internal", "admin"];

/// POST /v2/images/{id}/import, and with `wait` until it has ended; the image as it is then.
pub(in crate::api) async fn import(
    _: Lua,
    this: UserDataRef<Counted<ImageRecord>>,
    options: Value,
) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:import", &known_methods())?;
    let import = read(&options)?;
    let patience = patience(&options)?;
    let (glance, id) = (&this.glance, &this.image.id);
    let request = glance.import_image(id, &import).await.map_err(raise)?;
    let image = match patience {
        Some(patience) => this.showing("Importing").wait_for_import(id, request.as_deref(), patience).await,
        None => glance.image(id).await,
    };
    let image = image.and_then(|image| this.after_staging(image)).map_err(raise)?;
    Ok(this.with_image(image))
}

/// What `import = {…}` of a new image says, and how long to wait for it.
///
/// Errors: `usage` (a method that takes what a new image does not have; data of its own for one that fetches
/// them; a store that is not named with the import; and what [`import`] refuses).
pub(in crate::api) fn read_for_new(
    options: &Given,
    has_data: bool,
) -> mlua::Result<Option<(Import, Patience)>> {
    if !options.has("import")? {
        return Ok(None);
    }
    if options.has("store")? {
        return Err(usage("an import has stores of its own", "name them there: import = { stores = { … } }"));
    }
    let options = Given::from(&options.value("import")?, "import of cloud:create_image", &known_methods())?;
    let import = read(&options)?;
    let takes_data = import.method == ImportMethod::GlanceDirect;
    if import.method == ImportMethod::CopyImage || takes_data && !has_data {
        let message = format!("a new image has nothing for {} to import", import.method.name());
        let advice =
            if takes_data { "name its data too, such as file = \"disk.qcow2\"" } else { "create it first" };
        return Err(usage(message, advice));
    }
    if has_data && !takes_data {
        let message = format!("{} fetches the data, so they are not sent as well", import.method.name());
        return Err(usage(message, "import = { method = \"glance-direct\" } takes what is sent"));
    }
    let patience = match patience(&options)? {
        Some(patience) => patience,
        None => wait::patience(&Given::from(&Value::Nil, "import", &[])?)?,
    };
    Ok(Some((import, patience)))
}

fn known_methods() -> Vec<&'static str> {
    COMMON.into_iter().chain(OF_METHOD.iter().flat_map(|(_, own)| own.iter().copied())).collect()
}

/// The import that the options mean. Errors: `usage` (an option of another method; one that is missing).
fn read(options: &Given) -> mlua::Result<Import> {
    let name = options.required("method", options.word("method", &ImportMethod::NAMES)?)?;
    for (other, own) in OF_METHOD {
        for option in own {
            if other != name && options.has(option)? {
                let message = format!("option '{option}' of image:import belongs to {other}, not to {name}");
                return Err(usage(message, "leave it out, or name that method"));
            }
        }
    }
    let text = |option| options.required(option, options.string(option)?);
    let method = match name.as_str() {
        "web-download" => ImportMethod::WebDownload { uri: text("uri")? },
        "copy-image" => ImportMethod::CopyImage,
        "glance-download" => ImportMethod::GlanceDownload {
            region: text("region")?,
            source: text("source")?,
            interface: options.word("interface", &INTERFACES)?,
        },
        _ => ImportMethod::GlanceDirect,
    };
    let import = Import {
        method,
        stores: options.strings("stores")?,
        all_stores: options.boolean("all_stores")?,
        all_stores_must_succeed: options.boolean("all_stores_must_succeed")?,
    };
    if import.stores.is_some() && import.all_stores == Some(true) {
        return Err(usage(
            "image:import takes 'stores' or 'all_stores', not both",
            "name the stores, or take all",
        ));
    }
    Ok(import)
}

/// `wait = true`, or `wait = SECONDS`.
fn patience(options: &Given) -> mlua::Result<Option<Patience>> {
    match options.value("wait")? {
        Value::Nil | Value::Boolean(false) => Ok(None),
        Value::Boolean(true) => wait::patience(&Given::from(&Value::Nil, "image:import", &[])?).map(Some),
        _ => {
            let timeout = wait::seconds("wait", options.number("wait")?.unwrap_or_default())?;
            Ok(Some(Patience { timeout, interval: None }))
        }
    }
}

fn usage(message: impl Into<String>, advice: &str) -> mlua::Error {
    raise(Error::new(Kind::Usage, message).advice(advice))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What reading these options gives.
    fn of<T>(options: &str, read: impl Fn(&Given) -> mlua::Result<T>) -> mlua::Result<T> {
        let lua = Lua::new();
        read(&Given::from(&lua.load(options).eval()?, "image:import", &known_methods())?)
    }

    #[test]
    fn every_method_has_its_own_options_and_no_other_ones() {
        let names: Vec<&str> = OF_METHOD.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ImportMethod::NAMES);
        let values = "uri = 'http://a/b', region = 'two', source = '1bea', interface = 'public'";
        for (name, own) in OF_METHOD {
            let full = |keep: &dyn Fn(&str) -> bool| {
                let kept: Vec<&str> =
                    values.split(", ").filter(|pair| keep(pair.split(' ').next().unwrap())).collect();
                format!("return {{ method = '{name}', {} }}", kept.join(", "))
            };
            let import = of(&full(&|option| own.contains(&option)), read).unwrap();
            assert_eq!(import.method.name(), name);
            for other in
                ["uri", "region", "source", "interface"].iter().filter(|option| !own.contains(option))
            {
                let options = full(&|option| own.contains(&option) || option == *other);
                let error = of(&options, read).unwrap_err().to_string();
                assert!(error.contains(&format!("option '{other}' of image:import belongs to")), "{error}");
            }
        }
    }

    #[test]
    fn a_missing_input_of_an_import_method_is_named() {
        for (options, missing) in [
            ("return {}", "needs the option 'method'"),
            ("return { method = 'web-download' }", "needs the option 'uri'"),
            ("return { method = 'glance-download', region = 'two' }", "needs the option 'source'"),
            ("return { method = 'web-downlod' }", "did you mean 'web-download'?"),
            ("return { method = 'copy-image', stores = { 'a' }, all_stores = true }", "not both"),
        ] {
            let error = of(options, read).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
    }

    #[test]
    fn import_waits_as_long_as_requested() {
        let wait = |options: &str| of(options, patience);
        assert_eq!(wait("return {}").unwrap(), None);
        assert_eq!(wait("return { wait = false }").unwrap(), None);
        assert_eq!(wait("return { wait = true }").unwrap().unwrap().timeout.as_secs(), 3600);
        assert_eq!(wait("return { wait = 5 }").unwrap().unwrap().timeout.as_secs(), 5);
        for wrong in ["-1", "'long'"] {
            assert!(wait(&format!("return {{ wait = {wrong} }}")).is_err(), "{wrong}");
        }
    }
}
