# Sentences of crates/server/src/console/feed
nav-feed = Feed
feed-lead = All that is shared with us, the newest first. Paste a value, words, or a whole report.
feed-box = What are you looking for?
feed-find = Find
feed-filters = An address, domain, URL, hash or e-mail address, defanged too; or words that all occur. Filters:
feed-odd-type = There is no such type: { $text }
feed-odd-since = Not a time: { $text }. Write since:7d, since:24h or since:2026-11-01.
feed-odd-filter = There is no filter { $text }: here; it was left out. There are type: and since:.
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
feed-nothing-found = Nothing found. Try fewer words, the beginning of a word with *, or type:any for relationships and values too.
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
