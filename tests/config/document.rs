//! docs/configuration.md is made of config/default.toml and never edited by hand.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use kentongan::config::DEFAULT_TOML;

const RENEW: &str = "RENEW_DOCS=1 cargo test --test config the_page";

/// A section of the file with its keys.
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) is_list: bool,
    pub(crate) comment: String,
    pub(crate) keys: Vec<Key>,
}

/// A key of a section.
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) default: String,
    pub(crate) comment: String,
}

/// The sections of `config/default.toml` in their order; of a list only the first block, which
/// carries the comments.
pub(crate) fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut comment = Vec::new();
    let mut is_repeated = false;
    for line in DEFAULT_TOML.lines() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
        } else if let Some(header) = line.strip_prefix('[') {
            let name = header.trim_matches(['[', ']']).to_owned();
            is_repeated = sections.iter().any(|section| section.name == name);
            if !is_repeated {
                sections.push(Section {
                    name,
                    is_list: header.starts_with('['),
                    comment: comment.join(" "),
                    keys: Vec::new(),
                });
            }
            comment.clear();
        } else if let Some((name, default)) = line.split_once(" = ") {
            if !is_repeated {
                sections.last_mut().unwrap().keys.push(Key {
                    name: name.to_owned(),
                    default: default.to_owned(),
                    comment: comment.join(" "),
                });
            }
            comment.clear();
        } else {
            assert_eq!(line, "", "a line that is neither comment, section nor key");
            comment.clear();
        }
    }
    sections
}

fn page() -> String {
    let mut page = format!(
        "# Configuration\n\n\
         <!-- Made from config/default.toml; do not edit. Renew it with: {RENEW} -->\n\n\
         Every key has a default that is built in, so a file names only what it changes. Four layers, the\n\
         last one holds: built in, the file of `--config`, the environment, `--set`.\n\n\
         *Setiap kunci punya nilai bawaan; berkas hanya memuat yang diubah. Lapisan terakhir yang berlaku:\n\
         bawaan, berkas `--config`, variabel lingkungan, `--set`.*\n\n\
         | layer | `detect.minimum_posts` there |\n|---|---|\n\
         | file | `[detect]`, below it `minimum_posts = 5` |\n\
         | environment | `KENTONGAN__DETECT__MINIMUM_POSTS=5` |\n\
         | command line | `--set detect.minimum_posts=5` |\n\n\
         In the environment and in `--set` a value is read as TOML, and what is not TOML is text: `5` is a\n\
         number, `\"5\"` and `kafka-0:9092` are text. `feeds` is a list and is replaced as a whole:\n\
         `--set 'feeds=[{{name=\"feeds.news\", kind=\"news\"}}]'`.\n\n\
         `kentongan check-config FILE` names every mistake at once, with its line and what to write instead,\n\
         and shows what a good file changes. A file is UTF-8 and at most 256 KiB.\n\n\
         Secrets stand in no file of configuration and in no `--set`: the key of the account hashes comes\n\
         from a file of its own (`privacy.account_key_file`) or from `KENTONGAN__PRIVACY__ACCOUNT_KEY`, the\n\
         address of the webhook from `notify.webhook.url_file` or from `KENTONGAN__NOTIFY__WEBHOOK__URL`. The\n\
         keys of `notify.channels` and their files of secrets are in [notify](notify.md).\n"
    );
    for Section {
        name,
        is_list,
        comment,
        keys,
    } in sections()
    {
        let title = if is_list {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        };
        write!(
            page,
            "\n## `{title}`\n\n{comment}\n\n| key | default | meaning |\n|---|---|---|\n"
        )
        .unwrap();
        for Key {
            name,
            default,
            comment,
        } in keys
        {
            writeln!(page, "| `{name}` | `{default}` | {comment} |").unwrap();
        }
    }
    page
}

#[test]
fn every_key_and_section_has_a_comment() {
    for section in sections() {
        assert_ne!(section.comment, "", "[{}]", section.name);
        for key in section.keys {
            assert_ne!(key.comment, "", "{}.{}", section.name, key.name);
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a person renews the page by a variable"
)]
fn the_page_says_what_the_file_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    if std::env::var("RENEW_DOCS").is_ok() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/configuration.md is out of date; renew it with: {RENEW}"
    );
}
