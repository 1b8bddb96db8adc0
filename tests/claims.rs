//! Real fact-checks and real repeats of them: is the right claim found, and are ordinary posts left alone?
//!
//! In: `hoaxes` and `corpora` under `KENTONGAN_DATA`, else `../shared/data`; absent data are said and passed over.
//! Rule: the bars are those of docs/hoaxes.md with room for chance, on data that the weights have seen.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test fails where it stands and says what it passes over; counts are small"
)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use kentongan::claims::{Claims, Limits, THRESHOLD};
use kentongan::service::claims_file;
use serde_json::Value;

fn data() -> Option<PathBuf> {
    let given = std::env::var_os("KENTONGAN_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = given.unwrap_or(beside);
    data.join("hoaxes/claims.jsonl.gz").exists().then_some(data)
}

fn unpacked(path: &Path) -> impl BufRead + use<> {
    BufReader::new(MultiGzDecoder::new(File::open(path).unwrap()))
}

/// A member of each line beside the claim that it names.
fn pairs(lines: impl BufRead, member: &str) -> Vec<(String, String)> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    lines
        .map(|line: Value| (text(&line, member), text(&line, "claim_id")))
        .collect()
}

#[test]
fn repeats_are_found_and_ordinary_posts_are_left_alone() {
    let Some(data) = data() else {
        eprintln!("no hoaxes/claims.jsonl.gz under KENTONGAN_DATA: nothing was compared");
        return;
    };
    let mut claims = Claims::new(Limits {
        claims: 100_000,
        threshold: THRESHOLD,
    });
    let lines = unpacked(&data.join("hoaxes/claims.jsonl.gz"));
    claims_file::read(lines, 65_536, &mut claims).unwrap();
    let hoaxes = |name: &str| {
        let file = File::open(data.join("hoaxes").join(name)).unwrap();
        pairs(BufReader::new(file), "post_text")
    };
    // For each post: whether the nearest claim is the named one, and whether it is a match.
    let mut asked = |posts: &[(String, String)]| -> Vec<(bool, bool)> {
        let nearest = posts.iter().map(|(text, wanted)| {
            let best = claims.nearest(text, 1).into_iter().next();
            let is_match = best.as_ref().is_some_and(|best| best.is_match);
            (
                best.is_some_and(|best| *best.claim.id == **wanted),
                is_match,
            )
        });
        nearest.collect()
    };
    let share = |found: &[(bool, bool)], is: fn(&(bool, bool)) -> bool| {
        found.iter().filter(|one| is(one)).count() as f64 / found.len() as f64
    };
    let repeats = asked(&hoaxes("repeats.jsonl"));
    assert!(share(&repeats, |&(first, _)| first) >= 0.8);
    assert!(share(&repeats, |&(first, is_match)| first && is_match) >= 0.6);
    let near = asked(&hoaxes("near-misses.jsonl"));
    assert!(share(&near, |&(_, is_match)| is_match) <= 0.3);
    let corpus = data.join("corpora/psbb-stream-2020-05.jsonl.gz");
    let posts: Vec<_> = pairs(unpacked(&corpus), "text")
        .into_iter()
        .step_by(10)
        .collect();
    assert!(share(&asked(&posts), |&(_, is_match)| is_match) <= 0.005);
}

/// Among half as many claims a rival is weaker: what is only alike must not pass for that.
#[test]
fn fewer_claims_do_not_make_near_misses_matches() {
    let Some(data) = data() else {
        eprintln!("no hoaxes/claims.jsonl.gz under KENTONGAN_DATA: nothing was compared");
        return;
    };
    let lines = || unpacked(&data.join("hoaxes/claims.jsonl.gz")).lines();
    let near = File::open(data.join("hoaxes/near-misses.jsonl")).unwrap();
    let near = pairs(BufReader::new(near), "post_text");
    let (mut asked, mut matched) = (0_u32, 0_u32);
    for half in 0..2 {
        let mut claims = Claims::new(Limits {
            claims: 100_000,
            threshold: THRESHOLD,
        });
        let own = lines().map(Result::unwrap).skip(half).step_by(2);
        let own: String = own.map(|line| line + "\n").collect();
        claims_file::read(own.as_bytes(), 65_536, &mut claims).unwrap();
        let is_here = |id: &str| own.contains(&format!("\"{id}\""));
        for (text, _) in near.iter().filter(|(_, id)| is_here(id)) {
            asked += 1;
            let best = claims.nearest(text, 1).into_iter().next();
            matched += u32::from(best.is_some_and(|best| best.is_match));
        }
    }
    assert!(
        asked >= 20 && matched * 10 <= asked * 3,
        "{matched} of {asked}"
    );
}
