//! An image's data: in by PUT, out by GET (`glance/api/v2/image_data.py`).

use std::cmp::Ordering;
use std::io;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::range;
use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::data::{Blob, Broken};
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::image::query::Parameters;
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::glance::quota::enforce;
use crate::sandbox::glance::view::no_content;
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::{Location, STORES, Store};
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::quota::Resource;

const OCTETS: &str = "application/octet-stream";
/// How much the store reads at once.
const STORE_CHUNK: u64 = 64 * 1024;
const MIB: u64 = 1 << 20;
/// The stores that Glance has for itself.
const RESERVED: [&str; 2] = ["os_glance_staging_store", "os_glance_tasks_store"];

/// `GET /v2/images/{id}/file`: all of it or a part; 204 where there is none yet.
pub(crate) async fn download(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Fault> {
    let parameters = Parameters::parse(query.as_deref())?;
    let data = data(&cloud, &caller, &id)?;
    // What is cached comes from no store, and nobody looks which was wanted; but a part never comes from the
    // cache.
    if headers.contains_key(header::RANGE) || !is_cached(&cloud, &id) {
        check_stores(parameters.value("prefer").unwrap_or_default())?;
    }
    let Some(blob) = data else {
        return Ok(reply::no_content());
    };
    let part = range::read_range(&headers, blob.size)?;
    if cloud.options.cache && part.is_none() {
        note_reading(&cloud, &id, blob.size);
    }
    let (offset, length) = part.map_or((0, blob.size), |part| (part.offset, part.length));
    let body = blob.read(offset, length).await.map_err(|_| lost_fault(&cloud))?;

    let mut response = body.into_response();
    let headers = response.headers_mut();
    reply::set(headers, "content-type", OCTETS);
    reply::set(headers, "content-length", &length.to_string());
    // Of the whole image even where only a part is sent, as Glance does it.
    if !blob.md5.is_empty() {
        reply::set(headers, "content-md5", &blob.md5);
    }
    if part.is_some() {
        let last = (offset + length).saturating_sub(1);
        reply::set(headers, "content-range", &format!("bytes {offset}-{last}/{}", blob.size));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The stores that are read first, if they have the data. All read the same here, so they need but be there.
fn check_stores(preferred: &str) -> Result<(), Fault> {
    let names = preferred.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_unknown = |name: &&str| Store::find(name).is_none() && !RESERVED.contains(name);
    match names.into_iter().find(is_unknown) {
        Some(name) => Err(Fault::bad_request(format!("Store '{name}' is not configured."))),
        None => Ok(()),
    }
}

/// Whether data come from the cache: never those of a deactivated image.
fn is_cached(cloud: &Cloud, id: &str) -> bool {
    let mut state = cloud.state();
    state.cache.holds(id) && state.images.any_mut(id).is_some_and(|image| image.status == Status::Active)
}

/// All that is read in one piece comes into the cache, or was there; not what is deactivated.
fn note_reading(cloud: &Cloud, id: &str, size: u64) {
    let mut state = cloud.state();
    let now = state.clock.now();
    if state.images.any_mut(id).is_some_and(|image| image.status == Status::Active) {
        state.cache.read(id, size, now);
    }
}

fn data(cloud: &Cloud, caller: &Caller, id: &str) -> Result<Option<Blob>, Fault> {
    let state = cloud.state();
    let image = find(&state, caller, id)?;
    if image.status == Status::Deactivated && !caller.is_admin() {
        let message = "The requested image has been deactivated. Image data download is forbidden.";
        return Err(Fault::forbidden(message));
    }
    permit(caller, Action::DownloadImage, image)?;
    match (image.status, &image.data) {
        // The data of an upload that was refused too late: the real one trips over them.
        (Status::Queued, Some(_)) => Err(Fault::tripped()),
        (_, data) => Ok(data.clone()),
    }
}

/// `PUT /v2/images/{id}/file`. Whatever goes wrong, the image is queued again.
pub(crate) async fn upload(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let headers = request.headers();
    let content_type = content_type(headers)?;
    let expected = expected_size(headers)?;
    let delta = announced_size(headers) / MIB;
    enforce(&cloud, &cloud.state(), &caller, Resource::SizeTotal, delta)?;
    let store = store(headers)?;
    let saving = Saving::begin(&cloud, &caller, &id)?;
    if store.is_read_only {
        return Err(Fault::gone("Error in store configuration. Adding images to store is disabled."));
    }
    let blob = receive(&cloud, request.into_body()).await?;
    if let Some(expected) = expected {
        check_size(expected, blob.size)?;
    }
    saving.end(blob, store.id, &content_type)
}

/// The type of the data, which must be the one that says nothing.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<String, Fault> {
    let kind = reply::text(headers, header::CONTENT_TYPE.as_str());
    match kind.map(|kind| kind.split(';').next().unwrap_or_default().trim()) {
        Some(OCTETS) => Ok(OCTETS.into()),
        other => Err(Fault::unsupported(other, format!("Invalid content type {}", other.unwrap_or("None")))),
    }
}

/// How much the client says that there is, in the header that is held against what comes.
pub(crate) fn expected_size(headers: &HeaderMap) -> Result<Option<u64>, Fault> {
    let Some(size) = reply::text(headers, "x-openstack-image-size") else {
        return Ok(None);
    };
    let size = size
        .trim()
        .parse()
        .map_err(|_| Fault::bad_request("Invalid or missing image size in request headers."))?;
    Ok(Some(size))
}

/// How much the client says that there is, in either header; 0 where it does not.
pub(crate) fn announced_size(headers: &HeaderMap) -> u64 {
    let names = ["x-openstack-image-size", header::CONTENT_LENGTH.as_str()];
    names.iter().find_map(|name| reply::text(headers, name)?.trim().parse().ok()).unwrap_or(0)
}

/// Too much is noticed with the chunk that it comes in, too little at the end.
pub(crate) fn check_size(expected: u64, size: u64) -> Result<(), Fault> {
    let noticed = (expected / STORE_CHUNK + 1).saturating_mul(STORE_CHUNK).min(size);
    let what = match size.cmp(&expected) {
        Ordering::Equal => return Ok(()),
        Ordering::Greater => "exceeds",
        Ordering::Less => "mismatch",
    };
    Err(Fault::bad_request(format!("Size {what}: expected {expected} bytes, got {noticed} bytes")))
}

fn store(headers: &HeaderMap) -> Result<&'static Store, Fault> {
    let wanted = reply::text(headers, "x-image-meta-store").unwrap_or(STORES[0].id);
    Store::find(wanted).ok_or_else(|| Fault::bad_request(format!("Store for identifier {wanted} not found")))
}

/// The fault of data that cannot be read or written: 500, which names the folder if that is gone.
fn lost_fault(cloud: &Cloud) -> Fault {
    match cloud.data.describe_loss() {
        Some(message) => {
            cloud.options.note.tell(&message);
            Fault::new(StatusCode::INTERNAL_SERVER_ERROR, message)
        }
        None => Fault::tripped(),
    }
}

/// Takes a body to disk.
pub(crate) async fn receive(cloud: &Cloud, body: Body) -> Result<Blob, Fault> {
    cloud.data.receive(body).await.map_err(|broken| match broken {
        Broken::Disk(error) if error.kind() == io::ErrorKind::StorageFull => Fault::too_large(
            "Image storage media is full: There is not enough disk space on the image storage media.",
        ),
        Broken::Disk(_) => lost_fault(cloud),
        // Nobody is there to read this.
        Broken::Sender => Fault::bad_request("The request was cut off."),
    })
}

/// An image that takes data. Dropped before its end, also because the client went away, it leaves the image
/// queued.
struct Saving<'a> {
    cloud: &'a Cloud,
    id: &'a str,
}

impl<'a> Saving<'a> {
    fn begin(cloud: &'a Cloud, caller: &Caller, id: &'a str) -> Result<Self, Fault> {
        let mut state = cloud.state();
        let mut image = find(&state, caller, id)?.clone();
        permit(caller, Action::UploadImage, &image)?;
        let from = image.status;
        if !from.leads_to(Status::Saving) {
            let message = format!("Image status transition from {} to saving is not allowed", from.name());
            return Err(Fault::conflict(message));
        }
        let missing = image.missing_formats();
        if !missing.is_empty() {
            let noun = if missing.len() == 1 { "Property" } else { "Properties" };
            let message = format!("{noun} {} must be set prior to saving data.", missing.join(", "));
            return Err(Fault::bad_request(message));
        }
        if image.data.is_some() {
            return Err(Fault::tripped());
        }
        image.advance(Status::Saving);
        state.images.put(image);
        let saving = Self { cloud, id };
        let verdict = enforce(cloud, &state, caller, Resource::CountUploading, 0);
        // Whoever is refused here lets go of the lock before the image is queued again.
        drop(state);
        verdict.map(|()| saving)
    }

    /// Gives the image its data. Data of another format than the image's are noticed too late: they stay, and
    /// spoil it.
    fn end(self, blob: Blob, store: &str, content_type: &str) -> Result<Response, Fault> {
        let mut state = self.cloud.state();
        let now = state.clock.now();
        let gone = || {
            Fault::gone(format!(
                "Image {} could not be found after upload. The image may have been deleted during the upload, cleaning up the \
                 chunks uploaded.",
                self.id
            ))
        };
        let image = state.images.any_mut(self.id).ok_or_else(gone)?;
        let [disk_format, container_format] =
            [&image.disk_format, &image.container_format].map(|format| format.as_deref().unwrap_or_default());
        let verdict = blob.inspection.judge(disk_format, container_format);
        image.locations = vec![Location::file(store, self.id)];
        image.updated_at = now;
        let virtual_size = match verdict {
            Ok(virtual_size) => virtual_size,
            Err(mismatch) => {
                image.data = Some(blob);
                image.advance(Status::Queued);
                return Err(Fault::unsupported(Some(content_type), mismatch));
            }
        };
        image.size = Some(blob.size);
        image.virtual_size = virtual_size;
        image.data = Some(blob);
        image.advance(Status::Active);
        Ok(no_content())
    }
}

impl Drop for Saving<'_> {
    fn drop(&mut self) {
        let mut state = self.cloud.state();
        if let Some(image) = state.images.any_mut(self.id).filter(|image| image.status == Status::Saving) {
            image.advance(Status::Queued);
        }
    }
}
