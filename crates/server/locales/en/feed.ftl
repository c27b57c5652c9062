# Sentences of crates/server/src/console/feed
nav-feed = Feed
feed-lead = All that is shared with us, the newest first. Paste a value, words, or a whole report.
feed-box = What are you looking for?
feed-find = Find
feed-filters = An address, domain, URL, hash or e-mail address, defanged too; or words that all occur. Filters:
feed-odd-type = There is no such type: { $text }.
feed-odd-since = Not a time: { $text }.
feed-odd-filter = There is no filter { $text }: here.
feed-report = Paste a whole report
feed-report-label = Text, list, rules, STIX or MISP: each value in it is looked up. Nothing is shared or kept.
feed-report-look = Look up each value
feed-understood = Understood as { $text }:
feed-values = { $count ->
    [one] { $count } value in the text
   *[other] { $count } values in the text
}
feed-values-left = { $count ->
    [one] { $count } more value was not looked up.
   *[other] { $count } more values were not looked up.
}
feed-no-values = No address, domain, URL, hash or vulnerability was found in the text.
feed-unknown-value = not known here
feed-known-value = known here
feed-newest = Newest
feed-found = Found
feed-more = More
feed-end = That was all.
feed-nothing-yet = Nothing is shared with you yet. What others share appears here; you can begin.
feed-value-unknown = This value is in nothing that is open to you. That does not say it is harmless.
feed-nothing-found = Nothing found. Try fewer words or filters, the beginning of a word with *, or type:any for relationships and values too.
said-recalled = The recall is made: those who had it are asked to act.
nav-share = Share
what-attack-pattern = A way in which attackers work (a technique).
what-campaign = A series of attacks with one aim.
what-course-of-action = Something that can be done about it.
what-grouping = Things that belong together.
what-identity = An organisation or a person.
what-incident = Something that happened.
what-indicator = A pattern to look for in logs and traffic: where it is met, something is likely wrong.
what-infrastructure = Systems that attackers use.
what-intrusion-set = Attacks that look like the work of one group.
what-location = A place.
what-malware = Harmful software.
what-note = What somebody has to say about something here.
what-observed-data = What was seen somewhere, without a judgement.
what-opinion = Whether somebody agrees with something here.
what-relationship = How two things are connected.
what-report = A report, with the things it is about.
what-sighting = Somebody saw this.
what-threat-actor = People who attack.
what-tool = Ordinary software that attackers use too.
what-vulnerability = A weakness in a product.
what-value = A value that was mentioned; nobody says by it alone that it is harmful.
what-other = Something that was shared.
tlp-clear = Anybody may read it and pass it on.
tlp-green = It stays among the members of the community.
tlp-amber = It stays within the organisations that got it, and their clients who need it.
tlp-amber-strict = It stays within the organisations that got it.
tlp-red = Only for those who are named.
pap-clear = You may use it as you like.
pap-green = You may block it on your own systems; do not act beyond them.
pap-amber = You may look for it and watch; do not block it, or the attacker notices.
pap-red = You may only look for it in your own logs, where nobody notices.
object-revoked = revoked
object-own = shared by us
object-warning = A warninglist knows one of its values as harmless: { $text }
object-description = What is said of it
object-who = Who may see it, and where it comes from
object-communities = It came to us through:
object-named = Narrowed to:
object-narrowed = It is narrowed to members that the sharer named; yours is one of them.
object-from = From
object-withheld = name withheld
object-withheld-own = others do not see the name
object-added = Added
object-creator = Made by
object-id = Identifier
object-came-by = How it came here, hub by hub
object-do = What you can do
object-note = A note for your own record (not needed)
object-acknowledge = We took note
object-act = We acted on it
object-judge = It is wrong, or over
object-judge-kind = What is it?
object-false-positive = A false positive: it hits what is harmless
object-expired = Expired: it was right, and is no longer
object-comment = Why? Those who have it read this.
object-judge-send = Tell them
object-recall = Recall it …
object-pattern = What to look for
object-score = Score now
object-score-hint = It falls with time, rises with sightings, and falls when somebody calls it wrong.
object-valid = Valid
object-open-end = without an end
object-over = over
object-detect = For your tools
object-detect-none = No rule or list can be made from it.
object-why-not = Why some formats are missing
object-values = Values in it
object-neighbours = Connected with
object-alone = Nothing that is open to you is connected with it.
object-graph = { $count ->
    [one] A picture: { $count } object around this one; the list follows
   *[other] A picture: { $count } objects around this one; the list follows
}
object-not-here = not here, or not open to you
object-more-neighbours = There may be more; the API lists them all.
object-judged = Seen, and what others say
object-receipts = What became of it
receipt-could-see = May see it
receipt-received = Were given it
receipt-opened = Opened it
receipt-acknowledged = Took note
receipt-acted = Acted on it
receipt-saw = Saw it at home
receipts-elsewhere = (and { $count } on other pages)
figure-exactly = { $count ->
    [one] { $count } other
   *[other] { $count } others
}
figure-few = fewer than five others, perhaps none
figure-most = all others but fewer than five
object-versions = Versions
object-version = Version
object-marking = Marking
object-changed = What changed
object-superseded = there is a later one
object-versions-left = { $count ->
    [one] { $count } older one is not shown.
   *[other] { $count } older ones are not shown.
}
object-raw = The object as it is (STIX JSON)
copy = Copy
copied = Copied
cancel = Leave it
said-acknowledged = Noted: your organisation took note of it.
said-acted = Noted: your organisation acted on it.
said-before = Your organisation had said so before; the first time counts.
said-feedback = Your feedback is on its way to those who have it.
recall-lead = It takes effect at once and for everybody. Who was given it is asked to act and to answer; you see who has.
recall-kind = What is wanted?
recall-retract = It goes: it was wrong to share it
recall-correct = Older versions go: a newer one is shared already
recall-narrow = It stays, for fewer: under the stricter colour below
recall-tlp = The colour, where it stays
recall-reason = Why?
recall-reason-hint = Everybody who has to act reads this. Say what is wrong, and nothing that must not be known.
recall-send = Recall it now
share-withheld = Keep our name out: only this node’s own record has it
object-graph-left = { $count ->
    [one] { $count } more is only in the list.
   *[other] { $count } more are only in the list.
}
share-lead = Paste or drop anything: a report, a PDF, a list, a mail, a table, rules, STIX or MISP. You see what was understood and who will read it before anything is sent.
share-text = What do you want to share?
share-text-hint = Values written so that nobody clicks them (hxxp, [.]) are read as bad; others are only mentioned.
share-file = Or a file
share-with = With whom?
share-nobody = No community: our own organisation, and who is named
share-named = Only these members (not needed)
share-named-hint = Names with commas between them. TLP:RED needs them.
share-tlp = Who may read it? (TLP)
share-pap = What may they do with it? (PAP)
share-default = As it says itself, else as the community says
share-check = See what was understood
share-check-again = Look again
share-send = Share it now
share-changed = You changed something since you looked. This is how it is now; nothing was sent.
share-understood = What was understood
share-nothing = Nothing in it can be shared: no address, domain, hash, rule or object was found.
share-objects = { $count ->
    [one] { $count } object
   *[other] { $count } objects
}
share-one-by-one = One by one
share-not-read = Will be refused:
share-readers = Who will read it
share-everybody = Everybody may read it and pass it on, also without an account where this node is open to the public.
share-members = { $count ->
    [one] { $count } member, your own among them:
   *[other] { $count } members, your own among them:
}
share-and-others = and others whose names are not yours to see
share-clients = { $count ->
    [one] And { $count } client of these members.
   *[other] And { $count } clients of these members.
}
share-bridge = It passes on to { $text }, and to whoever may read it there.
share-waits = It waits for the moderators of the community first; until then they and you see it.
share-name-shown = They see the name of your organisation.
share-name-kept = They do not see the name of your organisation.
share-stricter = What carries a stricter marking in the text itself keeps it, and reaches fewer.
share-unusual = Is this the right group?
share-names-us = The text itself says the name of your organisation. Take it out if nobody is to know.
share-mail = { $count ->
    [one] There is { $count } e-mail address in it. Is it the attacker’s, or a person’s to protect?
   *[other] There are { $count } e-mail addresses in it. Are they the attacker’s, or people’s to protect?
}
share-harmless = Warninglists know these values: they are harmless in most places. Take them out unless you mean them.
shared-title = What became of it
shared-accepted = accepted
shared-unchanged = were there already
shared-refused = refused
shared-more = Share something else
shared-problems = Refusals and warnings
shared-refusal = refused
shared-warning = warning
shared-items = What is shared now
shared-was-there = was there already
shared-left = { $count ->
    [one] { $count } more is not listed.
   *[other] { $count } more are not listed.
}
shared-line = line { $count }
left-revoked = It is revoked: nobody should look for it any more.
left-not-valid = It is not valid now: its time is over, or has not come.
left-benign = It says of itself that it is harmless.
left-pap = Its marking (PAP) forbids what some of these formats would make your systems do.
left-warninglisted = A warninglist knows its value: a rule would hit what is harmless.
feed-odd-tlp = There is no such colour: { $text }.
feed-odd-technique = Not the number of a technique: { $text }.
feed-odd-member = Nothing that is open to you comes from a member called { $text }.
feed-odd-many = Too many values at once; from this one on they cannot be asked for: { $text }.
feed-odd-at = It stands at character { $count }.
feed-odd-could = There could stand:
feed-new = new
feed-goes-on = Nothing among what was looked at so far; it goes on with what is older.
feed-cut = More has to do with this sector or technique than can be followed at once: the newest connections are here, the oldest are left out.
facets-title = Narrow it down
facets-count = Count what is found by type, marking, member, sector and technique
facets-none = There is nothing to count.
facets-counted = { $count ->
    [one] { $count } thing counted, of what is open to you.
   *[other] { $count } things counted, of what is open to you.
}
facets-counted-more = The newest { $count } things were counted, of what is open to you. There are more: each number is “at least”.
facets-left = { $count ->
    [one] { $count } more is not shown.
   *[other] { $count } more are not shown.
}
facet-type = Type
facet-tlp = Marking
facet-since = Added within
facet-from = From
facet-sector = Sector
facet-technique = Technique
searches-title = Saved searches
searches-lead = Questions that you keep. What each finds is looked up when you look, among what is open to you then; nobody else sees them.
searches-yours = Yours
searches-none = You keep none yet. Search for something in the feed and save it, or write one below.
search-fresh = { $count ->
    [one] { $count } new
   *[other] { $count } new
}
search-fresh-more = at least { $text }
search-nothing-new = nothing new
search-everything = everything
search-look = Look at what is new
search-change = Change or delete
search-change-send = Change it
search-delete = Delete it
search-new = Save a search
search-name = Name
search-question = Question; nothing: everything
search-today = Show on the start page what is new
search-mail = Tell me by e-mail that there is something new; not what
search-no-mail = No e-mail reaches you: give an address first.
search-webhook = Tell the webhooks of our organisation
search-save = Save
search-save-this = Save this search
search-saved = Saved. What comes from now on is new.
search-changed = Changed.
search-deleted = Deleted.
key-up = Back to where this belongs
around-link = See more around it, two steps far
around-title = Around { $text }
around-lead = What is connected with it stands on the inner ring, what is connected with that on the outer one. Each name is a link; the list says the same.
around-types = Show or hide
around-show = show { $text }
around-hide = hide { $text }
around-picture = Picture
around-list = List
around-from-here = around this
around-left = { $count ->
    [one] { $count } more connected object is left out.
   *[other] { $count } more connected objects are left out.
}
matrix-title = Techniques by tactics
matrix-of = Techniques of { $text }
matrix-link = Techniques by tactics (ATT&CK)
matrix-lead = How attackers work, step by step: each column is a step, each entry a technique, with how many of the things looked at have to do with it.
matrix-question = Of which things? Words and filters; nothing: the newest of everything
matrix-odd = A part of the question cannot be read.
matrix-odd-where = The feed says where.
matrix-looked = { $count ->
    [one] { $count } thing was looked at.
   *[other] { $count } things were looked at.
}
matrix-looked-more = The newest { $count } things were looked at; there are more.
matrix-techniques = { $count ->
    [one] { $count } technique.
   *[other] { $count } techniques.
}
matrix-count = { $count ->
    [one] { $count } thing has to do with it
   *[other] { $count } things have to do with it
}
matrix-none = No technique is connected with any of them, among what is open to you.
matrix-loose = Techniques without a tactic
seen-title = Seen over time
seen-total = { $count ->
    [one] Seen once.
   *[other] Seen { $count } times.
}
seen-sightings = { $count ->
    [one] By { $count } sighting that is open to you.
   *[other] By { $count } sightings that are open to you.
}
seen-more = Older ones are not counted.
seen-picture = How often it was seen
seen-by-day = by day
seen-by-week = by week
seen-table = As a table
seen-day = Day
seen-week = Week from
seen-times = Times
seen-earlier = Earlier
change-gone = gone:
change-new = new:
translate-title = Translate it
translate-lead = Your translation goes to those who have the original, under its marking ({ $text }), and to nobody else.
translate-language = Into which language?
translate-other = Or another (its tag)
translate-text = Translation
translate-send = Share the translation
text-name = Name
text-description = Description
text-abstract = Summary
text-content = Text
text-explanation = Explanation
translated-sharer = Translated by who shared the original.
translated-by = Translated by { $text }; who shared the original has not said so.
translated-withheld = Translated by somebody whose name is withheld; who shared the original has not said so.
translated-other-version = of another version
translated-object = The translation
translated-original = The original
said-translated = Your translation is shared with those who have the original. Where moderators look first, it waits for them.
share-file-hint = PDF, mail, spreadsheet, text, archive: up to { $count } MiB.
share-drop = You may drop it here.
share-file-other = Another file instead
share-kept = file
share-forget = Begin anew
share-change = Change something
share-correct = Untick what is not to be shared. Correct what was read wrongly. What you mark more strictly reaches fewer.
share-apply = Apply, and look again
share-too-many = There are too many to change one by one: it is shared as it is.
share-lines-left = { $count ->
    [one] { $count } more is shared as it was read.
   *[other] { $count } more are shared as they were read.
}
share-says-us = The content says the name of your organisation.
share-private = Private addresses: they mean something else at every reader. Untick them.
share-personal = Accounts and telephone numbers belong to somebody. Share them only if it is needed:
share-about = What are they signs of? (not needed)
share-about-kind = What kind of thing
share-about-hint = A name: every indicator, technique and weakness is then linked to it.
about-malware = malware
about-campaign = campaign
about-group = group
item-role = What it is here for
item-indicator = look for it
item-mention = only mentioned
item-kind = Kind
item-value = Value
item-name = Name
item-mark = Marking
item-mark-same = as all
bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
recall-of-others = Another member shared this. As a coordinator you take it back within your community; correcting it is for who shared it.
recall-within = Within
matrix-more = { $count ->
    [one] { $count } more
   *[other] { $count } more
}
