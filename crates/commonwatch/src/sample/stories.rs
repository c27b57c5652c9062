//! The five stories, as plain tables; `build` makes STIX of them.

use stix::marking::Tlp;

/// What happened, who says so, and what to look for.
pub struct Story {
    /// Short name, from which identifiers and hashes are derived.
    pub key: &'static str,
    /// Who shares it.
    pub by: &'static str,
    /// With which community.
    pub community: &'static str,
    /// Narrowed to these members.
    pub named: &'static [&'static str],
    /// Its marking.
    pub tlp: Tlp,
    /// Whether the sharer's name is withheld.
    pub withheld: bool,
    /// How many days ago it was seen first.
    pub days_ago: i64,
    /// Title of the report.
    pub title: &'static str,
    /// The report in plain words.
    pub text: &'static str,
    /// Name and description of the campaign.
    pub campaign: (&'static str, &'static str),
    /// Name of the group thought to be behind it.
    pub group: Option<&'static str>,
    /// Name, type (STIX malware-type vocabulary) and description of the malware.
    pub malware: Option<(&'static str, &'static str, &'static str)>,
    /// ATT&CK techniques: external id and name.
    pub techniques: &'static [(&'static str, &'static str)],
    /// A weakness that is used: CVE id and description.
    pub vulnerability: Option<(&'static str, &'static str)>,
    /// What to do: name and description.
    pub advice: &'static [(&'static str, &'static str)],
    /// Domains.
    pub domains: &'static [&'static str],
    /// The first of a run of addresses in a documentation network, and how many follow.
    pub addresses: (&'static str, u8, u8),
    /// Addresses of version 6.
    pub addresses_v6: &'static [&'static str],
    /// URLs.
    pub urls: &'static [&'static str],
    /// File names; each gets hashes derived from it.
    pub files: &'static [&'static str],
    /// Senders of mail.
    pub senders: &'static [&'static str],
    /// Sectors hit, and which of the values above was seen there (index into domains), how often.
    pub sightings: &'static [(&'static str, usize, u32)],
}

/// All of them.
pub const ALL: [Story; 5] = [
    Story {
        key: "tidewater",
        by: "water",
        community: "water-energy",
        named: &[],
        tlp: Tlp::Amber,
        withheld: false,
        days_ago: 6,
        title: "Fake vendor portal collects passwords of pump station operators",
        text: "Two of our operators got a mail that asked them to confirm a licence on the portal of a control system \
               vendor. The portal was a copy under another name. One password was typed in; remote access with it was \
               stopped by the second factor. The same addresses then tried the remote access of a neighbouring utility.",
        campaign: (
            "Tidewater",
            "Mail and look-alike portals aimed at people who run pump stations and treatment plants",
        ),
        group: Some("Brackish Heron"),
        malware: None,
        techniques: &[
            ("T1566.002", "Spearphishing Link"),
            ("T1056.003", "Web Portal Capture"),
            ("T1133", "External Remote Services"),
            ("T0859", "Valid Accounts"),
        ],
        vulnerability: None,
        advice: &[
            (
                "Ask for a second factor on every remote access",
                "A password alone must not open remote access to a control network.",
            ),
            (
                "Look for sign-ins from these networks",
                "Compare the log of the remote access of the last 30 days with the addresses.",
            ),
        ],
        domains: &[
            "portal.vendor-licence.example",
            "login.vendor-licence.example",
            "licence-check.example",
            "scada-support.example",
            "pump-portal.example",
            "operator-login.example",
            "water-vendor.example.net",
            "confirm-licence.example.org",
        ],
        addresses: ("198.51.100.", 17, 14),
        addresses_v6: &["2001:db8:17::5", "2001:db8:17::6"],
        urls: &[
            "https://portal.vendor-licence.example/confirm/",
            "https://licence-check.example/v/index.php",
            "http://pump-portal.example/session/new",
            "https://confirm-licence.example.org/a",
        ],
        files: &["licence_form.pdf.lnk", "portal_update.js"],
        senders: &["licences@vendor-licence.example", "support@scada-support.example"],
        sightings: &[("utilities", 0, 14), ("utilities", 2, 3), ("energy", 0, 2)],
    },
    Story {
        key: "night-tram",
        by: "city",
        community: "exampleland",
        named: &[],
        tlp: Tlp::Green,
        withheld: false,
        days_ago: 11,
        title: "Ransomware on the ticket machines: how it came in and what stopped it",
        text: "Ticket machines and the depot's planning system were encrypted on a Sunday night. The attackers came in \
               through an old file transfer server, waited nine days, and used the tool with which we distribute \
               software. Trams ran on paper plans; tickets were free for a day. Backups kept off the network were intact.",
        campaign: (
            "Night Tram",
            "Ransomware against the services of cities, prepared for days and started at weekends",
        ),
        group: Some("Lantern Fox"),
        malware: Some((
            "TramLock",
            "ransomware",
            "Encrypts files, deletes shadow copies, leaves a note named DEPOT_README",
        )),
        techniques: &[
            ("T1190", "Exploit Public-Facing Application"),
            ("T1072", "Software Deployment Tools"),
            ("T1490", "Inhibit System Recovery"),
            ("T1486", "Data Encrypted for Impact"),
        ],
        vulnerability: Some((
            "CVE-2099-10001",
            "The file transfer server runs what is uploaded to its inbox folder",
        )),
        advice: &[
            (
                "Take old file transfer servers off the internet",
                "If it must stay, put it behind the remote access.",
            ),
            (
                "Keep one backup that no account can reach",
                "Test once a quarter that it can be restored without the network.",
            ),
            (
                "Guard the tool that distributes software",
                "Whoever holds it holds every machine: own accounts, second factor, alarms.",
            ),
        ],
        domains: &[
            "depot-files.example",
            "cdn-depot.example",
            "update.tram-planning.example",
            "relay7.example.net",
            "relay8.example.net",
            "beacon.cdn-depot.example",
            "paste-note.example",
            "negotiate-lantern.example",
        ],
        addresses: ("203.0.113.", 40, 18),
        addresses_v6: &["2001:db8:40::1"],
        urls: &[
            "http://depot-files.example/inbox/update.bin",
            "https://cdn-depot.example/s/stage2.dat",
            "https://negotiate-lantern.example/chat/8f2c",
            "http://relay7.example.net/ping",
        ],
        files: &[
            "tramlock.exe",
            "stage2.dat",
            "depot_readme.exe",
            "shadowclean.bat",
            "planner_patch.msi",
            "svc_relay.dll",
        ],
        senders: &[],
        sightings: &[
            ("government-local", 0, 9),
            ("transportation", 3, 41),
            ("government-local", 5, 2),
        ],
    },
    Story {
        key: "quiet-meter",
        by: "tech",
        community: "water-energy",
        named: &["water", "cert"],
        tlp: Tlp::Red,
        withheld: false,
        days_ago: 2,
        title: "Somebody reads registers of our gateways that the manual does not name",
        text: "Our gateways of series E2 answer to a range of Modbus registers that exist for production tests. From two \
               networks somebody has been reading them, slowly, at installations of two customers. A correction is in \
               the works; until it is out, only those concerned should know.",
        campaign: (
            "Quiet Meter",
            "Slow reading of undocumented registers of field gateways",
        ),
        group: None,
        malware: None,
        techniques: &[
            ("T0861", "Point & Tag Identification"),
            ("T0888", "Remote System Information Discovery"),
            ("T0846", "Remote System Discovery"),
        ],
        vulnerability: Some((
            "CVE-2099-10002",
            "Test registers of gateways of series E2 can be read without signing in",
        )),
        advice: &[(
            "Let only the control room reach port 502",
            "Block it for every other network until the correction is installed.",
        )],
        domains: &["meter-index.example", "read.meter-index.example"],
        addresses: ("192.0.2.", 88, 12),
        addresses_v6: &[],
        urls: &["http://meter-index.example/e2/map.json"],
        files: &["e2_reader.py"],
        senders: &[],
        sightings: &[("utilities", 0, 1)],
    },
    Story {
        key: "cold-ward",
        by: "hospital",
        community: "health",
        named: &[],
        tlp: Tlp::AmberStrict,
        withheld: true,
        days_ago: 19,
        title: "An imaging server was open to the internet, and it was found",
        text: "A supplier opened our imaging archive for remote maintenance and forgot to close it. In eleven days the \
               index was copied twice. Pictures were not changed. We share without our name so that others look at theirs: \
               the sign was a steady stream of small requests at night.",
        campaign: ("Cold Ward", "Copying of imaging archives that answer to anyone"),
        group: Some("Paper Gull"),
        malware: Some((
            "WardSync",
            "spyware",
            "Copies the index of an imaging archive in small pieces",
        )),
        techniques: &[
            ("T1595", "Active Scanning"),
            ("T1213", "Data from Information Repositories"),
            ("T1030", "Data Transfer Size Limits"),
        ],
        vulnerability: None,
        advice: &[
            (
                "Ask your imaging supplier which ports are open",
                "Ask in writing, look from outside, ask again after each maintenance.",
            ),
            (
                "Count requests to the archive at night",
                "More than a handful between 23:00 and 05:00 deserves a look.",
            ),
        ],
        domains: &[
            "ward-sync.example",
            "img-index.example",
            "pull.ward-sync.example",
            "night-copy.example.org",
            "archive-mirror.example",
        ],
        addresses: ("198.51.100.", 130, 11),
        addresses_v6: &["2001:db8:130::9", "2001:db8:130::a"],
        urls: &[
            "https://img-index.example/push?part=1",
            "https://ward-sync.example/agent/wardsync.bin",
        ],
        files: &["wardsync.bin", "wardsync_cfg.ini", "index_part.tmp"],
        senders: &[],
        sightings: &[("healthcare", 0, 220), ("healthcare", 2, 17)],
    },
    Story {
        key: "paper-ballot",
        by: "cert",
        community: "exampleland",
        named: &[],
        tlp: Tlp::Clear,
        withheld: false,
        days_ago: 28,
        title: "Copies of polling station finders give wrong opening hours",
        text: "Before the municipal election several copies of the polling station finder appeared. They look right and \
               give wrong addresses or hours. Nothing of the election itself is touched. The right finder is the one \
               linked from your municipality's own page.",
        campaign: (
            "Paper Ballot",
            "Look-alike pages with wrong facts about where and when to vote",
        ),
        group: None,
        malware: None,
        techniques: &[("T1583.001", "Domains"), ("T1608.005", "Link Target")],
        vulnerability: None,
        advice: &[
            (
                "Link to one finder only",
                "Municipalities link to the national finder and say so on paper too.",
            ),
            (
                "Report a copy",
                "Send the address to the national CERT; copies are taken down within hours.",
            ),
        ],
        domains: &[
            "where-to-vote.example",
            "polling-finder.example",
            "vote-exampleton.example",
            "station-hours.example",
            "my-polling-place.example.org",
            "ballot-info.example.net",
            "find-your-booth.example",
            "election-hours.example",
            "exampleland-votes.example",
            "vote-today.example.net",
        ],
        addresses: ("203.0.113.", 200, 9),
        addresses_v6: &["2001:db8:200::1", "2001:db8:200::2"],
        urls: &[
            "https://where-to-vote.example/",
            "https://polling-finder.example/exampleton",
            "https://station-hours.example/today",
            "https://find-your-booth.example/map",
        ],
        files: &[],
        senders: &["info@where-to-vote.example"],
        sightings: &[("government-local", 0, 33), ("government-national", 1, 12)],
    },
];
