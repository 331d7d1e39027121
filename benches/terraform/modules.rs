//! A large repository: one real root module, copied with names of its own, and split over many files.

use std::fs;
use std::io;
use std::path::Path;

/// Files of one module.
const FILES: usize = 10;

/// Writes a repository of so many modules of ten files each; every other module is called by the one before it, and
/// gets its names by a variable.
///
/// # Errors
/// If the module cannot be read or the files cannot be written.
pub fn write(module: &Path, modules: usize, to: &Path) -> io::Result<()> {
    let text = fs::read_to_string(module.join("main.tf"))?;
    let provider = fs::read_to_string(module.join("provider.tf"))?;
    let blocks = blocks(&text);
    for i in 0..modules / 2 {
        let root = to.join(format!("team-{i}"));
        let call = format!("module \"more\" {{\n  source = \"./modules/more\"\n  name   = \"estate-{i}-more\"\n}}\n");
        split(&root, &blocks, &format!("estate-{i}"), &format!("{provider}\n{call}"))?;
        let variable = "variable \"name\" {\n  type = string\n}\n";
        split(&root.join("modules/more"), &blocks, "${var.name}", variable)?;
    }
    Ok(())
}

/// The top-level blocks of a text.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines() {
        if blocks.is_empty() || line.starts_with(|first: char| first.is_ascii_lowercase()) {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}

fn split(folder: &Path, blocks: &[String], name: &str, first: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("main.tf"), first)?;
    for (i, part) in blocks.chunks(blocks.len().div_ceil(FILES - 1)).enumerate() {
        fs::write(folder.join(format!("part-{i}.tf")), part.concat().replace("good", name))?;
    }
    Ok(())
}
