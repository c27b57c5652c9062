//! The chapters of the guide, compiled in as they stand in `docs`, made into HTML when they are first asked for.
//!
//! Nothing of them is taken as HTML: what looks like it is shown as text. Links between chapters lead to each other's pages;
//! links to what is not compiled in stay words.

use std::collections::HashMap;
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A section of a chapter: what stands under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The chapter.
    pub chapter: &'static str,
    /// Its title.
    pub chapter_title: String,
    /// Its place there.
    pub anchor: String,
    /// The heading.
    pub title: String,
    /// Its words.
    pub text: String,
}

/// A chapter.
#[derive(Debug)]
pub struct Chapter {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its heading.
    pub title: String,
    /// The page.
    pub html: String,
    /// What is under each heading.
    pub sections: Vec<Section>,
}

/// The guide.
pub struct Book {
    chapters: Vec<Chapter>,
    sections: Vec<Section>,
}

macro_rules! chapters {
    ($($name:literal in $folder:literal),* $(,)?) => {
        /// The chapters, in the order in which one reads: name, and text as it stands in `docs`.
        const CHAPTERS: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../../../docs/", $folder, $name, ".md")))),*
        ];
    };
}

chapters! {
    "console" in "guide/",
    "operating" in "guide/",
    "membership" in "guide/",
    "communities" in "guide/",
    "sharing" in "guide/",
    "reading" in "guide/",
    "am-i-hit" in "guide/",
    "watch" in "guide/",
    "sightings" in "guide/",
    "subscriptions" in "guide/",
    "misp-vocabularies" in "guide/",
    "platforms" in "guide/",
    "misp-migrate" in "guide/",
    "commitments" in "guide/",
    "requests" in "guide/",
    "recall" in "guide/",
    "receipts" in "guide/",
    "scorecard" in "guide/",
    "bridges" in "guide/",
    "partnership" in "guide/",
    "public" in "guide/",
    "sign-in" in "guide/",
    "privacy" in "guide/",
    "api" in "guide/",
    "taxii" in "guide/",
    "json" in "guide/",
    "logs" in "formats/",
    "exports" in "formats/",
    "misp-mapping" in "formats/",
    "ledger" in "",
}

/// The guide, made once.
pub static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let chapters: Vec<Chapter> = CHAPTERS.iter().map(|(name, text)| chapter(name, text)).collect();
    let sections = chapters.iter().flat_map(|chapter| chapter.sections.clone()).collect();
    Book { chapters, sections }
});

impl Book {
    /// Every chapter.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// Every section of every chapter.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// One chapter.
    pub fn chapter(&self, name: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.name == name)
    }
}

/// Where a link of a chapter leads from its page; none where that is not compiled in.
fn target(link: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with('#') {
        return Some(link.to_owned());
    }
    if link.ends_with("openapi.json") {
        return Some("../api/v1/openapi.json".to_owned());
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let name = file.rsplit('/').next().and_then(|file| file.strip_suffix(".md"))?;
    CHAPTERS.iter().find(|(known, _)| *known == name)?;
    match anchor {
        "" => Some(name.to_owned()),
        _ => Some(format!("{name}#{anchor}")),
    }
}

/// The place of a heading, as GitHub names it.
fn anchor(title: &str, known: &mut HashMap<String, usize>) -> String {
    let kept = |one: char| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_');
    let plain: String = title.to_lowercase().chars().filter(|one| kept(*one)).collect();
    let plain = plain.replace(' ', "-");
    let many = known.entry(plain.clone()).or_default();
    *many += 1;
    match *many {
        1 => plain,
        many => format!("{plain}-{}", many - 1),
    }
}

/// Reads the events of a text into a page and its sections.
struct Making {
    name: &'static str,
    title: String,
    sections: Vec<Section>,
    anchors: HashMap<String, usize>,
    /// Whether each link that is open leads somewhere.
    links: Vec<bool>,
    /// The heading that is open: where it began, and its words.
    heading: Option<(usize, String)>,
}

impl Making {
    fn says(&mut self, text: &str) {
        if let Some((_, title)) = &mut self.heading {
            title.push_str(text);
        } else if let Some(section) = self.sections.last_mut() {
            section.text.push_str(text);
        }
    }

    fn heads(&mut self, events: &mut [Event<'static>], level: HeadingLevel) {
        let Some((began, title)) = self.heading.take() else {
            return;
        };
        let anchor = anchor(&title, &mut self.anchors);
        if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(began) {
            *id = Some(CowStr::from(anchor.clone()));
        }
        if level == HeadingLevel::H1 && self.title.is_empty() {
            self.title.clone_from(&title);
        }
        self.sections.push(Section {
            chapter: self.name,
            chapter_title: self.title.clone(),
            anchor,
            title,
            text: String::new(),
        });
    }

    fn take(&mut self, events: &mut Vec<Event<'static>>, event: Event<'static>) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => {
                self.says(&text);
                events.push(Event::Text(text));
            }
            Event::Text(text) => {
                self.says(&text);
                events.push(Event::Text(text));
            }
            Event::Code(text) => {
                self.says(&text);
                events.push(Event::Code(text));
            }
            Event::Start(Tag::Heading { .. }) => {
                self.heading = Some((events.len(), String::new()));
                events.push(event);
            }
            Event::End(TagEnd::Heading(level)) => {
                self.heads(events, level);
                events.push(event);
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let leads = target(&dest_url);
                self.links.push(leads.is_some());
                events.extend(leads.map(|leads| {
                    Event::Start(Tag::Link {
                        link_type,
                        dest_url: leads.into(),
                        title,
                        id,
                    })
                }));
            }
            Event::End(TagEnd::Link) => {
                if self.links.pop().unwrap_or_default() {
                    events.push(event);
                }
            }
            // What it shows is said by its words.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            // A wide table is moved by the keyboard too.
            Event::Start(Tag::Table(_)) => {
                events.push(Event::Html("<div class=\"wide\" tabindex=\"0\">".into()));
                events.push(event);
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html("</div>".into()));
            }
            other => {
                self.says(" ");
                events.push(other);
            }
        }
    }
}

fn chapter(name: &'static str, text: &'static str) -> Chapter {
    let mut making = Making {
        name,
        title: String::new(),
        sections: Vec::new(),
        anchors: HashMap::new(),
        links: Vec::new(),
        heading: None,
    };
    let mut events = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        making.take(&mut events, event);
    }
    let mut page = String::with_capacity(text.len() * 2);
    html::push_html(&mut page, events.into_iter());
    Chapter {
        name,
        title: making.title,
        html: page,
        sections: making.sections,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_guide_is_a_chapter() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        let files: BTreeSet<String> = names
            .filter_map(|name| Some(name.to_str()?.strip_suffix(".md")?.to_owned()))
            .collect();
        let known: BTreeSet<String> = CHAPTERS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let missing: Vec<&String> = files.difference(&known).collect();
        assert!(missing.is_empty(), "add to CHAPTERS: {missing:?}");
    }

    #[test]
    fn links_between_chapters_lead_to_sections_that_are_there() {
        for chapter in BOOK.chapters() {
            assert!(
                !chapter.title.is_empty() && !chapter.sections.is_empty(),
                "{}",
                chapter.name
            );
            for link in chapter.html.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap();
                if link.contains("://") || link.ends_with("openapi.json") {
                    continue;
                }
                let (name, anchor) = link.split_once('#').unwrap_or((link, ""));
                let to = if name.is_empty() { chapter.name } else { name };
                let to = BOOK.chapter(to).unwrap_or_else(|| panic!("{}: {link}", chapter.name));
                let is_there = anchor.is_empty() || to.sections.iter().any(|section| section.anchor == anchor);
                assert!(is_there, "{}: {link}", chapter.name);
            }
        }
    }

    #[test]
    fn what_looks_like_html_is_shown_as_text() {
        let made = chapter(
            "public",
            "# A <b>title</b>\n\n<script>alert(1)</script>\n\nText <img src=x onerror=y>",
        );
        assert!(!made.html.contains("<script") && !made.html.contains("<img") && !made.html.contains("<b>"));
        assert!(made.html.contains("&lt;script&gt;"), "{}", made.html);
    }

    #[test]
    fn headings_have_places_as_on_github() {
        let mut known = HashMap::new();
        assert_eq!(anchor("Am I hit?", &mut known), "am-i-hit");
        assert_eq!(
            anchor("1. Five nodes (two minutes)", &mut known),
            "1-five-nodes-two-minutes"
        );
        assert_eq!(anchor("Am I hit?", &mut known), "am-i-hit-1");
        assert_eq!(target("membership.md#going").as_deref(), Some("membership#going"));
        assert_eq!(target("../formats/logs.md").as_deref(), Some("logs"));
        assert_eq!(target("../performance.md"), None);
        assert_eq!(target("javascript:alert(1)"), None);
    }
}
