skip = Zum Inhalt springen
find-label = Werte, Wörter, Objekte suchen
find-hint = Eine Adresse, ein Hash, ein Name, ein ganzer Bericht …
language = Sprache
choose = Wählen
sign-out = Abmelden
navigation = Seiten
footer = Commonwatch: Was hier geteilt wird, bleibt unter seiner Markierung.
nav-today = Heute
fault-title = Das ging nicht
fault-request = Nennen Sie dem Betreiber diesen Namen der Anfrage:
fault-back = Zur Startseite
sign-in-title = Anmelden
sign-in-lead = Mit dem Namen, den Ihnen Ihre Koordination gegeben hat.
sign-in = Anmelden
sign-in-wrong = Name oder Passwort stimmt nicht.
sign-in-code-needed = Geben Sie den Code Ihres Authentikators ein, und das Passwort noch einmal.
login = Anmeldename
password = Passwort
code = Code
today-title = Heute
today-lead = Was uns betrifft, was wir bis wann tun müssen, was neu ist.
today-hits = Sind wir betroffen?
today-no-hits = Nichts von dem, was geteilt wurde, wurde hier gesehen.
today-no-watch = Nichts wurde gesehen, und nichts wird beobachtet: Nennen Sie Ihre Protokolle in der Konfiguration unter [watch].
today-waiting = { $count ->
    [one] { $count } Sichtung wartet auf Ihre Antwort.
   *[other] { $count } Sichtungen warten auf Ihre Antwort.
}
today-due = Was wir tun müssen
today-recalls = { $count ->
    [one] { $count } Rückruf ist nicht bestätigt.
   *[other] { $count } Rückrufe sind nicht bestätigt.
}
today-nothing-due = Nichts zu tun.
today-new = Neu in sieben Tagen
today-nothing-new = Nichts Neues.
today-watch = Die Beobachtung
watch-on = { $count ->
    [one] Sie läuft und sucht { $count } Wert.
   *[other] Sie läuft und sucht { $count } Werte.
}
watch-off = Sie läuft hier nicht, oder Sie dürfen sie nicht sehen.
times-seen = { $count ->
    [one] einmal gesehen
   *[other] { $count }-mal gesehen
}
things-due = { $count ->
    [one] { $count } Ding ist fällig
   *[other] { $count } Dinge sind fällig
}
overdue = überfällig
owed-to = geschuldet an { $text }
