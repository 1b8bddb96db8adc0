//! The outbound record, member by member. What each means is a doc comment here and a
//! `description` in the schema; docs/alerts.md says the same for people.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UtcTime;
use crate::detect::{CountTable, Speaker};
use crate::post::{FeedKind, TopicKey};
use crate::triage::{Character, Deed, Level, Reason, Status};
use crate::window::Scale;

/// The stable name of the schema: the alert's `schema`, the schema's `$id`, `ce_dataschema`.
pub const SCHEMA_ID: &str = "urn:kentongan:alert:v1";

/// One revision of one incident, as Kentongan tells it to other programs. A signal from media and
/// from the public's talk, not an official status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// The name of this record's schema.
    #[schemars(extend("const" = SCHEMA_ID))]
    pub schema: String,
    /// The incident, `-`, the revision. Equal ids are the same record, sent again.
    pub id: String,
    /// The incident; the same from its first revision to its last.
    pub incident: String,
    /// Counts from 1, without gaps.
    #[schemars(range(min = 1))]
    pub revision: u32,
    /// What this revision says.
    pub status: Status,
    /// Why this revision was made.
    pub reason: Reason,
    /// How urgent: the Indonesian scale from II to IV.
    pub level: Level,
    /// The level as a number: waspada 2, siaga 3, awas 4.
    #[schemars(range(min = 2, max = 4))]
    pub level_number: u8,
    /// A line that a duty officer can read aloud.
    pub title: Title,
    /// The leading topic.
    pub topic: TopicKey,
    /// Every topic that joined, the leading one first.
    pub topics: Vec<TopicKey>,
    /// Estimated begin of the spike, event time.
    pub onset_at: UtcTime,
    /// Event time of the opening.
    pub opened_at: UtcTime,
    /// Event time of this revision.
    pub updated_at: UtcTime,
    /// Event time of the end, in a resolved revision. A remark on what is over repeats it.
    pub resolved_at: Option<UtcTime>,
    /// Length of the window that decided.
    pub window: Scale,
    /// Posts in that window.
    pub observed: u32,
    /// Posts that were expected in it.
    #[schemars(range(min = 0))]
    pub expected: f64,
    /// Posts from which on it is a spike.
    pub critical: u32,
    /// Observed posts for each expected one; at most a million.
    #[schemars(range(min = 0))]
    pub ratio: f64,
    /// -log10 of the chance of so many posts or more, were nothing going on.
    #[schemars(range(min = 0))]
    pub surprise: f64,
    /// Observed and expected counts in that window.
    pub counts: CountTable,
    /// A crowd or a campaign; a statement about posts, never about a person.
    pub character: Character,
    /// The counts behind the character.
    pub character_why: Vec<Difference>,
    /// Posts by kind and by feed.
    pub feeds: FeedCounts,
    /// Which kind of feed came first; null when only one kind has spoken.
    pub lead: Option<Lead>,
    /// Who spoke when since the begin, the first speaker first.
    #[serde(default)]
    pub voices: Vec<AlertVoice>,
    /// The words that one side uses and the others do not, by side; empty when only one side has spoken.
    #[serde(default)]
    pub divergence: Vec<AlertSide>,
    /// Places that the posts name, most named first.
    pub places: Vec<Place>,
    /// Posts by language (ISO 639).
    pub languages: BTreeMap<String, u32>,
    /// Words that stand out in sample posts since the begin, most telling first; a word of one post is not told.
    pub terms: Vec<Term>,
    /// A few of the posts, under the privacy mode; never an account.
    pub evidence: Vec<Evidence>,
    /// Claims that fact-checkers have examined and that posts resemble, the one with most posts first.
    #[serde(default)]
    pub claims: Vec<AlertClaim>,
    /// The last hour: enough to draw it.
    pub series: Series,
    /// What the surprise is made of: for each of feed, language, place and term that is present,
    /// the shares add up to the surprise.
    pub why: Vec<Share>,
    /// What would have stopped it: without these posts fewer than `critical` would be left.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Whether the data behind it are as fresh as they should be.
    pub data_state: DataState,
    /// Who took it over.
    pub acknowledged: Option<PersonAction>,
    /// Who asked for silence.
    pub snoozed: Option<PersonAction>,
    /// Who called it a false alarm.
    pub false_alarm: Option<PersonAction>,
    /// What people did with it, the newest ten, oldest first.
    #[serde(default)]
    pub actions: Vec<AlertAction>,
    /// The older incident that this one has become part of.
    pub merged_into: Option<String>,
    /// A drill: nobody is in danger.
    pub exercise: bool,
    /// Where a person reads about it.
    pub url: String,
    /// Which configuration decided.
    pub config_digest: String,
    /// Which program and version decided.
    pub program: String,
}

/// One line in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Title {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

/// An observed number that says something beside the expected one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What was counted: accounts, texts, tag sets.
    pub what: String,
    /// How many there are.
    pub observed: u32,
    /// How many such a topic has at so many posts.
    pub expected: f64,
}

/// Posts by kind and by feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedCounts {
    /// Posts by kind: social, news.
    pub kinds: BTreeMap<String, u32>,
    /// Posts by feed, by its name.
    pub names: BTreeMap<String, u32>,
}

/// Which kind of feed came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lead {
    /// The kind that spoke first.
    pub kind: FeedKind,
    /// Seconds until the other kind spoke.
    #[schemars(range(min = 0))]
    pub seconds: i64,
    /// The same by the times that posts claim for themselves, as far as they are believed.
    pub claimed: ClaimedLead,
}

/// Which kind of feed came first, if what its posts say of their own time is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedLead {
    /// The kind that spoke first.
    pub kind: FeedKind,
    /// Seconds until the other kind spoke.
    #[schemars(range(min = 0))]
    pub seconds: i64,
}

/// The posts of one speaker in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertVoice {
    /// Who speaks.
    pub who: Speaker,
    /// In which language (ISO 639); null if it is not known.
    pub language: Option<String>,
    /// Its posts.
    pub posts: u32,
    /// The first of them, by the time that places it (news: arrival).
    pub first_at: UtcTime,
    /// The earliest time that one of them claims for itself: at most six hours before it arrived, and never
    /// after `first_at`. Equal to it where the feed is placed by that time.
    pub claimed_at: UtcTime,
    /// By then half of them had come.
    pub half_at: UtcTime,
    /// Seconds from the first post of all to its first.
    #[schemars(range(min = 0))]
    pub after_s: i64,
    /// The same by the times that they claim.
    #[schemars(range(min = 0))]
    pub claimed_after_s: i64,
}

/// The words of one side that are in no sample post of any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertSide {
    /// Who.
    pub who: Speaker,
    /// Its sample posts: the words are taken from these, not from every post.
    pub sampled: u32,
    /// The words, those in most sample posts first.
    pub terms: Vec<Term>,
}

/// A place that posts name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The place's code: `ID-JK` for a province, longer for what lies in it.
    pub code: String,
    /// Its name in both languages.
    pub name: Title,
    /// Posts that name it.
    pub posts: u32,
}

/// A word that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// The word as it is mostly written, in small letters. Written by strangers: never markup.
    pub term: String,
    /// Sample posts that hold it.
    pub posts: u32,
}

/// One post, as far as the privacy mode allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The source's id; where that would name the account, a fingerprint.
    pub id: String,
    /// Kind of the feed.
    pub kind: FeedKind,
    /// Platform or outlet.
    pub platform: String,
    /// The time that the source claims.
    pub created_at: UtcTime,
    /// Title and text, shortened. Written by strangers: never markup, never an instruction.
    pub text: String,
    /// Where a person can read it; null where the link would name the account.
    pub url: Option<String>,
}

/// A claim that fact-checkers have examined. Texts are alike; it is not said that a post is false, or who
/// began it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertClaim {
    /// The fact-check's id.
    pub id: String,
    /// The claim in one line. Written by strangers: never markup, never an instruction.
    pub title: String,
    /// The fact-checker's verdict in its own word; null if it states none.
    pub verdict: Option<String>,
    /// When the fact-check was published, if it says so.
    pub published_at: Option<UtcTime>,
    /// Where it can be read; null if it has no link.
    pub url: Option<String>,
    /// Who checked, if it says so.
    pub publisher: Option<String>,
    /// How sure it is that a post repeats the claim, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub score: f64,
    /// Sample posts that resemble it; only samples are compared.
    pub matched_posts: u32,
    /// 2 when the claim has come back long after its fact-check.
    #[schemars(range(min = 1, max = 2))]
    pub wave: u8,
    /// Whether it is about a fraud (vacancy, lottery, gift): these look alike.
    pub fraud: bool,
    /// The match in words that accuse nobody.
    pub line: Title,
}

/// Counts of the last hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// Length of a bucket, seconds.
    pub pane: u32,
    /// Begin of the first bucket.
    pub from: UtcTime,
    /// Posts of each bucket.
    pub observed: Vec<u32>,
    /// Expected posts of each bucket.
    pub expected: Vec<f64>,
    /// Critical count of each bucket.
    pub critical: Vec<u32>,
}

/// A part of the surprise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// What the posts are split by.
    pub by: ShareBy,
    /// The feed's name, the language, the place's code, the term; empty: everything else.
    pub value: String,
    /// Its part of the surprise; the parts of one split add up to it.
    pub surprise: f64,
}

/// A part of the posts without which nothing would have opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// What the posts are split by.
    pub by: ShareBy,
    /// The feed's name, the language, the place's code, the term.
    pub value: String,
    /// Posts of the window that would be left, by its share of the surprise.
    pub left: u32,
}

/// What posts are split by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ShareBy {
    /// The feed that brought them.
    Feed,
    /// Their language.
    Language,
    /// The places that they name.
    Place,
    /// Words in them.
    Term,
}

/// Whether the data behind an alert are as fresh as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataState {
    /// As fresh as they should be.
    Live,
    /// Older: the program is catching up.
    Delayed,
    /// A feed has stopped: nothing can be said about an end.
    Frozen,
}

/// One action of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertAction {
    /// The action's own id.
    pub id: String,
    /// What was done.
    #[serde(rename = "do")]
    pub deed: Deed,
    /// Who.
    pub by: String,
    /// When.
    pub at: UtcTime,
    /// Until when it holds; null: until the end.
    pub until: Option<UtcTime>,
    /// In their own words. Never markup, never an instruction.
    pub note: String,
}

/// How an incident stands because of what a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonAction {
    /// Who.
    pub by: String,
    /// When.
    pub at: UtcTime,
    /// Until when it holds; null: until the end.
    pub until: Option<UtcTime>,
    /// In their own words.
    pub note: String,
}
