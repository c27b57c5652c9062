//! Makes a watchlist and rules of what the command line names: files of indicators, a saved watchlist, rules, or the node.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::{Format, Found, Sink};
use matching::hit::Context;
use matching::run::Armed;
use matching::watchlist::{About, Around, Builder, Options};
use matching::{Warninglists, Watchlist};
use stix::marking::{self, Pap, Tlp};
use stix::observable::{Kind, guess, refang};
use stix::{Problem, Severity, Timestamp};

use super::show;
use crate::cli::Global;
use crate::cli::matching::{ChoiceArgs, LookForArgs};
use crate::commands::input;
use crate::context::{Create, Local, block_on, exists, fill_random, now};
use crate::failure::{self, Failure};
use crate::output::Output;

/// Problems that are shown one by one.
const SHOWN: usize = 20;
/// What can be named to be looked for.
const SOMETHING: &str = "indicators with --indicators, a saved watchlist with --watchlist, or rules with --sigma or --yara; \
                         --data names the directory of a node whose indicators are to be used";

/// Makes ready what is to be looked for in events: watchlist and Sigma rules. YARA rules are asked of files only, see [`yara`].
pub fn arm(global: &Global, look_for: &LookForArgs, output: Output) -> Result<Armed, Failure> {
    let has_other = !look_for.sigma.is_empty() || !look_for.yara.is_empty();
    let watchlist = match &look_for.watchlist {
        Some(path) => {
            unchosen(&look_for.choice)?;
            Some(open(path)?)
        }
        None if !look_for.indicators.is_empty() => Some(compile(&look_for.indicators, &look_for.choice, output)?),
        None if has_other => None,
        None => Some(of_node(global, &look_for.choice, output)?),
    };
    let mut sigma = sigma::Rules::builder();
    let mut has_sigma = false;
    for (name, text) in rule_files(&look_for.sigma, &["yml", "yaml"])? {
        sigma.add(&name, &String::from_utf8_lossy(&text));
        has_sigma = true;
    }
    // To find nothing because nothing was looked for would be a lie.
    if !has_sigma && !look_for.sigma.is_empty() {
        return Err(Failure::input(format!("no Sigma rules in {}", named(&look_for.sigma)))
            .help("of a directory, files that end in .yml or .yaml are read"));
    }
    for (_, rule) in shared_rules(watchlist.as_ref(), "sigma") {
        sigma.add("shared rule", rule);
        has_sigma = true;
    }
    let sigma = if has_sigma {
        let (rules, problems) = sigma.build();
        tell(output, &problems, "Sigma rules");
        if rules.is_empty() && watchlist.is_none() && look_for.yara.is_empty() {
            return Err(Failure::input("none of the Sigma rules can be used").help("the problems above say why"));
        }
        Some(rules)
    } else {
        None
    };
    Ok(Armed { watchlist, sigma })
}

/// Refuses to look for nothing: everything was left out, or there was nothing. Rules that are asked of files are something.
pub fn something_left(look_for: &LookForArgs, armed: &Armed) -> Result<(), Failure> {
    let Some(list) = armed.watchlist.as_ref().filter(|list| list.is_empty()) else {
        return Ok(());
    };
    if armed.sigma.is_some() || !look_for.yara.is_empty() {
        return Ok(());
    }
    let left_out = &list.meta().left_out;
    let many: u64 = left_out.iter().map(|(_, many)| many).sum();
    Err(match left_out.first() {
        Some((reason, _)) => Failure::input(format!(
            "nothing is left to look for: {} left out, most of them because {reason}",
            show::many(many, "value")
        ))
        .help(
            "--explain VALUE tells of one; --no-warninglists looks also for what warninglists know as harmless, \
             --least-score 0 for what has lost its worth",
        ),
        None => Failure::input("there is no indicator that can be looked for")
            .help("share some with the node or subscribe to a feed, or name a file of them with --indicators"),
    })
}

/// A file of indicators or a log that is not there. Whoever wrote a value in its place is told where values go.
pub fn not_there(path: &Path, error: &std::io::Error) -> Failure {
    let failure = failure::file("read", path, error);
    let text = path.display().to_string();
    let is_value = error.kind() == std::io::ErrorKind::NotFound
        && guess(&refang(&text))
            .is_some_and(|found| !matches!(found.kind, Kind::Domain | Kind::FileName | Kind::FilePath));
    if is_value {
        failure.help(
            "this looks like a value: write values into a file, one a line, and name it with --indicators, \
             or use 'commonwatch hunt LOGS --value VALUE'",
        )
    } else {
        failure
    }
}

fn named(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}

/// The rules of a language in a watchlist, each with the identifier of its indicator.
fn shared_rules<'w>(watchlist: Option<&'w Watchlist>, language: &str) -> impl Iterator<Item = (String, &'w str)> {
    watchlist
        .into_iter()
        .flat_map(|list| list.rules().iter().map(move |rule| (list, rule)))
        .filter(move |(_, rule)| rule.language == language)
        .map(|(list, rule)| (list.context(rule.indicator).id, rule.text.as_str()))
}

/// Compiles the YARA rules that are to be asked of files: those named, and those that others shared.
pub fn yara(look_for: &LookForArgs, armed: &Armed, output: Output) -> Result<Option<files::Rules>, Failure> {
    let mut builder = files::Rules::builder();
    let named = rule_files(&look_for.yara, &["yar", "yara", "rule"])?;
    let shared: BTreeSet<(String, &str)> = shared_rules(armed.watchlist.as_ref(), "yara").collect();
    if named.is_empty() && shared.is_empty() {
        return none_usable(look_for, armed).map(|()| None);
    }
    // Whoever asked for rules is told that there are none here; to others, all else is still worth matching.
    if named.is_empty() && !files::rules::BUILT_IN {
        output.note(&format!(
            "not asked of files: {} among the indicators; this program was built without YARA (--features yara)",
            show::many(shared.len() as u64, "YARA rule")
        ));
        return Ok(None);
    }
    for (name, text) in named {
        builder = builder.add(name, text);
    }
    // The namespace leads from the rule to its indicator.
    for (id, text) in shared {
        builder = builder.add(id, text);
    }
    let compiled = builder.build()?;
    tell(output, &compiled.problems, "YARA rules");
    if compiled.used == 0 {
        return none_usable(look_for, armed).map(|()| None);
    }
    Ok(Some(compiled.rules))
}

/// To find nothing because nothing was looked for would be a lie.
fn none_usable(look_for: &LookForArgs, armed: &Armed) -> Result<(), Failure> {
    if look_for.yara.is_empty() || !armed.is_empty() {
        return Ok(());
    }
    Err(Failure::input("none of the YARA rules can be used")
        .help("the problems above say why; of a directory, files that end in .yar, .yara or .rule are read"))
}

/// Refuses a hunt for nothing.
pub fn something_hunted(global: &Global, look_for: &LookForArgs) -> Result<(), Failure> {
    let is_named = look_for.watchlist.is_some() || !look_for.indicators.is_empty() || !look_for.sigma.is_empty();
    if is_named || exists(&global.data) {
        return Ok(());
    }
    Err(Failure::input("there is nothing to look for").help(format!(
        "name a value with --value, {}",
        SOMETHING.replace(" or --yara", "")
    )))
}

/// Refuses rules that nothing would be asked: a hunt and a backtest read logs.
pub fn no_yara(look_for: &LookForArgs) -> Result<(), Failure> {
    if look_for.yara.is_empty() {
        return Ok(());
    }
    Err(Failure::input("YARA rules are asked of files, not of logs")
        .help("'commonwatch match --as-what files' asks them"))
}

/// A choice that has no effect any more would be taken for one that has.
fn unchosen(choice: &ChoiceArgs) -> Result<(), Failure> {
    if choice.is_usual() {
        return Ok(());
    }
    Err(
        Failure::input("what a saved watchlist holds was chosen when it was compiled")
            .help("give --least-score, --no-warninglists and the like to 'commonwatch watchlist compile'"),
    )
}

/// Opens a saved watchlist.
pub fn open(path: &Path) -> Result<Watchlist, Failure> {
    Watchlist::open(path).map_err(|error| {
        Failure::input(format!("{}: {error}", path.display()))
            .help("'commonwatch watchlist compile' makes one; --indicators reads indicators directly")
    })
}

/// The options of a compilation.
pub fn options(choice: &ChoiceArgs, lists: Option<Arc<Warninglists>>, output: Output) -> Result<Options, Failure> {
    let mut seed = [0; 8];
    fill_random(&mut seed);
    let tlp = choice.strictest_tlp.as_deref().map(|text| {
        Tlp::parse(text).ok_or_else(|| {
            Failure::input(format!("'{text}' is no TLP marking")).help("clear, green, amber, amber+strict, red")
        })
    });
    let pap = choice.strictest_pap.as_deref().map(|text| {
        Pap::parse(text)
            .ok_or_else(|| Failure::input(format!("'{text}' is no PAP marking")).help("clear, green, amber, red"))
    });
    let lists = match lists {
        Some(lists) => Some(lists),
        None => Some(Arc::new(warninglists(&choice.warninglists, output)?)),
    };
    Ok(Options {
        seed: u64::from_le_bytes(seed),
        minimum_score: choice.least_score,
        minimum_confidence: choice.least_confidence,
        strictest_tlp: tlp.transpose()?,
        strictest_pap: pap.transpose()?,
        covers_below: !choice.exact_names,
        warninglists: lists.filter(|_| !choice.no_warninglists),
        ..Options::at(now())
    })
}

fn warninglists(paths: &[PathBuf], output: Output) -> Result<Warninglists, Failure> {
    let mut lists = Warninglists::builder();
    lists.add_built_in();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|error| failure::file("read", path, &error))?;
        lists.add_json(&path.display().to_string(), &text);
    }
    let (lists, problems) = lists.build();
    output.problems(&problems);
    Ok(lists)
}

/// Compiles files of indicators.
pub fn compile(paths: &[PathBuf], choice: &ChoiceArgs, output: Output) -> Result<Watchlist, Failure> {
    let mut builder = Builder::new(options(choice, None, output)?);
    let mut problems = Vec::new();
    for path in paths {
        if !list(path, &mut builder)? {
            objects(path, &mut builder, &mut problems)?;
        }
    }
    let is_empty = builder.is_empty();
    let (watchlist, found) = builder.build();
    problems.extend(found);
    tell(output, &problems, "indicators");
    // To find nothing because nothing was looked for would be a lie.
    if is_empty {
        return Err(
            Failure::input(format!("no indicator that can be looked for in {}", named(paths)))
                .help("'commonwatch check FILE' says what is in a file, and what is wrong with it"),
        );
    }
    Ok(watchlist)
}

/// Adds a plain list, without making objects of its lines. Says whether the file is one.
fn list(path: &Path, builder: &mut Builder) -> Result<bool, Failure> {
    let unreadable = |error: std::io::Error| not_there(path, &error);
    if path.as_os_str() == "-" || path.is_dir() {
        return Ok(false);
    }
    let mut head = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    (&file).take(64 << 10).read_to_end(&mut head).map_err(unreadable)?;
    // What ends in the middle of a letter is text all the same.
    let is_text = std::str::from_utf8(&head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if formats::detect(&head) != Format::List || !is_text {
        return Ok(false);
    }
    let context = Context {
        shared_by: path.display().to_string(),
        ..Context::default()
    };
    builder
        .list(&mut head.as_slice().chain(file), &path.display().to_string(), &context)
        .map_err(unreadable)?;
    Ok(true)
}

/// Adds the indicators of a file of objects; what stands around them is read first.
fn objects(path: &Path, builder: &mut Builder, problems: &mut Vec<Problem>) -> Result<(), Failure> {
    let now = now();
    let mut around = Around::default();
    // Standard input can be read only once: what stands around its indicators is then not known.
    if path.as_os_str() != "-" {
        let mut seeing = Objects {
            each: &mut |object| around.see(object.map()),
            problems: &mut Vec::new(),
        };
        input::read(path, now, &mut seeing)?;
    }
    let file = path.display().to_string();
    let mut adding = Objects {
        each: &mut |object| {
            if object.map().str("type") != Some("indicator") {
                return;
            }
            let marked = marking::effective(marking::effective::references(object.map()), |_| None);
            let mut about = About {
                shared_by: file.clone(),
                tlp: marked.tlp,
                pap: marked.pap,
                ..About::default()
            };
            around.tell(object.map().str("id").unwrap_or_default(), &mut about);
            builder.object(object.map(), &about);
        },
        problems,
    };
    input::read(path, now, &mut adding)?;
    Ok(())
}

/// Gives each object of an input.
struct Objects<'a> {
    each: &'a mut dyn FnMut(&stix::Object<'_>),
    problems: &'a mut Vec<Problem>,
}

impl Sink for Objects<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let mut others = Vec::new();
        let read = node::intake::examine(&found.text, &mut others, |object, _| {
            (self.each)(object);
            Ok(())
        });
        if let Err(problem) = read {
            self.problem(node::intake::placed(problem, &found.place));
        }
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.problems.push(problem);
        }
    }
}

/// Compiles what the node has, as its operator (or whoever --as names) sees it.
pub fn of_node(global: &Global, choice: &ChoiceArgs, output: Output) -> Result<Watchlist, Failure> {
    if !exists(&global.data) {
        return Err(Failure::input("there is nothing to look for").help(format!("name {SOMETHING}")));
    }
    block_on(async {
        let local = Local::open(global, Create::No).await?;
        let caller = local.caller(global).await?;
        let options = options(choice, Some(local.node.warninglists()), output)?;
        let compiled = local.node.watchlist(&caller, options).await;
        local.node.store().clone().close().await;
        let (watchlist, problems) = compiled?;
        tell(output, &problems, "indicators");
        Ok(watchlist)
    })
}

/// The texts of rules in files and directories.
fn rule_files(paths: &[PathBuf], endings: &[&str]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut texts = Vec::new();
    for path in paths {
        let is_directory = path.is_dir();
        for file in sources::walk([path]) {
            let file = file.map_err(Failure::from)?;
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if is_directory && !endings.contains(&ending.to_ascii_lowercase().as_str()) {
                continue;
            }
            let bytes = fs::read(&file).map_err(|error| failure::file("read", &file, &error))?;
            texts.push((file.display().to_string(), bytes));
        }
    }
    Ok(texts)
}

/// Shows the first problems and says how many more there are.
pub fn tell(output: Output, problems: &[Problem], what: &str) {
    output.problems(&problems[..problems.len().min(SHOWN)]);
    if problems.len() > SHOWN {
        output.note(&format!(
            "… and {} more {what} that cannot be used",
            problems.len() - SHOWN
        ));
    }
}

/// The time, for the matcher.
pub fn clock() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(now)
}
