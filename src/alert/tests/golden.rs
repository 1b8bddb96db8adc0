//! Files of docs/ that the program writes.

/// Compares with a file of docs/; a difference is written to a file to copy, and says where.
pub(super) fn compare(name: &str, mut text: String) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    text.push('\n');
    let golden = std::fs::read_to_string(folder.join("docs").join(name)).unwrap_or_default();
    if golden != text {
        let new = std::env::temp_dir().join(name);
        std::fs::write(&new, text).unwrap();
        panic!(
            "docs/{name} is out of date; read, then copy {}",
            new.display()
        );
    }
}
