//! A large plan: one real plan of a module, copied until the size is reached.
//!
//! Each copy is a module of its own with names of its own, as the calls of one module in a real estate are. The text of
//! the checked-in plans is copied as it stands, section by section; nothing is parsed and written anew.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::value::RawValue;

/// One copy in so many has types that the model knows: 2.5 % of the resources.
pub const ONE_IN: usize = 40;

/// What was written.
pub struct Plan {
    /// Its size in bytes.
    pub size: u64,
    /// How many copies of the module are in it.
    pub modules: usize,
    /// How many of these have types that the model knows.
    pub modelled: usize,
}

/// What one plan of the module says, section by section, without the brackets of the lists.
struct Module {
    planned: String,
    drift: String,
    changes: String,
    prior: String,
    call: String,
}

impl Module {
    fn new(text: &str) -> Self {
        let list = |path: &[&str]| at(text, path).trim_start_matches('[').trim_end_matches(']').to_owned();
        Self {
            planned: list(&["planned_values", "root_module", "child_modules"]),
            drift: list(&["resource_drift"]),
            changes: list(&["resource_changes"]),
            prior: list(&["prior_state", "values", "root_module", "child_modules"]),
            call: at(text, &["configuration", "root_module", "module_calls", "m"]).to_owned(),
        }
    }

    /// The same under types that the model has no place for: those of the provider `awscc`.
    fn foreign(&self) -> Self {
        let other = |text: &String| text.replace("\"aws_", "\"awscc_").replace(".aws_", ".awscc_");
        Self {
            planned: other(&self.planned),
            drift: other(&self.drift),
            changes: other(&self.changes),
            prior: other(&self.prior),
            call: other(&self.call),
        }
    }

    fn size(&self) -> usize {
        [&self.planned, &self.drift, &self.changes, &self.prior, &self.call].iter().map(|text| text.len()).sum()
    }
}

/// The text of what lies at a path of keys; empty when there is none.
fn at<'t>(text: &'t str, path: &[&str]) -> &'t str {
    path.iter().fold(text, |text, key| {
        let fields: HashMap<String, &'t RawValue> = serde_json::from_str(text).unwrap_or_default();
        fields.get(*key).map_or("", |value| value.get())
    })
}

/// Gives a copy its own address, its own names and its own ids.
fn own(text: &str, copy: usize) -> String {
    text.replace("module.m.", &format!("module.m{copy}."))
        .replace("module.m\"", &format!("module.m{copy}\""))
        .replace("good", &format!("estate-{copy}"))
        .replace("00000000-0000-4000-8000-", &format!("{copy:08x}-0000-4000-8000-"))
}

/// Writes a plan of about so many bytes. Half of the copies are as before their first apply, half as after it.
///
/// # Errors
/// If the plans of the module cannot be read or the file cannot be written.
pub fn write(module: &Path, size: u64, to: &Path) -> io::Result<Plan> {
    let texts =
        [std::fs::read_to_string(module.join("plan-after.json"))?, std::fs::read_to_string(module.join("plan.json"))?];
    let ours = texts.each_ref().map(|text| Module::new(text));
    let others = ours.each_ref().map(Module::foreign);
    let modules = (size / ours.iter().map(|module| module.size() as u64 / 2).sum::<u64>().max(1)).max(1) as usize;
    // Of the modelled ones, too, every other one is new.
    let is_ours = |copy: usize| copy.is_multiple_of(ONE_IN);
    let of = |copy: usize| {
        if is_ours(copy) { &ours[copy / ONE_IN % 2] } else { &others[copy % 2] }
    };

    let mut file = BufWriter::new(File::create(to)?);
    let mut section = |before: &str, part: &dyn Fn(&Module, usize) -> String| -> io::Result<()> {
        file.write_all(before.as_bytes())?;
        let mut first = true;
        for copy in 0..modules {
            let text = part(of(copy), copy);
            if !text.is_empty() {
                file.write_all(if first { b"" } else { b"," })?;
                file.write_all(text.as_bytes())?;
                first = false;
            }
        }
        Ok(())
    };
    let head = r#"{"format_version":"1.2","terraform_version":"1.11.4","#;
    section(&format!(r#"{head}"planned_values":{{"root_module":{{"child_modules":["#), &|m, i| own(&m.planned, i))?;
    section(r#"]}},"resource_drift":["#, &|m, i| own(&m.drift, i))?;
    section(r#"],"resource_changes":["#, &|m, i| own(&m.changes, i))?;
    let prior = r#"],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"#;
    section(&format!(r#"{prior}"child_modules":["#), &|m, i| own(&m.prior, i))?;
    let provider = at(&texts[0], &["configuration", "provider_config"]);
    let calls = format!(r#"]}}}}}},"configuration":{{"provider_config":{provider},"root_module":{{"module_calls":{{"#);
    section(&calls, &|m, i| format!(r#""m{i}":{}"#, own(&m.call, i)))?;
    let tail = r#"}}},"timestamp":"2026-01-01T00:00:00Z","applyable":true,"complete":true,"errored":false}"#;
    file.write_all(tail.as_bytes())?;
    file.flush()?;
    let size = file.get_ref().metadata()?.len();
    Ok(Plan { size, modules, modelled: (0..modules).filter(|copy| is_ours(*copy)).count() })
}
