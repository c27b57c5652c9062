//! One run: what was asked for, one measurement after another, into one text.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::arguments::Arguments;
use crate::figures::table;
use crate::generate::SEED;
use crate::measure::{conversion, exchange, hunt, matching, million, misp, patterns, telemetry};
use crate::objects::Objects;
use crate::process::{load_average, machine};
use crate::server::{Node, Server, peer};
use crate::{Outcome, generate, tell};

/// Objects that medallion gets: it looks at every object for every one on a page, so that more take minutes.
const FEW_OBJECTS: usize = 1_000;
/// Where the peers' scripts put their collection.
const OPENTAXII: &str = "taxii2/00000000-0000-4000-8000-000000000002/collections/measured";
const MEDALLION: &str = "measured/collections/00000000-0000-4000-8000-000000000001";
/// Attributes that misp-stix gets, and we.
const FEW_ATTRIBUTES: u64 = 5_000;
/// Attributes of the large event.
const MANY_ATTRIBUTES: u64 = 200_000;

/// Does what was asked for.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    if let Some(asked) = &arguments.generate {
        return generate::write(&asked.kind, asked.count, &asked.files);
    }
    fs::create_dir_all(&arguments.scratch)?;
    let run = Run {
        arguments,
        data: std::env::var_os("COMMONWATCH_DATA").map(PathBuf::from),
    };
    let mut text = format!(
        "Machine: {}. Load average at the start: {}.\n",
        machine(),
        load_average()
    );
    let mut section = |what: &str, title: &str, measure: &dyn Fn() -> Outcome<String>| -> Outcome<()> {
        if arguments.wants(what) {
            tell(&format!("measuring {what}"));
            let load = load_average();
            text.push_str(&format!(
                "\n## {title}\n\n{}\nLoad average: {load} before, {} after.\n",
                measure()?,
                load_average()
            ));
        }
        Ok(())
    };
    section("exchange", "TAXII 2.1, the same objects in and out", &|| run.exchange())?;
    section("conversion", "Files", &|| run.conversion())?;
    section("patterns", "Patterns", &|| run.patterns())?;
    section("million", "Many objects", &|| run.million())?;
    section("matching", "Matching", &|| run.matching())?;
    section("hunt", "Looking backwards", &|| run.hunt())?;
    section("telemetry", "Reports of many systems", &|| run.telemetry())?;
    section("misp", "MISP's interface", &|| run.misp())?;
    match &arguments.output {
        Some(file) => fs::write(file, text)?,
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(())
}

struct Run<'a> {
    arguments: &'a Arguments,
    data: Option<PathBuf>,
}

impl Run<'_> {
    /// An empty directory.
    fn directory(&self, name: &str) -> Outcome<PathBuf> {
        let directory = self.arguments.scratch.join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    fn data(&self, path: &str) -> Option<PathBuf> {
        self.data
            .as_ref()
            .map(|data| data.join(path))
            .filter(|path| path.exists())
    }

    /// ATT&CK where it is there, else as many made-up objects.
    fn objects(&self) -> Outcome<(&'static str, Vec<String>)> {
        let Some(file) = self.data("stix/attack/enterprise-attack-stix21-derived.json") else {
            let objects = Objects { seed: SEED };
            return Ok((
                "made-up objects",
                (0..24_000).map(|number| objects.text(number)).collect(),
            ));
        };
        let bundle: Value = serde_json::from_slice(&fs::read(file)?)?;
        let objects = bundle
            .get("objects")
            .and_then(Value::as_array)
            .ok_or("the ATT&CK bundle has no objects")?;
        Ok(("ATT&CK Enterprise", objects.iter().map(Value::to_string).collect()))
    }

    fn exchange(&self) -> Outcome<String> {
        let (what, objects) = self.objects()?;
        let few = objects.len().min(FEW_OBJECTS);
        let mut columns = Vec::new();
        let mut left_out = String::new();
        let mut column = |name: &str, start: &dyn Fn() -> Outcome<Server>, count: usize, page: usize| {
            tell(&format!("  {name}, {count} objects"));
            // OpenTAXII 0.9.3 answers 500 to an object without 'modified' (marking definitions, observables).
            let taken = |object: &&String| name != "OpenTAXII" || object.contains("\"modified\":");
            let objects: Vec<&str> = objects.iter().take(count).filter(taken).map(String::as_str).collect();
            match start().and_then(|server| self.exchange_one(&server, &objects, page)) {
                Ok(cells) => columns.push((format!("{name}, page {page}"), cells)),
                Err(error) => left_out.push_str(&format!("\n{name} is left out: {error}\n")),
            }
        };
        let ours = |name: &str| Node::make(&self.arguments.program, &self.directory(name)?)?.start();
        column("Commonwatch", &|| ours("exchange"), objects.len(), 1_000);
        if let Some(python) = &self.arguments.peers {
            let theirs = |name: &str, collection: &str| {
                let script = PathBuf::from(format!("benches/peers/{name}_server.py"));
                let objects = format!("/{collection}/objects/");
                peer(python, &script, name, &objects, &self.directory(name)?)
            };
            column("OpenTAXII", &|| theirs("opentaxii", OPENTAXII), objects.len(), 1_000);
            column("Commonwatch", &|| ours("exchange"), few, 500);
            column("medallion", &|| theirs("medallion", MEDALLION), few, 500);
        }
        let head: Vec<&str> = [""]
            .into_iter()
            .chain(columns.iter().map(|(name, _)| name.as_str()))
            .collect();
        let row = |(at, name): (usize, &&str)| {
            let cells = columns
                .iter()
                .map(|(_, cells)| cells.get(at).cloned().unwrap_or_default());
            [(*name).to_owned()].into_iter().chain(cells).collect()
        };
        let rows: Vec<Vec<String>> = exchange::ROWS.iter().enumerate().map(row).collect();
        Ok(format!("Data: {what}.\n\n{}{left_out}", table(&head, &rows)))
    }

    fn exchange_one(&self, server: &Server, objects: &[&str], page: usize) -> Outcome<Vec<String>> {
        let envelopes: Vec<String> = objects
            .chunks(page)
            .map(|part| format!("{{\"objects\":[{}]}}", part.join(",")))
            .collect();
        let mut ids = Vec::new();
        for object in objects.iter().step_by(7) {
            let object: Value = serde_json::from_str(object)?;
            ids.extend(object.get("id").and_then(Value::as_str).map(str::to_owned));
        }
        let ours = server.name == "Commonwatch";
        let plan = exchange::Plan {
            envelopes: &envelopes,
            objects: objects.len() as u64,
            ids: &ids,
            object_type: "malware",
            connections: if ours { 2 } else { 1 },
            polls: match server.name.as_str() {
                "Commonwatch" => 1_000,
                "medallion" => 3,
                _ => 20,
            },
            page,
        };
        exchange::measure(server, &plan)
    }

    fn million(&self) -> Outcome<String> {
        let directory = self.directory("million")?;
        let measured = million::measure(
            &self.arguments.program,
            &directory,
            Objects { seed: SEED },
            self.arguments.objects,
            2_000,
        )?;
        fs::remove_dir_all(directory)?;
        Ok(measured)
    }

    fn matching(&self) -> Outcome<String> {
        let Arguments {
            program,
            peers,
            lines,
            indicators,
            ..
        } = self.arguments;
        let directory = self.directory("matching")?;
        let beside = matching::measure(program, peers.as_deref(), &directory, *indicators, *lines)?;
        let directory = self.directory("matching")?;
        let grown = matching::growth(program, &directory, indicators * 10, lines.div_ceil(3))?;
        fs::remove_dir_all(directory)?;
        Ok(format!("{beside}\n### How it grows with the list\n\n{grown}"))
    }

    fn misp(&self) -> Outcome<String> {
        /// Attributes of the largest event.
        const ATTRIBUTES: u64 = 200_000;
        let directory = self.directory("misp")?;
        let objects = Objects { seed: SEED };
        let measured = misp::measure(
            &self.arguments.program,
            &directory,
            objects,
            &misp::Size {
                attributes: ATTRIBUTES,
                objects: self.arguments.objects,
                events: self.arguments.events,
            },
        )?;
        fs::remove_dir_all(directory)?;
        Ok(measured)
    }

    fn telemetry(&self) -> Outcome<String> {
        let directory = self.directory("telemetry")?;
        let measured = telemetry::measure(&self.arguments.program, &directory, self.arguments.reports)?;
        fs::remove_dir_all(directory)?;
        Ok(measured)
    }

    fn hunt(&self) -> Outcome<String> {
        let directory = self.directory("hunt")?;
        let Arguments {
            program,
            lines,
            indicators,
            ..
        } = self.arguments;
        let measured = hunt::measure(program, &directory, *indicators, *lines)?;
        fs::remove_dir_all(directory)?;
        Ok(measured)
    }

    fn conversion(&self) -> Outcome<String> {
        let program = &self.arguments.program;
        let scratch = &self.arguments.scratch;
        let mut rows = Vec::new();
        let made = |kind: &str, count: u64| -> Outcome<PathBuf> {
            let file = scratch.join(format!("{kind}-{count}.json"));
            generate::write(kind, count, std::slice::from_ref(&file))?;
            Ok(file)
        };
        let (few, many) = (made("event", FEW_ATTRIBUTES)?, made("event", MANY_ATTRIBUTES)?);
        rows.push(conversion::convert(
            program,
            std::slice::from_ref(&many),
            MANY_ATTRIBUTES,
            "stix",
            "MISP event to STIX, made up",
        )?);
        rows.push(conversion::convert(
            program,
            std::slice::from_ref(&few),
            FEW_ATTRIBUTES,
            "stix",
            "the same, small",
        )?);
        if let Some(python) = &self.arguments.peers {
            let script = Path::new("benches/peers/misp_to_stix.py");
            rows.push(conversion::script(
                python,
                script,
                &[few],
                FEW_ATTRIBUTES,
                "the same, misp-stix",
            )?);
        }
        if let Some(directory) = self.data("sharing/eset-malware-ioc") {
            let (files, attributes) = events(&directory)?;
            rows.push(conversion::convert(
                program,
                &files,
                attributes,
                "stix",
                "ESET's MISP events to STIX",
            )?);
            if let Some(python) = &self.arguments.peers {
                let script = Path::new("benches/peers/misp_to_stix.py");
                rows.push(conversion::script(
                    python,
                    script,
                    &files,
                    attributes,
                    "the same, misp-stix",
                )?);
            }
        }
        let share = |file: &Path, items: u64, what: &str| {
            conversion::share(program, &self.directory("share")?, file, items, what)
        };
        rows.push(share(&many, MANY_ATTRIBUTES, "MISP event shared into a node")?);
        if let Some(file) = self.data("stix/attack/enterprise-attack-stix21-derived.json") {
            rows.push(share(&file, 24_771, "ATT&CK Enterprise shared into a node")?);
        }
        rows.push(share(
            &made("objects", 100_000)?,
            100_000,
            "made-up objects, one a line, shared into a node",
        )?);
        Ok(table(&conversion::HEAD, &rows))
    }

    fn patterns(&self) -> Outcome<String> {
        let bundles = self.data("stix/unit42-playbooks");
        let case = patterns::Case::make(bundles.as_deref(), Objects { seed: SEED })?;
        let rows = patterns::measure(&case)?;
        let mut text = table(&["what", "a CPU-second"], &rows);
        if let Some(python) = &self.arguments.peers {
            let file = self.arguments.scratch.join("patterns.json");
            case.write(&file)?;
            let output = std::process::Command::new(python)
                .arg("benches/peers/match_patterns.py")
                .arg(file)
                .output()?;
            text.push_str(&format!(
                "\nstix2-matcher on the same {}",
                String::from_utf8_lossy(&output.stdout)
            ));
        }
        Ok(text)
    }
}

/// The MISP events below a directory and how many attributes they have; what is no JSON is left out.
fn events(directory: &Path) -> Outcome<(Vec<PathBuf>, u64)> {
    let (mut files, mut attributes) = (Vec::new(), 0);
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json")
                && let Ok(event) = serde_json::from_slice::<Value>(&fs::read(&path)?)
            {
                attributes += count_attributes(&event);
                files.push(path);
            }
        }
    }
    files.sort();
    Ok((files, attributes))
}

fn count_attributes(value: &Value) -> u64 {
    match value {
        Value::Array(list) => list.iter().map(count_attributes).sum(),
        Value::Object(map) => {
            let here = map.get("Attribute").and_then(Value::as_array).map_or(0, Vec::len);
            here as u64 + map.values().map(count_attributes).sum::<u64>()
        }
        _ => 0,
    }
}
