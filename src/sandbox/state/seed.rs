//! The cloud as it is when it starts. IDs look random and never change, so that documentation can print them.

use std::io;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::data::{Data, qcow2};
use super::super::options::Quota;
use super::identity::{Credential, Domain, Grants, Identity, Project, Role, User};
use super::ids::{image_service, stable_id};
use super::image::model::Image;
use super::image::status::Status;
use super::image::store::Location;
use super::image::visibility::Visibility;
use super::limits::{Limits, Registered};
use super::quota::Resource;
use super::{Clock, Images, Metadefs, Server, State};

/// The password of every user.
pub(crate) const PASSWORD: &str = "secret";
/// The only domain's ID.
pub(crate) const DOMAIN_ID: &str = "default";
/// The only domain's name.
pub(crate) const DOMAIN_NAME: &str = "Default";
/// The region that everything is in.
pub(crate) const REGION: &str = "RegionOne";
/// A region with images of its own, and with the same Keystone.
pub(crate) const REGION_TWO: &str = "RegionTwo";
/// Alice's application credential in project A.
pub(crate) const CREDENTIAL_ID: &str = "b8f4c6d2a91e4e0fa7350d1c2b6e9f48";
/// Its secret.
pub(crate) const CREDENTIAL_SECRET: &str = "Zx4nQ7vT2mLk9RwY6pHs3JdBf8GcVa1E";

const READER: &str = "4f47c652b16f4b6dbf1cd9dd31fcc4c5";
const MEMBER: &str = "5808cc57396f4e6f9ebc3d3ed6f6eb2c";
const MANAGER: &str = "bbf93a28dfbf4cb5989f6029d6840850";
const ADMIN: &str = "766678f2c3fe491295360e5bc0deb5f2";
const SERVICE: &str = "9c1e4b7d02f54a83b6d85e2f1a7c3069";
/// The roles of every cloud. Who has one of the first has those before it as well, but for the last.
const ROLES: [(&str, &str); 5] =
    [("reader", READER), ("member", MEMBER), ("manager", MANAGER), ("admin", ADMIN), ("service", SERVICE)];

const PROJECTS: [(&str, &str); 5] = [
    ("project-a", "81a6b099ae4f4f1ebe3b483842eab373"),
    ("project-b", "35c9f3f0a6d54d0c8e4b7d1f2a90bab3"),
    ("project-c", "c27e5b8d914f4a6fb0d3e86a7155f09c"),
    ("admin", "e0b7a4d1c83f4f2596ad5c0e71b9a362"),
    ("service", "48d3f0c6a7b94e1d8f25c36b90e1a74f"),
];

/// Name, ID, project, role there.
const USERS: [(&str, &str, &str, &str); 6] = [
    ("alice", "0d5a1c9e7b324f08a6d2e4b91f7c3a85", "project-a", MEMBER),
    ("bob", "6b8e2f40d1c94a7793e5a0c7d28f416b", "project-b", MEMBER),
    ("carol", "f19c7d3a5e204b86b4f0918c6a7de253", "project-c", MEMBER),
    ("alice-reader", "a3e60b7f9d4c4512861f5b2ed07c98f4", "project-a", READER),
    ("admin", "27d4f8b06a9e4c31b5c87e1d930fa2b6", "admin", ADMIN),
    ("glance", "d58a1f6e03b74c29a4e7f0b1c296d835", "service", SERVICE),
];

const PFSENSE: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";
const FIREWALL: &str = "7c1f5e0a-93b8-4d26-8a4e-b05d6f2c1e97";
const GIB: u64 = 1 << 30;

/// The ID of a project by its name; empty for one that is not there.
pub(crate) fn project_id(name: &str) -> &'static str {
    PROJECTS.iter().find(|(there, _)| *there == name).map_or("", |(_, id)| id)
}

/// The whole cloud.
pub(crate) fn state(data: &Data, quota: &Quota) -> io::Result<State> {
    let clock = Clock::default();
    let mut images = Images::default();
    images.put(pfsense(data, clock.now())?);
    let metadefs = Metadefs::new(clock.now());
    let (tasks, jobs, cache) = Default::default();
    let (identity, limits) = (identity(), limits(quota));
    Ok(State { clock, identity, limits, images, tasks, jobs, cache, metadefs, servers: servers() })
}

/// The second region: no images yet, and nobody of its own.
pub(crate) fn second(first: &State) -> State {
    let (clock, limits) = (first.clock.clone(), first.limits.clone());
    let metadefs = Metadefs::new(clock.now());
    let (identity, images, tasks, jobs, cache) = Default::default();
    State { clock, identity, limits, images, tasks, jobs, cache, metadefs, servers: Vec::new() }
}

fn identity() -> Identity {
    let mut identity = Identity::default();
    identity.domains.push(Domain {
        id: DOMAIN_ID.into(),
        name: DOMAIN_NAME.into(),
        description: "The default domain".into(),
        enabled: true,
        extra: Map::new(),
    });
    identity.projects.extend(PROJECTS.map(|(name, id)| Project {
        id: id.into(),
        name: name.into(),
        domain: DOMAIN_ID.into(),
        description: String::new(),
        enabled: true,
    }));
    identity.roles.extend(ROLES.map(|(name, id)| Role {
        id: id.into(),
        name: name.into(),
        domain: None,
        description: None,
        immutable: Some(true),
        extra: Map::new(),
    }));
    identity.users.extend(USERS.map(|(name, id, project, role)| User {
        id: id.into(),
        name: name.into(),
        domain: DOMAIN_ID.into(),
        password: Some(PASSWORD.into()),
        enabled: true,
        extra: Map::new(),
        default_project: Some(project_id(project).into()),
        grants: Grants::new(project_id(project), &[role]),
        system: system_roles(name),
    }));
    identity.credentials.push(Credential {
        id: CREDENTIAL_ID.into(),
        name: "sandbox".into(),
        secret: CREDENTIAL_SECRET.into(),
        user: USERS[0].1.into(),
        project: project_id("project-a").into(),
        roles: vec![MEMBER.into(), READER.into()],
        description: None,
        expires_at: None,
        unrestricted: None,
    });
    identity
}

/// Glance reads the limits, and so needs a role in the whole cloud.
fn system_roles(user: &str) -> Vec<String> {
    match user {
        "admin" => vec![ADMIN.into()],
        "glance" => vec![READER.into()],
        _ => Vec::new(),
    }
}

/// Glance's limits in both regions.
fn limits(quota: &Quota) -> Limits {
    let places =
        [REGION, REGION_TWO].into_iter().flat_map(|region| Resource::ALL.map(|resource| (region, resource)));
    let limits = places.zip(0_u64..).map(|((region, resource), number)| Registered {
        id: stable_id(2000 + number),
        service: image_service(),
        region: Some(region.into()),
        resource: resource.name().into(),
        limit: i64::try_from(resource.default(quota)).unwrap_or(i64::MAX),
        description: None,
    });
    Limits::new(limits.collect())
}

/// The backup of an instance, as Nova's createImage leaves it: private, and with the instance's marks on it.
fn pfsense(data: &Data, now: Timestamp) -> io::Result<Image> {
    let blob = data.keep(&qcow2::empty(10 * GIB))?;
    let mut image = Image::queued(PFSENSE.into(), Some(project_id("project-a").into()), now);
    image.name = Some("pfsense".into());
    image.status = Status::Active;
    image.visibility = Visibility::Private;
    image.disk_format = Some("qcow2".into());
    image.container_format = Some("bare".into());
    image.min_disk = 10;
    image.size = Some(blob.size);
    image.virtual_size = Some(10 * GIB);
    image.locations = vec![Location::file("fast", PFSENSE)];
    image.data = Some(blob);
    image.properties = marks_of_an_instance();
    Ok(image)
}

fn marks_of_an_instance() -> Map<String, Value> {
    let alice = USERS[0].1;
    let project = project_id("project-a");
    let marks = [
        ("base_image_ref", "d4a5c0b7-2f6e-4c19-9b3d-8e71f0a6c254"),
        ("boot_roles", "reader,member"),
        ("hw_disk_bus", "virtio"),
        ("image_location", "snapshot"),
        ("image_state", "available"),
        ("image_type", "snapshot"),
        ("instance_uuid", "90c6e1d3-5b7a-4f82-a1c4-3d2f8e6b0a95"),
        ("owner_id", project),
        ("owner_project_name", "project-a"),
        ("owner_user_name", "alice"),
        ("user_id", alice),
    ];
    marks.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
}

fn servers() -> Vec<Server> {
    vec![Server {
        id: FIREWALL.into(),
        name: "fw-1".into(),
        project: project_id("project-b").into(),
        image: PFSENSE.into(),
    }]
}
