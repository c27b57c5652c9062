# Sentences of crates/server/src/console/home
nav-promises = Promises
promises-title = Promises
promises-lead = What we owe others and what is owed to us, by when and why.
tab-owes = What we owe
tab-owed = Owed to us
tab-recalls = Recalls
tab-requests = Requests
nothing-owes = We owe nothing. What others ask of us appears here with its day.
nothing-owed = Nothing is owed to us. Ask for it on the page of an item.
owed-by = owed by { $text }
seen-to-by = { $text } sees to it
due-by = Due by
kept-late = kept late
more = More
only-open = Only what is open
also-settled = Also what is settled
optional = (if you like)
state = State
who-owes = Who to whom
sees-to-it = Sees to it
why = Why
when = When
if-missed = If it is missed
evidence = What was done
reason = Reason
what-to-do = What to do
history = History
kept-otherwise = This is kept by doing it, not by saying so.
go-there = Do it there
keep = It is done
keep-label = What was done, and where it can be seen
delegate = Give it to somebody
delegate-label = Login of somebody of our own
delegate-hint = Left empty, it is nobody's in particular.
not-needed = It is not needed
not-needed-label = Why it is not needed; the other side reads this
extend = Give more time
extend-label = The new day; it ends at midnight UTC
give-up = Give it up
withdraw-label = Why we no longer want it; the other side reads this
by-the-node = the node by itself
said-kept = Noted: it is done.
said-not-needed = Noted: it is not needed.
said-delegated = Noted who sees to it.
said-extended = There is more time now.
said-withdrawn = It was given up.
said-recall = Your answer to the recall was sent.
said-asked = Your question was sent to the community.
said-answered = Your answer was sent.
said-closed = The request is closed.
promise-acknowledge = Acknowledge an item
promise-act = Act on an item
promise-answer-request = Answer a request
promise-answer-sighting = Answer about a sighting
promise-renew-contact = Check a contact
promise-answer-recall = Answer a recall
promise-accept-agreement = Accept an agreement
promise-review-marking = Review a marking
missed-acknowledge = Nobody knows whether we have read it.
missed-act = We stay open to what others have already met.
missed-answer-request = Somebody goes on without our answer.
missed-answer-sighting = Whoever saw it does not know what to make of it.
missed-renew-contact = In an emergency nobody may reach us.
missed-answer-recall = What was taken back may still be in use here.
missed-accept-agreement = We may lose our place in the partnership.
missed-review-marking = Others cannot share what they perhaps should.
promise-state-waiting = waits for another
promise-state-open = open
promise-state-kept = kept
promise-state-not-needed = not needed
promise-state-withdrawn = given up
step-made = Made
step-started = The time runs
step-delegated = Given to somebody
step-extended = More time given
step-reminded = Reminded
step-kept = Kept
step-not-needed = Not needed
step-withdrawn = Given up
recalls-lead = What was taken back, corrected or narrowed: say what you did with your copies.
recalls-open = To answer
recalls-all = All that concerned us
recalls-made = To follow
no-recalls = No recall waits for your answer.
no-recalls-made = Neither we nor anybody in a community that we run has recalled anything. An item is recalled from its page.
recall-kind-retract = Taken back
recall-kind-correct = Corrected
recall-kind-narrow = Marked more strictly
recall-kind-exclude = No longer for us
recall-given = We had it since
recall-what-done = What did you do?
recall-done-removed = Our copies are gone
recall-done-replaced = We have the newer version
recall-done-kept = We keep it, because …
recall-note = In words (needed if you keep it)
recall-answer = Answer
recall-versions = Contributions concerned
recall-complete = All have answered.
recall-incomplete = Some have not answered yet.
recall-outstanding = Not acknowledged by
recall-acknowledged = Acknowledged by
recall-given-to = Given to
recall-not-told = not reached yet
recall-reminds = Each of them owes an answer by a day; the node reminds them by itself until they give it.
recall-proves = This shows who was asked and what they answered; not that a copy is gone.
others-not-named = Others, not named: { $text }
members-by-name = By name: { $count }
more-members = More members
fewer-than-five = fewer than five, perhaps none
all-but-fewer-than-five = all but fewer than five
requests-lead = What communities were asked, and what came of it.
no-community = We are in no community yet; there is nobody to ask.
no-requests = Nobody has asked anything yet.
ask-title = Ask a community
ask-community = Community
all-ours = All of ours
ask-question = Question
ask-until = Answers help until
ask-answers-to = Who reads the answers
ask-to-me = Only we
ask-to-all = All, where the one who answers lets them
ask-anonymous = Without our name: nobody else learns who asks
ask = Ask
request-open = open
request-closed = closed
request-own = ours
name-withheld = name withheld
request-summary = What came of it
request-answers = Answers
no-answers-yet = No answer yet.
no-answers-for-us = No answer that is for us to read.
answer-to-all = for all
answer-to-asker = for the asker
answer-title = Answer
answer-label = What you know of it
answer-let-all = The whole community may read it
answer-only-asker = Only the asker reads it.
answer-send = Send the answer
close-title = Close the request
close-label = What came of it; the whole community reads this
close = Close
today-calm = There is nothing you have to do now.
today-more-due = { $count ->
    [one] { $count } more
   *[other] { $count } more
}
nav-hits = Are we hit?
hits-lead = What others shared and was seen here, and what we tell of it.
tab-seen = Seen here
tab-log = Check a log
tab-rules = What we tell
more-values = { $count ->
    [one] and { $count } more value
   *[other] and { $count } more values
}
named-members = members named with it
hits-waiting = Waits for your answer
hits-waiting-lead = Shall those who shared it learn that it was seen here? The values below stay at home; what would be told stands beside each.
answer-until = Answer until
nobody-to-tell = There is nobody any more who could be told.
what-is-told = What is told
how-much = How much
tell = Tell it
do-not-tell = Do not tell
hits-seen = Seen
hits-teach = The watch fills this list when it reads your logs; or check one by hand:
hit-state-open = being counted
hit-state-closed = counted
hit-state-waiting = waits for an answer
hit-state-confirmed = will be told
hit-state-told = told
hit-state-kept = kept at home
hit-state-declined = not told
hit-state-lapsed = too late to tell
hit-state-refused = could not be told
form-never = nothing
form-count = how many, not by whom
form-sector = how many, and our sector
form-full = how many, when, and our name
said-told = It is told.
said-declined = It stays at home.
said-not-told = It could not be told; the list says why.
said-rules = The rules hold from now on.
rules-lead = For each community: what others learn when something they shared is seen here.
rule-others = All communities without a rule of their own
rule-as-others = as for all others
rule-asks = Who decides
rule-asks-yes = somebody is asked first
rule-asks-no = it is told by itself
rule-stretch = Counted together over
rule-log-line = With a line of the log (only with our name)
rules-save = Save the rules
rules-not-yours = An analyst of ours changes these.
yes = yes
no = no
stretch-300 = five minutes
stretch-3600 = an hour
stretch-21600 = six hours
stretch-86400 = a day
stretch-604800 = a week
watch-lead = What the live watch of this node reads, and how well.
watch-since = Runs since
watch-list = Looks for
watch-left-out = Left out (each for a reason)
watch-unusable = Cannot be used
watch-hits = Hits
watch-hunts = Hunts in the past
watch-streams = Streams
watch-sources = Sources
watch-source = Source
watch-reader = Read as
watch-records = Lines
watch-malformed = Odd lines
watch-behind = Behind
watch-last = Last
stream-ended = ended
stream-away = waits for its broker
stream-runs = runs
log-lead = Drop a log: it is matched here against everything you may see, and forgotten.
log-title = Check a log
log-file = Or a file
log-label = Lines of a log
log-hint = { $count ->
    [one] Proxy, DNS, firewall, mail, system: any text, up to { $count } MiB. Larger ones at home: commonwatch match FILE.
   *[other] Proxy, DNS, firewall, mail, system: any text, up to { $count } MiB. Larger ones at home: commonwatch match FILE.
}
log-look = Look
log-clean = Nothing that you may see is in this log.
log-hits = { $count ->
    [one] { $count } hit
   *[other] { $count } hits
}
log-read = { $count ->
    [one] { $count } line was read.
   *[other] { $count } lines were read.
}
log-looked-for = { $count ->
    [one] { $count } value was looked for.
   *[other] { $count } values were looked for.
}
log-forgotten = Nothing of the log was kept.
log-not-whole = It took too long and was stopped: this is not the whole answer. Send a smaller part.
log-nothing-to-look-for = There is nothing here yet that could be looked for.
log-what-now = A hit is a reason to look, not yet a proof. Find the machine in that line, see what the indicator says, do what it advises, and tell your community if you can.
log-line = { $count ->
    [one] Line { $count }
   *[other] Line { $count }
}
log-host = on { $text }
log-untold = { $count ->
    [one] { $count } more hit is not shown.
   *[other] { $count } more hits are not shown.
}
log-left-out = { $count ->
    [one] { $count } was not: known to be harmless, over, or worth too little.
   *[other] { $count } were not: known to be harmless, over, or worth too little.
}
nav-numbers = Numbers
numbers-lead = How well the partnership works: our own numbers in full, those of all where they point at nobody.
whole-partnership = The whole partnership
from-month = From
to-month = To
to-print = To print
numbers-overdue = { $count ->
    [one] { $count } promise of ours is overdue.
   *[other] { $count } promises of ours are overdue.
}
targets = Targets of the charter
target = Target
wanted = Wanted
we = We
all = All
met = met
not-met = not met
nothing-to-compare = nothing to compare
coverage = Who watches live
coverage-live = { $count ->
    [one] { $count } member watches live.
   *[other] { $count } members watch live.
}
coverage-untold = Not told, because it is about too few.
coverage-members = { $count ->
    [one] of { $count } member
   *[other] of { $count } members
}
measures = Measures
measures-lead = A time is given as: half are shorter · nine in ten are shorter (how many). In a chart: bars are ours, the short line is all.
definition = What is counted
not-told = not told
untold-months = { $count ->
    [one] ({ $count } month not told)
   *[other] ({ $count } months not told)
}
chart-most = most: { $text }
by-month = Month by month
month = Month
measure-observation-to-share = From observation to share
measure-share-to-delivery = From share to delivery
measure-delivery-to-acknowledge = From delivery to acknowledgement
measure-delivery-to-action = From delivery to action
measure-share-to-watchlist = From share to watchlist
measure-delivery-to-hit = From delivery to first hit
measure-moderation = Waiting for a moderator
measure-shared = Shared
measure-first = Shared first
measure-corroborated = Corroborated by others
measure-useful = Useful elsewhere
measure-false-positive = Called false positives
measure-taken = Received
measure-sighted = Sightings told
measure-kept-in-time = Promises kept in time
measure-kept-late = Promises kept late
measure-not-needed = Promises not needed
measure-live = Live watch
target-observation-to-share-hours = From observation to share, hours
target-share-to-delivery-minutes = From share to delivery, minutes
target-share-to-watchlist-minutes = From share to watchlist, minutes
target-delivery-to-acknowledge-hours = From delivery to acknowledgement, hours
target-delivery-to-action-hours = From delivery to action, hours
target-moderation-hours = Waiting for a moderator, hours
target-false-positives-percent = False positives, per cent
target-promises-in-time-percent = Promises kept in time, per cent
watch-hubs = Hubs that are told that you watch
hub-told = told
hub-untold = not told
ask-beyond = Ask partner hubs too, without our name:
request-beyond = partner hubs too
log-file-hint = Also packed (gzip, zstd, bzip2, xz), pcap and Windows event files. Up to { $count } MiB are looked at, as they arrive; nothing is kept.
tab-past = Past logs
past-lead = Was it in our logs before anybody told us of it? Looking back counts nothing and tells nobody.
past-begin-title = Look back
past-indicator = Which indicator?
past-indicator-hint = empty: everything that you may see
past-begin = Look back
past-running = Looking…
past-look-again = Look again
past-clean = It is not in the logs that are here.
past-hits = { $count ->
    [one] { $count } line has it
   *[other] { $count } lines have it
}
past-what = Looked for
past-everything = everything that the asker may see
past-by = Asked by
past-read = Read
past-logs = { $count ->
    [one] { $count } log
   *[other] { $count } logs
}
past-megabytes = { $count } MB
past-left-out = It is not looked for:
past-not-whole = Not everything could be read: this is not the whole answer.
past-places = Where it is looked
past-hunts = { $count ->
    [one] The watch itself hunted here { $count } time.
   *[other] The watch itself hunted here { $count } times.
}
object-look-back = Was it in our past logs?
recall-remind = Remind
recall-remind-all = Send a reminder to all who have not answered
recall-reminded = reminded
recall-reminded-us = You were reminded of it:
said-reminded = Whoever has not answered is reminded, each once a day at the most.
meaning-observation-to-share = For each object that says when it was observed (valid_from of an indicator, first_seen of a sighting, first_observed of observed data): from then until the member shared it here for the first time.
meaning-share-to-delivery = For each object that was added after the member joined: from then until it was first handed to the member, by any way that hands over everything in order (TAXII, push, export).
meaning-delivery-to-acknowledge = For each object of others that the member says it took note of: from when it was first handed to it until then.
meaning-delivery-to-action = For each object of others on which the member says it acted: from when it was first handed to it until then.
meaning-share-to-watchlist = For each indicator that was added after the member's watch began: from then until a watchlist that has it was in force at the member.
meaning-delivery-to-hit = For each object of others of which the member told a sighting: from when it was first handed to it until it was first seen; none where it was seen before.
meaning-moderation = For each object of the member that waited: from when it arrived until it was released or refused.
meaning-shared = Objects that the member itself shared, each when it shared it for the first time; not relationships, identities, markings, sightings and opinions, and not what a subscription brought.
meaning-first = Of those, the ones that nobody had given to the community before: neither the object nor any of its values.
meaning-corroborated = Objects of the member that another one gave too, later: the same object or one of its values. Each counts once.
meaning-useful = Objects of the member that led another one to a sighting or to an action. Each counts once.
meaning-false-positive = Objects of the member that another one called a false positive. Each counts once.
meaning-taken = Objects that were handed to the member for the first time by a way that hands over everything in order.
meaning-sighted = Sightings that the member told, each for the first time.
meaning-kept-in-time = Commitments of the member that it kept before they were due, in the month in which it did.
meaning-kept-late = Commitments of the member that it kept when they were overdue, in the month in which it did.
meaning-not-needed = Commitments of the member that it decided, with a reason, not to need.
meaning-live = Times that the member said that a watch runs with a watchlist of this community; a member with none in a month does not match live in it.
meaning-log-family = Kinds of logs that the member's watch reads, each time it said so.
