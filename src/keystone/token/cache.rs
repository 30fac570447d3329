//! Tokens kept on disk, so that the next run need not log in.
//!
//! One file of mode 0600 for each identity, in a folder of mode 0700, both this user's own; whatever is
//! otherwise is not used. Nothing here can fail a run: without a kept token, one logs in.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::access::{Access, Bounds, Granted, Reference};
use crate::config::{ExposeSecret, Login, SecretString, Settings};
use crate::keystone::catalog::CatalogService;
use crate::keystone::login::credentials;

/// Files older than this are removed: no token lives that long.
const OLDEST: Duration = Duration::from_hours(48);

/// One identity's place on disk.
#[derive(Debug)]
pub(in crate::keystone) struct Cache {
    folder: PathBuf,
    file: PathBuf,
}

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    token: String,
    good_until: Timestamp,
    expires_at: Option<Timestamp>,
    user: Option<Reference>,
    project: Option<Reference>,
    bounds: Bounds,
    roles: Vec<String>,
    catalog: Vec<CatalogService>,
}

impl Cache {
    /// The place of the identity that these settings name; asks nothing of the disk.
    pub(in crate::keystone) fn new(folder: PathBuf, settings: &Settings) -> Cache {
        let file = folder.join(format!("{}.json", key(settings)));
        Cache { folder, file }
    }

    /// The kept token, if it is still good and nobody else can have read or written it.
    pub(in crate::keystone) fn load(&self, now: Timestamp) -> Option<Granted> {
        if !is_private(&fs::symlink_metadata(&self.folder).ok()?) {
            return None;
        }
        let file = File::open(&self.file).ok()?;
        if !is_private(&file.metadata().ok()?) {
            return None;
        }
        let kept: Kept = serde_json::from_reader(std::io::BufReader::new(file)).ok()?;
        let Kept { token, good_until, expires_at, user, project, bounds, roles, catalog } = kept;
        let access = Access { token: token.into(), expires_at, user, project, bounds, roles, catalog };
        (good_until > now).then_some(Granted { access, good_until })
    }

    /// Keeps a token; where that cannot be done safely, it is not done.
    pub(in crate::keystone) fn save(&self, granted: &Granted) {
        let _ = self.try_save(granted);
    }

    /// Drops the kept token.
    pub(in crate::keystone) fn forget(&self) {
        let _ = fs::remove_file(&self.file);
    }

    fn try_save(&self, granted: &Granted) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        if !is_private(&fs::symlink_metadata(&self.folder)?) {
            return Ok(());
        }
        sweep(&self.folder)?;
        let Granted { access, good_until } = granted.clone();
        let kept = Kept {
            token: access.token.expose_secret().to_owned(),
            good_until,
            expires_at: access.expires_at,
            user: access.user,
            project: access.project,
            bounds: access.bounds,
            roles: access.roles,
            catalog: access.catalog,
        };
        // Written whole under another name, 0600 from its first byte, so that no other run ever reads a half.
        let draft = self.file.with_extension(uuid::Uuid::new_v4().to_string());
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| file.write_all(&serde_json::to_vec(&kept)?))
            .and_then(|()| fs::rename(&draft, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }
}

/// Removes old token files. A file of any other name is somebody else's, whatever its age.
fn sweep(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let old = |modified: SystemTime| modified.elapsed().is_ok_and(|age| age > OLDEST);
        let is_own = entry.file_name().to_str().is_some_and(is_token_file);
        // The metadata of an entry are those of a link itself.
        if is_own && entry.metadata().is_ok_and(|file| file.is_file() && file.modified().is_ok_and(old)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a file has the name of a token's, or of a draft of one: a key, and `json` or a UUID.
fn is_token_file(name: &str) -> bool {
    let Some((key, kind)) = name.split_once('.') else { return false };
    let is_key = key.len() == 64 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_key && (kind == "json" || uuid::Uuid::try_parse(kind).is_ok())
}

/// Whether only this user can read and write it.
fn is_private(metadata: &fs::Metadata) -> bool {
    const OTHERS: u32 = 0o077;
    // The owner of a process's own entry is the user it runs as; systems without /proc trust the mode alone.
    let own = |me: fs::Metadata| me.uid() == metadata.uid();
    metadata.mode() & OTHERS == 0 && !metadata.is_symlink() && fs::metadata("/proc/self").map_or(true, own)
}

/// The name of an identity: cloud, log-in and scope, hashed.
fn key(settings: &Settings) -> String {
    let login = match seal(&settings.login) {
        Login::OidcAccessToken { identity_provider, protocol, access_token } => {
            json!(["oidc", identity_provider, protocol, access_token.expose_secret()])
        }
        Login::OidcClientCredentials {
            identity_provider,
            protocol,
            client_id,
            client_secret,
            openid_scope,
            discovery_endpoint,
            access_token_endpoint,
        } => {
            json!([
                "oidc",
                identity_provider,
                protocol,
                client_id,
                client_secret.expose_secret(),
                openid_scope,
                discovery_endpoint,
                access_token_endpoint
            ])
        }
        login => json!(credentials::identity(&login)),
    };
    let identity = json!([settings.auth_url, login, credentials::scope_value(&settings.scope)]);
    hash(identity.to_string().as_bytes(), usize::MAX)
}

/// The log-in with digests in place of its secrets.
///
/// A password's digest is cut to two bytes: enough to notice that it changed, too little to guess it by. A
/// token is beyond guessing and says alone who it is, so its digest is whole. A passcode is another one each
/// time, and left out.
fn seal(login: &Login) -> Login {
    let cut = |secret: &SecretString| SecretString::from(hash(secret.expose_secret().as_bytes(), 2));
    let whole =
        |secret: &SecretString| SecretString::from(hash(secret.expose_secret().as_bytes(), usize::MAX));
    let mut login = login.clone();
    match &mut login {
        Login::Password { password: secret, .. }
        | Login::ApplicationCredential { secret, .. }
        | Login::OidcClientCredentials { client_secret: secret, .. } => *secret = cut(secret),
        Login::Token { token } | Login::OidcAccessToken { access_token: token, .. } => *token = whole(token),
        Login::Totp { passcode, .. } => *passcode = SecretString::default(),
        Login::Multifactor(logins) => logins.iter_mut().for_each(|login| *login = seal(login)),
        Login::None => {}
    }
    login
}

/// The first bytes of a SHA-256, in hexadecimal.
fn hash(bytes: &[u8], length: usize) -> String {
    Sha256::digest(bytes).iter().take(length).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::{Named, Scope};
    use crate::keystone::tests::settings;

    fn granted(minutes: i64) -> Granted {
        let good_until = Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
        let mut granted = Granted { good_until, ..Granted::nobody() };
        granted.access.token = "hunter2".into();
        granted
    }

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("lunette/tokens"), &settings("http://cloud"));
        (folder, cache)
    }

    fn token(cache: &Cache) -> Option<String> {
        cache.load(Timestamp::now()).map(|granted| granted.access.token.expose_secret().to_owned())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn keeps_a_token_where_only_its_user_can_read_it() {
        let (_folder, cache) = cache();
        assert_eq!(token(&cache), None);
        cache.save(&granted(10));
        assert_eq!(token(&cache).as_deref(), Some("hunter2"));
        assert_eq!((mode(&cache.folder), mode(&cache.file)), (0o700, 0o600));
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 1);
        cache.forget();
        assert_eq!(token(&cache), None);
    }

    #[test]
    fn uses_nothing_that_others_can_read_or_that_has_ended_or_is_broken() {
        let (_folder, cache) = cache();
        cache.save(&granted(10));
        fs::set_permissions(&cache.file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(token(&cache), None);

        cache.save(&granted(10));
        fs::set_permissions(&cache.folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(token(&cache), None);
        cache.forget();
        cache.save(&granted(10));
        assert!(!cache.file.exists());
        fs::set_permissions(&cache.folder, fs::Permissions::from_mode(0o700)).unwrap();

        cache.save(&granted(-1));
        assert_eq!(token(&cache), None);

        cache.save(&granted(10));
        fs::write(&cache.file, "{\"token\":").unwrap();
        assert_eq!(token(&cache), None);
    }

    #[test]
    fn only_old_token_files_are_removed() {
        let (_folder, cache) = cache();
        cache.save(&granted(10));
        let key = "0".repeat(64);
        let old = [
            (format!("{key}.json"), false),
            (format!("{key}.4bb06f8e-4e3a-4715-9201-d573d0aa4237"), false),
            (format!("{key}.txt"), true),
            (key.clone(), true),
            (format!("{}.json", &key[1..]), true),
            ("notes.json".to_owned(), true),
            ("id_rsa".to_owned(), true),
        ];
        let long_ago = SystemTime::now() - 2 * OLDEST;
        for (name, _) in &old {
            let file = File::create(cache.folder.join(name)).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        cache.save(&granted(10));
        for (name, stays) in &old {
            assert_eq!(cache.folder.join(name).exists(), *stays, "{name}");
        }
        assert_eq!(token(&cache).as_deref(), Some("hunter2"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let cache = Cache::new("/proc/nowhere".into(), &settings("http://cloud"));
        cache.save(&granted(10));
        assert_eq!(token(&cache), None);
    }

    #[test]
    fn each_identity_has_a_name_of_its_own_that_tells_no_secret() {
        let password =
            |password: &str| Login::Password { user: Named::Id("1".into()), password: password.into() };
        let totp = |passcode: &str| Login::Totp { user: Named::Id("1".into()), passcode: passcode.into() };
        let with = |login| Settings { login, ..settings("http://cloud") };
        let one = key(&with(password("hunter2")));
        assert_eq!(one.len(), 64);
        assert_eq!(one, key(&with(password("hunter2"))));
        for other in [
            with(password("hunter3")),
            with(totp("1")),
            with(Login::Token { token: "1".into() }),
            with(Login::Token { token: "2".into() }),
            Settings { scope: Scope::System("all".into()), ..with(password("hunter2")) },
            Settings { auth_url: Some("http://other".into()), ..with(password("hunter2")) },
        ] {
            assert_ne!(one, key(&other), "{other:?}");
        }
        assert_eq!(key(&with(totp("1"))), key(&with(totp("2"))));
        let Login::Password { password, .. } = seal(&password("hunter2")) else { unreachable!() };
        assert_eq!(password.expose_secret().len(), 4);
    }
}
