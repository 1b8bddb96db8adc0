//! The JSON Schema (2020-12) of the outbound record, made from its types.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Alert, SCHEMA_ID};

/// The schema, with its stable `$id`. `docs/alert-v1.schema.json` is a copy that a test compares.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Alert>();
    schema.insert("$id".to_owned(), SCHEMA_ID.into());
    schema.to_value()
}
