//! Which topics are one event.

use super::*;
use crate::post::PostIdentity;
use crate::window::Bottom;

/// A topic of `posts`, most of which are at `place`.
fn facet(topic: &str, minute: i64, place: &str, posts: std::ops::Range<u64>) -> Facet {
    let mut identities = Bottom::default();
    // Spread like hashes: the smallest ones are a fair sample.
    let spread = posts
        .clone()
        .map(|post| post.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    spread.for_each(|hash| identities.insert(PostIdentity(hash)));
    let count = u32::try_from(posts.end - posts.start).unwrap_or(0);
    let named = (!place.is_empty()).then(|| (PlaceCode::new(place), count));
    Facet {
        topic: TopicKey::new(topic),
        onset_at: EventTime::from_millis(minute * 60_000),
        posts: count,
        places: named.into_iter().collect(),
        hazard: topic.strip_prefix("hazard:").map(|rest| {
            let id = rest.split_once('@').map_or(rest, |(id, _)| id);
            HazardCode::new(id)
        }),
        identities: PostSketch::of(std::iter::once(&identities)),
        words: Vec::new(),
    }
}

#[test]
fn shared_posts_or_a_shared_hazard_make_one_event() {
    let quake = facet("hazard:gempa@ID-NB", 0, "ID-NB", 0..200);
    let tag = facet("tag:gempa", 50, "ID-NB", 100..260);
    let bare = facet("hazard:gempa", 50, "ID-NB", 900..990);
    let wave = facet("hazard:tsunami@ID-NB", 2, "ID-NB", 0..90);
    assert_eq!(quake.bond(&tag), Some(Bond::Posts));
    assert_eq!(quake.bond(&bare), Some(Bond::Hazard));
    assert_eq!(quake.bond(&wave), Some(Bond::Posts));
}

#[test]
fn telling_words_join_what_no_longer_shares_posts() {
    let said = |mut facet: Facet, words: &[&str]| {
        facet.words = words.iter().map(|&word| word.to_owned()).collect();
        facet
    };
    let blast = said(
        facet("hazard:ledakan", 0, "", 0..90),
        &["ledakan", "pabrik", "pupuk", "rt", "warga"],
    );
    let tag = said(
        facet("tag:doa", 900, "", 500..560),
        &["doa", "ledakan", "pabrik", "pupuk"],
    );
    let other = said(
        facet("tag:bola", 900, "", 700..760),
        &["bola", "gol", "ledakan", "pabrik"],
    );
    let flood = said(
        facet("hazard:banjir", 900, "", 800..890),
        &["ledakan", "pabrik", "pupuk"],
    );
    assert_eq!(blast.bond(&tag), Some(Bond::Words));
    assert_eq!(tag.bond(&blast), Some(Bond::Words));
    assert_eq!(blast.bond(&other), None);
    assert_eq!(blast.bond(&flood), None, "another hazard");
}

#[test]
fn a_place_counts_only_for_what_began_together() {
    let quake = facet("hazard:gempa@ID-NB", 0, "ID-NB", 0..200);
    let soon = facet("place:ID-NB", 20, "ID-NB", 500..700);
    let late = facet("place:ID-NB", 50, "ID-NB", 500..700);
    assert_eq!(quake.bond(&soon), Some(Bond::Place));
    assert_eq!(quake.bond(&late), None);
}

#[test]
fn two_hazards_in_one_place_or_one_hazard_in_two_places_are_two_events() {
    let flood = facet("hazard:banjir@ID-JK", 0, "ID-JK", 0..200);
    let riot = facet("hazard:kerusuhan@ID-JK", 5, "ID-JK", 500..700);
    let elsewhere = facet("hazard:banjir@ID-KS", 5, "ID-KS", 900..999);
    assert_eq!(flood.bond(&riot), None);
    assert_eq!(flood.bond(&elsewhere), None);
    assert_eq!(elsewhere.bond(&flood), None);
}

#[test]
fn a_regency_and_its_province_are_one_place() {
    let mut regency = facet("hazard:gempa@ID-5208", 0, "ID-5208", 0..40);
    regency.places.push((PlaceCode::new("ID-NB"), 38));
    let province = facet("hazard:gempa@ID-NB", 1, "ID-NB", 700..900);
    assert_eq!(regency.bond(&province), Some(Bond::Hazard));
}

#[test]
fn a_hashtag_whose_posts_name_a_hazard_is_of_that_hazard_where_they_are() {
    let of_quake = |mut facet: Facet| {
        facet.hazard = Some(HazardCode::new("gempa"));
        facet
    };
    let quake = facet("hazard:gempa@ID-NB", 0, "ID-NB", 0..200);
    let anywhere = facet("hazard:gempa", 0, "", 300..320);
    let tag = of_quake(facet("tag:tenda", 40, "ID-NB", 500..503));
    let elsewhere = of_quake(facet("tag:tenda", 40, "ID-AC", 500..503));
    assert_eq!(quake.bond(&tag), Some(Bond::Hazard));
    assert_eq!(tag.bond(&anywhere), Some(Bond::Hazard));
    assert_eq!(quake.bond(&elsewhere), None);
    let flood = facet("hazard:banjir@ID-NB", 0, "ID-NB", 600..700);
    assert_eq!(flood.bond(&tag), None);
}

#[test]
fn a_topic_that_is_everywhere_does_not_join_what_began_elsewhere_at_another_time() {
    let here = facet("hazard:banjir@ID-JK", 0, "ID-JK", 0..200);
    let everywhere = facet("hazard:banjir", 0, "", 300..320);
    let there = |minute| facet("hazard:banjir@ID-JT", minute, "ID-JT", 500..530);
    assert_eq!(everywhere.bond(&there(20)), Some(Bond::Hazard));
    assert!(!here.lets_join(&there(20), &everywhere));
    assert!(
        here.lets_join(&there(4), &everywhere),
        "one shock, felt in both"
    );
    let beside = facet("place:ID-JT", 0, "ID-JT", 400..430);
    assert!(here.lets_join(&there(20), &beside));
}
