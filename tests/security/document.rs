//! docs/security.md shows the list of rights as it stands.

use std::fmt::Write as _;
use std::fs;

use crate::rights::list;

const PAGE: &str = "docs/security.md";
const BEGIN: &str = "<!-- rights: made from deploy/helm/kentongan/files/rights.json; renew with RENEW_DOCS=1 cargo test --test security the_page -->\n";
const END: &str = "<!-- end of the rights -->\n";

#[test]
fn the_page_shows_the_list() {
    let mut table = String::from("| role | what | name | right | for |\n|---|---|---|---|---|\n");
    for role in ["ingest", "detect", "triage", "notify", "desk"] {
        for line in &list()[role] {
            write!(table, "{}", line.row(role)).unwrap();
        }
    }
    let path = format!("{}/{PAGE}", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("RENEW_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    } else {
        assert_eq!(page, wanted, "{PAGE} is not the list");
    }
}
