//! What the gate must see and what it must not, as data; and its laws.

mod missions;

use proptest::prelude::*;

use crate::config;
use crate::post::{EventTime, Language, Location, Post, PostIdentity};
use crate::relevance::{Gate, Lists, Reading, Witness};

fn gate() -> Gate {
    Gate::new(&config::Relevance {
        enabled: true,
        lists: String::new(),
    })
    .unwrap()
}

fn post<'a>(title: &'a str, text: &'a str) -> Post<'a> {
    Post {
        id: "1".into(),
        identity: PostIdentity(1),
        kind: None,
        platform: "x".into(),
        account: None,
        created_at: EventTime::from_millis(0),
        title: title.into(),
        text: text.into(),
        language: None,
        url: None,
        location: None,
        repost_of: None,
    }
}

fn read(gate: &Gate, post: &Post<'_>) -> Reading {
    let mut reading = Reading::default();
    gate.read(post, &mut reading);
    reading
}

fn check(expected: bool, texts: &[&str]) {
    let gate = gate();
    for text in texts {
        let reading = read(&gate, &post("", text));
        let evidence: Vec<_> = reading.evidence().collect();
        assert_eq!(reading.relevant, expected, "{text}: {evidence:?}");
    }
}

#[test]
fn the_country_is_known_in_the_languages_of_the_press() {
    check(
        true,
        &[
            "Indonesia menang",
            "Les autorités indonésiennes ont confirmé",
            "Die indonesische Regierung teilte mit",
            "El gobierno indonesio informó",
            "O governo da Indonésia anunciou",
            "De Indonesische president",
            "Endonezya'da deprem",
            "Prezydent Indonezji przybył",
            "Indonéské úřady",
            "Az indonéziai hatóságok",
            "Indonesialainen lautta upposi",
            "Президент Индонезии прибыл",
            "Уряд Індонезії",
            "Правителството на Индонезия",
            "Στην Ινδονησία σήμερα",
            "ממשלת אינדונזיה הודיעה",
            "وصل الرئيس الإندونيسي إلى القاهرة",
            "وبإندونيسيا أيضا",
            "رئیس جمهور اندونزی",
            "انڈونیشیا میں زلزلہ",
            "इंडोनेशिया में भूकंप",
            "ইন্দোনেশিয়ায় ভূমিকম্প",
            "இந்தோனேசியாவில் நிலநடுக்கம்",
            "ఇండోనేషియాలో భూకంపం",
            "ഇന്തോനേഷ്യയിൽ ഭൂകമ്പം",
            "รัฐบาลอินโดนีเซียประกาศ",
            "ລັດຖະບານອິນໂດເນເຊຍ",
            "នៅប្រទេសឥណ្ឌូណេស៊ី",
            "အင်ဒိုနီးရှားနိုင်ငံ",
            "中印尼双边关系",
            "印度尼西亚总统",
            "インドネシアで地震",
            "인도네시아에서 지진",
            "Tổng thống Indonesia",
            "Serikali ya Indonesia",
            "የኢንዶኔዥያ መንግሥት",
            "ინდონეზიის მთავრობა",
            "Ինդոնեզիայի կառավարությունը",
        ],
    );
}

#[test]
fn indonesian_public_life_needs_no_country() {
    check(
        true,
        &[
            "BMKG: gempa magnitudo 5,2 guncang Cianjur",
            "Polda Metro Jaya menangkap tiga orang",
            "psbb diperpanjang lagi nih",
            "macet parah di jkt gara-gara banjir",
            "KBRI memulangkan 30 WNI",
            "Bupati Demak meninjau tanggul yang jebol",
            "pagi ini udara kalteng tidak sehat",
            "harga bbm naik lagi, rakyat susah",
            "#KaburAjaDulu yuk",
            "#PrayForPalu",
            "#gempajogja barusan kerasa",
        ],
    );
}

#[test]
fn what_only_sounds_alike_does_not_touch_indonesia() {
    check(
        false,
        &[
            "Migrating from Java EE to Jakarta EE with Maven",
            "How to use the Lombok annotation with Spring Boot",
            "SumatraPDF is a fast reader",
            "A cup of java in the morning",
            "Papua New Guinea elects a new parliament",
            "巴布亚新几内亚发生地震",
            "We climbed the steps of Batu Caves",
            "Indian police in Indiana",
            "印度总理访问",
            "He plays solo tonight",
            "estoy solo en casa",
            "kerajaan negeri Selangor umum bantuan, kata menteri besar",
            "Polis Diraja Malaysia tahan tiga lelaki, kata PDRM",
            "Manchester City resmi datangkan kiper baru dari Chelsea",
            "capek banget hari ini, pengen tidur aja",
            "nasib malang menimpa dia di medan perang",
            "バリエーション豊かな料理",
        ],
    );
}

#[test]
fn a_hazard_is_a_second_witness_for_the_name_beside_it() {
    check(
        true,
        &[
            "Strong earthquake in Java",
            "Java earthquake kills dozens",
            "flood in Medan",
        ],
    );
    check(
        false,
        &[
            "Explosion: Officer Flores was hurt",
            "solo dos euros para el terremoto",
        ],
    );
}

#[test]
fn a_common_name_needs_a_second_witness() {
    check(
        false,
        &["flores para mi madre", "medan terlalu berat buat dia"],
    );
    check(
        true,
        &[
            "flores and lombok, indonesia",
            "banjir di kota medan, warga mengungsi",
            "polres malang tangkap pelaku",
        ],
    );
}

#[test]
fn coordinates_inside_the_country_are_enough() {
    let gate = gate();
    let at = |latitude, longitude| {
        let mut post = post("", "look at this");
        post.location = Some(Location::Coordinates {
            latitude,
            longitude,
        });
        let reading = read(&gate, &post);
        let place = reading
            .places
            .first()
            .map(|place| place.as_str().to_owned());
        (reading.relevant, place)
    };
    assert_eq!(at(-6.2, 106.8), (true, Some("ID-JK".to_owned())));
    assert_eq!(at(-7.8, 110.4), (true, Some("ID-YO".to_owned())));
    assert_eq!(at(1.35, 103.82), (false, None), "Singapore");
    assert_eq!(at(1.55, 110.35), (false, None), "Kuching");
    assert_eq!(at(-8.56, 125.57), (false, None), "Dili");
    assert_eq!(at(-9.44, 147.18), (false, None), "Port Moresby");
    assert_eq!(at(31.8, -97.1), (false, None), "Texas");
    assert!(!at(f64::NAN, f64::INFINITY).0, "nowhere");
}

#[test]
fn places_come_with_their_province() {
    let gate = gate();
    let places = |text| {
        let reading = read(&gate, &post("", text));
        let codes = reading.places.iter().map(|place| place.as_str().to_owned());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(places("banjir di bdg"), ["ID-3273", "ID-JB"]);
    assert_eq!(places("banjir di Kabupaten Bandung"), ["ID-3204", "ID-JB"]);
    assert_eq!(places("Gunung Semeru erupsi"), ["ID-JI"]);
    assert_eq!(places("panas ya Surabayanya"), ["ID-3578", "ID-JI"]);
    assert_eq!(places("Jakarta - Real Madrid menang lagi"), [""; 0]);
    assert_eq!(places("lava on the island of Java, Indonesia"), [""; 0]);
}

#[test]
fn hazards_are_found_with_the_gate_off_and_floodgate_steps_are_none() {
    let gate = Gate::new(&config::Relevance {
        enabled: false,
        lists: String::new(),
    })
    .unwrap();
    let hazards = |text| {
        let reading = read(&gate, &post("", text));
        assert!(reading.relevant);
        let ids = reading.hazards.iter().map(ToString::to_string);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(
        hazards("Huge explosion at a plant near Waco, TX"),
        ["ledakan"]
    );
    assert_eq!(
        hazards("kebakaran hutan dan kabut asap"),
        ["kebakaran-hutan", "kabut-asap"]
    );
    assert_eq!(hazards("Manggarai siaga 1"), [""; 0]);
    assert_eq!(hazards("#Terremoto"), ["gempa"]);
}

#[test]
fn the_town_that_opens_a_report_is_no_place_of_it() {
    let reading = read(
        &gate(),
        &post("", "Jakarta - Chelsea membeli kiper dari Prancis"),
    );
    assert!(!reading.relevant);
    assert!(
        reading
            .evidence()
            .any(|found| found.witness == Witness::Dateline)
    );
}

#[test]
fn the_platforms_language_is_one_weak_witness() {
    let mut post = post("", "wkwkwk");
    post.language = Language::parse("id");
    assert!(!read(&gate(), &post).relevant);
}

#[test]
fn evidence_adds_up_to_the_score() {
    let reading = read(
        &gate(),
        &post("Banjir Jakarta", "Banjir di Jakarta dan Bekasi, kata BPBD"),
    );
    let sum: f32 = reading.evidence().map(|found| found.weight).sum();
    assert!((sum - reading.score).abs() < 1e-4);
    let places: Vec<f32> = reading
        .evidence()
        .filter(|found| found.witness == Witness::Place)
        .map(|found| found.weight)
        .collect();
    assert_eq!(
        places.get(1).map(|second| second * 2.0),
        places.first().copied()
    );
}

#[test]
fn a_mistake_in_a_list_is_named_with_its_line() {
    let mut lists = Lists::built_in();
    lists
        .lexicon
        .push(("mine.txt", "[country]\nok\n[nonsense]\nword\n"));
    let error = Gate::with_lists(
        &config::Relevance {
            enabled: true,
            lists: String::new(),
        },
        &lists,
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "mine.txt:4: \"word\" in [nonsense]: no such section"
    );
}

#[test]
fn hashtags_are_folded() {
    let reading = read(
        &gate(),
        &post("", "#IndonesiaGelap #ＪＡＫＡＲＴＡ # #2024 a#b"),
    );
    let tags: Vec<_> = reading.hashtags().collect();
    assert_eq!(tags, ["indonesiagelap", "jakarta", "2024", "b"]);
}

/// Pieces that meet in real posts, so that generated texts reach the rules.
const PIECES: [&str; 24] = [
    "Indonesia",
    "Indonésie",
    "Индонезии",
    "Ινδονησίας",
    "banjir",
    "di",
    "Jakarta",
    "Solo",
    "yang",
    "tidak",
    "Trump",
    "#",
    "@",
    "https://",
    ".com",
    "-",
    "印尼",
    "บาหลี",
    "é",
    "İ",
    "ß",
    "\u{301}",
    "jawa barat",
    "\n",
];

proptest! {
    #[test]
    fn reading_never_panics(title in any::<String>(), text in any::<String>()) {
        let gate = gate_once();
        read(gate, &post(&title, &text));
    }

    #[test]
    fn forms_of_one_text_have_one_verdict(pieces in prop::collection::vec(0..PIECES.len(), 0..12)) {
        use unicode_normalization::UnicodeNormalization;
        let words = pieces.iter().filter_map(|&piece| PIECES.get(piece).copied());
        let text = words.collect::<Vec<_>>().join(" ");
        let gate = gate_once();
        let score = |text: &str| read(gate, &post("", text)).score.to_bits();
        let plain = score(&text);
        prop_assert_eq!(plain, score(&text.nfc().collect::<String>()));
        prop_assert_eq!(plain, score(&text.nfd().collect::<String>()));
        prop_assert_eq!(plain, score(&text.to_uppercase()));
    }

    #[test]
    fn a_reading_that_is_used_again_is_as_new(first in any::<String>(), pieces in prop::collection::vec(0..PIECES.len(), 0..12)) {
        let words = pieces.iter().filter_map(|&piece| PIECES.get(piece).copied());
        let text = words.collect::<Vec<_>>().join(" ");
        let gate = gate_once();
        let mut used = read(gate, &post("", &first));
        gate.read(&post("", &text), &mut used);
        let new = read(gate, &post("", &text));
        prop_assert_eq!(used.score.to_bits(), new.score.to_bits());
        prop_assert_eq!(used.places, new.places);
        prop_assert_eq!(used.hazards, new.hazards);
    }
}

/// One gate for all cases of a law: loading the lists takes longer than reading a post.
fn gate_once() -> &'static Gate {
    static GATE: std::sync::OnceLock<Gate> = std::sync::OnceLock::new();
    GATE.get_or_init(gate)
}
