//! What somebody who explores asks of a runtime: another cloud, what may leave, which images there are.

use mlua::Value;

use super::Runtime;
use crate::error::Result;
use crate::glance::ImageQuery;
use crate::http::Effects;

/// An image as completion knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownImage {
    /// Its ID.
    pub id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
}

impl Runtime {
    /// Means another cloud from now on where none is named; the global `cloud` is made anew. Makes no
    /// request.
    ///
    /// Errors: `config` (no such entry), and then nothing has changed.
    pub fn choose_cloud(&self, name: &str) -> Result<()> {
        self.context.choose(name)?;
        self.engine().set_global("cloud", Value::Nil)
    }

    /// The names that clouds.yaml configures. Errors: `config`.
    pub fn clouds(&self) -> Result<Vec<String>> {
        Ok(self.context.config()?.names())
    }

    /// What may leave, for every cloud of this run.
    pub fn effects(&self) -> &Effects {
        self.context.effects()
    }

    /// Whether the chosen cloud was connected to.
    pub fn is_connected(&self) -> bool {
        self.context.chosen_if_connected().is_some()
    }

    /// Up to so many images of the chosen cloud, newest first; none where nobody has connected to it.
    ///
    /// The future borrows nothing, so that it can wait while Lua runs. Errors: those of a listing.
    pub fn known_images(&self, limit: u64) -> impl Future<Output = Result<Vec<KnownImage>>> + use<> {
        let query = ImageQuery { limit: Some(limit), ..ImageQuery::default() };
        let listing = self.context.chosen_if_connected().map(|glance| glance.images(query));
        async move {
            let mut known = Vec::new();
            let Some(mut images) = listing else { return Ok(known) };
            while let Some(image) = images.next().await? {
                known.push(KnownImage { id: image.id.into(), name: image.name.map(String::from) });
            }
            Ok(known)
        }
    }
}
