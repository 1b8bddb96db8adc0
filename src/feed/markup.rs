//! HTML -> the text that a person reads.
//!
//! In: HTML, also broken HTML. Out: its text: tags and what is never shown are gone, entities are
//! decoded, blocks stand on lines of their own, the whole in NFKC.
//! Rule: text without a tag or an entity, already in NFKC, comes back as it is, borrowed.
//! Not here: the grammar of HTML: html5gum reads it as browsers do.

use std::borrow::Cow;
use std::convert::Infallible;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use unicode_normalization::{UnicodeNormalization, is_nfkc};

/// Elements whose content nobody sees. Mastodon hides the ends of long links in `invisible` spans,
/// but they belong to the link.
const UNSEEN: [&[u8]; 6] = [
    b"script",
    b"style",
    b"head",
    b"template",
    b"noscript",
    b"svg",
];

/// Elements inside a line; any other one begins a new line.
const INLINE: [&[u8]; 20] = [
    b"a", b"abbr", b"b", b"bdi", b"cite", b"code", b"del", b"em", b"font", b"i", b"img", b"ins",
    b"mark", b"q", b"s", b"small", b"span", b"strong", b"u", b"wbr",
];

/// The text of `html`.
pub(super) fn text_of(html: Cow<'_, str>) -> Cow<'_, str> {
    if !html.contains(['<', '&']) {
        return if is_nfkc(&html) {
            html
        } else {
            Cow::Owned(html.nfkc().collect())
        };
    }
    let mut text = String::with_capacity(html.len());
    let mut emitter = DefaultEmitter::default();
    // Without it the code of a script would be read as markup.
    emitter.naively_switch_states(true);
    let mut unseen = 0_u32;
    for token in Tokenizer::new_with_emitter(&*html, emitter) {
        let Ok::<_, Infallible>(token) = token;
        match token {
            Token::StartTag(tag) if is_unseen(&tag.name) => {
                unseen += u32::from(!tag.self_closing);
            }
            Token::EndTag(tag) if is_unseen(&tag.name) => unseen = unseen.saturating_sub(1),
            Token::StartTag(tag) => new_line(&tag.name, &mut text),
            Token::EndTag(tag) => new_line(&tag.name, &mut text),
            Token::String(run) if unseen == 0 => text.push_str(&String::from_utf8_lossy(&run)),
            Token::String(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Cow::Owned(tidy(&text))
}

fn is_unseen(name: &[u8]) -> bool {
    UNSEEN.contains(&name)
}

fn new_line(name: &[u8], text: &mut String) {
    if !INLINE.contains(&name) {
        text.push('\n');
    }
}

/// One blank for a run of blanks, one line break for a run that has one, none at the ends.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut gap = None;
    for letter in text.nfkc() {
        if letter.is_whitespace() {
            let line = letter == '\n' || gap == Some('\n');
            gap = Some(if line { '\n' } else { ' ' });
            continue;
        }
        if let Some(gap) = gap.take()
            && !tidied.is_empty()
        {
            tidied.push(gap);
        }
        tidied.push(letter);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    #[track_caller]
    fn check(html: &str, text: &str) {
        assert_eq!(text_of(Cow::Borrowed(html)), text);
    }

    #[test]
    fn what_a_person_reads_is_left() {
        check(
            "<p>Longsor di <a href=\"https://a.example/\">#<span>Cianjur</span></a></p>",
            "Longsor di #Cianjur",
        );
        check("<p>satu</p><p>dua<br>tiga</p>", "satu\ndua\ntiga");
        check(
            "a &amp;amp; b &lt;c&gt; &quot;d&quot; &#233; &nbsp; &copy;",
            "a &amp; b <c> \"d\" é ©",
        );
        check("<script>if (a < b) {}</script>ya<style>p{}</style>", "ya");
        check("<td>Jakarta</td><td>Bogor</td>", "Jakarta\nBogor");
        check("1 < 2 dan 3 &lt 4", "1 < 2 dan 3 < 4");
        check("<p", "");
        check("ＪＡＫＡＲＴＡ", "JAKARTA");
        check("<![CDATA[Gempa]]>", "");
    }

    #[test]
    fn plain_text_is_borrowed() {
        let text = text_of(Cow::Borrowed("Banjir  di Demak\n"));
        assert!(matches!(text, Cow::Borrowed("Banjir  di Demak\n")));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_text_without_tags(html in "([<>&;/ap ='\"!-]|\\PC){0,60}") {
            let once = text_of(Cow::Owned(html.clone()));
            prop_assert!(once.len() <= 18 * html.len() + 18);
        }
    }
}
