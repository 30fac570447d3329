//! The fields of a new image: what a body may be, before anything is sent.

use serde_json::{Map, Value};

use super::super::Image;
use crate::error::{Error, Kind, Result};

/// The body as Glance takes it: custom properties beside the fields.
pub(in crate::glance) fn flatten(mut body: Map<String, Value>) -> Result<Map<String, Value>> {
    match body.remove("properties") {
        None | Some(Value::Null) => {}
        Some(Value::Object(properties)) => {
            for (key, value) in properties {
                if Image::is_schema_field(&key) {
                    let message = format!("{key} is a field of the image, not a custom property");
                    return Err(
                        Error::new(Kind::Usage, message).advice(format!("write {key} beside properties"))
                    );
                }
                body.insert(key, value);
            }
        }
        Some(_) => return Err(Error::new(Kind::Usage, "properties is to be a table of names and texts")),
    }
    for (key, value) in &body {
        if !Image::is_schema_field(key) && !value.is_string() {
            let message = format!("the property {key} is {value}, and Glance takes only text");
            return Err(Error::new(Kind::Usage, message).advice(format!("write it as text: \"{value}\"")));
        }
    }
    Ok(body)
}

/// Errors: `usage` (Glance would take no data for an image without formats).
pub(in crate::glance) fn require_formats(body: &Map<String, Value>) -> Result<()> {
    let missing: Vec<&str> = ["disk_format", "container_format"]
        .into_iter()
        .filter(|key| body.get(*key).is_none_or(Value::is_null))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("an image with data needs {}", missing.join(" and ")))
        .advice("say what the data are, such as disk_format = \"qcow2\", container_format = \"bare\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { return Map::new() };
        object
    }

    #[test]
    fn properties_go_beside_the_fields() {
        let body = object(json!({"name": "x", "os_distro": "debian", "properties": {"hw_disk_bus": "scsi"}}));
        let flat = object(json!({"name": "x", "os_distro": "debian", "hw_disk_bus": "scsi"}));
        assert_eq!(flatten(body).unwrap(), flat);
    }

    #[test]
    fn a_property_is_text_and_has_a_name_of_its_own() {
        let cases = [
            (json!({"properties": {"name": "x"}}), "name is a field of the image, not a custom property"),
            (
                json!({"properties": {"hw_cores": 4}}),
                "the property hw_cores is 4, and Glance takes only text",
            ),
            (json!({"hw_cores": true}), "the property hw_cores is true, and Glance takes only text"),
            (json!({"properties": "x"}), "properties is to be a table of names and texts"),
        ];
        for (body, message) in cases {
            let error = flatten(object(body)).unwrap_err();
            assert_eq!((error.kind(), error.message()), (Kind::Usage, message));
        }
    }

    #[test]
    fn data_need_both_formats() {
        let cases = [
            (json!({"disk_format": "raw", "container_format": "bare"}), None),
            (json!({"disk_format": "raw"}), Some("an image with data needs container_format")),
            (json!({"disk_format": null}), Some("an image with data needs disk_format and container_format")),
        ];
        for (body, message) in cases {
            let error = require_formats(&object(body)).err();
            assert_eq!(error.as_ref().map(Error::message), message);
        }
    }
}
