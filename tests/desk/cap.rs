//! Incidents for programs of disaster desks: an Atom feed, and a document for each.

use kentongan::alert::Words;
use kentongan::desk::CapDocuments;

use super::*;

fn house() -> House {
    let mut house = House::new(Limits::default());
    let documents = CapDocuments::new("/kentongan", Words::built_in().unwrap());
    let desk = Arc::into_inner(house.desk).unwrap();
    house.desk = Arc::new(desk.with_documents(documents));
    house
}

#[tokio::test]
async fn the_feed_lists_each_incident_and_leads_to_its_newest_document() {
    let house = house();
    house.desk.apply(example(1));
    let mut second = example(2);
    second.id = format!("{}-2", second.incident);
    house.desk.apply(second);
    let feed = house.get("/cap").await;
    assert_eq!(feed.status, StatusCode::OK);
    let kind = feed.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/atom+xml"), "{kind}");
    assert_eq!(feed.text.matches("<entry>").count(), 1);
    let link = feed.text.split("href=\"/cap/").nth(1).unwrap();
    let link = link.split('"').next().unwrap();
    let document = house.get(&format!("/cap/{link}")).await;
    assert_eq!(document.status, StatusCode::OK);
    assert_eq!(document.headers["content-type"], "application/cap+xml");
    for part in [
        "-2</identifier>",
        "<references>",
        "<scope>Restricted</scope>",
        "id-ID",
        ">en<",
    ] {
        assert!(document.text.contains(part), "{part}: {}", document.text);
    }
}

#[tokio::test]
async fn an_empty_desk_has_an_empty_feed_and_unknown_incidents_have_no_document() {
    let house = house();
    assert!(!house.get("/cap").await.text.contains("<entry>"));
    assert_eq!(house.get("/cap/none").await.status, StatusCode::NOT_FOUND);
}
