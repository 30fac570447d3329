//! One image by what a person calls it: its ID, or its name.
//!
//! Decides which images a name may mean, and what is said when it means several.

use std::fmt::Write;

use super::super::{Glance, Image, ImageQuery, Member};
use super::query::looks_like_id;
use crate::error::{Error, Kind, Result};

/// More images of one name than this are not listed in an error.
const MOST_LISTED: u64 = 100;

impl Glance {
    /// One image by ID or name. `None` where there is none.
    ///
    /// What looks like an ID is asked for by ID first, and taken for a name when no image has it. A name
    /// means, in this order:
    ///
    /// 1. an image that a plain listing shows: own, public, or shared and accepted;
    /// 2. an image shared with this project and not accepted (pending or rejected).
    ///
    /// So an offer can be found by the one who is to accept it, while no stranger can, by offering an image
    /// of the same name, make a name ambiguous that works today. Hidden images and other projects'
    /// community images are found by ID only. Only an image of exactly that name counts, whatever the
    /// cloud's database takes for equal. One request for most references, two for an offer's name, one more
    /// for a name that looks like an ID.
    ///
    /// Errors: `ambiguous` (lists each image with its ID, date, owner and status), `protocol` (the look-up
    /// takes too long), `usage` (an empty reference).
    pub async fn find_image(&self, reference: &str) -> Result<Option<Image>> {
        if reference.is_empty() {
            return Err(Error::new(Kind::Usage, "the image's name or ID is empty"));
        }
        if looks_like_id(reference) {
            match self.image(reference).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer.map(Some),
            }
        }
        let named = ImageQuery { limit: Some(MOST_LISTED), ..ImageQuery::default() }.equal("name", reference);
        let offered = named.clone().filter("visibility", "shared").filter("member_status", "all");
        for query in [named, offered] {
            let found = self.images(query).look_up().collect().await?;
            if let Some(image) = require_one(reference, found)? {
                return Ok(Some(image));
            }
        }
        Ok(None)
    }

    /// The ID of an image that is named by ID or name; an ID takes no look-up, and need not be there.
    ///
    /// Errors: `not_found` (no image of that name), `ambiguous`, `usage`.
    pub async fn image_id(&self, reference: &str) -> Result<String> {
        if looks_like_id(reference) {
            return Ok(reference.to_owned());
        }
        let found = self.find_image(reference).await?;
        let missing = || Error::new(Kind::NotFound, format!("there is no image named '{reference}'"));
        found.map(|image| image.id.into()).ok_or_else(missing)
    }

    /// The members of one image by ID or name, as far as the caller may see them; an ID takes no look-up.
    /// `None` where there is no such image.
    ///
    /// Errors: `forbidden` (the image is not `shared`), `ambiguous`, `usage`.
    pub async fn find_members(&self, reference: &str) -> Result<Option<Vec<Member>>> {
        if looks_like_id(reference) {
            match self.members(reference).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer.map(Some),
            }
        }
        match self.find_image(reference).await? {
            Some(image) => self.members(&image.id).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The one image of that name, if it is one.
fn require_one(name: &str, mut found: Vec<Image>) -> Result<Option<Image>> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let mut message = format!("{} images are named \"{name}\": ", found.len());
    for (position, image) in found.iter().enumerate() {
        let separator = if position == 0 { "" } else { "; " };
        let created_at = image.created_at.as_deref().unwrap_or("at an unknown time");
        let owner = image.owner.as_deref().unwrap_or("nobody");
        // Writing to a String cannot fail.
        let _ = write!(
            message,
            "{separator}{} (created {created_at}, owner {owner}, {})",
            image.id, image.status
        );
    }
    Err(Error::new(Kind::Ambiguous, message).advice("use the ID of the one you mean"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn image(id: &str, created_at: &str) -> Image {
        serde_json::from_value(
            json!({"id": id, "owner": "81a6", "status": "active", "created_at": created_at}),
        )
        .unwrap()
    }

    #[test]
    fn only_a_hyphenated_uuid_looks_like_an_id() {
        assert!(looks_like_id("bbef721e-33ef-48b4-b927-5d7f473aa80b"));
        for name in ["pfsense", "bbef721e33ef48b4b9275d7f473aa80b", "bbef721e-33ef-48b4-b927-5d7f473aa80", ""]
        {
            assert!(!looks_like_id(name), "{name}");
        }
    }

    #[test]
    fn finds_one_image_and_refuses_none() {
        assert_eq!(require_one("x", vec![]).unwrap(), None);
        assert_eq!(&*require_one("x", vec![image("1bea", "2026")]).unwrap().unwrap().id, "1bea");
    }

    #[test]
    fn an_ambiguous_name_lists_every_id_with_date_owner_and_status() {
        let found = vec![image("1bea", "2026-11-23T08:18:29Z"), image("2cfb", "2025-01-01T00:00:00Z")];
        let error = require_one("pfsense", found).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ambiguous: 2 images are named \"pfsense\": \
             1bea (created 2026-11-23T08:18:29Z, owner 81a6, active); \
             2cfb (created 2025-01-01T00:00:00Z, owner 81a6, active)"
        );
        assert_eq!(error.advice_text(), Some("use the ID of the one you mean"));
    }
}

#[cfg(test)]
mod requests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wiremock::matchers::{path, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::error::Kind;
    use crate::glance::testing::{asked, glance, image};

    const ID: &str = "bbef721e-33ef-48b4-b927-5d7f473aa80b";

    fn list(images: &[(&str, &str)]) -> ResponseTemplate {
        let named = |(id, name): &(&str, &str)| {
            let mut image = image(id);
            image["name"] = json!(name);
            image
        };
        let images: Vec<Value> = images.iter().map(named).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "images": images }))
    }

    /// A server that lists images of those IDs and one name, and offers those.
    async fn server(name: &str, listed: &[&str], offered: &[&str]) -> MockServer {
        fn named<'a>(ids: &[&'a str], name: &'a str) -> Vec<(&'a str, &'a str)> {
            ids.iter().map(|id| (*id, name)).collect()
        }
        server_of(&named(listed, name), &named(offered, name)).await
    }

    /// A server that lists images of those IDs and names, whatever is asked for, and offers those.
    async fn server_of(listed: &[(&str, &str)], offered: &[(&str, &str)]) -> MockServer {
        let server = MockServer::start().await;
        let listing = Mock::given(path("/v2/images"));
        listing.and(query_param_is_missing("member_status")).respond_with(list(listed)).mount(&server).await;
        let offers = Mock::given(path("/v2/images")).and(query_param("member_status", "all"));
        offers.respond_with(list(offered)).mount(&server).await;
        server
    }

    #[tokio::test]
    async fn a_name_that_is_listed_takes_one_request_and_offers_do_not_matter() {
        let server = server("a:b", &["own"], &["offer 1", "offer 2"]).await;
        let image = glance(&server).find_image("a:b").await.unwrap().unwrap();
        assert_eq!(&*image.id, "own");
        assert_eq!(asked(&server).await, ["GET /v2/images?name=eq%3Aa%3Ab&limit=100"]);
    }

    #[tokio::test]
    async fn an_offer_is_found_by_the_second_request() {
        let server = server("pfsense", &[], &["offer"]).await;
        assert_eq!(&*glance(&server).find_image("pfsense").await.unwrap().unwrap().id, "offer");
        let offers = "GET /v2/images?name=pfsense&visibility=shared&member_status=all&limit=100";
        assert_eq!(asked(&server).await, ["GET /v2/images?name=pfsense&limit=100", offers]);
    }

    #[tokio::test]
    async fn an_id_takes_one_request_and_what_only_looks_like_one_is_a_name() {
        let server = server(ID, &["named"], &[]).await;
        let missing = Mock::given(path(format!("/v2/images/{ID}"))).respond_with(ResponseTemplate::new(404));
        missing.up_to_n_times(1).mount(&server).await;
        let here = ResponseTemplate::new(200).set_body_json(image(ID));
        Mock::given(path(format!("/v2/images/{ID}"))).respond_with(here).mount(&server).await;
        let glance = glance(&server);
        assert_eq!(&*glance.find_image(ID).await.unwrap().unwrap().id, "named");
        assert_eq!(&*glance.find_image(ID).await.unwrap().unwrap().id, ID);
        assert_eq!(asked(&server).await.len(), 3);
    }

    #[tokio::test]
    async fn the_members_of_an_id_take_one_request_and_those_of_a_name_two() {
        let server = server("pfsense", &["named"], &[]).await;
        let members = ResponseTemplate::new(200).set_body_json(json!({ "members": [] }));
        Mock::given(path("/v2/images/named/members")).respond_with(members.clone()).mount(&server).await;
        let by_id = Mock::given(path(format!("/v2/images/{ID}/members")));
        by_id.respond_with(members).mount(&server).await;
        let glance = glance(&server);
        for reference in [ID, "pfsense"] {
            assert_eq!(glance.find_members(reference).await.unwrap(), Some(vec![]));
        }
        let by_id = format!("GET /v2/images/{ID}/members");
        let expected = [&by_id, "GET /v2/images?name=pfsense&limit=100", "GET /v2/images/named/members"];
        assert_eq!(asked(&server).await, expected);
    }

    #[tokio::test]
    async fn finds_nothing_without_images() {
        let server = server_of(&[], &[]).await;
        assert_eq!(glance(&server).find_image("pfsense").await.unwrap(), None);
        assert!(glance(&server).find_image("").await.is_err());
        assert_eq!(asked(&server).await.len(), 2);
    }

    #[tokio::test]
    async fn only_the_exact_name_counts_whatever_the_database_ignores() {
        let others = [("1", "Pfsense"), ("2", "pfsense "), ("3", "pfs\u{e9}nse")];
        let server = server_of(&others, &others).await;
        assert_eq!(glance(&server).find_image("pfsense").await.unwrap(), None);
        assert_eq!(glance(&server).image_id("pfsense").await.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(glance(&server).find_members("pfsense").await.unwrap(), None);

        let with_it = [others[0], ("4", "pfsense"), others[1]];
        let server = server_of(&with_it, &[]).await;
        assert_eq!(&*glance(&server).find_image("pfsense").await.unwrap().unwrap().id, "4");

        let twice = [others[0], ("4", "pfsense"), ("5", "pfsense")];
        let server = server_of(&twice, &[]).await;
        let error = glance(&server).find_image("pfsense").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Ambiguous);
        assert!(
            error.message().starts_with("2 images are named") && !error.message().contains("1 ("),
            "{error}"
        );
    }
}
