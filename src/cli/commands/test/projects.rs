//! Room on a real cloud: three projects with a user each, made for one run and gone after it.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::case::failure;
use crate::cli::exit::Stop;
use crate::cli::session::interrupt::until_tidy;
use crate::cli::session::{Invocation, Session};
use crate::config::{Config, Settings};
use crate::error::{Error, Kind};

/// Three projects of this run's own.
pub(super) struct Own {
    /// What `std.workplace` made, in its own words.
    made: Value,
    passwords: Vec<String>,
    settings: Settings,
}

impl Own {
    /// Makes them as that entry of clouds.yaml, whose user must be an admin.
    ///
    /// Errors: those of logging in; `forbidden`, with the way that needs no admin.
    pub(super) fn make(invocation: &Invocation, name: &str) -> Result<Own, Stop> {
        let config = Config::read(invocation.inputs(None))?;
        let settings = config.cloud(Some(name), &invocation.globals.cloud.overrides)?;
        let run = Uuid::new_v4().simple().to_string();
        let passwords: Vec<String> = (0..3).map(|_| Uuid::new_v4().to_string()).collect();
        let wanted = ["a", "b", "c"].iter().zip(&passwords).map(|(letter, password)| {
            json!({ "name": format!("lunette-test-{}-{letter}", &run[..12]), "password": password })
        });
        let wanted = Value::Array(wanted.collect());
        let made = ask(invocation, "settle", &wanted).map_err(|stop| match failure(stop) {
            crate::host::Failure { error: Some(error), .. } if error.kind() == Kind::Forbidden => {
                let message = format!("{name} may make no projects to test in: {error}");
                Stop::Error(Error::new(Kind::Forbidden, message).advice(
                    "name an entry whose user is an admin, or three entries that may be tested in: --clouds A,B,C",
                ))
            }
            failure => Stop::Failure(failure),
        })?;
        Ok(Own { made, passwords, settings })
    }

    /// Deletes them.
    pub(super) fn leave(&self, invocation: &Invocation) -> Result<(), Stop> {
        ask(invocation, "leave", &self.made).map(drop)
    }

    /// The entries `project-a`, `project-b` and `project-c`. JSON is YAML.
    pub(super) fn clouds_yaml(&self) -> String {
        let made = self.made.as_array().into_iter().flatten();
        let entries = ["project-a", "project-b", "project-c"].iter().zip(made.zip(&self.passwords));
        let entries = entries.map(|(name, (made, password))| {
            let auth = json!({
                "auth_url": self.settings.auth_url,
                "user_id": made["user_id"],
                "password": password,
                "project_id": made["project_id"],
            });
            ((*name).to_owned(), self.entry(auth))
        });
        json!({ "clouds": entries.collect::<Map<_, _>>() }).to_string()
    }

    fn entry(&self, auth: Value) -> Value {
        let Settings { region, interfaces, tls, .. } = &self.settings;
        let mut entry = Map::new();
        entry.insert("auth".into(), auth);
        entry.insert("interface".into(), json!(interfaces));
        let texts = [
            ("region_name", region.clone()),
            ("cacert", tls.ca_file.as_ref().map(|path| path.display().to_string())),
            ("cert", tls.cert_file.as_ref().map(|path| path.display().to_string())),
            ("key", tls.key_file.as_ref().map(|path| path.display().to_string())),
        ];
        entry.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into()))));
        if tls.insecure {
            entry.insert("verify".into(), false.into());
        }
        Value::Object(entry)
    }
}

fn ask(invocation: &Invocation, function: &str, value: &Value) -> Result<Value, Stop> {
    let session = Session::open(invocation)?;
    let work = async { Ok(session.runtime.workplace(function, value).await?) };
    until_tidy(work, session.take_back(), &session.ledger(), &session.runtime.engine().interrupt())
}
