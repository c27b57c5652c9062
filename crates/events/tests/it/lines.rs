//! What is read of one line of each format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod data;
mod fuzz;

use std::fmt::Write as _;

use events::Event;
use events::lines::{Directive, Layout};

/// The layout and every event of an input.
fn shown(input: &str) -> String {
    let mut layout = Layout::detect(input.as_bytes());
    let mut shown = layout.name().to_owned();
    let first = layout.first_data_line();
    for (number, line) in (1..).zip(input.lines()) {
        match layout.directive(line.as_bytes()) {
            Directive::Changes(next) => layout = next,
            Directive::NotOne if number >= first => told(&layout, line, &mut shown),
            Directive::NotOne | Directive::Ignored => {}
        }
    }
    shown
}

/// The layout and the event of a line by itself.
fn alone(line: &str) -> String {
    let layout = Layout::of_line(line.as_bytes());
    let mut shown = layout.name().to_owned();
    told(&layout, line, &mut shown);
    shown
}

fn told(layout: &Layout, line: &str, shown: &mut String) {
    let mut event = Event::default();
    let result = layout.read(line.as_bytes(), &mut event);
    match event.time {
        Some(time) => write!(shown, "\nat {time}").unwrap(),
        None => shown.push_str("\nno time"),
    }
    for field in &event.fields {
        write!(shown, "\n  {:?} {}={}", field.role, field.name, field.value).unwrap();
    }
    if let Err(malformed) = result {
        write!(shown, "\n  {}: {malformed}", malformed.code()).unwrap();
    }
}

/// The URL that a line comes to by its host and path.
fn joined(line: &str) -> Option<String> {
    let mut event = Event::default();
    Layout::of_line(line.as_bytes())
        .read(line.as_bytes(), &mut event)
        .unwrap();
    let urls = event.fields.iter().filter(|field| field.role == events::Role::Url);
    urls.map(|field| field.value.to_string()).next()
}

#[test]
fn a_path_and_the_host_beside_it_are_a_url_in_every_format_that_has_them_apart() {
    for (line, expected) in [
        (
            r#"{"_path":"http","ts":1.5,"uid":"C1","id.orig_h":"192.0.2.1","id.resp_h":"198.51.100.7","id.resp_p":8080,"method":"GET","host":"gate.example","uri":"/a?b"}"#,
            "http://gate.example:8080/a?b",
        ),
        (
            r#"{"_path":"http","ts":1.5,"uid":"C1","id.orig_h":"192.0.2.1","id.resp_h":"198.51.100.7","id.resp_p":80,"method":"GET","uri":"/a"}"#,
            "http://198.51.100.7/a",
        ),
        (
            r#"{"timestamp":"2026-01-02T03:04:05.000000+0000","event_type":"http","src_ip":"192.0.2.1","dest_ip":"198.51.100.7","dest_port":80,"http":{"hostname":"gate.example","url":"/a"}}"#,
            "http://gate.example/a",
        ),
        (
            r#"{"url":{"path":"/a","domain":"gate.example","scheme":"https"}}"#,
            "https://gate.example/a",
        ),
        (
            "CEF:0|v|p|1|1|name|5|src=192.0.2.1 dhost=gate.example dpt=443 request=/a app=HTTPS",
            "https://gate.example/a",
        ),
        (
            "LEEF:1.0|v|p|1|1|src=192.0.2.1\tdst=198.51.100.7\tdstPort=8080\turl=/a",
            "http://198.51.100.7:8080/a",
        ),
        (
            r#"date=2026-01-02 time=03:04:05 srcip=192.0.2.1 dstip=198.51.100.7 hostname="gate.example" url="/a""#,
            "http://gate.example/a",
        ),
        (
            r#"gate.example:80 192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] "GET /a HTTP/1.1" 200 5 "-" "x""#,
            "http://gate.example/a",
        ),
    ] {
        assert_eq!(joined(line).as_deref(), Some(expected), "{line}");
    }
}

#[test]
fn zeek_tables_follow_their_header() {
    insta::assert_snapshot!(
        "zeek_http",
        shown(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n#open\t2026-01-02-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\treferrer\tuser_agent\ttags\tresp_fuids\tresp_filenames\n#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tstring\tset[enum]\tvector[string]\tvector[string]\n1521911720.5\tC1\t192.0.2.1\t40000\t198.51.100.7\t8080\tGET\tevil.example\t/a?b=\\x09c\t-\tcurl/8.0\t(empty)\t-\tone\\x2ctwo.exe,three.dll\n1521911721.5\tC1\t192.0.2.1\n#close\t2026-01-02-01-00-00\n"
        )
    );
}

#[test]
fn zeek_json_is_read_by_the_log_that_it_is_of() {
    insta::assert_snapshot!(
        "zeek_dns",
        shown(
            r#"{"ts":1521911720.5,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":40000,"id.resp_h":"198.51.100.7","id.resp_p":53,"proto":"udp","trans_id":7,"query":"evil.example","qtype_name":"A","answers":["a.evil.example","203.0.113.9"],"rejected":false}"#
        )
    );
    insta::assert_snapshot!(
        "zeek_smtp",
        shown(
            r#"{"_path":"smtp","ts":"2026-01-02T03:04:05.6Z","uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":40000,"id.resp_h":"198.51.100.7","id.resp_p":25,"mailfrom":"a@evil.example","rcptto":["b@example.com","c@example.com"],"from":"\"A\" <a@evil.example>","subject":"Invoice","path":["192.0.2.1"]}"#
        )
    );
}

#[test]
fn suricata_events_of_all_kinds() {
    let common = r#""timestamp":"2026-01-02T03:04:05.678901+0100","flow_id":1,"src_ip":"192.0.2.1","src_port":40000,"dest_ip":"198.51.100.7","dest_port":8080,"proto":"TCP""#;
    for (kind, expected) in [
        (
            r#""event_type":"http","http":{"hostname":"evil.example","http_port":8080,"url":"\/a.exe?x=1","http_user_agent":"curl\/8.0","xff":"203.0.113.1, 203.0.113.2","status":200}"#,
            "http",
        ),
        (
            r#""event_type":"dns","dns":{"version":3,"type":"response","rcode":"NOERROR","queries":[{"rrname":"evil.example","rrtype":"A"}],"answers":[{"rrname":"evil.example","rrtype":"CNAME","ttl":5,"rdata":"b.example"},{"rrname":"b.example","rrtype":"A","rdata":"203.0.113.9"}],"grouped":{"A":["203.0.113.9"]}}"#,
            "dns",
        ),
        (
            r#""event_type":"tls","tls":{"subject":"CN=evil.example","issuerdn":"CN=ca","serial":"00:AB:CD","fingerprint":"ad:fd:e4:16:14:a1:68:25:e9:ca:a6:b4:02:2a:8f:1c:0b:1c:11:aa","sni":"evil.example","version":"TLS 1.2","ja3":{"hash":"a0e9f5d64349fb13191bc781f81f42e1","string":"771,49"},"ja3s":{"hash":"b0e9f5d64349fb13191bc781f81f42e1","string":"771"},"ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1"}"#,
            "tls",
        ),
        (
            r#""event_type":"fileinfo","fileinfo":{"filename":"/a/b.exe","md5":"d41d8cd98f00b204e9800998ecf8427e","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1}"#,
            "fileinfo",
        ),
        (
            r#""event_type":"smtp","smtp":{"helo":"mail.example","mail_from":"<a@evil.example>","rcpt_to":["<b@example.com>"]},"email":{"from":"A <a@evil.example>","to":["b@example.com"],"subject":"Invoice","attachment":["a.zip"],"url":["http://evil.example/x"]}"#,
            "smtp",
        ),
        (
            r#""event_type":"modbus","modbus":{"id":1,"request":{"transaction_id":0,"unit_id":1,"function_code":"RdCoils","access_type":"READ | COILS"}}"#,
            "modbus",
        ),
    ] {
        insta::with_settings!({ snapshot_suffix => expected, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("eve", shown(&format!("{{{common},{kind}}}")));
        });
    }
}

#[test]
fn windows_events_of_all_exports_say_the_same() {
    insta::assert_snapshot!(
        "windows_flat",
        shown(
            r#"{"@timestamp":"2026-01-02T03:04:05.678Z","EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"WS1.example","Image":"C:\\Temp\\a.exe","CommandLine":"a.exe http:\/\/evil.example","ParentImage":"C:\\Windows\\explorer.exe","User":"EXAMPLE\\anna","Hashes":"SHA1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709,MD5=D41D8CD98F00B204E9800998ECF8427E,IMPHASH=00000000000000000000000000000000"}"#
        )
    );
    insta::assert_snapshot!(
        "windows_evtx",
        shown(
            r##"{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":3,"TimeCreated":{"#attributes":{"SystemTime":"2026-01-02T03:04:05.678901Z"}},"Computer":"WS1.example"},"EventData":{"SourceIp":"192.0.2.1","DestinationIp":"198.51.100.7","DestinationHostname":"evil.example","DestinationPort":443}}}"##
        )
    );
    insta::assert_snapshot!(
        "windows_pairs",
        shown(
            r##"{"Event":{"System":{"EventID":"13","Computer":"WS1"},"EventData":{"Data":[{"@Name":"TargetObject","#text":"HKLM\\Software\\Evil"},{"@Name":"Details","#text":"x"},{"@Name":"PipeName","#text":"\\evil"}]}}}"##
        )
    );
    insta::assert_snapshot!(
        "windows_beat",
        shown(
            r#"{"@timestamp":"2026-01-02T03:04:05.678Z","winlog":{"event_id":22,"computer_name":"WS1","event_data":{"QueryName":"evil.example","QueryResults":"::ffff:203.0.113.9;"}},"process":{"executable":"C:\\a.exe"},"host":{"name":"ws1"}}"#
        )
    );
}

#[test]
fn json_that_nobody_described() {
    insta::assert_snapshot!(
        "json_ecs",
        shown(
            r#"{"@timestamp":"2026-01-02T03:04:05.678Z","source":{"ip":"192.0.2.1","port":40000},"destination":{"ip":"198.51.100.7","port":443},"url":{"scheme":"https","domain":"evil.example","path":"/a","query":"b=1"},"tls":{"client":{"ja3":"a0e9f5d64349fb13191bc781f81f42e1"},"server":{"hash":{"sha1":"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"}}},"file":{"hash":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"name":"a.exe"},"user_agent":{"original":"curl/8.0"},"event":{"original":"x"}}"#
        )
    );
    insta::assert_snapshot!(
        "json_other",
        shown(
            r#"{"time":1767323045678,"clientIp":"192.0.2.1","request":"GET /a?b HTTP/1.1","http_host":"evil.example","scheme":"https","nested":{"list":["one","two"],"odd_name":"text 203.0.113.9"},"ok":true,"n":1.5}"#
        )
    );
    insta::assert_snapshot!(
        "cloudtrail",
        shown(
            r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"anna","arn":"arn:aws:iam::123456789012:user/anna"},"eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.1","userAgent":"[aws-cli/2.0]","requestParameters":{"bucketName":"b","Host":"b.s3.amazonaws.com"}}"#
        )
    );
}

#[test]
fn tables_with_a_header() {
    insta::assert_snapshot!(
        "csv",
        shown(
            "time,src_ip,dst,url,note\n2026-01-02 03:04:05,192.0.2.1,198.51.100.7,\"http://evil.example/a,\"\"b\"\"\",7\n2026-01-02 03:04:06,192.0.2.1\n"
        )
    );
    insta::assert_snapshot!(
        "csv_semicolon",
        shown("Zeit;Quelle;sha256\n1;a;e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")
    );
    insta::assert_snapshot!(
        "w3c_iis",
        shown(
            "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-01-02 03:04:05\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status\n2026-01-02 03:04:05 198.51.100.7 GET /a.aspx id=1 443 - 192.0.2.1 Mozilla/5.0+(X11) - www.example.com 200\n"
        )
    );
    insta::assert_snapshot!(
        "vpc_flow",
        shown(
            "2 123456789010 eni-1235b8ca123456789 192.0.2.1 198.51.100.7 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
        )
    );
    insta::assert_snapshot!(
        "vpc_flow_header",
        shown("version srcaddr pkt-dstaddr dstport action\n3 192.0.2.1 198.51.100.7 22 ACCEPT\n")
    );
}

#[test]
fn web_servers_and_proxies() {
    insta::assert_snapshot!(
        "web_combined",
        shown(
            r#"192.0.2.1 - anna [10/Oct/2000:13:55:36 -0700] "GET /a.php?u=http://evil.example HTTP/1.0" 200 2326 "http://www.example.com/\"x" "Mozilla/4.08 [en]" "203.0.113.1, 203.0.113.2""#
        )
    );
    insta::assert_snapshot!(
        "web_vhost",
        shown(r#"www.example.com:443 192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 5"#)
    );
    insta::assert_snapshot!(
        "web_cut",
        shown(r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HT"#)
    );
    insta::assert_snapshot!(
        "squid",
        shown(
            "1066036250.129      1 192.0.2.1 TCP_MISS/200 1007 GET http://evil.example/a - DIRECT/198.51.100.7 text/html\n1066036251.129   100 192.0.2.1 TCP_TUNNEL/200 39 CONNECT evil.example:443 anna HIER_DIRECT/198.51.100.7 -\n"
        )
    );
}

#[test]
fn name_servers() {
    insta::assert_snapshot!(
        "bind",
        shown(
            "24-Mar-2018 17:15:20.616 queries: info: client @0x7f1b3c0a 192.0.2.1#53121 (evil.example): view internal: query: evil.example IN A +E(0)K (198.51.100.53)\n"
        )
    );
    insta::assert_snapshot!(
        "pihole",
        shown(
            "Mar 24 17:15:20 dnsmasq[123]: query[A] evil.example from 192.0.2.1\nMar 24 17:15:20 dnsmasq[123]: forwarded evil.example to 198.51.100.53\nMar 24 17:15:20 dnsmasq[123]: reply evil.example is 203.0.113.9\nMar 24 17:15:20 dnsmasq[123]: gravity blocked evil.example is 0.0.0.0\nMar 24 17:15:21 dnsmasq[123]: 7 192.0.2.1/4711 reply a.example is <CNAME>\n"
        )
    );
    insta::assert_snapshot!(
        "unbound",
        shown("[1521911720] unbound[12:0] info: 192.0.2.1 evil.example. A IN\n")
    );
}

#[test]
fn syslog_and_what_is_in_it() {
    insta::assert_snapshot!(
        "syslog_3164",
        shown("<34>Oct 11 22:14:15 mymachine sshd[4721]: Failed password for root from 192.0.2.1 port 22 ssh2\n")
    );
    insta::assert_snapshot!(
        "syslog_5424",
        shown(
            "<165>1 2026-01-02T03:04:05.678Z host.example app 99 ID47 [x@32473 srcIp=\"192.0.2.1\" note=\"a\\]\\\"b\"][y@1 z=\"1\"] \u{feff}An event at evil.example\n"
        )
    );
    insta::assert_snapshot!(
        "syslog_iptables",
        shown(
            "Mar 24 17:15:20 fw kernel: [1234.5] BLOCK IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=192.0.2.1 DST=198.51.100.7 LEN=40 PROTO=TCP SPT=4000 DPT=23\n"
        )
    );
    insta::assert_snapshot!(
        "syslog_cef",
        shown(
            "<134>Mar 24 17:15:20 fw CEF:0|Vendor|Product|1.0|100|worm \\| stopped|10|src=192.0.2.1 dst=198.51.100.7 spt=1232 request=http://evil.example/a\\=b msg=two words cs1Label=File Hash cs1=d41d8cd98f00b204e9800998ecf8427e\n"
        )
    );
    insta::assert_snapshot!(
        "syslog_json",
        shown("2026-01-02T03:04:05+01:00 host app: @cee: {\"src_ip\":\"192.0.2.1\",\"msg\":\"x\"}\n")
    );
    insta::assert_snapshot!(
        "syslog_postfix",
        shown(
            "Mar 24 17:15:20 mx postfix/qmgr[1]: 4F2: from=<a@evil.example>, to=<b@example.com>, size=309, relay=mail.example[198.51.100.25]:25\n"
        )
    );
}

#[test]
fn lines_alone_in_a_mixed_stream() {
    insta::assert_snapshot!(
        "leef_1",
        alone(
            "LEEF:1.0|Vendor|Product|1.0|100|src=192.0.2.1\tdst=198.51.100.7\turl=http://evil.example/a\tusrName=anna"
        )
    );
    insta::assert_snapshot!(
        "leef_2",
        alone("LEEF:2.0|Vendor|Product|1.0|100|x5E|src=192.0.2.1^dst=198.51.100.7^sev=5")
    );
    insta::assert_snapshot!(
        "pairs_fortigate",
        alone(
            "date=2026-01-02 time=03:04:05 devname=\"FW1\" logid=\"0317013312\" type=\"utm\" srcip=192.0.2.1 srcport=4000 dstip=198.51.100.7 dstport=443 service=\"HTTPS\" hostname=\"evil.example\" url=\"/a b\" msg=\"URL \\\"x\\\"\" eventtime=1767323045678901234"
        )
    );
    insta::assert_snapshot!("text", alone("seen 192.0.2.1 and evil[.]example"));
    insta::assert_snapshot!("binary", alone("\u{0}\u{1}\u{fffd}"));
}

#[test]
fn a_log_that_begins_with_half_a_line_is_what_the_lines_after_it_are() {
    let line = r#"{"ts":1521911720.5,"uid":"C1","id.orig_h":"192.0.2.1","query":"evil.example"}"#;
    let layout = Layout::detect(format!("{}\n{line}\n{line}\n", &line[30..]).as_bytes());
    assert_eq!(layout.name(), "zeek-json");
    let access = r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 5"#;
    assert_eq!(
        Layout::detect(format!("36 -0700] x\n{access}\n").as_bytes()).name(),
        "web-access"
    );
    assert_eq!(
        Layout::detect(format!("one\ntwo\nthree\n{access}\n").as_bytes()).name(),
        "text"
    );
}
