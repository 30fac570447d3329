//! The HTTP library's clients: proxies, certificates, time to connect.
//!
//! Built at the first request, for loading the system's certificates takes longer than starting does.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use reqwest::{Certificate, Client, Identity, Url};
use rustix::fs::{Mode, OFlags};

use super::options::Options;
use super::resolver::Resolver;
use crate::error::{Error, Kind, Result};

/// Two clients, each made when first needed: one that goes through the environment's proxies, and one that
/// does not.
#[derive(Default)]
pub(super) struct Clients {
    outward: OnceCell<Client>,
    loopback: OnceCell<Client>,
}

impl Clients {
    /// The client for a URL: no proxy stands between this machine and itself. Errors: `config` (a TLS file).
    pub(super) fn of(&self, url: &Url, options: &Options) -> Result<&Client> {
        let loopback = is_loopback(url);
        let cell = if loopback { &self.loopback } else { &self.outward };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = build(options, loopback)?;
        Ok(cell.get_or_init(|| client))
    }
}

fn build(options: &Options, loopback: bool) -> Result<Client> {
    // Fails only where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("lunette/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .dns_resolver(Resolver)
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(options.insecure);
    if loopback {
        builder = builder.no_proxy();
    }
    if let Some(path) = &options.ca_file {
        builder = builder.tls_certs_merge(authorities(path)?);
    }
    if let Some((cert, key)) = &options.client_cert {
        builder = builder.identity(identity(cert, key.as_deref())?);
    }
    builder.build().map_err(|failure| {
        Error::new(Kind::Config, format!("TLS cannot be set up: {}", super::failure::innermost(&failure)))
            .advice("check cacert, cert and key")
    })
}

fn authorities(path: &Path) -> Result<Vec<Certificate>> {
    let pem = read(path, "cacert")?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Error::new(Kind::Config, format!("cacert {} holds no PEM certificate", path.display()))
            .advice("name the authority's PEM file (OS_CACERT, --os-cacert)")),
    }
}

fn identity(cert: &Path, key: Option<&Path>) -> Result<Identity> {
    let mut pem = read(cert, "cert")?;
    if let Some(key) = key {
        pem.push(b'\n');
        pem.extend(read(key, "key")?);
    }
    Identity::from_pem(&pem).map_err(|_| {
        let message = match key {
            Some(key) => {
                format!("cert {} and key {} are no PEM certificate and key", cert.display(), key.display())
            }
            None => format!("cert {} holds no PEM certificate with its key", cert.display()),
        };
        Error::new(Kind::Config, message).advice("a key in a file of its own is named by key (OS_KEY)")
    })
}

/// The most that is read of a TLS file: the certificates of all authorities take a quarter of a MiB.
const LARGEST: u64 = 16 << 20;

fn read(path: &Path, key: &str) -> Result<Vec<u8>> {
    let failed = |failure: &io::Error| {
        let attempt = format!("{key} {} cannot be read", path.display());
        let error = Error::of_system(Kind::Config, attempt, failure);
        match error.advice_text() {
            Some(_) => error,
            None => error.advice(format!("correct {key} (OS_{}, --os-{key})", key.to_uppercase())),
        }
    };
    // A pipe without another end must not be waited for.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|refusal| failed(&refusal.into()))?;
    let file = File::from(file);
    let about = file.metadata().map_err(|failure| failed(&failure))?;
    if !about.is_file() {
        return Err(failed(&io::Error::other("it is no regular file")));
    }
    if about.len() > LARGEST {
        return Err(failed(&io::Error::other(format!("it has more than {} MiB", LARGEST >> 20))));
    }
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(|failure| failed(&failure))?;
    Ok(text)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::http::{Effect, Effects};

    #[test]
    fn knows_this_machine_by_all_its_names() {
        let table = [
            ("http://localhost:1", true),
            ("http://a.localhost", true),
            ("http://127.8.9.1/v3", true),
            ("http://[::1]:5000", true),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
        ];
        for (url, loopback) in table {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn a_tls_file_that_is_missing_or_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let rubbish = folder.path().join("rubbish.pem");
        std::fs::write(&rubbish, "no certificate").unwrap();
        let large = folder.path().join("large.pem");
        File::create(&large).unwrap().set_len(1 << 40).unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let missing = folder.path().join("missing.pem");
        let url = Url::parse("https://cloud").unwrap();
        let plain = Options::new(Effects::up_to(Effect::Read));
        let table = [
            (Options { ca_file: Some(missing.clone()), ..plain.clone() }, "cannot be read"),
            (Options { ca_file: Some(rubbish.clone()), ..plain.clone() }, "holds no PEM certificate"),
            (Options { client_cert: Some((rubbish.clone(), None)), ..plain.clone() }, "with its key"),
            (Options { ca_file: Some("/dev/zero".into()), ..plain.clone() }, "it is no regular file"),
            (Options { ca_file: Some(folder.path().into()), ..plain.clone() }, "it is no regular file"),
            (Options { client_cert: Some((pipe, None)), ..plain.clone() }, "it is no regular file"),
            (Options { ca_file: Some(large), ..plain.clone() }, "it has more than 16 MiB"),
            (Options { client_cert: Some((rubbish, Some(missing))), ..plain }, "cannot be read"),
        ];
        for (options, message) in table {
            let error = Clients::default().of(&url, &options).unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.message().contains(message), "{error}");
        }
    }
}
