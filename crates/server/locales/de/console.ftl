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
today-our-sector = unser Sektor: { $text }
today-our-region = unsere Region: { $text }
today-our-technology = unsere Technik: { $text }
today-unsaid = Zuerst kommt, was mit Ihren Sektoren, Ihren Ländern und Ihrer Technik zu tun hat.
today-unsaid-where = Sagen Sie, was Ihr Mitglied einsetzt
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
sign-in-otherwise = Oder auf anderem Weg
sign-in-with = Anmelden mit { $text }
sign-in-passkey-wrong = Dieser Passkey öffnet hier nicht. Nehmen Sie einen, den Sie auf der Seite Ihres Kontos hinzugefügt haben, oder Ihr Passwort.
sign-in-passkey-copied = Dieser Passkey wurde vielleicht kopiert und öffnet darum nicht. Melden Sie sich anders an, entfernen Sie ihn und sehen Sie nach, wo Sie sonst noch angemeldet sind.
passkey-use = Passkey verwenden
passkey-no-answer = Kein Passkey hat geantwortet. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.
passkey-needs-script = Passkeys brauchen einen Browser mit JavaScript, der sie kennt. Alles andere geht hier ohne.
step-up-with = Bei { $text } zeigen
onward = Weiter
onward-provider = Es geht weiter zu { $text }
onward-signed-in = Sie sind angemeldet
refused-title = Sie wurden nicht eingelassen
refused-back = Zurück
refused-doubted = Was zurückkam, passt nicht zu der Anmeldung, die dieser Browser begann, oder es kam zu spät. Beginnen Sie noch einmal.
refused-not-linked = Niemand hier ist mit jenem Konto verbunden. Melden Sie sich mit Ihrem Passwort an und verbinden Sie es auf der Seite Ihres Kontos, oder bitten Sie Ihren Koordinator um ein Angebot.
refused-not-allowed = Jenes Konto öffnet hier nichts: Es gehört zu einem anderen Mitglied, oder keine seiner Gruppen bringt eine Rolle. Fragen Sie Ihren Koordinator.
refused-inactive = Ihr Konto hier oder Ihre Organisation ist nicht aktiv. Fragen Sie Ihren Koordinator.
refused-tied = Jenes Konto ist hier schon mit jemandem verbunden. Es muss zuerst gelöst werden.
refused-too-often = Zu viele Anmeldungen aus Ihrem Netz sind gescheitert. Warten Sie fünf Minuten.
refused-unavailable = Der Identitätsanbieter antwortet gerade nicht. Versuchen Sie es gleich noch einmal, oder melden Sie sich mit Ihrem Passwort an.
refused-no-provider = Einen solchen Identitätsanbieter gibt es hier nicht.

region-africa = Afrika
region-eastern-africa = Ostafrika
region-middle-africa = Zentralafrika
region-northern-africa = Nordafrika
region-southern-africa = Südliches Afrika
region-western-africa = Westafrika
region-americas = Amerika
region-latin-america-caribbean = Lateinamerika und Karibik
region-caribbean = Karibik
region-central-america = Mittelamerika
region-south-america = Südamerika
region-northern-america = Nördliches Amerika
region-asia = Asien
region-central-asia = Zentralasien
region-eastern-asia = Ostasien
region-southern-asia = Südasien
region-south-eastern-asia = Südostasien
region-western-asia = Westasien
region-europe = Europa
region-eastern-europe = Osteuropa
region-northern-europe = Nordeuropa
region-southern-europe = Südeuropa
region-western-europe = Westeuropa
region-oceania = Ozeanien
region-australia-new-zealand = Australien und Neuseeland
region-melanesia = Melanesien
region-micronesia = Mikronesien
region-polynesia = Polynesien
region-antarctica = Antarktis
