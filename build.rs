//! Puts the page that Vite has built into the program.
//!
//! In: `desk/dist`. Out: a list of its files for `src/desk/page.rs`.
//! Rule: without Node the folder holds no page, the list is empty, and the program serves the plain one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const KINDS: [&str; 4] = ["css", "html", "js", "svg"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=desk/dist");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = built_files(&root.join("desk/dist"))?;
    files.sort();
    let rows = files.iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let path = path.to_str()?;
        Some(format!("({name:?}, include_str!({path:?})),\n"))
    });
    let list = format!("&[\n{}]\n", rows.collect::<String>());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("desk_page.rs"), list)
}

fn built_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths = paths.collect::<io::Result<Vec<_>>>()?;
    let is_page = |path: &PathBuf| {
        let kind = path.extension().and_then(OsStr::to_str);
        kind.is_some_and(|kind| KINDS.contains(&kind))
    };
    Ok(paths.into_iter().filter(is_page).collect())
}
