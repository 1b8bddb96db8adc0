//! The formats of feeds. Data only; how each is read stands in `feed`.

use serde::Serialize;

/// How a feed's records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Told by the shape of each record.
    Auto,
    /// Kentongan's own plain JSON object.
    Plain,
    /// X API v1.1 status.
    XV1,
    /// X API v2 post.
    XV2,
    /// Bluesky Jetstream event, v1 or v2.
    Jetstream,
    /// Mastodon status, bare or streamed.
    Mastodon,
    /// Telegram Bot API update.
    Telegram,
    /// `ActivityStreams` 2.0 activity or object.
    #[serde(rename = "activitystreams")]
    ActivityStreams,
    /// IPTC ninjs item, 1 to 3.
    Ninjs,
    /// JSON Feed item.
    JsonFeed,
    /// RSS item or Atom entry, converted to JSON.
    Rss,
    /// GDELT DOC 2.0 article.
    GdeltDoc,
    /// GDELT GKG 2.1 line.
    GdeltGkg,
    /// NewsAPI.org article.
    #[serde(rename = "newsapi")]
    NewsApi,
    /// schema.org article or posting in JSON-LD.
    SchemaOrg,
    /// A source that `[feeds.paths]` describes.
    Paths,
}

impl Format {
    /// Every format, in the order of messages.
    pub const ALL: [Self; 16] = [
        Self::Plain,
        Self::Auto,
        Self::XV1,
        Self::XV2,
        Self::Jetstream,
        Self::Mastodon,
        Self::Telegram,
        Self::ActivityStreams,
        Self::Ninjs,
        Self::JsonFeed,
        Self::Rss,
        Self::GdeltDoc,
        Self::GdeltGkg,
        Self::NewsApi,
        Self::SchemaOrg,
        Self::Paths,
    ];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::XV1 => "x_v1",
            Self::XV2 => "x_v2",
            Self::Jetstream => "jetstream",
            Self::Mastodon => "mastodon",
            Self::Telegram => "telegram",
            Self::ActivityStreams => "activitystreams",
            Self::Ninjs => "ninjs",
            Self::JsonFeed => "json_feed",
            Self::Rss => "rss",
            Self::GdeltDoc => "gdelt_doc",
            Self::GdeltGkg => "gdelt_gkg",
            Self::NewsApi => "newsapi",
            Self::SchemaOrg => "schema_org",
            Self::Paths => "paths",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}
