//! `image.properties`: the custom properties of an image, a read-only map of text to text.

use std::ops::Bound;
use std::rc::Rc;

use mlua::{AnyUserData, Lua, MetaMethod, MultiValue, UserData, UserDataMethods, Value};

use crate::budget::{Charge, Reserved};
use crate::error::{Error, Kind};
use crate::glance::Image;
use crate::host::text::shown_key;
use crate::host::{charge, json, raise};

/// The map, sharing the image it belongs to, and that image's memory.
pub(in crate::api) struct Properties {
    image: Rc<Image>,
    shared: Rc<Reserved>,
    _own: Charge,
}

impl Properties {
    /// The properties of an image, whose memory is `shared`. Raises `limit`.
    pub(in crate::api) fn new(lua: &Lua, image: Rc<Image>, shared: Rc<Reserved>) -> mlua::Result<Properties> {
        let own = charge(lua, size_of::<Properties>())?;
        Ok(Properties { image, shared, _own: own })
    }
}

impl UserData for Properties {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |_, this, name: Value| {
            Ok(this.image.properties.get(shown_key(&name)?.as_str()).map(ToString::to_string))
        });
        methods.add_meta_method(MetaMethod::NewIndex, |_, _, (name, _): (Value, Value)| {
            let name = shown_key(&name)?;
            let advice = format!("image:update{{ properties = {{ {name} = … }} }} returns a new record");
            Err::<(), _>(raise(Error::new(Kind::Usage, "image.properties cannot be set").advice(advice)))
        });
        methods.add_meta_method(MetaMethod::Pairs, pairs);
        methods.add_meta_function(MetaMethod::Eq, |_, (a, b): (AnyUserData, AnyUserData)| {
            let (a, b) = (a.borrow::<Properties>(), b.borrow::<Properties>());
            Ok(matches!((a, b), (Ok(a), Ok(b)) if a.image.properties == b.image.properties))
        });
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            let pairs: Vec<_> =
                this.image.properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
            Ok(pairs.join(" "))
        });
        methods.add_meta_method("__dir", |lua, this, ()| {
            let names = lua.create_sequence_from(this.image.properties.keys().map(|name| &**name))?;
            lua.create_table_from([("fields", names)])
        });
        methods.add_meta_method("__json", |lua, this, ()| {
            json::to_lua(
                lua,
                &this.image.properties.iter().map(|(name, value)| (&**name, &**value)).collect(),
            )
        });
    }
}

/// `pairs(image.properties)`, in the order of the names.
fn pairs(lua: &Lua, this: &Properties, (): ()) -> mlua::Result<MultiValue> {
    let rest = Properties::new(lua, this.image.clone(), this.shared.clone())?;
    let mut last: Option<Box<str>> = None;
    let step = lua.create_function_mut(move |_, _: MultiValue| {
        let after = last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let next = rest.image.properties.range::<str, _>((after, Bound::Unbounded)).next();
        last = next.map(|(name, _)| name.clone()).or(last.take());
        Ok(next.map(|(name, value)| (name.to_string(), value.to_string())).unzip())
    })?;
    Ok([Value::Function(step)].into_iter().collect())
}
