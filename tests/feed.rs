//! The feed that the simulator makes is the feed that the decoder reads.

use std::time::Duration;

use kentongan::config::Format;
use kentongan::feed::{AccountKey, Decoder};
use kentongan::simulate::{DEFAULT_START, DEMO_LENGTH, DEMO_SCRIPT, Script, Settings, Simulation};

#[test]
fn every_made_post_is_read_as_it_was_made() -> Result<(), Box<dyn std::error::Error>> {
    let decoder = Decoder::new(AccountKey::new([3; 16]), 1_048_576);
    let settings = Settings {
        seed: 3,
        start: DEFAULT_START,
        length: DEMO_LENGTH + Duration::from_mins(1),
        rate: 0.2,
        script: Script::from_toml(DEMO_SCRIPT)?,
    };
    let mut reposts = 0;
    for made in Simulation::new(&settings)? {
        let read = decoder
            .decode(Format::Plain, Some(made.line.as_bytes()))
            .map_err(|refused| {
                format!("{}: {} in {}", refused.reason, refused.detail, made.line)
            })?;
        assert_eq!((read.created_at, read.kind), (made.at, Some(made.kind)));
        assert!(read.language.is_some());
        assert_eq!(read.repost_of.is_some(), read.text.starts_with("RT @"));
        reposts += u32::from(read.repost_of.is_some());
    }
    assert!(reposts > 1_000);
    Ok(())
}
