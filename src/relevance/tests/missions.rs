//! Cities abroad count where an Indonesian mission is named.

use super::{gate, post, read};
use crate::relevance::Lists;

#[test]
fn a_mission_abroad_is_a_place_and_its_city_alone_is_none() {
    let gate = gate();
    let places = |text: &str| {
        let reading = read(&gate, &post("", text));
        let codes = reading.places.iter().map(|code| code.as_str().to_owned());
        (reading.relevant, codes.collect::<Vec<_>>())
    };
    let at = |code: &str| (true, vec![code.to_owned()]);
    for text in [
        "KBRI Tokyo: tidak ada korban dalam gempa",
        "KBRI Tokyo - belum ada laporan",
        "Kedutaan Besar Indonesia di Tokyo membuka posko",
        "Staff of the Indonesian embassy in Tokyo evacuated",
    ] {
        assert_eq!(places(text), at("JP-TYO"), "{text}");
    }
    assert_eq!(places("KJRI Hongkong dampingi korban"), at("HK-HKG"));
    assert_eq!(places("WNI di Kairo diminta waspada"), at("EG-CAI"));
    assert_eq!(places("Earthquake shakes Tokyo"), (false, vec![]));
}

#[test]
fn every_mission_has_a_name_coordinates_and_a_code_of_its_own() {
    let lines = Lists::built_in().missions.lines();
    let mut codes = Vec::new();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let degrees = |at: usize| columns[at].parse::<f64>().unwrap();
        assert!(
            degrees(3).abs() <= 90.0 && degrees(4).abs() <= 180.0,
            "{line}"
        );
        assert!(
            ["KBRI", "KJRI", "KRI", "PTRI", "KDEI"].contains(&columns[1]),
            "{line}"
        );
        assert!(!columns[2].is_empty() && columns[0].len() == 6, "{line}");
        codes.push(columns[0]);
    }
    let all = codes.len();
    codes.dedup();
    assert_eq!((codes.len(), all), (132, 132));
}
