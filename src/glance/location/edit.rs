//! The list of an image's locations, where a cloud shows it: what stands there is added, described and
//! removed.
//!
//! These are changes of the image, and older than the requests of `locations`, which need no such list.
//! Glance counts places and knows no condition, so each change says which list it means. Source:
//! glance/api/v2/images.py, `_do_add_locations`, `_do_replace_locations` and `_do_remove_locations`;
//! glance/location.py, `_locations_proxy`.

use serde_json::{Map, Value, json};

use super::super::{Glance, Image, Location, Validation, image_path};
use super::model;
use super::model::parse_locations;
use crate::error::{Error, Kind, Result};
use crate::glance::image::patch;
use crate::glance::reliable::lost_response::is_unsure;
use crate::glance::service::unsupported::explain_role;
use crate::http::{Effect, Method, Request};

/// How often a change is tried at most: others change the list meanwhile, or its answer is lost.
const ATTEMPTS: usize = 3;

/// The status of a change that was made.
const DONE: u16 = 200;

/// What Glance writes into a location's metadata itself, whatever is sent.
const STORE: &str = "store";

impl Glance {
    /// Adds a location at the end of an image's list (PATCH /v2/images/{id}). A queued image is active then.
    ///
    /// Glance asks for the size of what lies there and reads no data: it believes what `validation` says of
    /// them.
    ///
    /// Errors: `forbidden` (the cloud shows no locations; another's image), `invalid` (no URL that the cloud
    /// reads; one that is there with that metadata), `conflict` (neither queued nor active; another hash
    /// than the image has), `not_found`.
    pub async fn list_location(
        &self,
        id: &str,
        location: &Location,
        validation: Option<&Validation>,
    ) -> Result<Image> {
        let mut value = json!({ "url": location.url, "metadata": location.metadata });
        if let Some(Validation { os_hash_algo, os_hash_value }) = validation {
            value["validation_data"] =
                json!({ "os_hash_algo": os_hash_algo, "os_hash_value": os_hash_value });
        }
        let add = json!([{ "op": "add", "path": "/locations/-", "value": value }]);
        let request = self.request(Method::PATCH, &image_path(id, &[])?).await?.body(patch::body(&add));
        let is_it = |there: &Location| there.url == location.url && says(there, &location.metadata);
        // Should the answer be lost, this look tells whether it was there before.
        let is_older = read_locations(&self.image(id).await?)?.iter().any(is_it);
        let is_new = |image: &Image| {
            let is_there = read_locations(image)?.iter().any(is_it);
            if is_there { Ok(!is_older) } else { Err(nowhere(id)) }
        };
        let look = self.request(Method::GET, &image_path(id, &[])?).await?;
        self.once(request, model::object(id), &look, is_new).await.map_err(explain)
    }

    /// Sets the metadata of the location at that URL (PATCH /v2/images/{id}); Glance itself adds the store.
    ///
    /// Errors: `not_found` (no such image; it does not lie there), `forbidden` (the cloud shows no locations;
    /// another's image), `conflict` (neither queued nor active).
    pub async fn update_location(&self, id: &str, url: &str, metadata: &Map<String, Value>) -> Result<Image> {
        let plan = |places: &[Location], _: bool| {
            let mut new = places.to_vec();
            let here: Vec<_> = new.iter_mut().filter(|place| place.url == url).collect();
            if here.is_empty() {
                return Err(nowhere(id));
            }
            if here.iter().all(|place| says(place, metadata)) {
                return Ok(None);
            }
            for place in here {
                place.metadata.clone_from(metadata);
            }
            Ok(Some(vec![listing(&new)]))
        };
        self.change_list(id, Effect::Write, plan).await
    }

    /// Takes the location at that URL off an image's list (PATCH /v2/images/{id}); a store that can delete
    /// its data does.
    ///
    /// Errors: `not_found` (no such image; it does not lie there), `forbidden` (the last one; no
    /// administrator; the cloud shows no locations), `conflict` (not active).
    pub async fn remove_location(&self, id: &str, url: &str) -> Result<Image> {
        let plan = |places: &[Location], is_first: bool| {
            // From the last to the first: each removal moves those behind it.
            let here = places.iter().enumerate().rev().filter(|(_, place)| place.url == url);
            let removals: Vec<_> = here
                .map(|(position, _)| json!({ "op": "remove", "path": format!("/locations/{position}") }))
                .collect();
            match removals.is_empty() {
                true if is_first => Err(nowhere(id)),
                true => Ok(None),
                // Another's data would be gone, had the list changed: so it is refused then.
                false => Ok(Some([vec![listing(places)], removals].concat())),
            }
        };
        self.change_list(id, Effect::Delete, plan).await
    }

    /// Reads the list and sends the changes that are planned for it, until there are none left to make.
    ///
    /// The plan is told whether this is the first look.
    async fn change_list(
        &self,
        id: &str,
        effect: Effect,
        plan: impl Fn(&[Location], bool) -> Result<Option<Vec<Value>>>,
    ) -> Result<Image> {
        let request = self.request(Method::PATCH, &image_path(id, &[])?).await?.effect(effect);
        let change = async |request: Request| {
            let mut setbacks = Vec::new();
            loop {
                let image = self.image(id).await?;
                let Some(changes) = plan(&read_locations(&image)?, setbacks.is_empty())? else {
                    return Ok(image);
                };
                if setbacks.len() == ATTEMPTS
                    && let Some(error) = setbacks.pop()
                {
                    return Err(explain(error));
                }
                match self.ask(request.clone().body(patch::body(&changes.into()))).await {
                    Err(error) if is_unsure(&error) || is_outrun(&error) => setbacks.push(error),
                    answer => return answer.map_err(explain),
                }
            }
        };
        self.changing(request, change, |_| DONE).await
    }
}

/// The change that leaves the list as it is, and is refused where it is another by now: Glance replaces no
/// URL.
fn listing(places: &[Location]) -> Value {
    json!({ "op": "replace", "path": "/locations", "value": places })
}

/// The list. Errors: `forbidden` (the cloud shows none).
fn read_locations(image: &Image) -> Result<Vec<Location>> {
    let message = "this cloud does not show where images lie, so nobody can change it";
    parse_locations(image)?.ok_or_else(|| hidden_error(Error::new(Kind::Forbidden, message)))
}

/// Whether these are a location's metadata, but for what Glance writes there.
fn says(place: &Location, metadata: &Map<String, Value>) -> bool {
    let own = |fields: &Map<String, Value>| {
        let mut own = fields.clone();
        own.remove(STORE);
        own
    };
    own(&place.metadata) == own(metadata)
}

/// Whether somebody else has changed the list since it was read.
fn is_outrun(error: &Error) -> bool {
    error.status_code() == Some(400) && error.message().contains("Original locations is not empty")
}

/// A URL may hold a password, so none is told.
fn nowhere(id: &str) -> Error {
    Error::new(Kind::NotFound, format!("image {id} has no location of that URL"))
        .advice("image:locations() tells which it has")
}

fn hidden_error(error: Error) -> Error {
    error.advice(
        "its Glance would have to be told to (show_multiple_locations); without that, image:add_location{ url = … } gives a \
         queued image its data, and image:delete_from_store takes them out of a store",
    )
}

fn explain(error: Error) -> Error {
    let says = |words: &str| error.message().contains(words);
    if says("locations are invisible") {
        return hidden_error(error);
    }
    if says("Cannot remove last location") {
        return error.advice("to give up its data, delete the image: image:delete()");
    }
    if is_outrun(&error) {
        let told =
            error.with_message("its locations are changed again and again by somebody else".to_owned());
        return told.advice("try again");
    }
    if says("Invalid location") {
        return error
            .advice("a cloud takes only what lies where it can read it itself, such as on a web server");
    }
    if says("delete_image_location") {
        return explain_role(error, "only an administrator may, unless the cloud's policy says otherwise");
    }
    error
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{body_json, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed, image};

    const GET: &str = "GET /v2/images/1bea";
    const PATCH: &str = "PATCH /v2/images/1bea";
    const OUTRUN: &str = "Original locations is not empty: [{'url': 'http://user:word@a/'}]";

    fn place(url: &str, metadata: &Value) -> Value {
        json!({ "url": url, "metadata": metadata })
    }

    fn with(places: &[Value]) -> ResponseTemplate {
        let mut shown = image("1bea");
        shown["locations"] = json!(places);
        ResponseTemplate::new(200).set_body_json(shown)
    }

    fn refused(status: u16, message: &str) -> ResponseTemplate {
        ResponseTemplate::new(status).set_body_json(json!({ "message": message }))
    }

    /// A server that answers one request of each method after the other so; the last ones ever after.
    async fn server(gets: Vec<ResponseTemplate>, patches: Vec<ResponseTemplate>) -> MockServer {
        let server = MockServer::start().await;
        for (verb, answers) in [("GET", gets), ("PATCH", patches)] {
            let last = answers.len() - 1;
            for (index, answer) in answers.into_iter().enumerate() {
                let mock = Mock::given(method(verb)).respond_with(answer);
                if index < last { mock.up_to_n_times(1) } else { mock }.mount(&server).await;
            }
        }
        server
    }

    #[tokio::test]
    async fn a_removal_says_which_list_it_means_and_is_a_deletion() {
        let places = ["a", "b", "a"].map(|url| place(url, &json!({ "store": "web" })));
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(with(&places)).mount(&server).await;
        let sent = json!([
            { "op": "replace", "path": "/locations", "value": places },
            { "op": "remove", "path": "/locations/2" },
            { "op": "remove", "path": "/locations/0" },
        ]);
        let right = Mock::given(method("PATCH")).and(body_json(sent));
        right.respond_with(with(&places[1..2])).mount(&server).await;
        glance(&server).remove_location("1bea", "a").await.unwrap();
        let writer = glance_allowed(&server, Effect::Write);
        assert_eq!(writer.remove_location("1bea", "a").await.unwrap_err().kind(), Kind::Forbidden);
        assert_eq!(asked(&server).await, [GET, PATCH, GET]);
    }

    #[tokio::test]
    async fn a_list_that_others_change_is_read_again_but_not_for_ever() {
        let (both, one) = ([place("a", &json!({})), place("b", &json!({}))], [place("b", &json!({}))]);
        let outrun = || refused(400, OUTRUN);
        let again = server(vec![with(&both)], vec![outrun(), with(&one)]).await;
        glance(&again).remove_location("1bea", "a").await.unwrap();
        assert_eq!(asked(&again).await, [GET, PATCH, GET, PATCH]);
        let never = server(vec![with(&both)], vec![outrun()]).await;
        let error = glance(&never).remove_location("1bea", "a").await.unwrap_err();
        assert!(error.message().contains("again and again") && !error.message().contains("word"), "{error}");
        assert_eq!(asked(&never).await.len(), 2 * ATTEMPTS + 1);
    }

    #[tokio::test]
    async fn a_location_change_with_a_lost_answer_is_not_repeated() {
        let (both, one) = ([place("a", &json!({})), place("b", &json!({}))], [place("b", &json!({}))]);
        let lost = || vec![refused(504, "a proxy")];
        let removed = server(vec![with(&both), with(&one)], lost()).await;
        glance(&removed).remove_location("1bea", "a").await.unwrap();
        assert_eq!(asked(&removed).await, [GET, PATCH, GET]);
        let new = json!({ "x": 1 });
        let told = place("a", &json!({ "x": 1, "store": "web" }));
        let updated = server(vec![with(&both), with(std::slice::from_ref(&told))], lost()).await;
        glance(&updated).update_location("1bea", "a", new.as_object().unwrap()).await.unwrap();
        assert_eq!(asked(&updated).await, [GET, PATCH, GET]);
        let location: Location = serde_json::from_value(place("a", &new)).unwrap();
        let (before, after) = ([place("a", &json!({}))], [place("a", &json!({})), told]);
        let added = server(vec![with(&before), with(&after)], lost()).await;
        glance(&added).list_location("1bea", &location, None).await.unwrap();
        assert_eq!(asked(&added).await, [GET, PATCH, GET]);
        let older = server(vec![with(&after)], lost()).await;
        let error = glance(&older).list_location("1bea", &location, None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert_eq!(asked(&older).await, [GET, PATCH, GET]);
    }

    #[tokio::test]
    async fn each_refusal_says_what_to_do() {
        let there = || with(&[place("a", &json!({}))]);
        for (get, status, message, kind, advice) in [
            (with(&[]), 0, "", Kind::NotFound, "image:locations()"),
            (
                ResponseTemplate::new(200).set_body_json(image("1bea")),
                0,
                "",
                Kind::Forbidden,
                "show_multiple_locations",
            ),
            (
                there(),
                403,
                "It's not allowed to remove locations if locations are invisible.",
                Kind::Forbidden,
                "show_multiple",
            ),
            (there(), 403, "Cannot remove last location in the image.", Kind::Forbidden, "image:delete()"),
            (
                there(),
                403,
                "You are not authorized to complete delete_image_location action.",
                Kind::Forbidden,
                "administrator",
            ),
        ] {
            let server = server(vec![get], vec![refused(status.max(400), message)]).await;
            let error = glance(&server).remove_location("1bea", "a").await.unwrap_err();
            assert_eq!(error.kind(), kind, "{message}");
            assert!(error.advice_text().unwrap().contains(advice), "{message}: {error}");
            assert_eq!(asked(&server).await.len(), if message.is_empty() { 1 } else { 2 }, "{message}");
        }
    }
}
