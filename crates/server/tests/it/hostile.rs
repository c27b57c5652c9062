//! Forty hostile values in every field of every form of the console, and not one of them comes out as anything but text.
//!
//! Forms are found as a person finds them: by following links. Every field gets every value, the form is sent as its page
//! says, and what answers is read tag by tag, as a browser would. In the end every page is read once more: what was stored
//! must be harmless wherever it shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::browser::{Browser, form};
use super::crawl::filled;
use super::kit::Answer;

/// What stands in every value, to be found again.
const MARK: &str = "hx7";

/// The values.
fn values() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>window.hx7=1</script>",
        "</script><script>window.hx7=1</script>",
        "<img src=hx7 onerror=alert(1)>",
        "<svg onload=alert(1)>hx7</svg>",
        "<svg><script>window.hx7=1</script></svg>",
        "<iframe src=//hx7.example></iframe>",
        "<object data=//hx7.example></object>",
        "<base href=//hx7.example/>",
        "<meta http-equiv=refresh content=0;url=//hx7.example>",
        "<form action=//hx7.example><input name=x>",
        "<!-- hx7",
        "--><b>hx7</b>",
        "<![CDATA[<b>hx7</b>]]>",
        "</textarea><b>hx7</b>",
        "</title><b>hx7</b>",
        "</select></form><b>hx7</b>",
        "\"><b>hx7</b>",
        "'><b>hx7</b>",
        "\" onfocus=alert(1) autofocus hx7=\"",
        "' onmouseover='alert(1)' hx7='",
        "` onerror=alert(1) hx7",
        "x\" hx-get=\"/sign-out\" hx-trigger=\"load\" hx7=\"",
        "javascript:alert(1)//hx7",
        "jAvAsCrIpT\t:alert(1)//hx7",
        "data:text/html,<script>window.hx7=1</script>",
        "//hx7.example/path",
        "{{ 7*7 }}hx7",
        "{% raw %}hx7{% endraw %}",
        "${7*7}hx7#{7*7}",
        "{ $count }hx7{ \"x\" } { login }",
        "hx7 = injected\nlogin = injected",
        "hx7\u{202e}txt.exe\u{202c} \u{2066}x\u{2069}",
        "hx7\0\u{1}\u{8}\u{1b}[31m\u{7f}\u{85}",
        "hx7\u{feff}\u{200b}\u{2028}\u{2029}",
        "hx7\r\nX-Injected: yes\r\n\r\n<b>body</b>",
        "hx7%0d%0aX-Injected:%20yes",
        "hx7' or '1'='1'; drop table member; --",
        "../../../../etc/passwd\0hx7",
        "&lt;b&gt;hx7&#60;b&#62;",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push(format!("{MARK}{}", "A".repeat(100_000)));
    all
}

/// An element of a page: its name, its attributes, and what stands up to the next one.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a page as a browser does, and fails where that is not plain: an attribute without quotes, a tag without an end.
fn tags(page: &str) -> Vec<Tag> {
    let mut all = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let after = &rest[start + 1..];
        let name: String = after
            .chars()
            .take_while(|one| one.is_ascii_alphanumeric() || matches!(one, '/' | '!' | '-'))
            .collect();
        assert!(
            !name.is_empty(),
            "a bare '<' at {}",
            &rest[start..].chars().take(80).collect::<String>()
        );
        let mut inside = &after[name.len()..];
        let mut attributes = Vec::new();
        loop {
            inside = inside.trim_start_matches([' ', '\n', '\r', '\t', '/']);
            if let Some(end) = inside.strip_prefix('>') {
                inside = end;
                break;
            }
            let at = inside.find(['=', ' ', '>', '\n', '/']).expect("a tag has an end");
            let key = inside[..at].to_ascii_lowercase();
            inside = &inside[at..];
            let mut value = String::new();
            if let Some(quoted) = inside.strip_prefix('=') {
                let quote = quoted.chars().next().unwrap();
                assert!(matches!(quote, '"' | '\''), "{key} of {name} has no quotes");
                let end = quoted[1..].find(quote).expect("a quoted value has an end");
                value = unescaped(&quoted[1..=end]);
                inside = &quoted[end + 2..];
            }
            attributes.push((key, value));
        }
        let end = inside.find('<').unwrap_or(inside.len());
        all.push(Tag {
            name: name.to_ascii_lowercase(),
            attributes,
            text: unescaped(&inside[..end]),
        });
        rest = &inside[end..];
    }
    all
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (escaped, plain) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        out = out.replace(escaped, plain);
    }
    out
}

/// Elements that our pages have.
const KNOWN: &[&str] = &[
    "!doctype",
    "a",
    "article",
    "blockquote",
    "caption",
    "h5",
    "h6",
    "sub",
    "sup",
    "aside",
    "b",
    "body",
    "br",
    "button",
    "circle",
    "code",
    "datalist",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "hr",
    "html",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "line",
    "link",
    "main",
    "mark",
    "meta",
    "meter",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "path",
    "polyline",
    "pre",
    "progress",
    "rect",
    "s",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
];

/// Whether an address is of a form that our pages use; chapters of the guide name one another.
fn stays(what: &str, address: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-#._/".contains(&byte);
    let begins = |with: &[&str]| with.iter().any(|with| address.starts_with(with));
    let is_known = address.is_empty() || begins(&["/", "#", "?", "https://", "http://", "mailto:"]);
    !begins(&["//"]) && (is_known || (what.starts_with("/guide") && address.bytes().all(plain)))
}

/// What is not as it should be with an answer.
fn wrong(answer: &Answer, what: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if answer.status >= 500 {
        wrong.push(format!("{what}: {}: {}", answer.status, answer.text()));
    }
    if answer.header("x-injected").is_some() {
        wrong.push(format!("{what}: a header was injected"));
    }
    if let Some(to) = answer.header("location")
        && (!to.starts_with('/') || to.starts_with("//"))
    {
        wrong.push(format!("{what}: sends to {to}"));
    }
    let text = answer.text();
    let is_page = answer
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    if !is_page {
        return wrong;
    }
    if answer
        .header("content-security-policy")
        .is_none_or(|policy| policy.contains("unsafe"))
    {
        wrong.push(format!("{what}: no strict policy"));
    }
    let unseen = |one: &char| matches!(one, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if let Some(one) = text.chars().find(unseen) {
        wrong.push(format!("{what}: U+{:04X} is on the page", u32::from(one)));
    }
    if text.contains("49hx7") {
        wrong.push(format!("{what}: a template was evaluated"));
    }
    for tag in tags(&text) {
        let name = tag.name.trim_start_matches('/');
        if !KNOWN.contains(&name) {
            wrong.push(format!("{what}: an element <{name}>"));
        }
        if tag.name == "script" && (tag.get("src").is_none() || !tag.text.trim().is_empty()) {
            wrong.push(format!("{what}: a script in the page"));
        }
        for (key, value) in &tag.attributes {
            let is_address = matches!(
                key.as_str(),
                "href" | "src" | "action" | "formaction" | "hx-get" | "hx-post" | "data"
            );
            let plain: String = value
                .chars()
                .filter(|one| !one.is_whitespace() && !one.is_control())
                .collect();
            if key.starts_with("on") || key == "style" || key == "srcdoc" || key.contains(MARK) {
                wrong.push(format!("{what}: an attribute {key} of <{name}>"));
            } else if is_address && (!stays(what, value) || plain.to_ascii_lowercase().starts_with("javascript:")) {
                wrong.push(format!(
                    "{what}: {key} of <{name}> is {}",
                    value.chars().take(80).collect::<String>()
                ));
            }
        }
    }
    wrong
}

/// A field of a form.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    kind: String,
    value: String,
}

impl Field {
    /// Whether somebody writes into it.
    fn is_written(&self) -> bool {
        !matches!(
            &*self.kind,
            "hidden" | "select" | "checkbox" | "radio" | "submit" | "file"
        )
    }
}

/// A form that is sent by POST.
#[derive(Clone, Debug)]
struct Found {
    action: String,
    is_multipart: bool,
    fields: Vec<Field>,
}

impl Found {
    /// The same form on another page is the same: its address without names, and its fields.
    fn shape(&self) -> String {
        let fields: BTreeSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        format!("{} {fields:?}", shape(&self.action))
    }
}

/// An address without what names one thing.
fn shape(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts = path.split('/').map(|part| {
        let is_name = part.len() > 20 || part.contains("--") || part.chars().any(|one| one.is_ascii_digit());
        if is_name { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The forms of a page, and where its links lead.
fn read(page: &str) -> (Vec<Found>, Vec<String>) {
    let (mut forms, mut links) = (Vec::new(), Vec::new());
    let mut open: Option<Found> = None;
    let mut select = String::new();
    for tag in tags(page) {
        let get = |name: &str| tag.get(name).unwrap_or_default().to_owned();
        match tag.name.as_str() {
            "a" => links.push(get("href")),
            "form" if get("method") == "post" => {
                open = Some(Found {
                    action: get("action"),
                    is_multipart: get("enctype").starts_with("multipart"),
                    fields: Vec::new(),
                });
            }
            "/form" => forms.extend(open.take()),
            _ => {
                let Some(form) = &mut open else { continue };
                let mut put = |name: String, kind: &str, value: String| {
                    let kind = kind.to_owned();
                    form.fields.push(Field { name, kind, value });
                };
                match tag.name.as_str() {
                    "input" if tag.get("disabled").is_none() => {
                        let kind = get("type");
                        let is_off = matches!(&*kind, "checkbox" | "radio") && tag.get("checked").is_none();
                        if !is_off {
                            put(get("name"), &kind, get("value"));
                        }
                    }
                    "textarea" => put(get("name"), "textarea", tag.text.clone()),
                    "button" if tag.get("name").is_some() => put(get("name"), "submit", get("value")),
                    "select" => {
                        select = get("name");
                        put(select.clone(), "select", String::new());
                    }
                    "option" => {
                        let last = form.fields.iter_mut().rev().find(|field| field.name == select);
                        if let Some(field) = last
                            && (field.value.is_empty() || tag.get("selected").is_some())
                        {
                            field.value = tag.get("value").map_or_else(|| tag.text.clone(), str::to_owned);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    (forms, links)
}

/// Forms that end what the test needs: the session, the password, the account.
fn ends_it(action: &str) -> bool {
    [
        "/sign-out",
        "/account/password",
        "/account/sessions",
        "/account/factor",
        "/step-up",
        "/language",
    ]
    .iter()
    .any(|path| action.starts_with(path))
}

/// Every page that links lead to, a few of each shape, and every form on them.
async fn walked(browser: &Browser<'_>, wrongs: &mut Vec<String>) -> (Vec<String>, BTreeMap<String, Found>) {
    let (mut pages, mut forms) = (Vec::new(), BTreeMap::new());
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue = VecDeque::from(["/today".to_owned()]);
    queue.extend(
        [
            "/invitations",
            "/webhooks",
            "/requests",
            "/recalls?view=made",
            "/exchange/subscribe",
            "/exchange/push",
        ]
        .map(str::to_owned),
    );
    while let Some(path) = queue.pop_front() {
        let is_ours = path.starts_with('/') && !path.starts_with("/api/") && !path.starts_with("/static/");
        let of_shape = seen.entry(shape(&path)).or_default();
        if !is_ours || of_shape.len() >= 3 || !of_shape.insert(path.clone()) {
            continue;
        }
        let answer = browser.get(&path).await;
        wrongs.extend(wrong(&answer, &path));
        // Feeds for programs have no forms.
        let is_page = answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        if answer.status != 200 || !is_page {
            continue;
        }
        let (found, links) = read(&answer.text());
        for form in found {
            forms.entry(form.shape()).or_insert(form);
        }
        queue.extend(links);
        pages.push(path);
    }
    (pages, forms)
}

/// Sends a form with its fields as `fill` says.
async fn send(browser: &Browser<'_>, found: &Found, value: &str, fill: impl Fn(&Field) -> bool) -> Answer {
    let fields: Vec<(&str, &str)> = found
        .fields
        .iter()
        .filter(|field| !field.name.is_empty() && field.kind != "file")
        .map(|field| (&*field.name, if fill(field) { value } else { &*field.value }))
        .collect();
    if !found.is_multipart {
        return browser.post(&found.action, &fields).await;
    }
    let file = found.fields.iter().find(|field| field.kind == "file");
    match file {
        // The file and the text beside it would be two contents.
        Some(file) if value.len().is_multiple_of(2) => {
            let rest: Vec<_> = fields
                .iter()
                .copied()
                .filter(|(name, _)| !matches!(*name, "text" | "log"))
                .collect();
            let label = value
                .replace(['"', '\r', '\n'], "_")
                .chars()
                .take(300)
                .collect::<String>();
            browser
                .upload(&found.action, &rest, &file.name, (&label, value.as_bytes()))
                .await
        }
        _ => browser.upload(&found.action, &fields, "file", ("", b"")).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_put_into_a_form_comes_out_as_text() {
    let (kit, _, _) = filled().await;
    let mut wrongs = Vec::new();
    let values = values();
    assert_eq!(values.len(), 40);
    let mut sent = 0;
    for login in ["alder-operator", "birch-analyst"] {
        let browser = Browser::of(&kit, login).await;
        let (pages, forms) = walked(&browser, &mut wrongs).await;
        assert!(
            pages.len() > 25 && forms.len() > 12,
            "{login}: {} pages, {} forms",
            pages.len(),
            forms.len()
        );
        for found in forms.values().filter(|found| !ends_it(&found.action)) {
            let has_written = found.fields.iter().any(Field::is_written);
            for (number, value) in values.iter().enumerate() {
                // What nobody writes into is tried too, with a few of them: a program can send anything.
                if has_written {
                    let answer = send(&browser, found, value, Field::is_written).await;
                    wrongs.extend(wrong(&answer, &format!("{} with value {number}", found.action)));
                    sent += 1;
                }
                if number % 8 == 0 && !found.fields.is_empty() {
                    let answer = send(&browser, found, value, |_| true).await;
                    wrongs.extend(wrong(&answer, &format!("{} all with value {number}", found.action)));
                    sent += 1;
                }
            }
            assert!(wrongs.len() < 20, "{}", wrongs.join("\n"));
        }
        // What was stored shows on pages: on those there were, and on those that came of it.
        let (after, _) = walked(&browser, &mut wrongs).await;
        assert!(after.len() >= pages.len() / 2, "{login} lost its pages: {after:?}");
        let mut shown = 0;
        for path in pages.iter().chain(&after) {
            let answer = browser.get(path).await;
            wrongs.extend(wrong(&answer, path));
            shown += usize::from(answer.text().contains(MARK));
        }
        assert!(
            shown > 3,
            "{login}: what was put in shows on {shown} pages: this proves nothing"
        );
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    assert!(sent > 800, "{sent} forms were sent");
}

#[tokio::test]
async fn what_a_stranger_asks_for_comes_out_as_text() {
    let (kit, _, _) = filled().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let mut wrongs = Vec::new();
    for (number, value) in values()
        .into_iter()
        .enumerate()
        .filter(|(_, value)| value.len() < 1_000)
    {
        let encoded = form::encoded(&[("q", &value)]);
        let bare = encoded.trim_start_matches("q=");
        for path in [
            format!("/feed?{encoded}"),
            format!("/objects/{bare}"),
            format!("/feed?said={bare}"),
            format!("/exchange?done={bare}"),
            format!("/recalls?view={bare}"),
            format!("/sign-in?back={bare}"),
            format!("/join/{bare}"),
            format!("/{bare}?{encoded}"),
            format!("/share/{bare}"),
        ] {
            let answer = browser.get(&path).await;
            wrongs.extend(wrong(&answer, &format!("{path} ({number})")));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}
