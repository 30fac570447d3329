//! Headers that no script may set: they frame a message, say who asks, or change what is asked.
//!
//! Sources: RFC 9110 and 9112; `keystonemiddleware/auth_token/_request.py` and `__init__.py`;
//! `keystonemiddleware/opts.py`; oslo.middleware's `HTTPProxyToWSGI`; Swift's `X-Delete-At`.

/// Headers of one message or one connection.
const FRAMING: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers that say who asks.
const IDENTITY: [&str; 14] = [
    "authorization",
    "cookie",
    "cookie2",
    "forwarded",
    "from",
    "openstack-system-scope",
    "remote-addr",
    "remote-user",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-is-admin-project",
    "x-real-ip",
    "x-trust-id",
];

/// How names of headers begin that say who asks.
const IDENTITY_PREFIXES: [&str; 18] = [
    "cf-connecting-",
    "mellon-",
    "oidc-",
    "openstack-auth-",
    "remote-",
    "shib-",
    "ssl-client-",
    "x-auth-",
    "x-domain",
    "x-forwarded-",
    "x-identity-",
    "x-project",
    "x-remote-",
    "x-role",
    "x-service-",
    "x-ssl-",
    "x-tenant",
    "x-user",
];

/// How names of headers begin that change the method or the path, or that delete later (Swift).
const CHANGING_PREFIXES: [&str; 9] = [
    "x-delete-",
    "x-host",
    "x-http-",
    "x-method",
    "x-original-",
    "x-override-",
    "x-proxy",
    "x-rewrite-",
    "x-system-",
];

/// Whether a header frames a message: nobody but the door sets it. `name` is in lower case.
pub(in crate::http) fn is_framing(name: &str) -> bool {
    FRAMING.contains(&name) || name.starts_with("proxy-")
}

/// Says why a script may not set a header; `None` if it may. Case, blanks and `_` for `-` make no difference.
pub fn reserved_header(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase().replace('_', "-");
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if is_framing(&name) {
        return Some("it belongs to the connection, and Lunette sets it itself");
    }
    if IDENTITY.contains(&name.as_str()) || begins(&IDENTITY_PREFIXES) || crate::secrets::is_secret(&name) {
        return Some("it says who asks, which only the log-in of the cloud does");
    }
    begins(&CHANGING_PREFIXES).then_some("it changes what the request does")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_frame_identify_or_change_a_request_are_reserved() {
        for name in [
            "Content-Length",
            "content_length",
            " Transfer-Encoding ",
            "HOST",
            "Connection",
            "Keep-Alive",
            "Proxy-Authorization",
            "Proxy-Connection",
            "TE",
            "Trailer",
            "Upgrade",
            "Expect",
            "HTTP2-Settings",
            "Content-Encoding",
            "Authorization",
            "Cookie",
            "X-Auth-Token",
            "x_auth_token",
            "X-Storage-Token",
            "X-Subject-Token",
            "X-Service-Token",
            "X-Service-Catalog",
            "X-Roles",
            "X-Role",
            "X-User-Id",
            "X-User",
            "X-Project-Id",
            "X-Tenant-Name",
            "X-Domain-Id",
            "X-Identity-Status",
            "X-Is-Admin-Project",
            "X-System-Scope",
            "OpenStack-System-Scope",
            "OpenStack-Auth-Receipt",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "Forwarded",
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-Delete-After",
            "X-Api-Key",
        ] {
            assert!(reserved_header(name).is_some(), "{name}");
        }
    }

    #[test]
    fn headers_of_the_services_are_free() {
        for name in [
            "Accept",
            "Content-Type",
            "If-Match",
            "Range",
            "OpenStack-API-Version",
            "X-OpenStack-Nova-API-Version",
            "X-OpenStack-Append",
            "X-OpenStack-Request-Id",
            "X-Image-Meta-Store",
            "X-Image-Cache-Clear-Target",
            "X-Container-Meta-Color",
            "X-Object-Meta-Color",
            "X-Copy-From",
            "X-Anything",
        ] {
            assert_eq!(reserved_header(name), None, "{name}");
        }
    }
}
