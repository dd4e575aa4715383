//! Lazy routes: the pages of the program as modules of their own, fetched when they are first looked at.

use crate::{names, wasm};
use anyhow::{Context, Result, anyhow};
use std::{collections::BTreeMap, fs, path::Path};

/// What the program and its loader call the loader before its hash is known. Leptos' macro writes this name.
const LOADER: &str = "__wasm_split.______________________.js";

/// Where Leptos' macro notes what is lazy, for the splitter.
const MARK: &[u8] = b"__wasm_split_unstable";

/// Whether the program has lazy functions.
pub(crate) fn wanted(wasm: &[u8]) -> bool {
    wasm.windows(MARK.len()).any(|window| window == MARK)
}

/// Splits what the compiler made (with `--emit-relocs`), binds the main part and writes every file into `folder`.
/// Returns the lines of hash.txt for them.
pub(crate) fn bind(compiled: &[u8], name: &str, options: &wasm::Options, folder: &Path) -> Result<String> {
    let work = folder.join("split");
    fs::create_dir_all(&work)?;
    let main = work.join("main.wasm");
    let main_module = format!("./{name}.js");
    let link_name = format!("./{LOADER}");
    let mut how = wasm_split_cli_support::Options::new(compiled);
    how.output_dir = &work;
    how.main_out_path = &main;
    how.main_module = &main_module;
    how.link_name = &link_name;
    let split = wasm_split_cli_support::transform(how)
        .map_err(|error| anyhow!("splitting the lazy routes off (was it linked with --emit-relocs?): {error:#}"))?;

    let bound = wasm::bind(wasm::read(&main)?, name, options, folder)?;
    let mut loader = fs::read_to_string(work.join(LOADER)).context("reading the loader of the lazy routes")?;
    let mut renamed = BTreeMap::new();
    for path in &split.split_modules {
        let mut content = fs::read(path)?;
        if !options.keep_names {
            content = wasm::without_custom_sections(&content)?;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).context("a part without a name")?;
        let short = format!("part.{}", names::hash(&content));
        fs::write(folder.join(format!("{short}.wasm")), &content)?;
        loader = loader.replace(&format!("./{stem}.wasm"), &format!("./{short}.wasm"));
        renamed.insert(stem.to_owned(), short);
    }

    // The loader and the module import each other, so one hash over both names both.
    let javascript = String::from_utf8(bound.javascript).context("the JavaScript is not text")?;
    let hash = names::hash([loader.as_bytes(), javascript.as_bytes()].concat().as_slice());
    let hashed_loader = format!("__wasm_split.{hash}.js");
    let javascript = javascript.replace(LOADER, &hashed_loader);
    let loader = loader.replace(&main_module, &format!("./{name}.{hash}.js"));
    fs::write(folder.join(&hashed_loader), loader)?;
    fs::write(folder.join(format!("{name}.{hash}.js")), javascript)?;
    // The module imports from the loader by name: there too, letter for letter, so that no length changes.
    let module = replace_same_length(bound.wasm, LOADER.as_bytes(), hashed_loader.as_bytes());
    let wasm_hash = names::hash(&module);
    fs::write(folder.join(format!("{name}.{wasm_hash}.wasm")), module)?;

    let manifest = manifest(&split.prefetch_map, &renamed);
    let manifest_hash = names::hash(manifest.as_bytes());
    fs::write(folder.join(format!("__wasm_split_manifest.{manifest_hash}.json")), manifest)?;
    fs::remove_dir_all(&work)?;
    Ok(format!("js: {hash}\nwasm: {wasm_hash}\nsplit: {hash}\nmanifest: {manifest_hash}\n"))
}

fn replace_same_length(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "the placeholder is as long as a hash");
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + to.len()].copy_from_slice(to);
        at += to.len();
    }
    bytes
}

/// Which parts each lazy function needs, so that the server can tell the browser to fetch them with the page. Names
/// are identifiers and hashes: nothing in them needs escaping.
fn manifest<'a>(
    needs: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>,
    renamed: &BTreeMap<String, String>,
) -> String {
    let entries: BTreeMap<_, _> = needs.into_iter().collect();
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(function, parts)| {
            let parts: Vec<_> =
                parts.iter().filter_map(|part| renamed.get(part)).map(|part| format!("\"{part}\"")).collect();
            format!("\"{function}\":[{}]", parts.join(","))
        })
        .collect();
    format!("{{{}}}", entries.join(","))
}
