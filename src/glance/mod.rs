//! The client of the Image API v2. Knows no Lua.
//!
//! | folder | contents |
//! |---|---|
//! | `image/` | images: the record, lists, finding by name, creating, changing, importing |
//! | `location/`, `member.rs`, `task.rs`, `metadefs/` | the other resources |
//! | `service/` | what a cloud's Glance offers, its image cache, and errors for what it lacks |
//! | `transfer/` | image data: sources, hashes, uploads, downloads |
//! | `unfinished/` | images that are begun and not completed: who made them, and their removal |
//! | `reliable/` | lost responses, waiting, pages that repeat |
//! | `raw_request.rs`, `effect.rs` | requests that a script writes itself, and the effect of any request |
//!
//! The client itself is `client.rs`: `ask` sends a request and reads JSON, `send` reads any other response.
//! Both send by `dispatch.rs`, by which every request leaves.
//! Source: glance/api/v2.

mod client;
mod dispatch;
mod effect;
mod image;
mod location;
mod member;
pub mod metadefs;
mod raw_request;
mod reliable;
mod service;
mod task;
mod transfer;
mod unfinished;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod testing;

use self::client::{encode_segment, image_path, segment};

pub use self::client::{Begin, Glance, Progress};
pub use self::image::import::{Import, ImportMethod};
pub use self::image::list::Images;
pub use self::image::model::Image;
pub use self::image::query::ImageQuery;
pub use self::location::model::{Location, Validation};
pub use self::member::Member;
pub use self::raw_request::RawRequest;
pub use self::reliable::poll_interval::Patience;
pub use self::service::image_cache::{Cache, CachePart, Pruned};
pub use self::service::info::{SCHEMAS, Store, Usage, Version};
pub use self::task::{Task, TaskQuery, Tasks, task_sort};
pub use self::transfer::download::{Download, Saving};
pub use self::transfer::parts::Parts;
pub use self::transfer::source::Source;
pub use self::transfer::threads::blocking;
pub use self::transfer::upload::Sent;
pub use self::unfinished::may_remain::Ledger;
pub use self::unfinished::this_run::Extent;
