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
