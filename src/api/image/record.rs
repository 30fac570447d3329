//! `Image`: one image as Glance told it, and what can be done with it.
//!
//! Source: glance/api/v2/images.py, `ImagesController`; the members' verbs: `glance/api/v2/image_members.py`.

use std::rc::Rc;

use mlua::{IntoLua, Lua, UserDataMethods, UserDataRef, Value};

use super::properties::Properties;
use super::{changes, download, import, location, upload, wait};
use crate::api::bind::counted::Counted;
use crate::api::bind::iterator::{Items, Listed};
use crate::api::bind::record::Record;
use crate::api::member::MemberRecord;
use crate::api::runtime::context::Context;
use crate::api::task::TaskRecord;
use crate::budget::Reserved;
use crate::error::{Error, Kind};
use crate::glance::{Glance, Image, Sent};
use crate::host::{Given, Name, WaitingMethods, json, raise};

/// An image record, with the cloud whose credentials it was read by.
#[derive(Clone)]
pub(in crate::api) struct ImageRecord {
    pub(in crate::api) image: Rc<Image>,
    /// That of the image, as long as a record or its properties hold it.
    memory: Rc<Reserved>,
    pub(in crate::api) glance: Glance,
    pub(in crate::api) context: Rc<Context>,
    /// What was staged, until an import's result can be compared with it.
    pub(in crate::api) staged: Option<Rc<Sent>>,
}

impl ImageRecord {
    pub(in crate::api) fn new(image: Image, glance: &Glance, context: &Rc<Context>) -> ImageRecord {
        let memory = Rc::new(context.budget.count_in(image.memory()));
        ImageRecord {
            image: Rc::new(image),
            memory,
            glance: glance.clone(),
            context: context.clone(),
            staged: None,
        }
    }

    /// The same image as it is after a change.
    pub(in crate::api) fn with_image(&self, image: Image) -> ImageRecord {
        let mut record = ImageRecord::new(image, &self.glance, &self.context);
        record.staged.clone_from(&self.staged);
        record
    }

    /// The cloud, for one piece of work on this image that shows: `Uploading pfsense`.
    pub(in crate::api) fn showing(&self, verb: &str) -> Glance {
        let name = self.image.name.as_ref().unwrap_or(&self.image.id);
        self.glance.showing(&format!("{verb} {name}"))
    }

    /// The image once more, which holds what was staged, where an import has made it active as it was.
    ///
    /// Errors: `integrity` (other data). One whose formats the cloud has changed has other data by right.
    pub(in crate::api) fn after_staging(&self, image: Image) -> crate::error::Result<Image> {
        let is_as_it_was = image.disk_format == self.image.disk_format
            && image.container_format == self.image.container_format;
        if let Some(sent) = self.staged.as_ref().filter(|_| is_as_it_was && &*image.status == "active") {
            sent.check(&image).map_err(|error| error.context("the image does not hold what was staged"))?;
        }
        Ok(image)
    }

    /// The ID of the caller's own project. Errors: `config` where the token is for none.
    async fn own_project(&self) -> mlua::Result<String> {
        let access = self.glance.session().access().await.map_err(raise)?;
        access.project.as_ref().map(|project| project.id.clone()).ok_or_else(|| {
            raise(
                Error::new(Kind::Config, "this token is for no project, so it has no membership of its own")
                    .advice("name the project: image:member(project_id), or log in to a project"),
            )
        })
    }

    async fn set_own_status(&self, status: &str) -> mlua::Result<MemberRecord> {
        let project = self.own_project().await?;
        let member = self.glance.update_member(&self.image.id, &project, status).await.map_err(raise)?;
        Ok(MemberRecord::new(member, self.glance.clone()))
    }
}

impl PartialEq for ImageRecord {
    fn eq(&self, other: &ImageRecord) -> bool {
        self.image == other.image
    }
}

impl Record for ImageRecord {
    const CLASS: &'static str = "image";
    const FIELDS: &'static [&'static str] = Image::FIELDS;
    const METHODS: &'static [&'static str] = &[
        "accept",
        "add_location",
        "add_member",
        "add_tag",
        "deactivate",
        "delete",
        "delete_from_store",
        "download",
        "import",
        "locations",
        "member",
        "members",
        "reactivate",
        "refresh",
        "reject",
        "remove_location",
        "remove_member",
        "remove_tag",
        "stage",
        "tasks",
        "update",
        "update_location",
        "upload",
        "wait",
    ];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        if name == "properties" {
            return Properties::new(lua, self.image.clone(), self.memory.clone())?.into_lua(lua);
        }
        self.image.field(name).map_or(Ok(Value::Nil), |value| json::to_lua(lua, &value))
    }

    fn title(&self) -> String {
        let Image { id, name, status, .. } = &*self.image;
        match name {
            Some(name) => format!("image {name} {id} ({status})"),
            None => format!("image {id} ({status})"),
        }
    }

    fn memory(&self) -> usize {
        // That of the image is counted with it: its renewals and its properties share it.
        0
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M) {
        methods.add_waiting_method("accept", accept);
        methods.add_waiting_method("add_location", location::add_location);
        methods.add_waiting_method("add_member", add_member);
        methods.add_waiting_method("add_tag", add_tag);
        methods.add_waiting_method("deactivate", deactivate);
        methods.add_waiting_method("delete", delete);
        methods.add_waiting_method("delete_from_store", location::delete_from_store);
        methods.add_waiting_method("download", download::download);
        methods.add_waiting_method("import", import::import);
        methods.add_waiting_method("locations", location::locations);
        methods.add_waiting_method("member", member);
        methods.add_waiting_method("members", members);
        methods.add_waiting_method("reactivate", reactivate);
        methods.add_waiting_method("refresh", refresh);
        methods.add_waiting_method("reject", reject);
        methods.add_waiting_method("remove_location", location::remove_location);
        methods.add_waiting_method("remove_member", remove_member);
        methods.add_waiting_method("remove_tag", remove_tag);
        methods.add_waiting_method("stage", upload::stage);
        methods.add_waiting_method("tasks", tasks);
        methods.add_waiting_method("update", update);
        methods.add_waiting_method("update_location", location::update_location);
        methods.add_waiting_method("upload", upload::upload);
        methods.add_waiting_method("wait", wait::wait);
    }
}

impl IntoLua for ImageRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

type This = UserDataRef<Counted<ImageRecord>>;

/// PUT /v2/images/{id}/members/{own project}: accepts for the project that this image was read as.
async fn accept(_: Lua, this: This, (): ()) -> mlua::Result<MemberRecord> {
    this.set_own_status("accepted").await
}

/// POST /v2/images/{id}/members. Glance takes any text for a project: see `cloud:project`.
async fn add_member(_: Lua, this: This, project: Name) -> mlua::Result<MemberRecord> {
    let member = this.glance.add_member(&this.image.id, &project).await.map_err(raise)?;
    Ok(MemberRecord::new(member, this.glance.clone()))
}

async fn add_tag(_: Lua, this: This, tag: Name) -> mlua::Result<()> {
    this.glance.add_tag(&this.image.id, &tag).await.map_err(raise)
}

async fn deactivate(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.deactivate(&this.image.id).await.map_err(raise)
}

async fn delete(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.delete_image(&this.image.id).await.map_err(raise)
}

/// GET /v2/images/{id}/members/{project}; the caller's own membership where no project is named.
async fn member(_: Lua, this: This, project: Option<Name>) -> mlua::Result<MemberRecord> {
    let project = match project {
        Some(project) => project.into(),
        None => this.own_project().await?,
    };
    let member = this.glance.member(&this.image.id, &project).await.map_err(raise)?;
    Ok(MemberRecord::new(member, this.glance.clone()))
}

/// GET /v2/images/{id}/members: all of them for the owner, only itself for a member.
async fn members(lua: Lua, this: This, (): ()) -> mlua::Result<Items<Listed<MemberRecord>>> {
    let members = this.glance.members(&this.image.id).await.map_err(raise)?;
    Listed::list_members(&lua, &this.glance, members)
}

async fn reactivate(_: Lua, this: This, (): ()) -> mlua::Result<()> {
    this.glance.reactivate(&this.image.id).await.map_err(raise)
}

/// GET /v2/images/{id}: the image as it is now.
async fn refresh(_: Lua, this: This, (): ()) -> mlua::Result<ImageRecord> {
    Ok(this.with_image(this.glance.image(&this.image.id).await.map_err(raise)?))
}

async fn reject(_: Lua, this: This, (): ()) -> mlua::Result<MemberRecord> {
    this.set_own_status("rejected").await
}

async fn remove_member(_: Lua, this: This, project: Name) -> mlua::Result<()> {
    this.glance.remove_member(&this.image.id, &project).await.map_err(raise)
}

async fn remove_tag(_: Lua, this: This, tag: Name) -> mlua::Result<()> {
    this.glance.remove_tag(&this.image.id, &tag).await.map_err(raise)
}

/// GET /v2/images/{id}/tasks: those that the caller's project began.
async fn tasks(lua: Lua, this: This, (): ()) -> mlua::Result<Items<Listed<TaskRecord>>> {
    let tasks = this.glance.image_tasks(&this.image.id).await.map_err(raise)?;
    Listed::list_of_image(&lua, &this.glance, tasks, &this.image.id)
}

/// PATCH /v2/images/{id} with what is given; `properties = { key = false }` removes that one.
async fn update(_: Lua, this: This, options: Value) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:update", &changes::updatable())?;
    let changes = changes::read(&options)?;
    let image = this.glance.update_image(&this.image, changes).await.map_err(raise)?;
    Ok(this.with_image(image))
}
