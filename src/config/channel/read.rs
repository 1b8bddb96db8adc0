//! The keys of a channel and of its routes, each with its type and range.
//!
//! In: a section of the list `notify.channels`. Out: [`Channel`].
//! Rule: a fault repeats no secret; what passes here can be sent to, as far as a text can tell.

use crate::config::channel::{
    Address, CHANNELS_MAX, Channel, DayZone, Hours, LevelWord, MailSecurity, Route,
};
use crate::config::notify::{SecretText, url};
use crate::config::section::{Fault, Section, quoted};
use crate::config::text_rules;

/// Names that other channels have.
const TAKEN: [&str; 2] = ["webhook", "alertmanager"];
const PAGERDUTY_URL: &str = "https://events.pagerduty.com/v2/enqueue";
const TELEGRAM_URL: &str = "https://api.telegram.org";

/// A key or token: no blanks, nothing that would change an address.
pub(super) fn one_word(text: &str) -> Result<SecretText, Fault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":_-.".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_plain) {
        let problem = "not one word of letters, digits, \":\", \"_\", \"-\" and \".\"";
        return Err(Fault::new(problem, "write the key alone into the file"));
    }
    Ok(SecretText::new(text))
}

/// Reads the list.
pub(crate) fn channels(notify: &mut Section<'_, '_, '_>, allow_http: bool) -> Vec<Channel> {
    let channels = notify.list("channels", |section| channel(section, allow_http));
    let count = channels.len();
    if count > CHANNELS_MAX {
        let problem = format!("{count} channels, but at most {CHANNELS_MAX} can be told");
        notify.blame_key(
            "channels",
            Fault::new(problem, "tell some of them by one of the others"),
        );
    }
    let mut names: Vec<&str> = channels
        .iter()
        .map(|channel| channel.name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    let twice = names
        .iter()
        .zip(names.iter().skip(1))
        .find(|(one, next)| one == next);
    if let Some((name, _)) = twice {
        let problem = format!("two channels are called {}", quoted(name));
        notify.blame_key(
            "channels",
            Fault::new(problem, "give each a name of its own"),
        );
    }
    channels
}

fn channel(mut section: Section<'_, '_, '_>, allow_http: bool) -> Channel {
    let name = section.text("name", name).unwrap_or_default();
    let address = address(&mut section, allow_http);
    let routes = if section.has("routes") {
        section.list("routes", route)
    } else {
        Vec::new()
    };
    if matches!(address, Address::Pagerduty { .. })
        && routes.iter().any(|route| route.remind_after_s > 0)
    {
        let instead = "leave remind_after_s out: PagerDuty's escalation policy does it";
        section.blame_key("routes", Fault::new("PagerDuty reminds by itself", instead));
    }
    section.finish();
    Channel {
        name,
        address,
        routes,
    }
}

fn address(section: &mut Section<'_, '_, '_>, allow_http: bool) -> Address {
    const TYPES: [&str; 4] = ["pagerduty", "slack", "telegram", "mail"];
    let checked = |text: &str| url(text, allow_http);
    let default = |section: &mut Section<'_, '_, '_>, url: &str| {
        let own = section.text_if_any("url", checked);
        own.unwrap_or_else(|| url.to_owned())
    };
    match section.choice("type", &TYPES, |word| word, None) {
        Some("pagerduty") => Address::Pagerduty {
            url: default(section, PAGERDUTY_URL),
            key_file: file(section, "key_file"),
        },
        Some("telegram") => Address::Telegram {
            url: default(section, TELEGRAM_URL),
            token_file: file(section, "token_file"),
            chat: section.text("chat", chat).unwrap_or_default(),
        },
        Some("mail") => mail(section, allow_http),
        _ => Address::Slack {
            url_file: file(section, "url_file"),
        },
    }
}

fn mail(section: &mut Section<'_, '_, '_>, allow_http: bool) -> Address {
    let server = section.text("server", one_server).unwrap_or_default();
    let usual = Some(MailSecurity::Starttls);
    let security = section.choice("security", &MailSecurity::ALL, MailSecurity::as_str, usual);
    let security = security.unwrap_or(MailSecurity::Starttls);
    let user = section.text_if_any("user", plain).unwrap_or_default();
    let password_file = if user.is_empty() {
        String::new()
    } else {
        file(section, "password_file")
    };
    let from = section.text("from", mailbox).unwrap_or_default();
    let to = section.text("to", mailbox).unwrap_or_default();
    let host = server.rsplit_once(':').map_or("", |(host, _)| host);
    let plain = format!("http://{host}");
    if security == MailSecurity::None && url(&plain, allow_http).is_err() {
        let problem = "mail would show alerts to the network";
        let instead =
            "write security = \"starttls\", or notify.allow_http = true where the network is yours";
        section.blame_key("security", Fault::new(problem, instead));
    } else if security == MailSecurity::None && !user.is_empty() && url(&plain, false).is_err() {
        // allow_http is about alerts; a password is never anybody's to read.
        let problem = "the password would go over the network in plain text";
        let instead =
            "write security = \"starttls\" or \"tls\", or leave user and password_file out";
        section.blame_key("security", Fault::new(problem, instead));
    }
    Address::Mail {
        server,
        security,
        user,
        password_file,
        from,
        to,
    }
}

fn route(mut section: Section<'_, '_, '_>) -> Route {
    let usual = Route::default();
    let level = Some(usual.minimum_level);
    let zone = Some(usual.zone);
    let route = Route {
        minimum_level: section
            .choice("minimum_level", &LevelWord::ALL, LevelWord::as_str, level)
            .unwrap_or(usual.minimum_level),
        places: texts_if_any(&mut section, "places"),
        topics: texts_if_any(&mut section, "topics"),
        claims: section.has("claims").then(|| section.switch("claims")),
        verdicts: texts_if_any(&mut section, "verdicts"),
        updates: !section.has("updates") || section.switch("updates"),
        hours: section.text_if_any("hours", hours),
        zone: section
            .choice("zone", &DayZone::ALL, DayZone::as_str, zone)
            .unwrap_or(usual.zone),
        age_max_s: seconds_if_any(&mut section, "age_max_s", usual.age_max_s),
        remind_after_s: seconds_if_any(&mut section, "remind_after_s", usual.remind_after_s),
    };
    if route.remind_after_s > 0 && route.remind_after_s < 60 {
        let instead = "write 0 for never, or 60 and more";
        section.blame_key("remind_after_s", Fault::new("less than a minute", instead));
    }
    if route.claims == Some(false) && !route.verdicts.is_empty() {
        let instead = "leave one of the two out";
        section.blame_key("verdicts", Fault::new("claims = false as well", instead));
    }
    section.finish();
    route
}

fn seconds_if_any(section: &mut Section<'_, '_, '_>, key: &'static str, usual: u32) -> u32 {
    if section.has(key) {
        section.whole(key, 0..=604_800)
    } else {
        usual
    }
}

fn texts_if_any(section: &mut Section<'_, '_, '_>, key: &'static str) -> Vec<String> {
    if section.has(key) {
        section.texts(key, plain)
    } else {
        Vec::new()
    }
}

fn file(section: &mut Section<'_, '_, '_>, key: &'static str) -> String {
    let path = section.text(key, text_rules::path).unwrap_or_default();
    if path.is_empty() && !section.blames(key) {
        section.blame_key(key, Fault::new("no file", "write the path of a file"));
    }
    path
}

fn plain(text: &str) -> Result<String, Fault> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Fault::new(
            "an empty text, or one with line ends",
            "write a word",
        ));
    }
    Ok(text.to_owned())
}

fn name(text: &str) -> Result<String, Fault> {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let instead = "write 1 to 40 small letters, digits and \"-\", such as \"duty-phone\"";
    if text.is_empty() || text.len() > 40 || !text.bytes().all(is_word) {
        return Err(Fault::new("not a name for a channel", instead));
    }
    if TAKEN.iter().any(|taken| text.starts_with(taken)) {
        return Err(Fault::new("a name that another channel has", instead));
    }
    Ok(text.to_owned())
}

fn chat(text: &str) -> Result<String, Fault> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || (text.starts_with('@') && text.len() > 1) {
        return Ok(text.to_owned());
    }
    let instead = "write its number in quotes, such as \"-1001234567890\", or \"@name\"";
    Err(Fault::new("not a chat", instead))
}

/// `host:port`.
fn one_server(text: &str) -> Result<String, Fault> {
    if text.contains(',') {
        return Err(Fault::new("more than one server", "write one host:port"));
    }
    text_rules::brokers(text)
}

/// `name@host`: whether a server takes it, only that server knows.
fn mailbox(text: &str) -> Result<String, Fault> {
    let is_plain = |part: &str| {
        let takes = |byte: u8| byte.is_ascii_graphic() && !b"<>()[],;:\\\"@".contains(&byte);
        !part.is_empty() && part.bytes().all(takes)
    };
    match text.split_once('@') {
        Some((name, host)) if is_plain(name) && is_plain(host) => Ok(text.to_owned()),
        _ => Err(Fault::new(
            "not a mail address",
            "write name@host, without a display name",
        )),
    }
}

/// `22:00-06:00`.
fn hours(text: &str) -> Result<Hours, Fault> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let number = |text: &str, below: u16| {
            let is_two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse()
                .ok()
                .filter(|&number: &u16| is_two && number < below)
        };
        Some(number(hour, 24)? * 60 + number(minute, 60)?)
    };
    let read = || {
        let (from, to) = text.split_once('-')?;
        let hours = Hours {
            from: minute(from)?,
            to: minute(to)?,
        };
        (hours.from != hours.to).then_some(hours)
    };
    read().ok_or_else(|| {
        let instead = "write \"07:00-22:00\"; the whole day: leave hours out";
        Fault::new(format!("{} are not hours of a day", quoted(text)), instead)
    })
}
