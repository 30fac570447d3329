//! `Cloud`: one identity in one cloud, logged in; everything else hangs off it.

use std::rc::Rc;

use mlua::{IntoLua, Lua, UserDataMethods, UserDataRef, Value};

use super::listing::{self, ImageSource};
use super::{request, service};
use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::{Items, Listed};
use crate::api::bind::record::Record;
use crate::api::image::record::ImageRecord;
use crate::api::image::source::{self, Named};
use crate::api::image::{changes, import};
use crate::api::member::MemberRecord;
use crate::api::metadefs;
use crate::api::project::{self, ProjectRecord};
use crate::api::runtime::context::Context;
use crate::budget::size_of_texts;
use crate::config::Overrides;
use crate::error::{Error, Kind, beginning};
use crate::glance::{Glance, ImageQuery, Images};
use crate::host::{Given, Name, WaitingMethods, raise};

/// A cloud as Lua sees it. Its fields come from the log-in, so none of them makes a request.
#[derive(Clone)]
pub(in crate::api) struct CloudRecord {
    pub(in crate::api) glance: Glance,
    pub(in crate::api) context: Rc<Context>,
    name: String,
    region: Option<String>,
    endpoint: String,
    access: Rc<crate::keystone::Access>,
}

impl CloudRecord {
    /// Logs in and looks the Image service up.
    pub(in crate::api) async fn connect(
        context: &Rc<Context>,
        name: Option<&str>,
        options: &Overrides,
    ) -> crate::error::Result<CloudRecord> {
        let glance = context.connect(name, options).await?;
        let session = glance.session();
        let access = session.access().await?;
        let endpoint = session.endpoint("image").await?.to_string();
        let settings = session.settings();
        let (name, region) = (settings.name.clone(), settings.region.clone());
        Ok(CloudRecord { context: context.clone(), name, region, endpoint, access, glance })
    }

    fn image_record(&self, image: crate::glance::Image) -> ImageRecord {
        ImageRecord::new(image, &self.glance, &self.context)
    }

    fn no_image(&self, reference: &str) -> Error {
        let reference = beginning(reference);
        let message = format!("{} sees no image with ID or name '{reference}'", self.title());
        Error::new(Kind::NotFound, message).advice(
            "`lunette list` shows its own images, `lunette list --offers` what others share with it; a hidden one is \
             found by its ID only",
        )
    }

    fn items(&self, lua: &Lua, query: ImageQuery, of: Listing) -> mlua::Result<Items<ImageSource>> {
        // Texts are compared here too, so the listing keeps each twice.
        let memory = query.memory() * 2;
        let images = of(&self.glance, query);
        let source = ImageSource { images, glance: self.glance.clone(), context: self.context.clone() };
        Items::new(lua, source, memory)
    }
}

impl PartialEq for CloudRecord {
    fn eq(&self, other: &CloudRecord) -> bool {
        self.name == other.name
            && self.endpoint == other.endpoint
            && self.access.project == other.access.project
    }
}

impl Record for CloudRecord {
    const CLASS: &'static str = "cloud";
    const FIELDS: &'static [&'static str] =
        &["name", "region", "project_id", "project_name", "user_name", "roles", "endpoint"];
    const METHODS: &'static [&'static str] = &[
        "cache",
        "create_image",
        "create_namespace",
        "create_task",
        "find_image",
        "image",
        "images",
        "import_methods",
        "members",
        "namespace",
        "namespaces",
        "offers",
        "project",
        "request",
        "resource_types",
        "schema",
        "stores",
        "task",
        "tasks",
        "usage",
        "versions",
    ];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        if name == "roles" {
            return lua.create_sequence_from(self.access.roles.iter().map(String::as_str))?.into_lua(lua);
        }
        let project = self.access.project.as_ref();
        let text = match name {
            "name" => Some(&self.name),
            "region" => self.region.as_ref(),
            "project_id" => project.map(|project| &project.id),
            "project_name" => project.map(|project| &project.name),
            "user_name" => self.access.user.as_ref().map(|user| &user.name),
            _ => Some(&self.endpoint),
        };
        text.map(String::as_str).into_lua(lua)
    }

    fn title(&self) -> String {
        let project = self.access.project.as_ref().map_or("no project", |project| &project.name);
        format!("cloud {} ({project})", self.name)
    }

    fn memory(&self) -> usize {
        size_of_texts([&*self.name, self.region.as_deref().unwrap_or_default(), &*self.endpoint])
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        methods.add_waiting_method("cache", service::cache);
        methods.add_waiting_method("create_image", create_image);
        methods.add_waiting_method("create_namespace", metadefs::create_namespace);
        methods.add_waiting_method("create_task", service::create_task);
        methods.add_waiting_method("find_image", find_image);
        methods.add_waiting_method("image", image);
        methods.add_method("images", images);
        methods.add_waiting_method("import_methods", service::import_methods);
        methods.add_waiting_method("members", members);
        methods.add_waiting_method("namespace", metadefs::namespace);
        methods.add_method("namespaces", metadefs::namespaces);
        methods.add_waiting_method("offers", offers);
        methods.add_waiting_method("project", project);
        methods.add_waiting_method("request", request::request);
        methods.add_waiting_method("resource_types", metadefs::resource_types);
        methods.add_waiting_method("schema", service::schema);
        methods.add_waiting_method("stores", service::stores);
        methods.add_waiting_method("task", service::task);
        methods.add_method("tasks", service::tasks);
        methods.add_waiting_method("usage", service::usage);
        methods.add_waiting_method("versions", service::versions);
    }
}

impl IntoLua for CloudRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

type This = UserDataRef<Counted<CloudRecord>>;

/// What makes a listing of a query.
type Listing = fn(&Glance, ImageQuery) -> Images;

/// The options of `cloud:create_image`: what can be updated, the ID, where data come from and go to.
fn creatable() -> Vec<&'static str> {
    changes::updatable()
        .into_iter()
        .chain(["id", "store", "import", "resumable"])
        .chain(source::OPTIONS)
        .collect()
}

/// POST /v2/images, and where data are named those too; whatever fails leaves no image behind.
async fn create_image(lua: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "cloud:create_image", &creatable())?;
    let mut body = serde_json::Map::new();
    body.extend(options.string("id")?.map(|id| ("id".to_string(), id.into())));
    for (name, value) in changes::read(&options)? {
        body.extend(value.map(|value| (name, value)));
    }
    let store = options.string("store")?;
    let name = body.get("name").and_then(serde_json::Value::as_str).unwrap_or("a new image").to_owned();
    let glance = if options.boolean("resumable")? == Some(true) {
        this.glance.resumable()
    } else {
        this.glance.clone()
    };
    let showing = |verb: &str| glance.showing(&format!("{verb} {name}"));
    let data = Named::read_source(&lua, &options, &this.context.pipes)?;
    let import = import::read_for_new(&options, data.is_some())?;
    let image = match (data, import) {
        (None, None) => glance.create_image(body, None, None).await.map_err(raise)?,
        (Some(data), None) => {
            let glance = showing(data.sending);
            let create = async |source| glance.create_image(body, Some(source), store.as_deref()).await;
            data.used(&this.context, create).await?
        }
        (None, Some((import, patience))) => {
            showing("Importing").create_by_import(body, None, &import, patience).await.map_err(raise)?
        }
        (Some(data), Some((import, patience))) => {
            let glance = showing("Uploading");
            let create = async |source| glance.create_by_import(body, Some(source), &import, patience).await;
            data.used(&this.context, create).await?
        }
    };
    Ok(this.image_record(image))
}

/// One image by ID or name, pending shares included; nil where there is none.
async fn find_image(_: Lua, this: This, reference: Name) -> mlua::Result<Option<ImageRecord>> {
    let image = this.glance.find_image(&reference).await.map_err(raise)?;
    Ok(image.map(|image| this.image_record(image)))
}

/// The same, but none is an error. Errors: `not_found`, `ambiguous`.
async fn image(_: Lua, this: This, reference: Name) -> mlua::Result<ImageRecord> {
    if let Some(image) = this.glance.find_image(&reference).await.map_err(raise)? {
        return Ok(this.image_record(image));
    }
    Err(raise(this.no_image(&reference)))
}

/// GET /v2/images/{id}/members, without a look-up of the image where its ID is given.
async fn members(lua: Lua, this: This, reference: Name) -> mlua::Result<Items<Listed<MemberRecord>>> {
    let members = this.glance.find_members(&reference).await.map_err(raise)?;
    let members = members.ok_or_else(|| raise(this.no_image(&reference)))?;
    Listed::list_members(&lua, &this.glance, members)
}

#[allow(clippy::needless_pass_by_value, reason = "a binding owns its arguments")]
fn images(lua: &Lua, this: &Counted<CloudRecord>, options: Value) -> mlua::Result<Items<ImageSource>> {
    this.items(lua, listing::query(&options)?, Glance::images)
}

/// Images that other projects share with this one, in any member status unless one is named.
async fn offers(lua: Lua, this: This, options: Value) -> mlua::Result<Items<ImageSource>> {
    let options = Given::from(&options, "cloud:offers", &["from", "image", "os_hidden", "status"])?;
    let from = match options.string("from")? {
        Some(from) => Some(project::id(&this.context, &this.glance, &from).await.map_err(raise)?),
        None => None,
    };
    this.items(&lua, listing::offers(&options, from)?, Glance::offers)
}

/// A project that was found to exist. Errors: `not_found` where it cannot be verified.
async fn project(_: Lua, this: This, reference: Name) -> mlua::Result<ProjectRecord> {
    project::find(&this.context, &this.glance, &reference).await.map_err(raise)
}
