# Sentences of crates/server/src/console/exchange
exchange-lead = What is fetched from elsewhere, pushed there, bridged to partner hubs, and posted to your programs.
subscriptions-title = Fetched
subscriptions-none = Nothing is fetched. A subscription brings in a feed, a list or a partner’s collection again and again.
peers-title = Pushed
peers-none = Nothing is pushed. A peer gets by itself what its member may see here, and no more.
run-now = Run now
switch-on = Switch on
switch-off = Switch off
remove = Remove
remove-stays = It no longer runs. What came or went by it stays where it is.
never-ran = has not run yet
last-run = last run
next-run = next
done-ran = It ran.
done-switched = Saved.
done-removed = Removed.
done-subscribed = Subscribed. The first run is due now.
done-peer = Saved. The first push is due now.
done-accepted = Accepted: these terms hold from now on.
done-ended = The bridge has ended. The other hub is told.
done-tested = A test message is on its way.
subscribe-new = Subscribe
subscribe-lead = Look first at what would come. Nothing is stored by looking.
subscribe-make = Subscribe
preview-look = Look at what would come
preview-title = What would come
preview-nothing = There is nothing in it that could be taken in.
preview-objects = { $count ->
    [one] { $count } object
   *[other] { $count } objects
}
preview-more = in the first part; there is more.
preview-refused = { $count ->
    [one] { $count } would be refused
   *[other] { $count } would be refused
}
preview-types = What it is
preview-markings = How far it may travel
preview-unmarked = not marked
preview-unknown = marking not known here
preview-marked-as = What is not marked becomes TLP:{ $text }. What is stricter stays as it is.
preview-creators = In whose name
preview-nobody = Nobody is named.
preview-examples = Examples
preview-stored-nothing = Nothing of it is stored so far.
source-kind = What it is
source-url = Address
source-name = What you call it
source-name-hint = letters, digits, hyphens; it stands in the origin of what comes
source-login-hint = empty: none, or a key alone
source-secret = Password or key
source-tlp = Colour of what is not marked
source-every = How often
source-collection = Collection
source-collection-hint = TAXII: where the address is that of a server
source-settings = More settings
source-settings-label = Settings
source-settings-hint = The guide lists them under “Getting information in by schedule”.
every-quarter = every quarter of an hour
every-hour = every hour
every-six-hours = every six hours
every-day = every day
every-week = every week
kind-taxii21 = TAXII 2.1 collection
kind-taxii20 = TAXII 2.0 collection
kind-misp-feed = MISP feed
kind-misp-server = MISP server
kind-list = list or file on the web
kind-folder = folder on this machine
peer-new = Push to a peer
peer-lead = A peer gets what its member may see here, and nothing else. Count first what would leave.
peer-url = Address of the collection
peer-member = Which member it is
peer-community = Only what goes to
peer-every-community = everything that the member may see
peer-look = Count what would leave
peer-make = Start pushing
peer-preview = What would leave
peer-preview-none = Nothing for now: the member sees nothing here that could be pushed.
peer-preview-some = { $count ->
    [one] { $count } change
   *[other] { $count } changes
}
peer-preview-more = were counted; there are more.
peer-preview-oldest = the oldest from
peer-preview-how = What was fetched from the peer’s own host is not handed back to it. Nothing has left so far.
bridges-title = Bridges to partner hubs
bridges-none = There is no bridge. Two hubs agree on terms, and nothing passes before both have.
bridge-lead = What was agreed with a partner hub, and what passed.
bridge-open = not agreed yet
bridge-ended = ended
bridge-sent = Taken over there
bridge-taken = Taken from there
bridge-refused = Refused by one side
bridge-ours = Our community
bridge-theirs = Theirs
bridge-way = Way
bridge-sends = goes out
bridge-takes = comes in
bridge-most = At the strictest
bridge-rules = Rules
bridge-unnamed = contributors stay unnamed
bridge-named = contributors are named
bridge-onward = { $count ->
    [one] may pass on, over { $count } hub in all
   *[other] may pass on, over { $count } hubs in all
}
bridge-not-onward = goes no further
bridge-proposed = Proposed terms, version { $count }
bridge-waits-us = The other hub proposed this. Nothing of it holds before you accept.
bridge-waits-them = It waits for the other hub.
bridge-url = Address of the other hub
bridge-as-before = empty: as before
bridge-accept = Accept these terms
bridge-terms = Terms in force, version { $count }
bridge-no-terms = No terms hold yet
bridge-end = End the bridge
bridge-end-what = It ends at once, whatever the other hub says. What becomes of what passed stands in the terms.
bridge-steps = Who agreed to what
bridge-step-proposed = proposed version
bridge-step-accepted = accepted version
bridge-step-ended = ended it at version
bridge-by-us = by us
bridge-by-them = by them
bridge-passed = What passed last
bridge-passed-none = Nothing that your member sees has passed.
webhooks-title = Webhooks
webhooks-lead = A program of your organisation is told by a signed message when something is new or due. The message never says what an item says.
webhooks-none = No program is told of anything.
webhook-new = Tell a program
webhook-url = Where messages go
webhook-kinds = Of what
webhook-kinds-hint = none ticked: of everything
webhook-make = Make the webhook
webhook-secret = Its secret
webhook-secret-how = Messages are signed with it. It is shown here, now, and never again: put it into your program.
webhook-failing = nothing arrives
webhook-waiting = { $count ->
    [one] { $count } waits
   *[other] { $count } wait
}
webhook-test = Send a test
webhook-messages = What was posted
webhook-messages-none = Nothing was posted so far.
webhook-arrived = arrived
webhook-tried-again = tried again
webhook-given-up = given up
done-bridge-offered = Proposed. Nothing passes before the other hub agrees.
every-minute = every minute
bridge-new = Propose a bridge
bridge-other = Propose other terms
bridge-new-lead = What may pass between this hub and a partner's, each way. Look at it in words first; the other hub hears of it when you propose it.
bridge-member = The member that stands for the other hub
bridge-member-hint = It is a member like any other: it must be in each community that is paired, and may contribute where things come in.
bridge-pairs = Communities
bridge-pairs-hint = One of ours and one of theirs, by its alias there. A further line comes when you look.
bridge-both = both ways
bridge-hops = Hubs that an item may have left
bridge-may-onward = The receiving hub may pass it on over other bridges
bridge-look = Look at the terms
bridge-propose = Propose them
bridge-draft = In words: version { $count }
bridge-draft-how = Nobody has been told yet. When you propose them, the other hub reads the same terms; until it agrees, nothing of them holds.
bridge-draft-holding = What holds until then
bridge-pause = Pause
bridge-resume = Go on
bridge-paused = paused
bridge-paused-what = Paused on this side: nothing passes either way but recalls. What is shared meanwhile passes when it goes on.
bridge-step-paused = paused at version
bridge-step-resumed = let go on at version
terms-out = What is shared here with the whole community goes to “{ $text }” there.
terms-in = What is shared there with “{ $text }” comes here, in the name of the member that stands for that hub.
terms-most = Nothing marked more strictly than { $text } passes. TLP:RED and what is for named members never does.
terms-unnamed = Who contributed something stays unnamed.
terms-named = Who contributed something is named.
terms-onward = { $count ->
    [one] The receiving hub may pass it on, until it has left { $count } hub.
   *[other] The receiving hub may pass it on, until it has left { $count } hubs.
}
terms-not-onward = The receiving hub passes it to no other hub.
terms-stays = When the bridge ends, what has passed stays, under its rules.
terms-withdrawn = When the bridge ends, what has passed is taken back on both sides.
