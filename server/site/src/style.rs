//! One style sheet out of many.

use anyhow::{Result, anyhow};
use lightningcss::{
    bundler::{Bundler, FileProvider},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
};
use std::path::Path;

/// Resolves every `@import` and makes the result small. No browser targets are given, so nesting, layers and
/// `light-dark()` reach the browser as they were written. Addresses in `url()` are left alone: they are relative
/// to the `pkg` folder, where the sheet will lie.
pub(crate) fn bundle(main: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(main).map_err(|error| anyhow!("{}: {error}", main.display()))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| anyhow!("{}: {error}", main.display()))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| anyhow!("{}: {error}", main.display()))?.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn imports_become_layers_and_modern_css_passes_through() {
        let style = folder(&[
            (
                "main.css",
                "@layer base, components;\n@import \"badge.css\" layer(components);\n@import \"body.css\" layer(base);\n",
            ),
            ("body.css", "body { margin: 0 }"),
            ("badge.css", ".badge { color: light-dark(oklch(40% 0.1 250), white); & .mark { inline-size: 1em } }"),
        ]);
        let css = bundle(&style.path().join("main.css")).unwrap();
        let place = |part: &str| css.find(part).unwrap_or_else(|| panic!("no {part} in {css}"));
        assert!(place("@layer base") < place("@layer components{.badge{"), "the order of layers is lost: {css}");
        assert!(css.contains("@layer base{body{margin:0}}"), "{css}");
        assert!(css.contains("light-dark("), "{css}");
        assert!(css.contains("& .mark{inline-size:1em}"), "{css}");
        assert!(!css.contains("@import"), "{css}");
    }

    #[test]
    fn a_mistake_names_its_file() {
        let style = folder(&[("main.css", "@import \"gone.css\";")]);
        let error = bundle(&style.path().join("main.css")).unwrap_err().to_string();
        assert!(error.contains("main.css"), "{error}");
    }
}
