//! What both versions of X's API do to a text, undone.

use std::borrow::Cow;

/// The name of the platform in posts.
pub(super) const PLATFORM: &str = "x";

/// Undoes `&lt;`, `&gt;` and `&amp;`, the entities of X; the last one last, so that it is undone once.
pub(super) fn unescaped(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('&') {
        return text;
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    Cow::Owned(text.replace("&amp;", "&"))
}

/// `text` with the link `short` written out as `long`, once.
pub(super) fn written_out<'a>(text: Cow<'a, str>, short: &str, long: Option<&str>) -> Cow<'a, str> {
    match long {
        Some(long) if !short.is_empty() && text.contains(short) => {
            Cow::Owned(text.replacen(short, long, 1))
        }
        Some(_) | None => text,
    }
}
