//! The lines of each kind of log, as its reader reads them, meet the rules that are written for that kind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use events::lines::{Directive, Layout};
use events::{Event, Role};

use crate::kit::{rules, titles};

/// Whether a rule for some logs, with one selection, matches a log.
fn meets(log: &str, source: &str, selection: &str) -> bool {
    let text =
        format!("title: t\nlogsource: {source}\ndetection:\n  selection:\n    {selection}\n  condition: selection");
    let rules = rules(&text);
    let mut layout = Layout::detect(log.as_bytes());
    let mut found = 0;
    for line in log.lines() {
        if let Directive::Changes(other) = layout.directive(line.as_bytes()) {
            layout = other;
            continue;
        }
        let mut event = Event::default();
        layout.read(line.as_bytes(), &mut event).unwrap();
        found += titles(&rules, &[event], layout.name()).len();
    }
    found > 0
}

const PROCESS: &str = "{product: windows, category: process_creation}";
const PROGRAM: &str = "Image|endswith: '\\evil.exe'";

#[test]
fn exports_of_windows_events_are_events_of_windows() {
    let nested = r#"{"Event":{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc"},"EventData":{"Image":"C:\\x\\evil.exe","CommandLine":"evil.exe -a"}}}"#;
    let attributes = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":{"#text":1,"Qualifiers":0},"Channel":"Microsoft-Windows-Sysmon/Operational"},"EventData":{"Image":"C:\\x\\evil.exe"}}}"##;
    let winlogbeat = r#"{"@timestamp":"2026-01-01T00:00:00Z","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"1","provider_name":"Microsoft-Windows-Sysmon","event_data":{"Image":"C:\\x\\evil.exe"}}}"#;
    let flat = r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\x\\evil.exe"}"#;
    for log in [nested, attributes, winlogbeat, flat] {
        assert!(meets(log, PROCESS, PROGRAM), "{log}");
        assert!(!meets(log, "{product: windows, service: security}", PROGRAM), "{log}");
    }
    let audit = r#"{"Event":{"System":{"EventID":4688,"Channel":"Security"},"EventData":{"NewProcessName":"C:\\x\\evil.exe"}}}"#;
    assert!(
        meets(audit, PROCESS, PROGRAM),
        "the audit log has the name that Sysmon has for the same"
    );
}

#[test]
fn logs_of_web_servers_and_proxies_are_told_apart_from_others() {
    let access =
        r#"198.51.100.7 - - [01/Jan/2026:00:00:00 +0000] "GET /shell.php?cmd=id HTTP/1.1" 200 10 "-" "evil-agent""#;
    assert!(meets(access, "{category: webserver}", "cs-uri-query|contains: 'cmd='"));
    assert!(meets(access, "{category: webserver}", "c-useragent: evil-agent"));
    assert!(meets(access, "{service: nginx}", "cs-method: GET"));
    assert!(!meets(access, "{category: proxy}", "cs-method: GET"));
    let iis = "#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status\n2026-01-01 00:00:00 GET /shell.aspx cmd=id 200";
    assert!(meets(iis, "{category: webserver}", "cs-uri-stem|endswith: shell.aspx"));
    let squid = "1767225600.000 10 192.0.2.7 TCP_MISS/200 100 GET http://evil.example/a.exe - HIER_DIRECT/198.51.100.7 text/html";
    assert!(meets(squid, "{category: proxy}", "c-uri-extension: exe"));
}

#[test]
fn queries_of_name_servers_are_queries() {
    let bind = "01-Jan-2026 00:00:00.000 client @0x7f 192.0.2.7#5353 (evil.example): query: evil.example IN TXT +E(0)K (192.0.2.1)";
    assert!(meets(bind, "{category: dns}", "query|endswith: evil.example"));
    let zeek = r#"{"_path":"dns","ts":1.0,"uid":"C1","id.orig_h":"192.0.2.7","id.orig_p":53,"id.resp_h":"192.0.2.1","id.resp_p":53,"query":"evil.example"}"#;
    assert!(meets(zeek, "{category: dns}", "query: evil.example"));
    assert!(meets(zeek, "{product: zeek, service: dns}", "query: evil.example"));
}

#[test]
fn packets_are_queries_requests_and_connections() {
    let event = |kind: &'static str, name: &'static str, value: &'static str, role| {
        let mut event = Event::default();
        event.push("event", kind, Role::Other);
        event.push(name, value, role);
        event
    };
    let rule = |category: &str, selection: &str| {
        rules(&format!(
            "title: t\nlogsource: {{category: {category}}}\ndetection:\n  selection:\n    {selection}\n  condition: selection"
        ))
    };
    let query = [event("dns", "dns.query", "evil.example", Role::Host)];
    let request = [event("http", "http.method", "PUT", Role::Other)];
    let flow = [event("flow", "dst_port", "4444", Role::DestinationPort)];
    let all: [&[Event<'_>]; 3] = [&query, &request, &flow];
    for (at, (category, selection)) in [
        ("dns", "query: evil.example"),
        ("webserver", "cs-method: PUT"),
        ("firewall", "dst_port: 4444"),
    ]
    .into_iter()
    .enumerate()
    {
        let rule = rule(category, selection);
        for (of, events) in all.iter().enumerate() {
            assert_eq!(
                titles(&rule, events, "pcap").len(),
                usize::from(at == of),
                "{category} {of}"
            );
        }
    }
}

#[test]
fn the_audit_log_of_linux_and_syslog_are_of_linux() {
    let audit = r#"type=EXECVE msg=audit(1767225600.000:7): argc=2 a0="nc" a1="-e""#;
    assert!(meets(audit, "{product: linux, service: auditd}", "a0: nc"));
    let syslog = "Jan  1 00:00:00 host sshd[7]: Failed password for root from 198.51.100.7 port 22 ssh2";
    assert!(meets(
        syslog,
        "{product: linux, service: sshd}",
        "message|contains: 'Failed password'"
    ));
}

#[test]
fn calls_of_the_cloud_are_of_the_cloud() {
    let call = r#"{"eventVersion":"1.08","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"x","sourceIPAddress":"198.51.100.7"}"#;
    assert!(meets(
        call,
        "{product: aws, service: cloudtrail}",
        "eventName: CreateUser"
    ));
}
