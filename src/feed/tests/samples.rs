//! One realistic record of each source, written after its documents, in `samples/`.

use crate::config::Format;

/// A record and the format that it has.
pub(super) type Sample = (Format, &'static str);

macro_rules! samples {
    ($($name:ident: $format:ident = $file:literal,)+) => {
        $(pub(super) const $name: Sample = (Format::$format, include_str!(concat!("samples/", $file)));)+
        /// Every record.
        pub(super) const ALL: &[Sample] = &[$($name),+];
    };
}

samples! {
    PLAIN: Plain = "plain.json",
    X_V2: XV2 = "x_v2.json",
    X_V1: XV1 = "x_v1.json",
    X_V1_RETWEET: XV1 = "x_v1_retweet.json",
    JETSTREAM: Jetstream = "jetstream.json",
    JETSTREAM_V2: Jetstream = "jetstream_v2.json",
    MASTODON: Mastodon = "mastodon.json",
    MASTODON_STREAM: Mastodon = "mastodon_stream.json",
    TELEGRAM: Telegram = "telegram.json",
    TELEGRAM_FORWARD: Telegram = "telegram_forward.json",
    ACTIVITY_STREAMS: ActivityStreams = "activitystreams.json",
    ACTIVITY_STREAMS_ARTICLE: ActivityStreams = "activitystreams_article.json",
    NINJS_3: Ninjs = "ninjs_3.json",
    NINJS_1: Ninjs = "ninjs_1.json",
    JSON_FEED: JsonFeed = "json_feed.json",
    JSON_FEED_WHOLE: JsonFeed = "json_feed_whole.json",
    RSS: Rss = "rss.json",
    ATOM: Rss = "atom.json",
    GDELT_DOC: GdeltDoc = "gdelt_doc.json",
    GDELT_GKG: GdeltGkg = "gdelt_gkg.tsv",
    NEWSAPI: NewsApi = "newsapi.json",
    SCHEMA_ORG: SchemaOrg = "schema_org.json",
    CONNECT: Plain = "connect.json",
    CLOUD_EVENT: Plain = "cloud_event.json",
}
