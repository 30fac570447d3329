//! Functions and methods that wait, made so that nothing of them runs where Lua cannot wait.
//!
//! mlua polls the future of an asynchronous function once before it notices that Lua cannot yield (inside a
//! callback of `table.sort` or `string.gsub`, say), and a first poll can already send a request. A future
//! that is made here is pending at its first poll: by the second poll Lua has yielded, or raised an error and
//! dropped the future.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use mlua::{FromLuaMulti, Function, IntoLuaMulti, Lua, UserDataMethods, UserDataRef};

use crate::error::{Error, Kind};
use crate::host::error::lua_error::raise;

/// How deep calls that wait may be nested: tasks that start tasks, recipes that run recipes. Each level takes
/// some kilobytes of the thread's stack, and Lua's own limit does not count all of them.
const DEEPEST: usize = 40;

thread_local! {
    /// How many calls are being polled, one inside the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Work that begins at its second poll. Boxed: calls nest deeply, and a large future would cost stack at each
/// level.
///
/// Lua keeps the future of a call until it collects garbage, and does not see how large it is. The work is
/// therefore freed as soon as it is done.
struct Waiting<T> {
    /// `None` once it is done.
    work: Option<Pin<Box<dyn Future<Output = mlua::Result<T>>>>>,
    polled: bool,
}

/// One level more, until it is dropped.
struct Level;

impl Level {
    fn enter() -> Level {
        DEPTH.set(DEPTH.get() + 1);
        Level
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

impl<T> Waiting<T> {
    fn new(work: impl Future<Output = mlua::Result<T>> + 'static) -> Waiting<T> {
        Waiting { work: Some(Box::pin(work)), polled: false }
    }
}

impl<T> Future for Waiting<T> {
    type Output = mlua::Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polled {
            let Some(work) = &mut self.work else { return Poll::Pending };
            let level = Level::enter();
            let outcome = work.as_mut().poll(context);
            drop(level);
            if outcome.is_ready() {
                self.work = None;
            }
            return outcome;
        }
        if DEPTH.get() >= DEEPEST {
            self.work = None;
            return Poll::Ready(Err(raise(too_deep_error())));
        }
        self.polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

fn too_deep_error() -> Error {
    let message = format!("calls that wait are nested more than {DEEPEST} deep");
    Error::new(Kind::Limit, message).advice("use a loop in place of tasks that start tasks")
}

/// Is pending at its first poll, and ready at the next.
pub async fn pause() {
    let _ = Waiting::new(async { Ok(()) }).await;
}

/// Makes a Lua function of a Rust function that waits.
pub fn waiting_function<A, F, R>(
    lua: &Lua,
    function: impl Fn(Lua, A) -> F + 'static,
) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Future<Output = mlua::Result<R>> + 'static,
    R: IntoLuaMulti + 'static,
{
    lua.create_async_function(move |lua, args| Waiting::new(function(lua, args)))
}

/// Adds methods that wait to a class of userdata.
pub trait WaitingMethods<T: 'static>: UserDataMethods<T> {
    /// Adds a method as `add_async_method` does, but nothing of its future runs where Lua cannot wait.
    fn add_waiting_method<A, F, R>(
        &mut self,
        name: &str,
        method: impl Fn(Lua, UserDataRef<T>, A) -> F + 'static,
    ) where
        A: FromLuaMulti,
        F: Future<Output = mlua::Result<R>> + 'static,
        R: IntoLuaMulti + 'static,
    {
        self.add_async_method(name, move |lua, this, args| Waiting::new(method(lua, this, args)));
    }
}

impl<T: 'static, M: UserDataMethods<T>> WaitingMethods<T> for M {}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_call_frees_its_work_when_it_is_done_and_not_when_its_future_goes() {
        let held = Rc::new(());
        let inside = held.clone();
        let mut call = Waiting::new(async move {
            pause().await;
            drop(inside);
            Ok([0_u8; 4096].len())
        });
        assert!((&mut call).now_or_never().is_none() && Rc::strong_count(&held) == 2);
        assert!((&mut call).await.is_ok() && Rc::strong_count(&held) == 1);
        assert!(call.work.is_none());
    }
}
