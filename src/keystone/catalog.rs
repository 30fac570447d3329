//! The catalogue: which service stands where.
//!
//! Pure: finds an endpoint in what Keystone told, or says what there is instead.
//! Sources: `keystoneauth1/access/service_catalog.py`; the aliases are the service types authority's
//! (<https://service-types.openstack.org>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result, nearest};

/// Service types that go by several names; the official one first.
const ALIASES: [&[&str]; 10] = [
    &["block-storage", "volumev3", "volumev2", "volume", "block-store"],
    &["shared-file-system", "sharev2", "share"],
    &["container-infrastructure-management", "container-infrastructure", "container-infra"],
    &["baremetal", "bare-metal"],
    &["message", "messaging"],
    &["workflow", "workflowv2"],
    &["clustering", "resource-cluster", "cluster"],
    &["resource-optimization", "infra-optim"],
    &["instance-ha", "ha"],
    &["application-container", "container"],
];

/// Services whose paths are written with their version (`/v2/images`), so that their endpoints are taken
/// without it.
const VERSIONED_PATHS: [&str; 2] = ["image", "identity"];

/// One service of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogService {
    /// `image`, `identity`, `compute`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `glance`, …
    #[serde(default)]
    pub name: Option<String>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `public`, `internal`, `admin`.
    pub interface: String,
    /// The region.
    #[serde(default)]
    pub region_id: Option<String>,
    /// The old spelling of the same.
    #[serde(default)]
    pub region: Option<String>,
    /// The URL.
    pub url: String,
}

impl Endpoint {
    fn region(&self) -> Option<&str> {
        self.region_id.as_deref().or(self.region.as_deref())
    }
}

/// What is looked for in a catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The service type.
    pub(super) service: &'a str,
    /// The service's name, where several have the type.
    pub(super) name: Option<&'a str>,
    /// Interfaces, in the order they are tried.
    pub(super) interfaces: &'a [String],
    /// The region; `None` takes the first.
    pub(super) region: Option<&'a str>,
}

impl Wanted<'_> {
    /// The endpoint's URL. Errors: `config` (says which services, regions and interfaces there are).
    pub(super) fn find<'c>(&self, catalog: &'c [CatalogService]) -> Result<&'c str> {
        let services: Vec<_> = names(self.service)
            .map(|kind| catalog.iter().filter(|service| self.is(service, kind)).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .ok_or_else(|| self.no_service(catalog))?;
        let endpoints = || services.iter().flat_map(|service| &service.endpoints);
        let fits = |endpoint: &&Endpoint, interface: &str| {
            endpoint.interface == interface
                && self.region.is_none_or(|region| endpoint.region() == Some(region))
        };
        let default = ["public".to_owned()];
        let interfaces = if self.interfaces.is_empty() { &default } else { self.interfaces };
        interfaces
            .iter()
            // `publicURL` is the same interface's name in Keystone v2
            .map(|interface| interface.trim_end_matches("URL"))
            .find_map(|interface| endpoints().find(|endpoint| fits(endpoint, interface)))
            .map(|endpoint| endpoint.url.as_str())
            .ok_or_else(|| self.no_endpoint(endpoints(), interfaces))
    }

    fn is(&self, service: &CatalogService, kind: &str) -> bool {
        service.kind == kind && self.name.is_none_or(|name| service.name.as_deref() == Some(name))
    }

    fn no_service(&self, catalog: &[CatalogService]) -> Error {
        let service = self.service;
        if catalog.is_empty() {
            return Error::new(
                Kind::Config,
                format!("there is no catalogue to find the {service} service in"),
            )
            .advice(format!("name a project (project_id, OS_PROJECT_ID), or set {}", override_key(service)));
        }
        let named = self.name.map(|name| format!(" named {name}")).unwrap_or_default();
        let kinds = || catalog.iter().map(|service| service.kind.as_str());
        let error = Error::new(
            Kind::Config,
            format!("the catalogue has no {service} service{named}, only {}", list(kinds())),
        );
        match nearest(service, kinds()) {
            Some(near) if near != service => error.advice(format!("did you mean {near}?")),
            _ => error.advice(format!("set {} if it stands elsewhere", override_key(service))),
        }
    }

    fn no_endpoint<'e>(&self, endpoints: impl Iterator<Item = &'e Endpoint>, interfaces: &[String]) -> Error {
        let mut regions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for endpoint in endpoints {
            regions.entry(endpoint.region().unwrap_or("no region")).or_default().push(&endpoint.interface);
        }
        let there = regions
            .iter()
            .map(|(region, interfaces)| format!("{region} ({})", list(interfaces.iter().copied())));
        let place = self.region.map(|region| format!(" in region {region}")).unwrap_or_default();
        let message = format!(
            "no {} endpoint of the {} service{place}, only {}",
            interfaces.join(" or "),
            self.service,
            there.collect::<Vec<_>>().join(", "),
        );
        let error = Error::new(Kind::Config, message);
        match self.region.and_then(|region| nearest(region, regions.keys().copied())) {
            Some(near) if Some(near) != self.region => error.advice(format!("did you mean region {near}?")),
            _ => error.advice("set region_name (--os-region-name) and interface (--os-interface)"),
        }
    }
}

/// All names of a service type, the given one first.
pub(super) fn names(service: &str) -> impl Iterator<Item = &str> {
    let aliases = ALIASES.iter().find(|names| names.contains(&service)).copied().unwrap_or_default();
    std::iter::once(service).chain(aliases.iter().copied().filter(move |alias| *alias != service))
}

/// An endpoint's URL as paths are appended to it: no slash at its end, no version where paths have it.
pub(super) fn base<'a>(service: &str, url: &'a str) -> &'a str {
    let url = url.trim_end_matches('/');
    match url.rsplit_once('/') {
        Some((base, last)) if VERSIONED_PATHS.contains(&service) && is_version(last) => {
            base.trim_end_matches('/')
        }
        _ => url,
    }
}

/// `v2`, `v2.1`, but not `volume`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        number.starts_with(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || c == '.')
    })
}

/// The key of clouds.yaml that replaces the catalogue's endpoint.
pub(super) fn override_key(service: &str) -> String {
    format!("{}_endpoint_override", service.replace('-', "_"))
}

/// Names in order, each once.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn catalog() -> Vec<CatalogService> {
        let endpoint = |interface: &str, region: &str| Endpoint {
            interface: interface.into(),
            region_id: Some(region.into()),
            region: None,
            url: format!("http://{interface}.{region}"),
        };
        let service = |kind: &str, name: &str, endpoints| CatalogService {
            kind: kind.into(),
            name: Some(name.into()),
            endpoints,
        };
        vec![
            service("identity", "keystone", vec![endpoint("public", "GRA11")]),
            service(
                "image",
                "glance",
                vec![endpoint("admin", "GRA11"), endpoint("public", "GRA11"), endpoint("public", "SBG5")],
            ),
            service("volumev3", "cinderv3", vec![endpoint("public", "GRA11")]),
        ]
    }

    fn find(service: &str, name: Option<&str>, interfaces: &[&str], region: Option<&str>) -> Result<String> {
        let interfaces: Vec<String> = interfaces.iter().map(|&interface| interface.to_owned()).collect();
        let catalog = catalog();
        Wanted { service, name, interfaces: &interfaces, region }.find(&catalog).map(str::to_owned)
    }

    #[test]
    fn finds_by_type_alias_name_interface_and_region() {
        let table = [
            (find("image", None, &[], None), "http://public.GRA11"),
            (find("image", None, &["public"], Some("SBG5")), "http://public.SBG5"),
            (find("image", None, &["internal", "admin", "public"], None), "http://admin.GRA11"),
            (find("image", None, &["publicURL"], None), "http://public.GRA11"),
            (find("block-storage", None, &[], None), "http://public.GRA11"),
            (find("volume", Some("cinderv3"), &[], None), "http://public.GRA11"),
        ];
        for (found, url) in table {
            assert_eq!(found.unwrap(), url);
        }
    }

    #[test]
    fn names_the_available_services() {
        let table = [
            (
                find("compute", None, &[], None),
                "config: the catalogue has no compute service, only identity, image, volumev3",
                "set compute_endpoint_override if it stands elsewhere",
            ),
            (
                find("imaeg", None, &[], None),
                "config: the catalogue has no imaeg service, only identity, image, volumev3",
                "did you mean image?",
            ),
            (
                find("image", Some("glare"), &[], None),
                "config: the catalogue has no image service named glare, only identity, image, volumev3",
                "set image_endpoint_override if it stands elsewhere",
            ),
            (
                find("image", None, &["public"], Some("GRA12")),
                "config: no public endpoint of the image service in region GRA12, only GRA11 (admin, public), SBG5 (public)",
                "did you mean region GRA11?",
            ),
            (
                find("image", None, &["internal"], None),
                "config: no internal endpoint of the image service, only GRA11 (admin, public), SBG5 (public)",
                "set region_name (--os-region-name) and interface (--os-interface)",
            ),
        ];
        for (found, text, advice) in table {
            let error = found.unwrap_err();
            assert_eq!((error.to_string().as_str(), error.advice_text()), (text, Some(advice)));
        }
    }

    #[test]
    fn a_token_without_a_catalogue_asks_for_a_project() {
        let wanted = Wanted { service: "image", name: None, interfaces: &[], region: None };
        let error = wanted.find(&[]).unwrap_err();
        assert_eq!(error.message(), "there is no catalogue to find the image service in");
        assert!(error.advice_text().unwrap().contains("project_id"));
    }

    #[test]
    fn only_image_and_identity_lose_their_version() {
        let table = [
            ("image", "http://cloud:9292", "http://cloud:9292"),
            ("image", "http://cloud:9292/", "http://cloud:9292"),
            ("image", "https://cloud/image/v2/", "https://cloud/image"),
            ("image", "https://cloud/v2.15", "https://cloud"),
            ("image", "https://cloud/v1", "https://cloud"),
            ("image", "https://cloud/vault", "https://cloud/vault"),
            ("identity", "https://cloud/identity/v3/", "https://cloud/identity"),
            ("compute", "https://cloud/compute/v2.1/", "https://cloud/compute/v2.1"),
        ];
        for (service, url, expected) in table {
            assert_eq!(base(service, url), expected);
        }
    }
}
