//! A node at work from the command line: sharing, finding, exporting, proving, keeping.

use crate::kit::{Place, steady};

const LIST: &str = "198.51.100.7\nnot an indicator at all\nhxxp://bad[.]example[.]net/a\n";

#[test]
fn the_demo_prints_what_to_try() {
    let place = Place::new();
    insta::assert_snapshot!(steady(&place.run(&["demo", "--prepare-only"]).to_string()), @r#"
    exit code 0
    -- out
    Exampleland, a sample: a CERT, a water utility, a city, a hospital and a technology company share what they see.
    It is kept in node/; remove that to start anew.
    Operator account: login operator, password PASSWORD   (shown this once)

    Prepared, not serving: start it with 'commonwatch --data node demo'. Then try:

    # What does the water utility get to see? (TAXII 2.1, as any client reads it)
    curl -s -H 'Authorization: Bearer KEY' 'http://127.0.0.1:6100/commonwatch/collections/all/objects/?limit=3'

    # The hospital is not in the community for water and energy: to it, there is no such thing (404)
    curl -s -H 'Authorization: Bearer KEY' 'http://127.0.0.1:6100/commonwatch/collections/water-energy/objects/'

    # Is this link known? Ask for it as it stands in a warning, made unclickable
    curl -s -H 'Authorization: Bearer KEY' -G 'http://127.0.0.1:6100/api/v1/observables' --data-urlencode 'value=hxxps://portal[.]vendor-licence[.]example/confirm/'

    # The city shares a list with everybody
    printf '203.0.113.99\nbad[.]example.org\n' | curl -s -H 'Authorization: Bearer KEY' --data-binary @- 'http://127.0.0.1:6100/api/v1/share?community=exampleland&tlp=green'

    # Prove it: the city's receipts, each with its place in the signed log
    curl -s -H 'Authorization: Bearer KEY' 'http://127.0.0.1:6100/api/v1/receipts?limit=2'

    # The same without curl, in tables, on this machine
    commonwatch --data node --as water search 'vendor-licence[.]example'
    commonwatch --data node --as water export --format suricata-rules
    "#);
    let again = place.run(&["demo", "--prepare-only"]);
    assert!(again.code == 0 && !again.out.contains("Operator account"), "{again}");
}

#[test]
fn what_is_shared_is_found_shown_and_exported() {
    let place = Place::with_sample();
    place.write("list.txt", LIST);
    let share = ["share", "list.txt", "-c", "exampleland", "--as", "water"];
    insta::assert_snapshot!(steady(&place.run(&share).to_string()), @r#"
    exit code 1
    -- out
    list.txt: list, 2 accepted, 0 unchanged, 1 refused (transfer UUID)
    -- err
    error: list.txt:2:1: 'not an indicator at all' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like (put a # in front of the line if it is a comment)
    "#);
    let report = &place.json(&share)[0];
    assert_eq!(
        (&report["accepted"], &report["unchanged"], &report["refused"]),
        (&0.into(), &2.into(), &1.into())
    );
    assert_eq!(report["problems"][0]["line"], 2);
    let found = place.json(&["search", "198.51.100[.]7", "--as", "hospital"]);
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "type", "version", "added", "name"]);
    let id = found.iter().find(|one| one["name"] == "198.51.100.7").unwrap()["id"]
        .as_str()
        .unwrap();
    let shown = &place.json(&["show", id, "--as", "hospital"])[0];
    assert_eq!(shown["contributions"][0]["from"], "Example River Water");
    assert_eq!(shown["contributions"][0]["tlp"], "TLP:GREEN");
    let exported = place.run(&["export", "--format", "list", "--as", "hospital"]);
    assert!(
        exported.out.lines().any(|line| line == "http://bad.example.net/a"),
        "{exported}"
    );
    let cursor = exported.err.rsplit("--since ").next().unwrap().trim().to_owned();
    let change = place.run(&["export", "--format", "list", "--as", "hospital", "--since", &cursor]);
    assert!(change.out.is_empty(), "{change}");
}

#[test]
fn what_is_not_allowed_or_not_there_is_code_3_and_what_is_wrong_is_code_2() {
    let place = Place::with_sample();
    place.write("list.txt", LIST);
    let commands: [&[&str]; 9] = [
        &["share", "list.txt", "-c", "water-energy", "--as", "hospital"],
        &["share", "list.txt", "-c", "nowhere"],
        &["share", "nowhere.txt", "-c", "exampleland"],
        &["share", "list.txt", "-c", "exampleland", "--tlp", "purple"],
        &["show", "indicator--00000000-0000-4000-8000-000000000000"],
        &["member", "add", "Another", "--as", "water"],
        &["search", "x", "--as", "nobody"],
        &["export", "--format", "nonsense"],
        &["export", "-c", "water-energy", "--as", "hospital"],
    ];
    let answers = commands.map(|command| format!("$ commonwatch {}\n{}", command.join(" "), place.run(command)));
    insta::assert_snapshot!(answers.join("\n"), @r#"
    $ commonwatch share list.txt -c water-energy --as hospital
    exit code 3
    -- err
    error: there is no such community, or it is not open to you

    $ commonwatch share list.txt -c nowhere
    exit code 3
    -- err
    error: there is no community 'nowhere'
      help: 'commonwatch community list' shows them

    $ commonwatch share nowhere.txt -c exampleland
    exit code 2
    -- err
    error: nowhere.txt cannot be read: No such file or directory (os error 2)
      help: check the name and the directory you are in

    $ commonwatch share list.txt -c exampleland --tlp purple
    exit code 2
    -- err
    error: 'purple' is not a TLP colour
      help: clear, green, amber, amber+strict or red

    $ commonwatch show indicator--00000000-0000-4000-8000-000000000000
    exit code 3
    -- err
    error: there is no such object, or it is not open to you

    $ commonwatch member add Another --as water
    exit code 3
    -- err
    error: this needs the role operator

    $ commonwatch search x --as nobody
    exit code 3
    -- err
    error: there is no active person with the login 'nobody'
      help: 'commonwatch member list' shows the logins; --as takes one of them

    $ commonwatch export --format nonsense
    exit code 2
    -- err
    error: 'nonsense' is not a format
      help: one of stix, stix-ndjson, misp, misp-feed, csv, list, suricata-rules, suricata-datasets, zeek-intel, rpz, hosts, nftables, openioc

    $ commonwatch export -c water-energy --as hospital
    exit code 3
    -- err
    error: there is no such collection, or it is not open to you
    "#);
}

#[test]
fn members_people_communities_and_keys_are_managed() {
    let place = Place::with_sample();
    let commands: [&[&str]; 12] = [
        &["member", "add", "Example University", "--kind", "university"],
        &[
            "member",
            "person",
            "Example University",
            "nora",
            "--role",
            "contributor",
        ],
        &["member", "password", "nora"],
        &[
            "community",
            "add",
            "campus",
            "--title",
            "Campus",
            "--purpose",
            "Universities",
            "--strictest-tlp",
            "amber",
        ],
        &["community", "join", "campus", "Example University"],
        &["community", "list"],
        &[
            "key",
            "add",
            "script",
            "--for",
            "nora",
            "--read-only",
            "--expires",
            "90d",
            "--from",
            "192.0.2.0/24",
        ],
        &["key", "list", "--for", "nora"],
        &["community", "leave", "campus", "Example University"],
        &["member", "suspend", "Example University"],
        &["search", "x", "--as", "nora"],
        &["member", "list"],
    ];
    let answers = commands.map(|command| format!("$ commonwatch {}\n{}", command.join(" "), place.run(command)));
    insta::assert_snapshot!(steady(&answers.join("\n")), @r#"
    $ commonwatch member add Example University --kind university
    exit code 0
    -- out
    Example University is a member; give its people accounts with 'commonwatch member person'

    $ commonwatch member person Example University nora --role contributor
    exit code 0
    -- out
    nora may sign in as contributor
    password, shown this once: PASSWORD

    $ commonwatch member password nora
    exit code 0
    -- out
    the old password of nora is no longer valid
    password, shown this once: PASSWORD

    $ commonwatch community add campus --title Campus --purpose Universities --strictest-tlp amber
    exit code 0
    -- out
    Campus is a community; take members in with 'commonwatch community join'

    $ commonwatch community join campus Example University
    exit code 0
    -- out
    Example University is in campus and may read and share

    $ commonwatch community list
    exit code 0
    -- out
    alias         title                        accountable                   members  default    purpose
    campus        Campus                       National CERT of Exampleland  2        TLP:GREEN  Universities
    exampleland   Exampleland common watch     National CERT of Exampleland  5        TLP:GREEN  What everybody who keeps Exampleland running should know
    health        Hospitals and public health  Exampleton General Hospital   3        TLP:AMBER  Threats to care: ransomware, imaging systems, suppliers
    water-energy  Water and energy             Example River Water           3        TLP:AMBER  Threats to the control systems of water and energy supply

    $ commonwatch key add script --for nora --read-only --expires 90d --from 192.0.2.0/24
    exit code 0
    -- out
    key, shown this once: KEY
    use it as 'Authorization: Bearer KEY', or as the password of Basic authentication with any login

    $ commonwatch key list --for nora
    exit code 0
    -- out
    number  label   kind     begins     may   state                              last used
    6       script  api-key  KEY  read  until TIME  never

    $ commonwatch community leave campus Example University
    exit code 0
    -- out
    Example University is no longer in campus and sees nothing more there

    $ commonwatch member suspend Example University
    exit code 0
    -- out
    Example University is suspended, at once and everywhere
    touched: people 1, keys 1, subscriptions 0, peers 0

    $ commonwatch search x --as nora
    exit code 3
    -- err
    error: there is no active person with the login 'nora'
      help: 'commonwatch member list' shows the logins; --as takes one of them

    $ commonwatch member list
    exit code 0
    -- out
    member                        kind                sectors                    people          state
    City of Exampleton            city                government-local           city            active
    Example Control Systems       technology-company  technology, manufacturing  tech            active
    Example River Water           operator            utilities                  water           active
    Example University            university                                     nora            suspended
    Exampleton General Hospital   operator            healthcare                 hospital        active
    National CERT of Exampleland  cert                                           cert, operator  active
    "#);
}

#[test]
fn the_ledger_is_verified_without_the_node_and_a_changed_entry_is_found() {
    let place = Place::with_sample();
    assert_eq!(place.run(&["ledger", "export", "log.txt"]).code, 0);
    let key = place.run(&["ledger", "public-key"]).out.trim().to_owned();
    let earlier = place.run(&["ledger", "checkpoint"]).out;
    place.write("earlier.txt", &earlier);
    insta::assert_snapshot!(place.run(&["ledger", "verify", "log.txt", "--key", &key]), @r#"
    exit code 0
    -- out
    verified: 32 entries give the signed root, 26 opened entries are what was committed to
    "#);
    place.write(
        "changed.txt",
        place.read("log.txt").replacen("member made", "member mode", 1),
    );
    insta::assert_snapshot!(place.run(&["ledger", "verify", "changed.txt", "--key", &key]), @r#"
    exit code 1
    -- err
    not verified: changed.txt: line 4, position 2: the entry does not fit its commitment: one of them was changed
    "#);
    place.write("list.txt", "198.51.100.9\n");
    assert_eq!(place.run(&["share", "list.txt", "-c", "exampleland"]).code, 0);
    assert_eq!(place.run(&["ledger", "export", "later.txt"]).code, 0);
    insta::assert_snapshot!(place.run(&["ledger", "verify", "later.txt", "--key", &key, "--since", "earlier.txt"]), @r#"
    exit code 0
    -- out
    verified: 33 entries give the signed root, 27 opened entries are what was committed to; it has grown from the earlier checkpoint and nothing before it was changed
    "#);
    let receipts = place.run(&["ledger", "receipts", "--limit", "2", "--as", "cert"]);
    place.write("receipts.txt", &receipts.out);
    let verified = place.run(&["ledger", "verify", "receipts.txt", "--key", &key]);
    assert_eq!((verified.code, verified.out.lines().count()), (0, 2), "{verified}");
}

#[test]
fn a_backup_is_put_back_and_what_was_there_is_kept() {
    let place = Place::with_sample();
    insta::assert_snapshot!(place.run(&["backup", "copy.db"]), @r#"
    exit code 0
    -- out
    the store is in copy.db; keep node/ledger.key with it, without it the node cannot sign under its name
    "#);
    insta::assert_snapshot!(place.run(&["backup", "copy.db"]), @r#"
    exit code 2
    -- err
    error: copy.db is there already
      help: name a file that is not there; backups are never overwritten
    "#);
    place.write("list.txt", "203.0.113.77\n");
    assert_eq!(place.run(&["share", "list.txt", "-c", "exampleland"]).code, 0);
    insta::assert_snapshot!(place.run(&["restore", "copy.db"]), @r#"
    exit code 2
    -- err
    error: there is a store in node
      help: stop the node and give --replace; what is there is kept beside it
    "#);
    insta::assert_snapshot!(place.run(&["restore", "copy.db", "--replace"]), @r#"
    exit code 0
    -- out
    the backup was checked and is in place
    "#);
    insta::assert_snapshot!(place.run(&["search", "203.0.113.77"]), @r#"
    exit code 0
    -- out
    understood as ipv4 203.0.113.77
    nothing found
    "#);
    insta::assert_snapshot!(place.run(&["doctor"]), @r#"
    exit code 0
    -- out
    the store is sound
    "#);
    place.write("damaged.db", "this is no database");
    insta::assert_snapshot!(place.run(&["restore", "damaged.db", "--replace"]), @r#"
    exit code 2
    -- err
    error: damaged.db was not restored: the database file is damaged, or is none of ours
      help: take an earlier backup; nothing was replaced
    "#);
    assert_eq!(place.run(&["doctor"]).code, 0);
}

#[test]
fn a_member_chooses_what_is_told_and_hears_what_others_say() {
    let place = Place::with_sample();
    let chosen = place.run(&[
        "sighting",
        "rule",
        "exampleland",
        "count",
        "--automatic",
        "--window",
        "15m",
        "--as",
        "water",
    ]);
    insta::assert_snapshot!(chosen.to_string(), @r#"
    exit code 0
    -- out
    community    told   how         counted over  log line
    default      count  asks first  1h            stays at home
    exampleland  count  automatic   15m           stays at home
    "#);
    insta::assert_snapshot!(place.run(&["sighting", "rule", "exampleland", "loud", "--as", "water"]).to_string(), @r#"
    exit code 2
    -- err
    error: 'loud' is not a form
      help: full, sector, count or never
    "#);
    insta::assert_snapshot!(place.run(&["sighting", "pending", "--as", "water"]).to_string(), @r#"
    exit code 0
    -- out
    nothing waits for an answer
    "#);
    insta::assert_snapshot!(place.run(&["sighting", "send"]).to_string(), @r#"
    exit code 0
    -- out
    0 told, 0 wait for an answer, 0 kept at home, 0 refused, 0 lapsed
    "#);
    place.write("list.txt", "198.51.100.7\n");
    place.run(&["share", "list.txt", "-c", "exampleland", "--as", "water"]);
    let found = place.json(&["search", "198.51.100.7", "--type", "indicator", "--as", "hospital"]);
    let id = found[0]["id"].as_str().unwrap();
    let report = [
        "sighting",
        "report",
        id,
        "--false-positive",
        "--comment",
        "our printer",
        "--as",
        "hospital",
    ];
    let told = place.run(&report);
    assert_eq!(told.code, 0, "{told}");
    let heard = place.json(&["sighting", "feedback", "--as", "water"]);
    assert_eq!(
        (&heard[0]["kind"], &heard[0]["about"]),
        (&"false-positive".into(), &id.into())
    );
    assert_eq!(heard[0]["comment"], "reported as a false positive: our printer");
    let score = &place.json(&["show", id, "--as", "water"])[0]["score"]["why"];
    assert!(
        score.as_str().unwrap().contains("1 report of a false positive"),
        "{score}"
    );
}
