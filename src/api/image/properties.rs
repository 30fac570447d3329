//! `image.properties`: the custom properties of an image, a read-only map of text to text.

use std::rc::Rc;

use mlua::{AnyUserData, Lua, MetaMethod, MultiValue, UserData, UserDataMethods, Value};

use crate::error::{Error, Kind};
use crate::glance::Image;
use crate::host::text::shown_key;
use crate::host::{json, raise};

/// The map, sharing the image it belongs to.
pub(in crate::api) struct Properties(Rc<Image>);

impl Properties {
    pub(in crate::api) fn new(image: Rc<Image>) -> Properties {
        Properties(image)
    }
}

impl UserData for Properties {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |_, this, name: Value| {
            Ok(this.0.properties.get(shown_key(&name)?.as_str()).map(ToString::to_string))
        });
        methods.add_meta_method(MetaMethod::NewIndex, |_, _, (name, _): (Value, Value)| {
            let name = shown_key(&name)?;
            let advice = format!("image:update{{ properties = {{ {name} = … }} }} returns a new record");
            Err::<(), _>(raise(Error::new(Kind::Usage, "image.properties cannot be set").advice(advice)))
        });
        methods.add_meta_method(MetaMethod::Pairs, pairs);
        methods.add_meta_function(MetaMethod::Eq, |_, (a, b): (AnyUserData, AnyUserData)| {
            let (a, b) = (a.borrow::<Properties>(), b.borrow::<Properties>());
            Ok(matches!((a, b), (Ok(a), Ok(b)) if a.0.properties == b.0.properties))
        });
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            let pairs: Vec<_> =
                this.0.properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
            Ok(pairs.join(" "))
        });
        methods.add_meta_method("__dir", |lua, this, ()| {
            let names = lua.create_sequence_from(this.0.properties.keys().map(|name| &**name))?;
            lua.create_table_from([("fields", names)])
        });
        methods.add_meta_method("__json", |lua, this, ()| {
            json::to_lua(lua, &this.0.properties.iter().map(|(name, value)| (&**name, &**value)).collect())
        });
    }
}

/// `pairs(image.properties)`, in the order of the names.
fn pairs(lua: &Lua, this: &Properties, (): ()) -> mlua::Result<MultiValue> {
    let properties = &this.0.properties;
    let mut rest = properties
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect::<Vec<_>>()
        .into_iter();
    let step = lua.create_function_mut(move |_, _: MultiValue| Ok(rest.next().unzip()))?;
    Ok([Value::Function(step)].into_iter().collect())
}
