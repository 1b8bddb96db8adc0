//! Words that stand out, and words of one side.

use proptest::prelude::*;

use super::*;
use crate::post::{Language, PostIdentity};

fn sample(kind: FeedKind, language: &str, identity: u64, text: &str) -> Sample {
    Sample {
        identity: PostIdentity(identity),
        id: "1".into(),
        kind,
        platform: "x".into(),
        language: Language::parse(language),
        created_at: EventTime::from_millis(0),
        text: text.into(),
        url: None,
    }
}

fn counts(samples: &[(Sample, bool)]) -> Counts {
    let reader = Reader::built_in();
    let mut counts = Counts::default();
    for (sample, is_of_episode) in samples {
        counts.add(&reader, sample, *is_of_episode);
    }
    counts
}

fn stands_out(counts: &Counts) -> Vec<(String, u32)> {
    let terms = counts.standing_out().into_iter();
    terms.map(|(_, term)| (term.term, term.posts)).collect()
}

fn owned(words: &[(&str, u32)]) -> Vec<(String, u32)> {
    let words = words.iter();
    words
        .map(|&(word, posts)| (word.to_owned(), posts))
        .collect()
}

fn told(terms: &[Term]) -> Vec<(&str, u32)> {
    let terms = terms.iter();
    terms.map(|term| (term.term.as_str(), term.posts)).collect()
}

#[test]
fn each_side_has_the_words_that_the_others_do_not_use() {
    use FeedKind::{News, Social};
    let counts = counts(&[
        (
            sample(Social, "id", 1, "Jembatan Tenau disabotase orang asing!"),
            true,
        ),
        (sample(Social, "id", 2, "disabotase, jembatan Tenau"), true),
        (
            sample(Social, "id", 3, "kapal menabrak tiang jembatan Tenau"),
            true,
        ),
        (
            sample(News, "id", 4, "Kapal menabrak jembatan Tenau, 2 luka"),
            true,
        ),
        (
            sample(News, "id", 5, "Tongkang tabrak jembatan: 2 luka"),
            true,
        ),
        (sample(News, "en", 6, "Bridge hit by barge in Kupang"), true),
        (sample(News, "en", 7, "Barge rams Kupang bridge"), true),
        (sample(News, "", 8, "tongkang"), true),
    ]);
    let sides: Vec<_> = counts.divergence();
    let sides: Vec<_> = sides
        .iter()
        .map(|side| (side.who, side.posts, told(&side.terms)))
        .collect();
    assert_eq!(
        sides,
        [
            (Speaker::Public, 3, vec![("disabotase", 2)]),
            (Speaker::IndonesianPress, 2, vec![("2", 2), ("luka", 2)]),
            (
                Speaker::ForeignPress,
                2,
                vec![("barge", 2), ("bridge", 2), ("kupang", 2)]
            ),
        ],
        "one post of the press is no side, and its word is not one side's alone"
    );
}

#[test]
fn one_side_alone_diverges_from_nobody() {
    let one = sample(FeedKind::Social, "id", 1, "jembatan runtuh");
    let two = sample(FeedKind::Social, "en", 2, "jembatan runtuh");
    assert_eq!(counts(&[(one, true), (two, true)]).divergence(), []);
}

#[test]
fn what_was_said_before_does_not_stand_out() {
    let usual = (0..20).map(|at| (sample(FeedKind::Social, "id", at, "macet Jakarta"), false));
    let now = (20..26).map(|at| {
        (
            sample(FeedKind::Social, "id", at, "Jakarta gelap, listrik padam"),
            true,
        )
    });
    let counts = counts(&usual.chain(now).collect::<Vec<_>>());
    assert_eq!(
        stands_out(&counts),
        owned(&[("gelap", 6), ("listrik", 6), ("padam", 6), ("jakarta", 6)])
    );
}

#[test]
fn masks_handles_and_numbers_of_people_are_no_words() {
    let text = "hubungi <number> atau <mail> @budi 0812345678 https://contoh.id/x runtuh";
    let samples: Vec<_> = (0..3)
        .map(|at| (sample(FeedKind::Social, "id", at, text), true))
        .collect();
    assert_eq!(
        stands_out(&counts(&samples)),
        owned(&[("hubungi", 3), ("runtuh", 3)])
    );
}

#[test]
fn a_post_counts_for_the_most_telling_of_its_words() {
    let texts = [
        "jembatan runtuh",
        "jembatan runtuh",
        "RT jembatan",
        "banjir",
        "banjir",
        "halo",
    ];
    let samples: Vec<_> = (0..)
        .zip(texts)
        .map(|(at, text)| (sample(FeedKind::Social, "id", at, text), true))
        .collect();
    let counts = counts(&samples);
    assert_eq!(
        counts.leading(&counts.standing_out()),
        owned(&[("jembatan", 3), ("banjir", 2), ("", 1)])
    );
}

proptest! {
    #[test]
    fn the_order_of_the_samples_does_not_matter(
        texts in proptest::collection::vec(("[a-d]{2}( [a-d]{2}){0,4}", 0_usize..4, any::<bool>()), 0..40),
        turn in 0_usize..40,
    ) {
        let who = [(FeedKind::Social, "id"), (FeedKind::News, "id"), (FeedKind::News, "en"), (FeedKind::News, "")];
        let samples: Vec<_> = (0..)
            .zip(&texts)
            .map(|(at, (text, side, is_of_episode))| {
                (sample(who[*side].0, who[*side].1, at, text), *is_of_episode)
            })
            .collect();
        let mut turned = samples.clone();
        turned.rotate_left(turn.min(samples.len()));
        let (one, two) = (counts(&samples), counts(&turned));
        prop_assert_eq!(one.standing_out(), two.standing_out());
        prop_assert_eq!(one.divergence(), two.divergence());
        let all: u32 = one.posts.values().sum();
        prop_assert!(one.standing_out().iter().all(|(_, term)| term.posts >= LEAST_POSTS && term.posts <= all));
        let leading = one.leading(&one.standing_out());
        prop_assert_eq!(&leading, &two.leading(&two.standing_out()));
        let split: u32 = leading.iter().map(|(_, posts)| posts).sum();
        prop_assert!(leading.is_empty() || split == all);
    }
}
