//! WebAssembly and the JavaScript that starts it.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasm_bindgen_cli_support::Bindgen;

/// How the module is made.
pub(crate) struct Options<'a> {
    /// Keep the names of functions.
    pub(crate) keep_names: bool,
    /// Keep the exports that other modules of the same program import: its table and its stack pointer.
    pub(crate) shared: bool,
    /// Where wasm-opt is, when it is to be run.
    pub(crate) wasm_opt: Option<&'a Path>,
}

/// The two halves of the program in the browser.
pub(crate) struct Module {
    pub(crate) javascript: Vec<u8>,
    pub(crate) wasm: Vec<u8>,
}

pub(crate) fn read(wasm: &Path) -> Result<Vec<u8>> {
    fs::read(wasm).with_context(|| format!("reading {} (the crate mooring-app, built for wasm32)", wasm.display()))
}

/// Runs wasm-bindgen over what the compiler made. JavaScript that crates bring along (`snippets/`) is left in `folder`,
/// where the module imports it from.
pub(crate) fn bind(compiled: Vec<u8>, name: &str, options: &Options, folder: &Path) -> Result<Module> {
    Bindgen::new()
        .input_bytes(name, compiled)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .demangle(options.keep_names)
        .remove_name_section(!options.keep_names)
        .remove_producers_section(true)
        .keep_lld_exports(options.shared)
        .generate(folder)
        .context("wasm-bindgen")?;
    let bound = folder.join(format!("{name}_bg.wasm"));
    if let Some(program) = options.wasm_opt {
        optimise(program, &bound)?;
    }
    Ok(Module { javascript: take(&folder.join(format!("{name}.js")))?, wasm: take(&bound)? })
}

fn optimise(program: &Path, wasm: &Path) -> Result<()> {
    let status = Command::new(program)
        .args(["-Oz", "--strip-producers", "-o"])
        .arg(wasm)
        .arg(wasm)
        .status()
        .with_context(|| format!("running {}", program.display()))?;
    if !status.success() {
        bail!("{} ended with {status}", program.display());
    }
    Ok(())
}

/// Reads a file that goes on under another name.
fn take(path: &PathBuf) -> Result<Vec<u8>> {
    let content = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    fs::remove_file(path)?;
    Ok(content)
}

/// A module without its custom sections: names of functions, producers and the like, which nobody reads in a browser.
/// After eight bytes of preamble, a module is a list of sections: an id, the length of the content, the content.
pub(crate) fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    let (preamble, mut rest) = module.split_at_checked(8).context("not a WebAssembly module")?;
    let mut kept = preamble.to_vec();
    while let [id, after @ ..] = rest {
        let (length, read) = leb128(after).context("a section without a length")?;
        let whole = 1 + read + length;
        let section = rest.get(..whole).context("a section is cut off")?;
        if *id != 0 {
            kept.extend_from_slice(section);
        }
        rest = &rest[whole..];
    }
    Ok(kept)
}

/// An unsigned number of at most 32 bits, and how many bytes it took.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, place + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_custom_sections_go() {
        let preamble = b"\0asm\x01\0\0\0";
        let names = [&[0, 0x85, 0][..], b"\x04name"].concat();
        let types = [1, 1, 0];
        let module = [preamble, &names[..], &types[..], &names[..]].concat();
        assert_eq!(without_custom_sections(&module).unwrap(), [preamble, &types[..]].concat());
        assert!(without_custom_sections(&module[..module.len() - 1]).is_err());
        assert!(without_custom_sections(b"<html>").is_err());
    }
}
