//! Compiles sources of rules, and says why some are left out.

use stix::{Place, Problem};
use yara_x::errors::CompileError;
use yara_x::{Compiler, SourceCode};

use super::engine::{self, Rules};
use super::{Builder, Compiled, nesting};

/// Modules of YARA that this build has not. Rules that use one are left out by name, where an unknown module would be an
/// error of the whole file.
const ABSENT_MODULES: [&str; 10] = [
    "androguard",
    "crx",
    "cuckoo",
    "dex",
    "magic",
    "msi",
    "olecf",
    "vba",
    "vt",
    "zip",
];

impl Builder {
    /// Compiles what was added. Rules that cannot be compiled are left out, with their reasons; an error stands for an
    /// engine that could not be set up.
    pub fn build(self) -> Result<Compiled, Problem> {
        // On a stack of a known size, which nothing within the limit of nesting fills.
        let thread = std::thread::Builder::new()
            .stack_size(nesting::STACK)
            .spawn(|| compile(self));
        match thread.map(std::thread::JoinHandle::join) {
            Ok(Ok(compiled)) => compiled,
            Ok(Err(_)) => Err(engine::problem(
                "it broke down over one of the rules; the message is above",
            )),
            Err(error) => Err(engine::problem(&error.to_string())),
        }
    }
}

fn compile(rules: Builder) -> Result<Compiled, Problem> {
    let mut compiler = Compiler::new();
    compiler.relaxed_re_syntax(true);
    compiler.switch_all_warnings(false);
    for module in ABSENT_MODULES {
        compiler.ignore_module(module);
    }
    engine::define_variables(&mut compiler)?;
    match &rules.includes {
        Some(folder) => compiler.enable_includes(true).add_include_dir(folder),
        None => compiler.enable_includes(false),
    };
    let mut problems = Vec::new();
    let mut left_out = 0;
    for (name, source) in &rules.sources {
        if !nesting::is_within_limits(source) {
            problems.push(too_deep(name));
            continue;
        }
        let told = compiler.errors().len();
        let ignored = compiler.ignored_rules().count();
        compiler.new_namespace(name);
        // The error it returns is the first of those it keeps.
        let _ = compiler.add_source(SourceCode::from(source.as_slice()).with_origin(name));
        problems_of(
            compiler.errors().get(told..).unwrap_or_default(),
            name,
            source,
            &mut problems,
        );
        for (rule, reason) in compiler.ignored_rules().skip(ignored) {
            left_out += 1;
            problems.extend(problem_of_ignored(name, rule, &reason));
        }
    }
    let rules = Rules::of(compiler.build());
    Ok(Compiled {
        used: rules.count(),
        rules,
        left_out,
        problems,
    })
}

/// The problems of a source. Some files only include hundreds of others: that is told once.
fn problems_of(errors: &[CompileError], name: &str, source: &[u8], problems: &mut Vec<Problem>) {
    let is_include = |error: &&CompileError| matches!(error, CompileError::IncludeNotAllowed(_));
    let includes = errors.iter().filter(is_include).count();
    if let Some(first) = errors.iter().find(is_include) {
        let mut problem = problem_of(first, name, source);
        if includes > 1 {
            problem.message = format!("{}, here and {} times more in this file", problem.message, includes - 1);
        }
        problems.push(
            problem.help("rules read no other files; name the folder that holds the included ones, or each of them"),
        );
    }
    let others = errors.iter().filter(|error| !is_include(error));
    problems.extend(others.map(|error| problem_of(error, name, source)));
}

fn too_deep(name: &str) -> Problem {
    let place = Place {
        file: Some(name.to_owned()),
        ..Place::default()
    };
    let message = "a rule is nested too deeply (more than 100 brackets and operators, or 5 calls), or has strings without an \
                   end: no rule of the file is used";
    Problem::error("yara-nesting", place, message).help("take the rule that is nested so deeply out of the file")
}

fn problem_of(error: &CompileError, name: &str, source: &[u8]) -> Problem {
    let mut place = Place {
        file: Some(name.to_owned()),
        ..Place::default()
    };
    let mut message = error.title().to_owned();
    if let Some(label) = error.labels().next() {
        if let Some(origin) = label.origin() {
            place.file = Some(origin.to_owned());
            if origin == name {
                let before = source.get(..label.span().start()).unwrap_or(source);
                place.line = Some(1 + before.iter().filter(|byte| **byte == b'\n').count() as u64);
            }
        }
        if !label.text().is_empty() && label.text() != message {
            message = format!("{message}: {}", label.text());
        }
    }
    let code = match error {
        CompileError::IncludeNotAllowed(_) => "yara-include",
        CompileError::UnknownModule(_) => "yara-module",
        CompileError::SyntaxError(_) => "yara-syntax",
        _ => "yara-rule",
    };
    Problem::error(code, place, format!("{message} ({})", error.code()))
}

/// A rule that was left out without an error of its own.
fn problem_of_ignored(name: &str, rule: &str, reason: &yara_x::IgnoredRuleReason<'_>) -> Option<Problem> {
    use yara_x::IgnoredRuleReason as Reason;
    let place = Place {
        file: Some(name.to_owned()),
        object: Some(rule.to_owned()),
        ..Place::default()
    };
    match reason {
        Reason::IgnoredModule(module) => Some(Problem::error(
            "yara-module",
            place,
            format!("the rule needs the module '{module}', which this build has not"),
        )),
        Reason::IgnoredRule(other) => Some(Problem::error(
            "yara-module",
            place,
            format!("the rule needs the rule '{other}', which is left out"),
        )),
        Reason::CompileError(_) => None,
    }
}
