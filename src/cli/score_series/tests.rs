//! Tests of `score_series`.

use std::fmt::Write as _;

use super::*;

fn scored(input: &str) -> anyhow::Result<String> {
    let mut output = Vec::new();
    let scorer = SeriesScorer::new(300_000, Settings::default());
    score(input.as_bytes(), &mut output, scorer)?;
    Ok(String::from_utf8(output)?)
}

fn refusal(input: &str) -> String {
    format!("{:#}", scored(input).unwrap_err())
}

fn file(rows: usize) -> String {
    let mut text = "timestamp,value\n".to_owned();
    for row in 0..rows {
        let (hour, minute) = (row / 12 % 24, row % 12 * 5);
        let value = row * 7919 % 13 + if row == 500 { 90 } else { 0 };
        let day = row / 288 + 1;
        writeln!(text, "2026-03-{day:02} {hour:02}:{minute:02}:00,{value}").unwrap();
    }
    text
}

#[test]
fn a_cut_file_gives_the_same_bytes_for_its_rows() {
    let whole = scored(&file(900)).unwrap();
    for rows in [1, 2, 499, 501, 777] {
        let cut = scored(&file(rows)).unwrap();
        assert!(whole.starts_with(&cut), "the rows before the cut changed");
        assert_eq!(cut.lines().count(), rows + 1);
    }
    let alerts: Vec<&str> = whole.lines().filter(|line| line.ends_with(",1")).collect();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].starts_with("2026-03-02 17:40:00,"), "{alerts:?}");
}

#[test]
fn the_text_of_a_row_is_passed_through() {
    let input =
        "timestamp,value\r\n2026-03-04T05:06:07+07:00, 3.40\r\n\r\n2026-03-04 05:11:07,0\r\n";
    let output = scored(input).unwrap();
    let rows: Vec<&str> = output.lines().skip(1).collect();
    assert!(rows[0].starts_with("2026-03-04T05:06:07+07:00, 3.40,"));
    assert!(rows[1].starts_with("2026-03-04 05:11:07,0,"));
    assert_eq!(scored("timestamp,value\n").unwrap().lines().count(), 1);
}

#[test]
fn a_row_that_is_not_later_is_passed_through_without_a_score() {
    let output = scored("timestamp,value\n2026-03-04 05:10:00,4\n2026-03-04 05:10:00,4000\n2026-03-04 05:05:00,4000\n").unwrap();
    let ends = output
        .lines()
        .skip(2)
        .all(|line| line.ends_with(",0.0000,0.0000,0"));
    assert!(ends, "{output}");
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let row = |row: &str| refusal(&format!("timestamp,value\n2026-03-04 05:10:00,4\n{row}\n"));
    insta::assert_snapshot!(
        [
            refusal(""),
            refusal("time,count\n"),
            row("2026-03-04 05:15:00"),
            row("2026-03-04 05:15:00,1,2"),
            row("yesterday,1"),
            row("2026-13-04 05:15:00,1"),
            row("2026-03-04 05:15:00,"),
            row("2026-03-04 05:15:00,many"),
            row("2026-03-04 05:15:00,NaN"),
            row("2026-03-04 05:15:00,-1"),
            row("2026-03-04 05:15:00,1e300"),
            row(&"9".repeat(5000)),
        ]
        .join("\n")
    );
}

#[test]
fn intervals_are_lengths_up_to_a_day() {
    assert_eq!(parse_interval("5m"), Ok(Interval(300_000)));
    assert_eq!(parse_interval("1d"), Ok(Interval(86_400_000)));
    for wrong in [
        "",
        "5",
        "m",
        "0s",
        "25h",
        "5 m",
        "-5m",
        "5ms",
        "99999999999d",
    ] {
        assert!(parse_interval(wrong).is_err(), "{wrong}");
    }
}
