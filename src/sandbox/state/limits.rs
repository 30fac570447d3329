//! Keystone's unified limits: what each project may use by default, and what it may use otherwise.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// All limits. Keystone keeps them and every region's Glance asks for them, so copies are the same ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Limits(Arc<Mutex<Kept>>);

/// The limits, locked.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The defaults, for every project.
    pub(crate) registered: Vec<Registered>,
    /// Those for one project or domain.
    pub(crate) own: Vec<Own>,
}

/// What every project may use of something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Registered {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The service's ID.
    pub(crate) service: String,
    /// The region's name; none for a service that is the same everywhere.
    pub(crate) region: Option<String>,
    /// What it is of, such as `image_count_total`.
    pub(crate) resource: String,
    /// How much; -1 for any amount.
    pub(crate) limit: i64,
    /// Any text.
    pub(crate) description: Option<String>,
}

/// What one project or domain may use of it instead.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Own {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The project's ID, if it is for a project.
    pub(crate) project: Option<String>,
    /// The domain's ID, if it is for a domain.
    pub(crate) domain: Option<String>,
    /// The ID of the default that it stands for.
    pub(crate) registered: String,
    /// How much; -1 for any amount.
    pub(crate) limit: i64,
    /// Any text.
    pub(crate) description: Option<String>,
}

impl Limits {
    /// These defaults, and nothing else.
    pub(crate) fn new(registered: Vec<Registered>) -> Self {
        Self(Arc::new(Mutex::new(Kept { registered, own: Vec::new() })))
    }

    /// The limits, locked. Not to be held while anything else is locked.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much of Glance's a project may use in a region, which is nothing where nothing is registered; -1
    /// for any amount.
    pub(crate) fn of(&self, service: &str, region: &str, resource: &str, project: &str) -> i64 {
        let kept = self.lock();
        let registered = kept.registered.iter().find(|limit| {
            limit.service == service && limit.region.as_deref() == Some(region) && limit.resource == resource
        });
        let Some(registered) = registered else { return 0 };
        let own = kept
            .own
            .iter()
            .find(|own| own.registered == registered.id && own.project.as_deref() == Some(project));
        own.map_or(registered.limit, |own| own.limit)
    }
}

impl Kept {
    /// The default with this ID.
    pub(crate) fn find_registered(&self, id: &str) -> Option<&Registered> {
        self.registered.iter().find(|limit| limit.id == id)
    }

    /// Whether a default is the default of any other.
    pub(crate) fn is_in_use(&self, registered: &str) -> bool {
        self.own.iter().any(|own| own.registered == registered)
    }

    /// The default for something.
    pub(crate) fn default_of(
        &self,
        service: &str,
        region: Option<&str>,
        resource: &str,
    ) -> Option<&Registered> {
        self.registered.iter().find(|limit| {
            limit.service == service && limit.region.as_deref() == region && limit.resource == resource
        })
    }
}
