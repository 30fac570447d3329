//! The Lua bindings: the only code that sees both Lua and Glance.

mod cache;
mod changes;
mod cloud;
mod context;
mod control;
mod download;
mod image;
mod import;
mod items;
mod listing;
mod locations;
mod member;
mod metadefs;
mod module;
mod names;
mod pipes;
mod project;
mod properties;
mod record;
mod request;
mod runtime;
mod service;
mod source;
mod spec;
mod store;
mod task;
mod ui;
mod upload;
mod wait;

pub use context::Access;
pub use control::{Control, Strike};
pub use names::names;
pub use pipes::{Input, Output, Pipes};
pub use runtime::{CloudName, Options, Outcome, Runtime};
pub use spec::Verdict;
pub use ui::{Ask, Person};
