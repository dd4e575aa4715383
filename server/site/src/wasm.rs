//! WebAssembly and the JavaScript that starts it.

use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasm_bindgen_cli_support::Bindgen;

/// How the module is made.
pub struct Options<'a> {
    /// Keep the names of functions.
    pub keep_names: bool,
    /// Where wasm-opt is, when it is to be run.
    pub wasm_opt: Option<&'a Path>,
}

/// The two halves of the program in the browser.
pub struct Module {
    pub javascript: Vec<u8>,
    pub wasm: Vec<u8>,
}

/// Runs wasm-bindgen over what the compiler made. JavaScript that crates bring along (`snippets/`) is left in `folder`,
/// where the module imports it from.
pub fn bind(wasm: &Path, name: &str, options: &Options, folder: &Path) -> Result<Module> {
    ensure!(
        wasm.is_file(),
        "{} is missing: build the crate mooring-app for wasm32-unknown-unknown first",
        wasm.display()
    );
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .demangle(options.keep_names)
        .remove_name_section(!options.keep_names)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("binding {}", wasm.display()))?;
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
