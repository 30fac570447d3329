//! Plural things: an iterator that `for` understands, with `:collect()` for a list and `:first()` for one.
//!
//! Who only looks takes nothing away: what was looked at is kept, and still comes. Must not know what it
//! iterates over.

use std::collections::VecDeque;
use std::rc::Rc;

use futures_util::FutureExt;
use mlua::{
    IntoLua, Lua, MetaMethod, MultiValue, Table, UserData, UserDataFields, UserDataMethods, UserDataRef,
    Value,
};
use tokio::sync::Mutex;

use super::counted::Counted;
use super::record::Record;
use crate::budget::Charge;
use crate::error::{Error, Kind};
use crate::host::{WaitingMethods, charge, pause, raise};

/// Where an iterator's values come from, one at a time.
pub(in crate::api) trait Source: 'static {
    /// What it is called in messages: `cloud:images`.
    const CLASS: &'static str;

    /// The next value; `None` at the end, and ever after.
    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>>;
}

/// The iterator itself, and its memory: Lua does not see how large it is.
pub(in crate::api) struct Items<S>(Rc<Mutex<Place<S>>>, #[expect(dead_code, reason = "held")] Charge);

/// Where an iterator is.
struct Place<S> {
    source: S,
    /// What was looked at, and did not come yet.
    seen: VecDeque<Value>,
    /// How many came already.
    given: usize,
}

impl<S: Source> Items<S> {
    /// An iterator over that source, which holds so many bytes on the heap besides itself. Raises `limit`.
    pub(in crate::api) fn new(lua: &Lua, source: S, memory: usize) -> mlua::Result<Items<S>> {
        let memory = charge(lua, size_of::<Mutex<Place<S>>>() + memory)?;
        Ok(Items(Rc::new(Mutex::new(Place { source, seen: VecDeque::new(), given: 0 })), memory))
    }
}

impl<S: Source> Place<S> {
    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>> {
        let value = match self.seen.pop_front() {
            None => self.source.next(lua).await?,
            seen => seen,
        };
        self.given += usize::from(value.is_some());
        Ok(value)
    }
}

impl<S: Source> UserData for Items<S> {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__dir", |lua| {
            let dir = lua.create_table()?;
            dir.set("methods", ["collect", "first"])?;
            Ok(dir)
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_async_meta_method(MetaMethod::Call, next);
        methods.add_async_method("first", next);
        methods.add_waiting_method("collect", collect);
        methods.add_async_meta_method("__peek", peek);
        methods.add_meta_method(MetaMethod::ToString, |_, _, ()| Ok(format!("iterator of {}", S::CLASS)));
        methods.add_meta_method(MetaMethod::Len, |_, _, ()| {
            Err::<(), _>(raise(
                Error::new(Kind::Usage, format!("{} is an iterator and has no length", S::CLASS))
                    .advice("write #things:collect() to fetch and count them all"),
            ))
        });
    }
}

/// The next value, or nil at the end. Lua's `for` hands over its state and control value; neither is needed.
///
/// A value that is at hand is returned at the first poll. A request is made at a later one, when Lua has
/// shown that it can wait; until then the iterator is not locked, for the future may never be polled again.
/// The request's future is boxed, and so freed with the call: Lua keeps that of each call until it collects
/// garbage.
async fn next<S: Source>(
    lua: Lua,
    this: UserDataRef<Items<S>>,
    _: MultiValue,
) -> mlua::Result<Option<Value>> {
    if let Ok(mut place) = this.0.try_lock()
        && let Some(at_hand) = place.next(&lua).now_or_never()
    {
        return at_hand;
    }
    pause().await;
    Box::pin(async { this.0.lock().await.next(&lua).await }).await
}

async fn collect<S: Source>(lua: Lua, this: UserDataRef<Items<S>>, (): ()) -> mlua::Result<Table> {
    let mut place = this.0.lock().await;
    let list = lua.create_table()?;
    while let Some(value) = place.next(&lua).await? {
        list.raw_push(value)?;
    }
    Ok(list)
}

/// `peek(from, count)`: a list of up to so many values, and the place of the first in all that there are,
/// from 0.
async fn peek<S: Source>(
    lua: Lua,
    this: UserDataRef<Items<S>>,
    (from, count): (Option<usize>, usize),
) -> mlua::Result<(Table, usize)> {
    pause().await;
    Box::pin(look_ahead(&lua, &this, from, count)).await
}

async fn look_ahead<S: Source>(
    lua: &Lua,
    this: &Items<S>,
    from: Option<usize>,
    count: usize,
) -> mlua::Result<(Table, usize)> {
    let mut place = this.0.lock().await;
    let from = from.map_or(0, |from| from.saturating_sub(place.given));
    while place.seen.len() < from.saturating_add(count) {
        let Some(value) = place.source.next(lua).await? else { break };
        place.seen.push_back(value);
    }
    let list = lua.create_sequence_from(place.seen.iter().skip(from).take(count).cloned())?;
    Ok((list, place.given + from))
}

/// A list that was fetched whole, such as the members of an image. Its records are counted already.
pub(in crate::api) struct Listed<R>(std::vec::IntoIter<Counted<R>>);

impl<R: Record> Listed<R> {
    /// An iterator over these records. Raises `limit`.
    pub(in crate::api) fn items(
        lua: &Lua,
        records: impl IntoIterator<Item = R>,
    ) -> mlua::Result<Items<Listed<R>>> {
        let counted = records.into_iter().map(|record| Counted::new(lua, record));
        let counted: Vec<_> = counted.collect::<mlua::Result<_>>()?;
        // Its room is freed with the iterator, however few are left in it.
        let memory = counted.capacity() * size_of::<Counted<R>>();
        Items::new(lua, Listed(counted.into_iter()), memory)
    }
}

impl<R: Record> Source for Listed<R> {
    const CLASS: &'static str = "a list";

    async fn next(&mut self, lua: &Lua) -> mlua::Result<Option<Value>> {
        self.0.next().map(|record| record.into_lua(lua)).transpose()
    }
}
