//! The named weights: what each kind of witness adds to a post's score.
//!
//! In: `config/relevance.toml`, written by `scripts/fit_relevance.py`. Out: [`Weights`].
//! Rule: every witness has exactly one weight, and every weight a witness.
//! Not here: which words are witnesses (the lists), how they are added up (`score`).

use std::collections::BTreeMap;

use serde::Deserialize;

/// The kinds of witness. Their names are those of the lists' sections and of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Witness {
    /// Indonesia, Indonesian, Indonesians, in any language.
    Country,
    /// Indonesians abroad and the embassies that care for them.
    Abroad,
    /// Ministries, agencies, police, parties, firms that exist only in Indonesia.
    Institution,
    /// Words of public life that only Indonesia uses: offices, programmes, money.
    PublicLife,
    /// Words of public life that mean Indonesia's in an Indonesian text: the president, the people, a strike.
    Everyday,
    /// Office holders and persons of Indonesian public life.
    Person,
    /// Family names that are common in Indonesia and hardly elsewhere.
    Surname,
    /// Things known as Indonesian all over the world: dishes, animals, teams, beliefs.
    Culture,
    /// Hashtags and slogans of movements.
    Movement,
    /// A place with an unmistakable name.
    Place,
    /// A place with an ordinary name, and another witness.
    CommonPlace,
    /// A place with an ordinary name behind a word that places have before them.
    CuedPlace,
    /// An ordinary name alone: what it would be without the rule of the second witness.
    LonelyName,
    /// The town before the dash that opens a report: where the reporter sits.
    Dateline,
    /// A witness in the headline.
    Headline,
    /// Coordinates inside the country.
    Coordinates,
    /// The author's own place.
    Location,
    /// A link to an address of the Indonesian state, a school or a village.
    HomeLink,
    /// An Indonesian newsroom's own name.
    Outlet,
    /// The text is Indonesian.
    Indonesian,
    /// The text is Malay.
    Malay,
    /// A hazard in an Indonesian text.
    HazardAtHome,
    /// A foreign country, leader or club in an Indonesian text.
    Foreign,
    /// The same in its headline.
    ForeignHeadline,
    /// Malaysian institutions and words of public life.
    Malaysia,
    /// Products and persons that only sound so: Jakarta EE, Java, Papua New Guinea, Batu Caves.
    SoundsAlike,
    /// Private talk, prayers, shopping.
    SmallTalk,
}

impl Witness {
    /// Every witness, in the order of all outputs.
    pub const ALL: [Self; 27] = [
        Self::Country,
        Self::Abroad,
        Self::Institution,
        Self::PublicLife,
        Self::Everyday,
        Self::Person,
        Self::Surname,
        Self::Culture,
        Self::Movement,
        Self::Place,
        Self::CommonPlace,
        Self::CuedPlace,
        Self::LonelyName,
        Self::Dateline,
        Self::Headline,
        Self::Coordinates,
        Self::Location,
        Self::HomeLink,
        Self::Outlet,
        Self::Indonesian,
        Self::Malay,
        Self::HazardAtHome,
        Self::Foreign,
        Self::ForeignHeadline,
        Self::Malaysia,
        Self::SoundsAlike,
        Self::SmallTalk,
    ];

    /// Its name in lists, weights and evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Abroad => "abroad",
            Self::Institution => "institution",
            Self::PublicLife => "public-life",
            Self::Everyday => "everyday",
            Self::Person => "person",
            Self::Surname => "surname",
            Self::Culture => "culture",
            Self::Movement => "movement",
            Self::Place => "place",
            Self::CommonPlace => "common-place",
            Self::CuedPlace => "cued-place",
            Self::LonelyName => "lonely-name",
            Self::Dateline => "dateline",
            Self::Headline => "headline",
            Self::Coordinates => "coordinates",
            Self::Location => "location",
            Self::HomeLink => "home-link",
            Self::Outlet => "outlet",
            Self::Indonesian => "indonesian",
            Self::Malay => "malay",
            Self::HazardAtHome => "hazard-at-home",
            Self::Foreign => "foreign",
            Self::ForeignHeadline => "foreign-headline",
            Self::Malaysia => "malaysia",
            Self::SoundsAlike => "sounds-alike",
            Self::SmallTalk => "small-talk",
        }
    }

    /// The witness of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|witness| witness.as_str() == name)
    }

    /// Whether it names Indonesia by itself: what a common name needs beside it.
    pub(crate) const fn is_strong(self) -> bool {
        matches!(
            self,
            Self::Country
                | Self::Abroad
                | Self::Institution
                | Self::PublicLife
                | Self::Person
                | Self::Culture
                | Self::Movement
                | Self::Place
                | Self::Coordinates
        )
    }
}

/// What each witness adds, and the sum from which a post touches Indonesia.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The score from which a post is relevant.
    pub threshold: f32,
    weights: [f32; Witness::ALL.len()],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    threshold: f32,
    weights: BTreeMap<String, f32>,
}

impl Weights {
    /// Reads `config/relevance.toml`; the message says what to mend.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        if let Some(name) = file
            .weights
            .keys()
            .find(|name| Witness::parse(name).is_none())
        {
            return Err(format!("weights.{name}: no witness has this name"));
        }
        let mut weights = [0.0; Witness::ALL.len()];
        for (slot, witness) in weights.iter_mut().zip(Witness::ALL) {
            let name = witness.as_str();
            let weight = file.weights.get(name);
            *slot = *weight.ok_or_else(|| format!("weights.{name} is missing"))?;
        }
        Ok(Self {
            threshold: file.threshold,
            weights,
        })
    }

    /// What `witness` adds when found for the first time.
    pub fn of(&self, witness: Witness) -> f32 {
        let position = witness as usize;
        self.weights.get(position).copied().unwrap_or(0.0)
    }
}
