//! The API's description says what the API does.

use super::*;

const INCIDENT: &str = "gempa-id-nb-20260303t201126";

#[tokio::test]
async fn every_answer_in_json_is_as_described() {
    let house = House::furnished();
    let document: Value = serde_json::from_str(&house.get("/api/openapi.json").await.text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let mut checked = 0;
    for (path, item) in paths {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        let needed = if path.ends_with("handover") {
            "?since=2026-03-03T20:00:00Z"
        } else {
            ""
        };
        let asked = path.replace("{id}", INCIDENT) + needed;
        let answer = house.get(&asked).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let value: Value = serde_json::from_str(&answer.text).unwrap();
        // The schema's references point into the document, so the document goes with it.
        let mut whole = schema.clone();
        whole["components"] = document["components"].clone();
        let validator = jsonschema::draft202012::new(&whole).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{path}: {error}"))
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
        checked += 1;
    }
    assert_eq!(checked, 6);
}

#[tokio::test]
async fn every_refusal_is_as_described() {
    let house = House::furnished();
    let answer = house.get("/api/v1/incidents/none").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.text, r#"{"error":"no such incident"}"#);
    let document = kentongan::desk::openapi();
    let found = &document["paths"]["/api/v1/incidents/{id}"]["get"]["responses"];
    assert_eq!(
        found["404"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Refusal"
    );
    assert!(document["components"]["schemas"]["Refusal"]["properties"]["error"].is_object());
}
