//! A watch topic as the list holds it, made of words that somebody typed.
//!
//! In: an id and words. Out: an entry of `watchlist.toml`.
//! Rule: whatever the words hold, they stay texts of this one entry.

use toml::Value;

/// The entry; blank words are left out.
pub fn watch_entry(id: &str, any: &[String], all: &[String], none: &[String]) -> String {
    let text = |word: &str| Value::from(word.trim()).to_string();
    let mut entry = format!("[[watch]]\nid = {}\n", text(id));
    for (name, words) in [("any", any), ("all", all), ("none", none)] {
        let words = words.iter().filter(|word| !word.trim().is_empty());
        let words: Vec<String> = words.map(|word| text(word)).collect();
        if !words.is_empty() {
            entry.push_str(name);
            entry.push_str(" = [");
            entry.push_str(&words.join(", "));
            entry.push_str("]\n");
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words_whatever_is_in_them() {
        let any = ["WNI", "]\nid = \"x\"", " "].map(str::to_owned);
        let all = [" \"kutip\"\n".to_owned()];
        let table: toml::Table = watch_entry("demo-1", &any, &all, &[]).parse().unwrap();
        let watch = table.get("watch").unwrap().as_array().unwrap();
        assert_eq!(watch.len(), 1);
        let topic = watch.first().unwrap();
        assert_eq!(topic.get("id").unwrap().as_str(), Some("demo-1"));
        assert_eq!(topic.get("any").unwrap().as_array().unwrap().len(), 2);
        assert_eq!(
            topic.get("all").unwrap().get(0).unwrap().as_str(),
            Some("\"kutip\"")
        );
        assert!(topic.get("none").is_none());
    }
}
