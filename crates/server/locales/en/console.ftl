skip = Skip to the content
find-label = Find values, words, objects
find-hint = An address, a hash, a name, a whole report …
language = Language
choose = Choose
sign-out = Sign out
navigation = Pages
footer = Commonwatch: what is shared here stays under its marking.
nav-today = Today
fault-title = That did not work
fault-request = Tell the operator this name of the request:
fault-back = To the start page
sign-in-title = Sign in
sign-in-lead = With the login that your coordinator gave you.
sign-in = Sign in
sign-in-wrong = The login or the password is not right.
sign-in-code-needed = Enter the code that your authenticator shows, and the password again.
login = Login
password = Password
code = Code
today-title = Today
today-lead = What concerns us, what we must do and by when, what is new.
today-hits = Are we hit?
today-no-hits = Nothing that was shared was seen here.
today-no-watch = Nothing was seen, and nothing is watched: name your logs in the configuration, under [watch].
today-waiting = { $count ->
    [one] { $count } sighting waits for your answer.
   *[other] { $count } sightings wait for your answer.
}
today-due = What we must do
today-recalls = { $count ->
    [one] { $count } recall is not acknowledged.
   *[other] { $count } recalls are not acknowledged.
}
today-nothing-due = Nothing to do.
today-new = New in seven days
today-our-sector = our sector: { $text }
today-our-region = our region: { $text }
today-our-technology = our technology: { $text }
today-unsaid = What has to do with your sectors, your countries and what you run comes first.
today-unsaid-where = Say what your member runs
today-nothing-new = Nothing new.
today-watch = The watch
watch-on = { $count ->
    [one] It runs, and looks for { $count } value.
   *[other] It runs, and looks for { $count } values.
}
watch-off = It does not run here, or is not yours to see.
times-seen = { $count ->
    [one] seen once
   *[other] seen { $count } times
}
things-due = { $count ->
    [one] { $count } thing is due
   *[other] { $count } things are due
}
overdue = overdue
owed-to = owed to { $text }
sign-in-otherwise = Or another way
sign-in-with = Sign in with { $text }
sign-in-passkey-wrong = This passkey does not let in here. Use one that you added on your account page, or your password.
sign-in-passkey-copied = This passkey may have been copied, so it does not let in. Sign in another way, remove it, and look where else you are signed in.
passkey-use = Use a passkey
passkey-no-answer = No passkey answered. Try again, or go another way.
passkey-needs-script = Passkeys need a browser with JavaScript that knows them. Everything else here works without.
step-up-with = Show it at { $text }
onward = Go on
onward-provider = You go on to { $text }
onward-signed-in = You are signed in
refused-title = You were not let in
refused-back = Back
refused-doubted = What came back does not fit the sign-in that this browser began, or it came too late. Begin again.
refused-not-linked = Nobody here is tied to that account. Sign in with your password and tie it on the page of your account, or ask your coordinator for an offer.
refused-not-allowed = That account opens nothing here: it belongs to another member, or none of its groups brings a role. Ask your coordinator.
refused-inactive = Your account here, or your organisation, is not active. Ask your coordinator.
refused-tied = That account is tied to somebody here already. It has to be untied first.
refused-too-often = Too many sign-ins from your network failed. Wait five minutes.
refused-unavailable = The identity provider does not answer just now. Try again in a moment, or sign in with your password.
refused-no-provider = There is no such identity provider here.

region-africa = Africa
region-eastern-africa = Eastern Africa
region-middle-africa = Middle Africa
region-northern-africa = Northern Africa
region-southern-africa = Southern Africa
region-western-africa = Western Africa
region-americas = The Americas
region-latin-america-caribbean = Latin America and the Caribbean
region-caribbean = The Caribbean
region-central-america = Central America
region-south-america = South America
region-northern-america = Northern America
region-asia = Asia
region-central-asia = Central Asia
region-eastern-asia = Eastern Asia
region-southern-asia = Southern Asia
region-south-eastern-asia = South-eastern Asia
region-western-asia = Western Asia
region-europe = Europe
region-eastern-europe = Eastern Europe
region-northern-europe = Northern Europe
region-southern-europe = Southern Europe
region-western-europe = Western Europe
region-oceania = Oceania
region-australia-new-zealand = Australia and New Zealand
region-melanesia = Melanesia
region-micronesia = Micronesia
region-polynesia = Polynesia
region-antarctica = Antarctica
