//! The Lua API: the only code that sees both Lua and Glance.
//!
//! | file or folder | Lua class or module |
//! |---|---|
//! | `cloud/` | `Cloud`: its record, lists, raw requests, features of the service |
//! | `image/` | `Image`: its record, and the options of each method |
//! | `member.rs`, `project.rs`, `store.rs`, `task.rs`, `image_cache.rs`, `metadefs/` | the other classes |
//! | `modules/` | `require "glance"`, `require "ui"`, `require "sandbox"` |
//! | `runtime/` | an engine with these names in it, and how it runs recipes and specs |
//! | `bind/` | what all bindings share: records, iterators, the list of names |

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
