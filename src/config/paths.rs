//! Where a source that nobody knows keeps the members of a post: `[feeds.paths]`.
//!
//! In: the keys of that section. Out: [`Paths`].
//! Rule: a path is names with dots between them (`user.id`, `items.0.title`); `|` separates
//! alternatives, of which the first that leads to something counts.
//! Not here: following a path (`feed`).

use serde::Serialize;

use crate::config::section::{Fault, Section, quoted};

/// Longest path with its alternatives, bytes.
const PATH_BYTES_MAX: usize = 256;

/// One or more ways to a member; empty: the source has no such member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Path(String);

impl Path {
    /// The alternatives in their order.
    pub fn alternatives(&self) -> impl Iterator<Item = &str> {
        let alternatives = self.0.split('|').map(str::trim);
        alternatives.filter(|path| !path.is_empty())
    }

    /// The first alternative, for messages; empty if there is none.
    pub fn name(&self) -> &str {
        self.alternatives().next().unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let instead = "write names with dots between them, alternatives with | between them: \"user.id | author\"";
        let is_path = |path: &str| path.trim().split('.').all(|name| !name.is_empty());
        if text.len() > PATH_BYTES_MAX {
            let problem = format!("longer than {PATH_BYTES_MAX} bytes");
            return Err(Fault::new(problem, instead));
        }
        if !text.split('|').all(is_path) {
            return Err(Fault::new(
                format!("{} is not a path", quoted(text)),
                instead,
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where each member of a post stands. Empty paths are members that the source does not have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Paths {
    /// The source's own id.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub id: Path,
    /// The time; needed.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub time: Path,
    /// The body; this or the title is needed.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub text: Path,
    /// The headline.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub title: Path,
    /// The author's id or name.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub author: Path,
    /// The language's tag.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub lang: Path,
    /// Where a person reads it.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub url: Path,
    /// The platform or outlet.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub platform: Path,
    /// A place, as a name or as `latitude,longitude`.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub location: Path,
    /// Degrees, beside `longitude`.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub latitude: Path,
    /// Degrees, beside `latitude`.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub longitude: Path,
    /// The id of the original.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub repost_of: Path,
    /// Says that the post is gone, if it leads to anything but false, 0 or null.
    #[serde(skip_serializing_if = "Path::is_empty")]
    pub deleted: Path,
    /// Whether title and text are HTML.
    #[serde(skip_serializing_if = "is_false")]
    pub html: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_false(switch: &bool) -> bool {
    !switch
}

impl Paths {
    /// Whether nothing is described.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the section.
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let paths = Self {
            id: path(&mut section, "id"),
            time: path(&mut section, "time"),
            text: path(&mut section, "text"),
            title: path(&mut section, "title"),
            author: path(&mut section, "author"),
            lang: path(&mut section, "lang"),
            url: path(&mut section, "url"),
            platform: path(&mut section, "platform"),
            location: path(&mut section, "location"),
            latitude: path(&mut section, "latitude"),
            longitude: path(&mut section, "longitude"),
            repost_of: path(&mut section, "repost_of"),
            deleted: path(&mut section, "deleted"),
            html: section.switch_if_any("html"),
        };
        for (key, is_missing) in [
            ("time", paths.time.is_empty()),
            ("text", paths.text.is_empty() && paths.title.is_empty()),
        ] {
            if is_missing && !section.blames(key) {
                let instead = format!("write {key} = \"PATH\"");
                section.blame_key(key, Fault::new("missing", instead));
            }
        }
        section.finish();
        paths
    }
}

fn path(section: &mut Section<'_, '_, '_>, key: &'static str) -> Path {
    section.text_if_any(key, Path::parse).unwrap_or_default()
}
