//! The help of every command, as a person reads it; and what the exit codes are.

use crate::kit::Place;

/// Every command with its subcommands.
const COMMANDS: [&str; 43] = [
    "demo",
    "serve",
    "share",
    "subscribe",
    "subscribe add",
    "push",
    "push add",
    "export",
    "convert",
    "check",
    "search",
    "show",
    "match",
    "watchlist",
    "watchlist compile",
    "watchlist show",
    "watchlist explain",
    "hunt",
    "hunt index",
    "backtest",
    "sighting",
    "sighting rule",
    "sighting report",
    "recall",
    "receipts",
    "scorecard",
    "scorecard show",
    "scorecard report",
    "request",
    "member",
    "member add",
    "member person",
    "community",
    "community add",
    "key",
    "key add",
    "webhook",
    "webhook add",
    "warninglist",
    "ledger",
    "backup",
    "restore",
    "doctor",
];

/// The help without the options that every command has, which the first page shows.
fn help(place: &Place, command: &str) -> String {
    let words: Vec<&str> = command
        .split(' ')
        .filter(|word| !word.is_empty())
        .chain(["-h"])
        .collect();
    let answer = place.run(&words);
    assert_eq!(answer.code, 0, "{answer}");
    let general = ["--data <DIR>", "--json ", "--as <LOGIN>", "-h, --help", "-V, --version"];
    let kept = answer
        .out
        .lines()
        .filter(|line| !general.iter().any(|option| line.contains(option)));
    kept.map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn the_first_page_names_every_command_and_the_exit_codes() {
    let place = Place::new();
    insta::assert_snapshot!(place.run(&["--help"]).out, @r#"
    The common watch: share threat information under rules that hold, act on it at home, prove every
    exchange

    Usage: commonwatch [OPTIONS] <COMMAND>

    Commands:
      demo          Run a node with a sample partnership, to look around
      serve         Run a node: TAXII 2.1 and the JSON API, subscriptions and pushes
      share         Share a file, or standard input, in any supported format
      subscribe     Fetch regularly from elsewhere: TAXII, MISP, lists, a folder
      push          Push regularly to another node, a TAXII 2.1 collection or a MISP server
      misp          Move from MISP, and load its vocabularies: taxonomies, galaxies, templates
      bridge        Agree with a partner hub what passes between your communities and theirs
      export        Write what may be seen in a tool's format, whole or since a cursor
      convert       Convert a file to another format; needs no node
      check         Check a file or a pattern and say where it is wrong; needs no node
      match         Look for indicators in logs, traffic and files; needs no node
      hunt          Look for indicators in the logs of the past, by indexes beside them; needs no node
      backtest      See how often indicators or rules would have fired on past logs; needs no node
      watchlist     Compile what is looked for, and ask why a value is or is not; needs no node
      search        Find objects by value, by words, by what they are
      saved-search  Searches that you keep, and what is new of each
      show          Show an object, its versions, origin and neighbours
      sighting      What is told of what was seen here, and feedback on what others shared
      commitment    Who owes what to whom by when: acknowledge, act, answer; and what became of it
      invite        Invite organisations to the partnership
      recall        Take back, correct or narrow what was shared, and answer recalls
      receipts      What became of an item, what others may read of it, your member's own numbers
      scorecard     Numbers of your member and of all others together; the yearly report
      request       Ask a community, answer, close
      member        Members of the partnership and their people
      community     Communities and who is in them
      key           Keys and client certificates
      session       Where people are signed in
      factor        How people sign in: second factors, passkeys, accounts at identity providers
      proposal      What takes two people: propose, confirm, refuse
      public        What everybody may see and say: publish advice, answer reports
      webhook       Have your programs told what is new: signed messages to an address
      privacy       What is kept of people: the record of processing, a person's data, erasing them
      warninglist   Lists of values known to be harmless
      ledger        The ledger: checkpoints, receipts, verification
      backup        Copy the store to a file while it is in use
      restore       Put a backup in place of the store
      doctor        Look for damage and say what to do
      completions   Print shell completions
      man           Write the manual pages
      help          Print this message or the help of the given subcommand(s)

    Options:
          --data <DIR>  Directory in which the node keeps everything [env: COMMONWATCH_HOME=node]
                        [default: commonwatch-data]
          --json        Print JSON instead of text for people
          --as <LOGIN>  Act as this login (the operator where none is given) [default: operator]
      -h, --help        Print help
      -V, --version     Print version

    Exit codes:
      0  done
      1  done, but something was found or refused (match, check, share, doctor, ledger verify)
      2  the command line or an input is wrong
      3  not allowed, or not there
      4  not available now; the same command may work later
      5  a fault of the program
    "#);
}

#[test]
fn the_help_of_each_command() {
    let place = Place::new();
    let pages: Vec<String> = COMMANDS
        .into_iter()
        .map(|command| format!("### commonwatch {command}\n{}", help(&place, command)))
        .collect();
    insta::assert_snapshot!(pages.join("\n"), @r#"
    ### commonwatch demo
    Run a node with a sample partnership, to look around

    Usage: commonwatch demo [OPTIONS]

    Options:
          --listen <ADDRESS:PORT>  Address to listen on [default: 127.0.0.1:6100]
          --prepare-only           Prepare everything, print what to try, and stop
                                   COMMONWATCH_HOME=node] [default: commonwatch-data]
                                   operator]

    ### commonwatch serve
    Run a node: TAXII 2.1 and the JSON API, subscriptions and pushes

    Usage: commonwatch serve [OPTIONS]

    Options:
          --listen <ADDRESS:PORT>  Address to listen on; overrides the configuration
          --organisation <NAME>    Name of the organisation that runs this node, when it is started for
                                   the first time [default: "My organisation"]
          --postgres <URL>         Use this PostgreSQL database instead of the embedded one, when it is
                                   started for the first time
          --self-signed            Serve TLS with a certificate made for a first try
                                   COMMONWATCH_HOME=node] [default: commonwatch-data]
                                   operator]

    ### commonwatch share
    Share a file, or standard input, in any supported format

    Usage: commonwatch share [OPTIONS] [FILE]...

    Arguments:
      [FILE]...  Files to share, or directories of MISP feeds; - for standard input

    Options:
      -c, --community <ALIAS>  Community to share with (alias); may be given several times
          --to <MEMBER>        Member to narrow it to; may be given several times
          --tlp <TLP>          Marking for what has none, and a limit for what has one: clear, green,
                               amber, amber+strict, red
          --pap <PAP>          Permitted actions for what has none: clear, green, amber, red
          --anonymous          Keep our name in the hub's own record only
          --preview            Share nothing; say who would read it, and what stands against it
          --on-behalf <NAME>   Share in the name of this member, which asked for it
                               [default: commonwatch-data]

    ### commonwatch subscribe
    Fetch regularly from elsewhere: TAXII, MISP, lists, a folder

    Usage: commonwatch subscribe [OPTIONS] <COMMAND>

    Commands:
      add      Add a subscription; it is previewed first unless --no-preview is given
      preview  Fetch once without storing and say what would come
      list     List subscriptions with their last result
      run      Run one now
      remove   End one; what came by it stays
      help     Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch subscribe add
    Add a subscription; it is previewed first unless --no-preview is given

    Usage: commonwatch subscribe add [OPTIONS] --community <ALIAS> <NAME> <URL>

    Arguments:
      <NAME>  A name for it
      <URL>   Where it is: an http(s) address, or a folder

    Options:
          --kind <KIND>         What is there: taxii21, taxii20, misp-feed, misp-server, list, folder
                                [default: taxii21]
      -c, --community <ALIAS>   Community that gets it (alias)
          --tlp <TLP>           Marking for what has none [default: green]
          --pap <PAP>           Permitted actions for what has none [default: clear]
          --every <TIME>        How often, as in 15m, 1h, 1d [default: 1h]
          --login <LOGIN>       Login for Basic authentication; the password is read from --secret-file
          --secret-file <FILE>  File that holds the password, bearer token or MISP key; it is read anew
                                at each run
          --proxy <URL>         Proxy, as in http://192.0.2.1:3128
          --ca-file <FILE>      File with the certificates to trust, PEM
          --set <NAME=VALUE>    A further setting of docs/guide/subscriptions.md, as in page_size=500;
                                may be given several times
          --size-limit <MIB>    The most bytes one answer may have, in MiB [default: 256]
          --no-preview          Add it without looking first
                                COMMONWATCH_HOME=node] [default: commonwatch-data]

    ### commonwatch push
    Push regularly to another node, a TAXII 2.1 collection or a MISP server

    Usage: commonwatch push [OPTIONS] <COMMAND>

    Commands:
      add     Add a peer
      list    List peers with their backlog and last result
      run     Push to one now
      remove  Remove one
      help    Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch push add
    Add a peer

    Usage: commonwatch push add [OPTIONS] --member <MEMBER> <NAME> <URL>

    Arguments:
      <NAME>  A name for it
      <URL>   Address of the TAXII 2.1 collection, as in
              https://hub.example/commonwatch/collections/ID/, or of the MISP server

    Options:
          --kind <KIND>         What is there: taxii, misp [default: taxii]
          --member <MEMBER>     The member that stands for it here; it gets what that member may see
      -c, --community <ALIAS>   Only what is shared with this community (alias)
          --every <TIME>        How often, as in 15m, 1h, 1d [default: 15m]
          --login <LOGIN>       Login for Basic authentication; the password is read from --secret-file
          --secret-file <FILE>  File that holds the password, bearer token or MISP key; it is read anew
                                at each run
          --proxy <URL>         Proxy, as in http://192.0.2.1:3128
          --ca-file <FILE>      File with the certificates to trust, PEM
          --set <NAME=VALUE>    A further setting of docs/guide/subscriptions.md, as in page_size=500;
                                may be given several times
                                COMMONWATCH_HOME=node] [default: commonwatch-data]

    ### commonwatch export
    Write what may be seen in a tool's format, whole or since a cursor

    Usage: commonwatch export [OPTIONS]

    Options:
      -f, --format <FORMAT>      Format to write (see --formats) [default: stix]
      -o, --output <PATH>        File or, for formats of several files, directory to write to; standard
                                 output where none is given
      -c, --community <ALIAS>    Only what was shared with this community (alias)
          --since <CURSOR>       Only the change since this cursor (printed by the export before)
          --least-score <SCORE>  Leave out indicators whose score now is below this (0 to 100) [default:
                                 0]
          --formats              List the formats
                                 COMMONWATCH_HOME=node] [default: commonwatch-data]
                                 operator]

    ### commonwatch convert
    Convert a file to another format; needs no node

    Usage: commonwatch convert [OPTIONS] <INPUT>

    Arguments:
      <INPUT>  File to read, found by content; - for standard input

    Options:
      -t, --to <FORMAT>    Format to write [default: stix]
      -o, --output <PATH>  File or directory to write to; standard output where none is given
                           [default: commonwatch-data]

    ### commonwatch check
    Check a file or a pattern and say where it is wrong; needs no node

    Usage: commonwatch check [OPTIONS] [FILE]...

    Arguments:
      [FILE]...  Files to check; - for standard input

    Options:
          --pattern <PATTERN>  A STIX pattern to check
          --warnings           Show warnings too
                               [default: commonwatch-data]

    ### commonwatch search
    Find objects by value, by words, by what they are

    Usage: commonwatch search [OPTIONS] <WORDS>...

    Arguments:
      <WORDS>...  A value (address, domain, hash, URL, defanged or not) or words; also type: tlp:
                  sector: from: technique: since:

    Options:
          --type <TYPE>    Only objects of this type; may be given several times
          --limit <LIMIT>  How many at the most [default: 20]
                           [default: commonwatch-data]

    ### commonwatch show
    Show an object, its versions, origin and neighbours

    Usage: commonwatch show [OPTIONS] <ID>

    Arguments:
      <ID>  STIX identifier

    Options:
          --body        Print the object's exact text and nothing else
                        [default: commonwatch-data]

    ### commonwatch match
    Look for indicators in logs, traffic and files; needs no node

    Usage: commonwatch match [OPTIONS] [INPUT]...

    Arguments:
      [INPUT]...  Logs, captures, event files, directories, - for standard input, or streams (see
                  docs/guide/am-i-hit.md)

    Options:
      -i, --indicators <FILE>              Indicators in any format that 'share' reads; may be given
                                           several times
      -w, --watchlist <FILE>               A watchlist that 'watchlist compile' saved
          --sigma <PATH>                   Sigma rules: a file, or a directory of them; may be given
                                           several times
          --yara <PATH>                    YARA rules: a file, or a directory of them; may be given
                                           several times
          --least-score <SCORE>            Leave out indicators whose score now is below this (0 to 100)
                                           [default: 1]
          --least-confidence <CONFIDENCE>  Leave out indicators of which their producer is less sure (0
                                           to 100) [default: 0]
          --strictest-tlp <TLP>            Leave out what is marked more strictly: clear, green, amber,
                                           amber+strict, red
          --strictest-pap <PAP>            Leave out what may be used less freely: clear, green, amber,
                                           red
          --exact-names                    Names only as they are, without the names below them
          --warninglist <FILE>             Warninglists in MISP's format, beside the built-in ones; may
                                           be given several times
          --no-warninglists                Look also for values that warninglists know as harmless
          --as-what <WHAT>                 Read the inputs as this [default: auto] [possible values:
                                           auto, logs, files]
          --yara-largest <MB>              Ask YARA rules of files up to this size, in MB; each thread
                                           holds one in memory [default: 64]
          --yara-seconds <SECONDS>         Seconds that the YARA rules may take for one file [default:
                                           30]
      -f, --follow                         Go on with what is added to the files, through rotation,
                                           until interrupted
          --explain <VALUE>                Say whether a value would be a hit, and why or why not,
                                           instead of matching
          --every-hit                      Print every hit; otherwise those that repeat are counted
          --most-of-one <NUMBER>           Hits of one indicator that are printed one by one [default:
                                           100]
          --threads <NUMBER>               Threads (all processors where none is given)
      -q, --quiet                          No summary
                                           COMMONWATCH_HOME=node] [default: commonwatch-data]
                                           [default: operator]

    ### commonwatch watchlist
    Compile what is looked for, and ask why a value is or is not; needs no node

    Usage: commonwatch watchlist [OPTIONS] <COMMAND>

    Commands:
      compile  Compile indicators into a file that is there at once when it is needed
      show     Say what a watchlist holds, and what was left out why
      explain  Say whether values would be hits, and why or why not
      help     Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch watchlist compile
    Compile indicators into a file that is there at once when it is needed

    Usage: commonwatch watchlist compile [OPTIONS] --output <FILE> [FILE]...

    Arguments:
      [FILE]...  Indicators in any format that 'share' reads; without any, what the node in --data has

    Options:
      -o, --output <FILE>                  File to write
          --least-score <SCORE>            Leave out indicators whose score now is below this (0 to 100)
                                           [default: 1]
          --least-confidence <CONFIDENCE>  Leave out indicators of which their producer is less sure (0
                                           to 100) [default: 0]
          --strictest-tlp <TLP>            Leave out what is marked more strictly: clear, green, amber,
                                           amber+strict, red
          --strictest-pap <PAP>            Leave out what may be used less freely: clear, green, amber,
                                           red
          --exact-names                    Names only as they are, without the names below them
          --warninglist <FILE>             Warninglists in MISP's format, beside the built-in ones; may
                                           be given several times
          --no-warninglists                Look also for values that warninglists know as harmless
                                           COMMONWATCH_HOME=node] [default: commonwatch-data]
                                           [default: operator]

    ### commonwatch watchlist show
    Say what a watchlist holds, and what was left out why

    Usage: commonwatch watchlist show [OPTIONS] <FILE>

    Arguments:
      <FILE>  The watchlist

    Options:
                        [default: commonwatch-data]

    ### commonwatch watchlist explain
    Say whether values would be hits, and why or why not

    Usage: commonwatch watchlist explain [OPTIONS] <FILE> <VALUES>...

    Arguments:
      <FILE>       The watchlist
      <VALUES>...  Values: addresses, names, URLs, hashes, defanged or not

    Options:
                        [default: commonwatch-data]

    ### commonwatch hunt
    Look for indicators in the logs of the past, by indexes beside them; needs no node

    Usage: commonwatch hunt [OPTIONS] <LOGS>...
           commonwatch hunt <COMMAND>

    Commands:
      index  Index logs; what is indexed already is passed over, what grew is continued
      help   Print this message or the help of the given subcommand(s)

    Arguments:
      <LOGS>...  Logs of the past: files, directories, packed or not; s3://BUCKET/PREFIX with --indexes

    Options:
          --value <VALUE>                  A value to look for, defanged or not; may be given several
                                           times
      -i, --indicators <FILE>              Indicators in any format that 'share' reads; may be given
                                           several times
      -w, --watchlist <FILE>               A watchlist that 'watchlist compile' saved
          --sigma <PATH>                   Sigma rules: a file, or a directory of them; may be given
                                           several times
          --yara <PATH>                    YARA rules: a file, or a directory of them; may be given
                                           several times
          --least-score <SCORE>            Leave out indicators whose score now is below this (0 to 100)
                                           [default: 1]
          --least-confidence <CONFIDENCE>  Leave out indicators of which their producer is less sure (0
                                           to 100) [default: 0]
          --strictest-tlp <TLP>            Leave out what is marked more strictly: clear, green, amber,
                                           amber+strict, red
          --strictest-pap <PAP>            Leave out what may be used less freely: clear, green, amber,
                                           red
          --exact-names                    Names only as they are, without the names below them
          --warninglist <FILE>             Warninglists in MISP's format, beside the built-in ones; may
                                           be given several times
          --no-warninglists                Look also for values that warninglists know as harmless
          --indexes <DIR>                  Folder with the indexes, where they do not stand beside the
                                           logs
          --every-hit                      Print every hit; otherwise those that repeat are counted
          --threads <NUMBER>               Threads (all processors where none is given)
                                           COMMONWATCH_HOME=node] [default: commonwatch-data]
                                           [default: operator]

    ### commonwatch hunt index
    Index logs; what is indexed already is passed over, what grew is continued

    Usage: commonwatch hunt index [OPTIONS] <LOGS>...

    Arguments:
      <LOGS>...  Files and directories

    Options:
          --indexes <DIR>  Folder for the indexes; beside the logs where none is given
                           [default: commonwatch-data]

    ### commonwatch backtest
    See how often indicators or rules would have fired on past logs; needs no node

    Usage: commonwatch backtest [OPTIONS] <LOGS>...

    Arguments:
      <LOGS>...  Logs of the past

    Options:
      -i, --indicators <FILE>              Indicators in any format that 'share' reads; may be given
                                           several times
      -w, --watchlist <FILE>               A watchlist that 'watchlist compile' saved
          --sigma <PATH>                   Sigma rules: a file, or a directory of them; may be given
                                           several times
          --yara <PATH>                    YARA rules: a file, or a directory of them; may be given
                                           several times
          --least-score <SCORE>            Leave out indicators whose score now is below this (0 to 100)
                                           [default: 1]
          --least-confidence <CONFIDENCE>  Leave out indicators of which their producer is less sure (0
                                           to 100) [default: 0]
          --strictest-tlp <TLP>            Leave out what is marked more strictly: clear, green, amber,
                                           amber+strict, red
          --strictest-pap <PAP>            Leave out what may be used less freely: clear, green, amber,
                                           red
          --exact-names                    Names only as they are, without the names below them
          --warninglist <FILE>             Warninglists in MISP's format, beside the built-in ones; may
                                           be given several times
          --no-warninglists                Look also for values that warninglists know as harmless
          --too-often <NUMBER>             Hits a day from which on an indicator fires too often
                                           [default: 100]
          --threads <NUMBER>               Threads (all processors where none is given)
                                           COMMONWATCH_HOME=node] [default: commonwatch-data]
                                           [default: operator]

    ### commonwatch sighting
    What is told of what was seen here, and feedback on what others shared

    Usage: commonwatch sighting [OPTIONS] <COMMAND>

    Commands:
      rule      Show what is told of sightings to whom, or choose it for a community
      pending   List the sightings that wait for an answer, with what exactly would be told
      confirm   Tell one that waits
      decline   Keep one that waits at home
      report    Tell those an indicator came from that it is a false positive, or over
      feedback  List what others say of what your member shared
      send      Close and tell what is over now; 'commonwatch serve' does it by itself
      help      Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch sighting rule
    Show what is told of sightings to whom, or choose it for a community

    Usage: commonwatch sighting rule [OPTIONS] [COMMUNITY] [FORM]

    Arguments:
      [COMMUNITY]  The community (alias), or 'default' for all that have no rule of their own
      [FORM]       What is told: full, sector, count, never

    Options:
          --ask            Ask a person first; this is so where nothing is said
          --automatic      Tell it without asking
          --window <TIME>  Over which time hits are counted into one sighting, as in 15m, 1h, 1d
                           [default: 1h]
          --log-line       Let one log line go along; only with the form full
                           [default: commonwatch-data]

    ### commonwatch sighting report
    Tell those an indicator came from that it is a false positive, or over

    Usage: commonwatch sighting report [OPTIONS] <--false-positive|--expired> <ID>

    Arguments:
      <ID>  STIX identifier of the indicator

    Options:
          --false-positive  It matches what is harmless
          --expired         It was true and is over
          --comment <TEXT>  Why; those who have the indicator read it
          --anonymous       Keep our name in the hub's own record only
                            [default: commonwatch-data]

    ### commonwatch recall
    Take back, correct or narrow what was shared, and answer recalls

    Usage: commonwatch recall [OPTIONS] <COMMAND>

    Commands:
      make         Take an item back, correct it, or keep it among fewer
      list         List the recalls of your member's items and of the communities it coordinates
      show         Show who was given a recalled item, who has answered, and who has not
      owed         List the recalls that your member has to act on
      acknowledge  Say what your member did about a recall
      remind       Remind whoever has not answered, each once a day at the most
      help         Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch receipts
    What became of an item, what others may read of it, your member's own numbers

    Usage: commonwatch receipts [OPTIONS] <COMMAND>

    Commands:
      item        Show who could see, was given, opened, acknowledged, acted on and saw an item that
                  your member shared
      say         Say that your member took note of an item, or acted on it
      numbers     Show your member's own numbers; 'commonwatch ledger recount' gives them from its
                  receipts
      disclosure  Show what others may read of what your member did, or choose it for a community
      help        Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch scorecard
    Numbers of your member and of all others together; the yearly report

    Usage: commonwatch scorecard [OPTIONS] <COMMAND>

    Commands:
      show     Show the numbers of your member, and of all members where that is about no few
      report   Make the report of a year that is over: it is about nobody, and may be published
      check    Count everything again from the ledger and compare: what differs is an alarm
      rebuild  Put what the ledger says in place of the stored numbers
      help     Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch scorecard show
    Show the numbers of your member, and of all members where that is about no few

    Usage: commonwatch scorecard show [OPTIONS]

    Options:
          --community <ALIAS>  The community (alias); the whole partnership where none is named
          --from <MONTH>       The first month, as in 2026-01; eleven months before the last where it is
                               left out
          --to <MONTH>         The last month; this one where it is left out
          --format <FORMAT>    In which form [default: table] [possible values: table, csv, html]
                               [default: commonwatch-data]

    ### commonwatch scorecard report
    Make the report of a year that is over: it is about nobody, and may be published

    Usage: commonwatch scorecard report [OPTIONS] <YEAR>

    Arguments:
      <YEAR>  The year, as in 2025

    Options:
          --format <FORMAT>  In which form [default: table] [possible values: table, csv, html]
                             [default: commonwatch-data]

    ### commonwatch request
    Ask a community, answer, close

    Usage: commonwatch request [OPTIONS] <COMMAND>

    Commands:
      ask     Ask a community
      list    List what a community was asked
      show    Show a request with its answers
      answer  Answer a request
      close   Close your member's own request with what came of it
      help    Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch member
    Members of the partnership and their people

    Usage: commonwatch member [OPTIONS] <COMMAND>

    Commands:
      list        List members
      add         Take in a member
      suspend     Let a member's people sign in no longer
      resume      Let a suspended member's people sign in again
      person      Give a person of a member an account; prints the password once
      notices     Say where and how a person is told of what is due
      password    Give a person a new password; the old one ends at once. Prints it once
      leave       Note that a member left: at once, and for good
      vetting     List members that wait for somebody to stand up for them
      vouch       Stand up for a member that is being vetted
      people      List the people of a member
      change      Change a person's role or name, or let them sign in no longer
      contacts    List the contacts of a member, or all that have to be checked
      contact     Name the first or second contact of a member
      confirm     Note that a contact was reached and all of it is right
      agreements  List agreements, who accepted them, and who has not
      agreement   Put a version of an agreement there, from a file
      accept      Accept a version of an agreement for your member
      export      Write the list of members as CSV
      import      Take in a list of members from CSV
      help        Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch member add
    Take in a member

    Usage: commonwatch member add [OPTIONS] <NAME>

    Arguments:
      <NAME>  Its name

    Options:
          --kind <KIND>            government, cert, city, operator, technology-company, research,
                                   university [default: operator]
          --sector <SECTORS>       Sector (STIX vocabulary); may be given several times
          --country <COUNTRIES>    Country (ISO 3166-1 alpha-2); may be given several times
          --client-of <CLIENT_OF>  The member whose client it is
                                   COMMONWATCH_HOME=node] [default: commonwatch-data]
                                   operator]

    ### commonwatch member person
    Give a person of a member an account; prints the password once

    Usage: commonwatch member person [OPTIONS] <MEMBER> <LOGIN>

    Arguments:
      <MEMBER>  The member's name
      <LOGIN>   What the person types to sign in

    Options:
          --name <NAME>           The person's name
          --role <ROLE>           reader, contributor, analyst, coordinator, operator [default: analyst]
          --password-file <FILE>  Read the password from this file instead of making one
                                  COMMONWATCH_HOME=node] [default: commonwatch-data]
                                  operator]

    ### commonwatch community
    Communities and who is in them

    Usage: commonwatch community [OPTIONS] <COMMAND>

    Commands:
      list       List communities
      add        Make a community
      join       Take a member in, or change what it may do there
      leave      Take a member out
      charter    Print a charter as JSON, or put one in force from a file
      waiting    List what waits for a community's moderators, or what became of your own
      release    Let something that waits through
      refuse     Refuse something that waits
      hand-over  Offer a community to another member
      take-over  Take over a community that was offered to your member
      delegate   Let another member share in your name, or list who does
      data-set   Make a de-identified data set for a university or research institute
      help       Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch community add
    Make a community

    Usage: commonwatch community add [OPTIONS] --title <TITLE> --purpose <PURPOSE> <ALIAS>

    Arguments:
      <ALIAS>  Its name in addresses: a-z, 0-9 and hyphens

    Options:
          --title <TITLE>                  The name shown
          --purpose <PURPOSE>              What it is for
          --owner <OWNER>                  The member accountable for it (your own where none is given)
          --default-tlp <DEFAULT_TLP>      Marking of what comes in without one [default: green]
          --strictest-tlp <STRICTEST_TLP>  The strictest marking that it takes [default: red]
          --hide-members                   Hide its members from each other
                                           COMMONWATCH_HOME=node] [default: commonwatch-data]
                                           [default: operator]

    ### commonwatch key
    Keys and client certificates

    Usage: commonwatch key [OPTIONS] <COMMAND>

    Commands:
      add          Make a key; prints it once
      certificate  Let a client certificate (PEM) sign in
      list         List keys and certificates
      revoke       End a key
      help         Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch key add
    Make a key; prints it once

    Usage: commonwatch key add [OPTIONS] <LABEL>

    Arguments:
      <LABEL>  What to call it

    Options:
          --for <LOGIN>     For whom (login); yourself where none is given
          --read-only       It may only read
          --scope <SCOPE>   What it is for, as in share; everything you may where none is given
          --expires <TIME>  When it ends, as in 90d
          --from <NETWORK>  Network it may be used from, as in 192.0.2.0/24; may be given several times
                            [default: commonwatch-data]

    ### commonwatch webhook
    Have your programs told what is new: signed messages to an address

    Usage: commonwatch webhook [OPTIONS] <COMMAND>

    Commands:
      add      Have messages posted to an address; prints the secret of their signatures once
      list     List your member's webhooks and how they go
      show     Show what was posted to one, and what waits
      test     Post a message that says nothing, to see whether it arrives
      rotate   Give one another secret, printed once; for a time messages are signed with both
      enable   Post again to one that was switched off
      disable  Post nothing for now
      remove   Take one away
      help     Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch webhook add
    Have messages posted to an address; prints the secret of their signatures once

    Usage: commonwatch webhook add [OPTIONS] <URL>

    Arguments:
      <URL>  A public address of https, unless the node's [webhooks] allow others

    Options:
          --kind <KIND>  Of which kind, as in object-added, reminder or digest; all where none is given
                         [default: commonwatch-data]

    ### commonwatch warninglist
    Lists of values known to be harmless

    Usage: commonwatch warninglist [OPTIONS] <COMMAND>

    Commands:
      list     List them
      add      Add lists in MISP's format, or replace those of the same name
      remove   Take one away
      disable  Let one flag nothing for now, built-in ones too
      enable   Put one in force again
      help     Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch ledger
    The ledger: checkpoints, receipts, verification

    Usage: commonwatch ledger [OPTIONS] <COMMAND>

    Commands:
      checkpoint  Print the signed checkpoint of the log as it stands
      receipts    Print your member's receipts, one JSON object a line
      export      Write the log for offline verification: commitments of all, entries of your member
                  opened
      public-key  Print the public key with which checkpoints and receipts are verified
      verify      Verify an export or a receipt; needs no node
      recount     Count your member's own numbers again from its receipts or an export; needs no node
      help        Print this message or the help of the given subcommand(s)

    Options:
                        [default: commonwatch-data]

    ### commonwatch backup
    Copy the store to a file while it is in use

    Usage: commonwatch backup [OPTIONS] <OUTPUT>

    Arguments:
      <OUTPUT>  File to write

    Options:
                        [default: commonwatch-data]

    ### commonwatch restore
    Put a backup in place of the store

    Usage: commonwatch restore [OPTIONS] <INPUT>

    Arguments:
      <INPUT>  Backup to read

    Options:
          --replace     Replace a store that is there
                        [default: commonwatch-data]

    ### commonwatch doctor
    Look for damage and say what to do

    Usage: commonwatch doctor [OPTIONS]

    Options:
                        [default: commonwatch-data]
    "#);
}

#[test]
fn a_wrong_command_line_is_code_2_and_says_what_is_wrong() {
    let place = Place::new();
    for wrong in [
        vec![],
        vec!["nonsense"],
        vec!["share"],
        vec!["check"],
        vec!["key", "revoke", "x"],
    ] {
        let answer = place.run(&wrong);
        assert_eq!(answer.code, 2, "{wrong:?}: {answer}");
        assert!(!answer.err.is_empty());
    }
}

#[test]
fn a_missing_node_is_code_3_and_says_what_to_do() {
    insta::assert_snapshot!(Place::new().run(&["doctor"]), @r#"
    exit code 3
    -- err
    error: there is no node in node
      help: start one with 'commonwatch serve' or look around with 'commonwatch demo'; --data names another directory
    "#);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let answer = place.run(&["completions", shell]);
        assert!(answer.code == 0 && answer.out.contains("commonwatch"), "{shell}");
    }
    assert_eq!(place.run(&["man", "pages"]).code, 0);
    assert!(place.read("pages/commonwatch.1").contains("Exit codes"));
    assert!(place.path().join("pages/commonwatch-share.1").exists());
}
