//! The Lua bindings: the only code that sees both Lua and Glance.

mod bind;
mod cloud;
mod image;
mod image_cache;
mod member;
mod metadefs;
mod modules;
mod project;
mod runtime;
mod store;
mod task;

pub use crate::glance::{Extent, Ledger};
pub use bind::names::names;
pub use modules::sandbox::{Control, Strike};
pub use modules::ui::{Ask, Person, Question};
pub use runtime::context::Access;
pub use runtime::explore::KnownImage;
pub use runtime::pipes::{Input, Output, Pipes};
pub use runtime::spec::Verdict;
pub use runtime::{CloudName, Options, Outcome, Runtime};
