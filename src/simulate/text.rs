//! Texts with `{slots}` that are filled anew for each post.
//!
//! In: the words of `bank/*.toml`. Out: text.
//! Rule: a slot is a list of words, or a part of the post's place; a name that is neither is a
//! mistake that loading the bank reports.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::script::ScriptError;

/// Words may hold slots whose words hold slots, so deep.
const MAX_NESTING: u8 = 4;

/// A place that made posts name.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) name: Box<str>,
    pub(super) province: Box<str>,
    pub(super) code: Box<str>,
    pub(super) english: Box<str>,
    pub(super) districts: Vec<Box<str>>,
}

/// A text in pieces.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Words(Box<str>),
    List(usize),
    PlaceName,
    Province,
    District,
    English,
    Photo,
}

/// The lists of words behind the slots.
#[derive(Debug)]
pub(super) struct Words {
    names: BTreeMap<Box<str>, usize>,
    lists: Vec<Vec<Template>>,
}

impl Words {
    /// Reads `bank/words.toml`.
    pub(super) fn new(toml: &str) -> Result<Self, ScriptError> {
        let raw: BTreeMap<Box<str>, Vec<Box<str>>> = super::script::parse(toml)?;
        let names = raw.keys().cloned().zip(0..).collect();
        let mut words = Self {
            names,
            lists: Vec::new(),
        };
        for list in raw.values() {
            let list = list.iter().map(|word| words.template(word));
            let list = list.collect::<Result<_, _>>()?;
            words.lists.push(list);
        }
        Ok(words)
    }

    /// Cuts `text` at its slots.
    pub(super) fn template(&self, text: &str) -> Result<Template, ScriptError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, slot)) = rest.split_once('{') {
            let (name, after) = slot.split_once('}').unwrap_or((slot, ""));
            if !before.is_empty() {
                pieces.push(Piece::Words(before.into()));
            }
            pieces.push(self.piece(name)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.into()));
        }
        Ok(Template(pieces))
    }

    fn piece(&self, name: &str) -> Result<Piece, ScriptError> {
        Ok(match name {
            "place" => Piece::PlaceName,
            "province" => Piece::Province,
            "district" => Piece::District,
            "english" => Piece::English,
            "foto" => Piece::Photo,
            _ => Piece::List(*self.names.get(name).ok_or_else(|| ScriptError::Slot {
                slot: name.to_owned(),
            })?),
        })
    }

    /// Writes `template` to the end of `text`.
    pub(super) fn write(
        &self,
        template: &Template,
        place: &Place,
        dice: &mut Dice,
        text: &mut String,
    ) {
        self.write_nested(template, place, dice, text, MAX_NESTING);
    }

    fn write_nested(
        &self,
        template: &Template,
        place: &Place,
        dice: &mut Dice,
        text: &mut String,
        nesting: u8,
    ) {
        for piece in &template.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::PlaceName => text.push_str(&place.name),
                Piece::Province => text.push_str(&place.province),
                Piece::English => text.push_str(&place.english),
                Piece::District => {
                    text.push_str(dice.pick(&place.districts).unwrap_or(&place.name));
                }
                Piece::Photo => {
                    let number = dice.below(1_000_000_000);
                    text.push_str("https://foto.example/");
                    text.push_str(&number.to_string());
                }
                Piece::List(list) => {
                    let word = self.lists.get(*list).and_then(|list| dice.pick(list));
                    if let (Some(word), Some(nesting)) = (word, nesting.checked_sub(1)) {
                        self.write_nested(word, place, dice, text, nesting);
                    }
                }
            }
        }
    }
}
