//! Builds the site: everything that a browser loads, ready to be sent.
//!
//! The compiler's WebAssembly becomes a module with its JavaScript (wasm-bindgen as a library, so that Cargo.lock keeps
//! its version equal to the crate's), the style sheets become one, and the public files are copied. Names carry a hash
//! of their content, so a browser may keep them for ever; beside each file lie its brotli and gzip forms.
//! `hash.txt` tells the server the names, in the form that Leptos reads when `hash_files` is on.

mod compress;
mod inputs;
mod names;
mod public;
mod split;
mod style;
mod wasm;

use anyhow::{Context, Result};
use clap::Parser;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Builds the files that a browser loads.
#[derive(Parser)]
struct Arguments {
    /// What `cargo build -p mooring-app --target wasm32-unknown-unknown` made
    #[arg(long)]
    wasm: PathBuf,
    /// The style sheet that imports all others
    #[arg(long, default_value = "style/main.css")]
    style: PathBuf,
    /// Files to serve as they are
    #[arg(long, default_value = "public")]
    public: PathBuf,
    /// Where the site goes; replaced as a whole
    #[arg(long, default_value = "target/site")]
    out: PathBuf,
    /// The first part of every name
    #[arg(long, default_value = "mooring")]
    name: String,
    /// Run wasm-opt over the module
    #[arg(long, value_name = "PROGRAM")]
    wasm_opt: Option<PathBuf>,
    /// Keep the names of functions, for readable stack traces in the browser
    #[arg(long)]
    keep_names: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let stamp = arguments.out.with_extension("inputs");
    let inputs = inputs::digest(&arguments)?;
    if fs::read_to_string(&stamp).is_ok_and(|before| before == inputs) && arguments.out.join("hash.txt").is_file() {
        println!("site: unchanged");
        return Ok(());
    }

    let fresh = arguments.out.with_extension("new");
    empty(&fresh)?;
    build(&arguments, &fresh)?;
    exchange(&fresh, &arguments.out)?;
    fs::write(&stamp, inputs).with_context(|| format!("writing {}", stamp.display()))?;
    println!("site: built in {:.1} s", started.elapsed().as_secs_f32());
    Ok(())
}

fn build(arguments: &Arguments, site: &Path) -> Result<()> {
    let package = site.join("pkg");
    fs::create_dir_all(&package)?;
    let mut options =
        wasm::Options { keep_names: arguments.keep_names, shared: false, wasm_opt: arguments.wasm_opt.as_deref() };
    let mut names = names::Names::new(&package, &arguments.name);
    let compiled = wasm::read(&arguments.wasm)?;
    if split::wanted(&compiled) {
        // wasm-opt sees one module at a time and may move what the others rely on.
        options = wasm::Options { shared: true, wasm_opt: None, ..options };
        names.add(&split::bind(&compiled, &arguments.name, &options, &package)?);
    } else {
        let module = wasm::bind(compiled, &arguments.name, &options, &package)?;
        names.write("js", &module.javascript)?;
        names.write("wasm", &module.wasm)?;
    }
    names.write("css", style::bundle(&arguments.style)?.as_bytes())?;
    fs::write(site.join("hash.txt"), names.listing())?;
    public::copy(&arguments.public, site)?;

    for size in compress::beside_each(site)? {
        println!("site: {size}");
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("clearing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}

/// Puts the new site in place of the old one, so that a running server never serves half of one.
fn exchange(fresh: &Path, site: &Path) -> Result<()> {
    let old = site.with_extension("old");
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    if site.exists() {
        fs::rename(site, &old).with_context(|| format!("moving {} away", site.display()))?;
    }
    fs::rename(fresh, site).with_context(|| format!("moving the new site to {}", site.display()))?;
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    Ok(())
}
