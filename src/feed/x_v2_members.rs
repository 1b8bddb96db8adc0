//! The objects of an X API v2 record, as far as a post needs them. Data only.
//!
//! Source of the names: the data dictionary of X API v2.

use serde::de::MapAccess;

use super::json::{Id, List, Member, Members, Number, Object, Text, members};

members!(
    /// The whole record.
    Envelope<'a> {
        data: Object<Data<'a>> = "data",
        includes: Object<Includes<'a>> = "includes",
        delete: Object<Deletion<'a>> = "delete",
    }
);

members!(
    /// A message of the compliance stream: a post is gone.
    Deletion<'a> {
        tweet: Object<Referenced<'a>> = "tweet",
    }
);

members!(
    /// A post.
    Data<'a> {
        id: Id<'a> = "id",
        text: Text<'a> = "text",
        note_tweet: Object<Note<'a>> = "note_tweet",
        entities: Object<Entities<'a>> = "entities",
        author_id: Id<'a> = "author_id",
        created_at: Text<'a> = "created_at",
        edit_history_tweet_ids: List<Id<'a>> = "edit_history_tweet_ids",
        lang: Text<'a> = "lang",
        geo: Object<Geo<'a>> = "geo",
        referenced_tweets: List<Object<Referenced<'a>>> = "referenced_tweets",
    }
);

members!(
    /// The whole text of a long post.
    Note<'a> {
        text: Text<'a> = "text",
        entities: Object<Entities<'a>> = "entities",
    }
);

members!(
    /// What X found in a text.
    Entities<'a> {
        urls: List<Object<Link<'a>>> = "urls",
    }
);

members!(
    /// A link: as it stands in the text, and where it leads.
    Link<'a> {
        url: Text<'a> = "url",
        expanded_url: Text<'a> = "expanded_url",
    }
);

members!(
    /// Where a post was written.
    Geo<'a> {
        place_id: Id<'a> = "place_id",
        point: Object<Point> = "coordinates",
    }
);

/// A point as `GeoJSON` writes it.
#[derive(Default)]
pub(super) struct Point {
    /// Longitude, then latitude.
    pub(super) coordinates: Member<List<Number>>,
}

impl<'de> Members<'de> for Point {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        if name == "coordinates" {
            self.coordinates = map.next_value()?;
        }
        Ok(name == "coordinates")
    }
}

members!(
    /// A post that this one answers, quotes or passes on.
    Referenced<'a> {
        kind: Text<'a> = "type",
        id: Id<'a> = "id",
    }
);

members!(
    /// What is joined by id.
    Includes<'a> {
        users: List<Object<User<'a>>> = "users",
        places: List<Object<Place<'a>>> = "places",
        tweets: List<Object<Data<'a>>> = "tweets",
    }
);

members!(
    /// An author's profile.
    User<'a> {
        id: Id<'a> = "id",
        location: Text<'a> = "location",
    }
);

members!(
    /// A named place.
    Place<'a> {
        id: Id<'a> = "id",
        full_name: Text<'a> = "full_name",
        country: Text<'a> = "country",
        country_code: Text<'a> = "country_code",
    }
);
