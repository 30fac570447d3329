//! Starting, stopping, and what the sandbox tells of itself.

use std::net::TcpStream;
use std::thread;

use lunette::sandbox::{Options, Sandbox};

use crate::sandbox::cloud::{Cloud, PFSENSE};

#[test]
fn a_dropped_sandbox_is_gone() {
    let cloud = Cloud::start();
    let address = cloud.sandbox.image_url().replace("http://", "").replace("/image", "");
    assert!(TcpStream::connect(&address).is_ok());
    drop(cloud);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let cloud = Cloud::start();
    let port = cloud.sandbox.auth_url().split([':', '/']).nth(4).unwrap().parse().unwrap();
    let error = Sandbox::start(Options { port, ..Options::default() }).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn the_journal_holds_every_request() {
    let cloud = Cloud::start();
    cloud.ask("a", "GET", "/v2/images?limit=1").send();
    cloud.ask("b", "GET", &format!("/v2/images/{PFSENSE}")).send();
    let expected = [
        "POST /identity/v3/auth/tokens 201".to_owned(),
        "GET /image/v2/images?limit=1 200".into(),
        "POST /identity/v3/auth/tokens 201".into(),
        format!("GET /image/v2/images/{PFSENSE} 404"),
    ];
    assert_eq!(cloud.sandbox.requests(), expected);
}

#[test]
fn every_entry_of_clouds_yaml_has_its_exports() {
    let cloud = Cloud::start();
    let yaml = cloud.sandbox.clouds_yaml();
    let names = ["project-a", "project-b", "project-c", "project-a-reader", "project-a-appcred", "admin"];
    for name in names {
        assert!(yaml.contains(&format!("\n  {name}:\n")), "{name}");
        let exports = cloud.sandbox.exports(name).unwrap();
        assert!(exports.contains(&format!("export OS_AUTH_URL={}\n", cloud.sandbox.auth_url())), "{name}");
    }
    assert_eq!(cloud.sandbox.exports("nope"), None);
    assert!(yaml.contains(&format!("project_id: {}\n", cloud.project("b"))));
}

#[test]
fn the_sandbox_serves_many_clients_at_once() {
    let cloud = Cloud::start();
    let token = cloud.token("a");
    let url = format!("{}/v2/images/{PFSENSE}", cloud.sandbox.image_url());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let ask = crate::sandbox::raw::Ask::new("GET", &url).header("X-Auth-Token", &token);
                    assert_eq!(ask.send().status, 200);
                }
            });
        }
    });
    assert_eq!(cloud.sandbox.requests().len(), 161);
}
