//! Where `print` and `io.write` go.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;

use mlua::{LuaString, Variadic};

/// A writer that scripts print to; standard output until told otherwise.
///
/// Once nobody reads it any more, what is printed is dropped and the script goes on: `lunette job.lua | head
/// -1` must not stop a migration half way.
#[derive(Clone)]
pub(super) struct Output(Rc<RefCell<Box<dyn Write>>>);

impl Output {
    /// Standard output.
    pub(super) fn stdout() -> Output {
        Output(Rc::new(RefCell::new(Box::new(io::stdout()))))
    }

    /// Goes elsewhere from now on.
    pub(super) fn redirect(&self, writer: impl Write + 'static) {
        *self.0.borrow_mut() = Box::new(writer);
    }

    /// Writes the texts, one after the other. Errors: a full disk and the like, but not a closed pipe.
    pub(super) fn write(&self, texts: &Variadic<LuaString>) -> mlua::Result<()> {
        let mut writer = self.0.borrow_mut();
        for text in texts.iter() {
            match writer.write_all(&text.as_bytes()) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::BrokenPipe => *writer = Box::new(io::sink()),
                Err(e) => return Err(mlua::Error::runtime(format!("cannot write: {e}"))),
            }
        }
        Ok(())
    }
}
