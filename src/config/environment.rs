//! The OS_* variables, read as one more entry of clouds.yaml.
//!
//! Source: openstacksdk, `openstack/config/loader.py`, `_get_os_environ`.

use super::entry::keys;
use super::entry::layer::{Layer, Origin, Setting};
use super::files::document::Node;
use super::inputs::Inputs;

/// Variables that choose among clouds, and so are no setting of one.
const SELECTORS: [&str; 4] = ["OS_CLOUD", "OS_CLOUD_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"];

/// Prefixes of variables that belong to the test tools of `OpenStack` itself.
const FOREIGN: [&str; 3] = ["OS_TEST", "OS_STD", "OS_LOG"];

/// A variable that is set, and not to nothing.
pub(super) fn variable<'a>(inputs: &'a Inputs, name: &str) -> Option<&'a str> {
    inputs.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// What the entry made of the environment is called.
pub(super) fn name(inputs: &Inputs) -> &str {
    variable(inputs, "OS_CLOUD_NAME").unwrap_or("envvars")
}

/// The entry that the environment makes, if it says anything about logging in.
///
/// openstacksdk makes one out of any OS_* variable, and then fails for want of an `auth_url` where that was
/// `OS_INTERFACE` alone. Here such a variable does not hide the clouds of the files.
pub(super) fn entry(inputs: &Inputs) -> Option<Layer> {
    let mut layer = Layer::default();
    for (name, value) in &inputs.environment {
        let Some(key) = name.strip_prefix("OS_") else { continue };
        let foreign = FOREIGN.iter().any(|prefix| name.starts_with(prefix));
        if value.is_empty() || foreign || SELECTORS.contains(&name.as_str()) {
            continue;
        }
        let setting = Setting { node: Node::text(value), origin: Origin::Variable(name.clone()) };
        layer.insert(&key.to_lowercase(), setting);
    }
    let told = layer.keys().any(keys::tells_of_login);
    told.then_some(layer)
}

/// The region that `OS_REGION_NAME` asks for.
///
/// openstacksdk's loader looks at it only beside other OS_* variables; the `openstack` command, as here, also
/// where it stands beside `OS_CLOUD` alone.
pub(super) fn region(inputs: &Inputs) -> Option<Setting> {
    setting(inputs, "region_name")
}

/// The variable of a key of clouds.yaml, if it is set: `OS_PASSWORD` of `password`.
pub(super) fn setting(inputs: &Inputs, key: &str) -> Option<Setting> {
    let name = format!("OS_{}", key.to_uppercase());
    let value = variable(inputs, &name)?;
    Some(Setting { node: Node::text(value), origin: Origin::Variable(name) })
}
