//! One cloud's settings as options of its door.

use std::time::Duration;

use crate::config::Settings;
use crate::http::{Effects, Options, Trace};

/// The door's options that these settings ask for; what they leave open is `Options::new`'s.
pub fn door_options(settings: &Settings, effects: Effects, trace: Option<Trace>) -> Options {
    let usual = Options::new(effects);
    let tls = &settings.tls;
    Options {
        ca_file: tls.ca_file.clone(),
        client_cert: tls.cert_file.clone().map(|cert| (cert, tls.key_file.clone())),
        insecure: tls.insecure,
        connect_timeout: settings
            .timeout
            .map_or(usual.connect_timeout, |timeout| timeout.min(usual.connect_timeout)),
        read_timeout: settings
            .timeout
            .map_or(usual.read_timeout, |timeout| timeout.max(Duration::from_millis(1))),
        // A retry is one attempt more than the first.
        connect_attempts: settings
            .connect_retries
            .map_or(usual.connect_attempts, |retries| retries.saturating_add(1)),
        status_attempts: settings
            .status_code_retries
            .map_or(usual.status_attempts, |retries| retries.saturating_add(1)),
        // Who says how often means every status.
        asked_attempts: settings
            .status_code_retries
            .map_or(usual.asked_attempts, |retries| retries.saturating_add(1)),
        trace,
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tls;
    use crate::http::Effect;
    use crate::keystone::tests::settings;

    #[test]
    fn settings_become_options() {
        let settings = Settings {
            timeout: Some(Duration::from_secs(5)),
            connect_retries: Some(0),
            status_code_retries: Some(2),
            tls: Tls { cert_file: Some("c.pem".into()), insecure: true, ..Tls::default() },
            ..settings("http://cloud")
        };
        let options = door_options(&settings, Effects::up_to(Effect::Read), None);
        assert_eq!(options.client_cert, Some(("c.pem".into(), None)));
        assert!(options.insecure);
        assert_eq!((options.connect_timeout.as_secs(), options.read_timeout.as_secs()), (5, 5));
        assert_eq!((options.connect_attempts, options.status_attempts, options.asked_attempts), (1, 3, 3));
    }

    #[test]
    fn a_long_timeout_does_not_lengthen_connecting() {
        let settings = Settings { timeout: Some(Duration::from_mins(10)), ..settings("http://cloud") };
        let options = door_options(&settings, Effects::up_to(Effect::Read), None);
        assert_eq!((options.connect_timeout.as_secs(), options.read_timeout.as_secs()), (10, 600));
    }
}
