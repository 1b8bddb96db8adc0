//! The stream of events, as a page hears it.

use super::*;

/// The names of the events of a stream, in order, with their ids.
fn names(stream: &str) -> Vec<String> {
    let field = |event: &str, name: &str| {
        let found = event
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.map(str::to_owned)
    };
    stream
        .split("\n\n")
        .filter_map(|event| {
            let name = field(event, "event")?;
            let id = field(event, "id")
                .map(|id| format!(" {id}"))
                .unwrap_or_default();
            Some(name + &id)
        })
        .collect()
}

#[tokio::test]
async fn hostile_text_of_a_post_stays_text() {
    let house = House::new(Limits::default());
    let mut alert = example(1);
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}\n\ndata: {}\nevent: reset";
    alert.evidence[0].text = hostile.to_owned();
    alert.title.id = hostile.to_owned();
    let incident = alert.incident.clone();
    house.desk.apply(alert);
    let answer = house.get(&format!("/api/v1/incidents/{incident}")).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(value["alert"]["evidence"][0]["text"], hostile);
    let stream = house.listen(None, |_| ()).await;
    let events = names(&stream);
    assert_eq!(
        events.len(),
        1,
        "a post cannot end an event or begin one: {stream}"
    );
}

#[tokio::test]
async fn a_new_page_gets_the_whole_state_then_what_happens() {
    let house = House::furnished();
    let stream = house
        .listen(None, |desk| {
            desk.apply(example(2));
            desk.apply(example(2));
            desk.tick(house.now(), feeds());
        })
        .await;
    assert!(stream.contains("retry: 2000"), "{stream}");
    let began = house.now().millis();
    assert_eq!(
        names(&stream),
        [
            format!("snapshot {began}-1"),
            format!("incident {began}-2"),
            "tick".to_owned()
        ]
    );
    let snapshot = stream
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    let snapshot: Value = serde_json::from_str(snapshot).unwrap();
    assert_eq!(snapshot["incidents"][0]["revision"], 1);
    assert_eq!(snapshot["feeds"][1]["state"], "stalled");
}

#[tokio::test]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let house = House::furnished();
    house.desk.apply(example(2));
    let began = house.now().millis();
    let stream = house.listen(Some(&format!("{began}-1")), |_| ()).await;
    assert_eq!(names(&stream), [format!("incident {began}-2")]);
}

#[tokio::test]
async fn a_page_of_an_earlier_process_starts_anew() {
    let house = House::furnished();
    let began = house.now().millis();
    let stream = house.listen(Some("17-1"), |_| ()).await;
    assert_eq!(
        names(&stream),
        ["reset".to_owned(), format!("snapshot {began}-1")]
    );
}

#[tokio::test]
async fn a_page_that_reads_too_slowly_is_cut_off() {
    let limits = Limits {
        events: 2,
        ..Limits::default()
    };
    let house = House::new(limits);
    let stream = house
        .listen(None, |desk| {
            (1..=5).for_each(|revision| desk.apply(example(revision)));
        })
        .await;
    assert_eq!(names(&stream).len(), 1, "{stream}");
}

#[tokio::test(start_paused = true)]
async fn a_comment_every_fifteen_seconds_keeps_the_line_open() {
    let house = House::furnished();
    let desk = Arc::clone(&house.desk);
    let request = Request::get("/api/v1/events").body(Body::empty()).unwrap();
    let response = router(Arc::clone(&desk), Access::of_this_machine())
        .oneshot(request)
        .await
        .unwrap();
    let closing = async {
        tokio::time::sleep(Duration::from_secs(50)).await;
        desk.close();
    };
    let (bytes, ()) = tokio::join!(to_bytes(response.into_body(), 1_000_000), closing);
    let stream = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    assert_eq!(stream.matches(": heartbeat\n").count(), 3, "{stream}");
}

#[tokio::test]
async fn live_pages_are_limited_and_counted() {
    let house = House::new(Limits {
        clients: 1,
        ..Limits::default()
    });
    let open = || {
        let request = Request::get("/api/v1/events").body(Body::empty()).unwrap();
        router(Arc::clone(&house.desk), Access::of_this_machine()).oneshot(request)
    };
    let first = open().await.unwrap();
    assert_eq!(
        open().await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    let metrics = house.get("/metrics").await.text;
    assert!(
        metrics.contains("kentongan_desk_live_clients 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains(r#"limit_hits_total{limit="desk_clients"} 1"#),
        "{metrics}"
    );
    drop(first);
    assert_eq!(open().await.unwrap().status(), StatusCode::OK);
    let metrics = house.get("/metrics").await.text;
    assert!(
        metrics.contains("kentongan_desk_live_clients 0"),
        "{metrics}"
    );
}
