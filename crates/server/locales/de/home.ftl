# Sentences of crates/server/src/console/home
nav-promises = Zusagen
promises-title = Zusagen
promises-lead = Was wir anderen schulden und was man uns schuldet, bis wann und warum.
tab-owes = Was wir schulden
tab-owed = Was man uns schuldet
tab-recalls = Rückrufe
tab-requests = Anfragen
nothing-owes = Wir schulden nichts. Worum andere uns bitten, erscheint hier mit seiner Frist.
nothing-owed = Uns wird nichts geschuldet. Bitten Sie darum auf der Seite eines Objekts.
owed-by = geschuldet von { $text }
seen-to-by = { $text } kümmert sich
due-by = Fällig am
kept-late = zu spät gehalten
more = Mehr
only-open = Nur was offen ist
also-settled = Auch was erledigt ist
optional = (wenn Sie mögen)
state = Stand
who-owes = Wer wem
sees-to-it = Kümmert sich
why = Warum
when = Wann
if-missed = Wenn es versäumt wird
evidence = Was getan wurde
reason = Grund
what-to-do = Was zu tun ist
history = Verlauf
kept-otherwise = Das hält man, indem man es tut, nicht indem man es sagt.
go-there = Dort tun
keep = Es ist getan
keep-label = Was getan wurde, und wo man es sehen kann
delegate = Jemandem geben
delegate-label = Anmeldename von jemandem bei uns
delegate-hint = Bleibt es leer, ist niemand Bestimmtes zuständig.
not-needed = Es ist nicht nötig
not-needed-label = Warum es nicht nötig ist; die andere Seite liest das
extend = Mehr Zeit geben
extend-label = Der neue Tag; er endet um Mitternacht UTC
give-up = Darauf verzichten
withdraw-label = Warum wir es nicht mehr wollen; die andere Seite liest das
by-the-node = der Knoten von selbst
said-kept = Vermerkt: Es ist getan.
said-not-needed = Vermerkt: Es ist nicht nötig.
said-delegated = Vermerkt, wer sich kümmert.
said-extended = Jetzt ist mehr Zeit.
said-withdrawn = Darauf wurde verzichtet.
said-recall = Ihre Antwort auf den Rückruf wurde gesendet.
said-asked = Ihre Frage wurde an die Gemeinschaft gesendet.
said-answered = Ihre Antwort wurde gesendet.
said-closed = Die Anfrage ist geschlossen.
promise-acknowledge = Ein Objekt bestätigen
promise-act = Auf ein Objekt hin handeln
promise-answer-request = Eine Anfrage beantworten
promise-answer-sighting = Zu einer Sichtung antworten
promise-renew-contact = Einen Kontakt prüfen
promise-answer-recall = Einen Rückruf beantworten
promise-accept-agreement = Eine Vereinbarung annehmen
promise-review-marking = Eine Markierung prüfen
missed-acknowledge = Niemand weiß, ob wir es gelesen haben.
missed-act = Wir bleiben offen für das, was andere schon getroffen hat.
missed-answer-request = Jemand macht ohne unsere Antwort weiter.
missed-answer-sighting = Wer es sah, weiß nicht, was davon zu halten ist.
missed-renew-contact = Im Notfall erreicht uns vielleicht niemand.
missed-answer-recall = Was zurückgenommen wurde, ist hier vielleicht noch in Gebrauch.
missed-accept-agreement = Wir verlieren vielleicht unseren Platz in der Partnerschaft.
missed-review-marking = Andere können nicht weitergeben, was sie vielleicht sollten.
promise-state-waiting = wartet auf eine andere
promise-state-open = offen
promise-state-kept = gehalten
promise-state-not-needed = nicht nötig
promise-state-withdrawn = verzichtet
step-made = Entstanden
step-started = Die Zeit läuft
step-delegated = Vergeben
step-extended = Mehr Zeit gegeben
step-reminded = Erinnert
step-kept = Gehalten
step-not-needed = Nicht nötig
step-withdrawn = Verzichtet
recalls-lead = Was zurückgenommen, berichtigt oder eingeschränkt wurde: Sagen Sie, was Sie mit Ihren Kopien getan haben.
recalls-open = Zu beantworten
recalls-all = Alle, die uns betrafen
recalls-made = Zu verfolgen
no-recalls = Kein Rückruf wartet auf Ihre Antwort.
no-recalls-made = Weder wir noch jemand in einer Gemeinschaft, die wir führen, hat etwas zurückgerufen. Ein Objekt wird auf seiner Seite zurückgerufen.
recall-kind-retract = Zurückgenommen
recall-kind-correct = Berichtigt
recall-kind-narrow = Strenger markiert
recall-kind-exclude = Nicht mehr für uns
recall-given = Wir hatten es seit
recall-what-done = Was haben Sie getan?
recall-done-removed = Unsere Kopien sind weg
recall-done-replaced = Wir haben die neuere Fassung
recall-done-kept = Wir behalten es, weil …
recall-note = In Worten (nötig, wenn Sie es behalten)
recall-answer = Antworten
recall-versions = Betroffene Beiträge
recall-complete = Alle haben geantwortet.
recall-incomplete = Manche haben noch nicht geantwortet.
recall-outstanding = Nicht bestätigt von
recall-acknowledged = Bestätigt von
recall-given-to = Gegeben an
recall-not-told = noch nicht erreicht
recall-reminds = Jeder von ihnen schuldet bis zu einem Tag eine Antwort; der Knoten erinnert sie von selbst, bis sie da ist.
recall-proves = Das zeigt, wer gefragt wurde und was geantwortet wurde; nicht, dass eine Kopie weg ist.
others-not-named = Andere, ohne Namen: { $text }
members-by-name = Mit Namen: { $count }
more-members = Weitere Mitglieder
fewer-than-five = weniger als fünf, vielleicht niemand
all-but-fewer-than-five = alle bis auf weniger als fünf
requests-lead = Was Gemeinschaften gefragt wurden, und was daraus wurde.
no-community = Wir sind noch in keiner Gemeinschaft; es gibt niemanden zu fragen.
no-requests = Noch hat niemand etwas gefragt.
ask-title = Eine Gemeinschaft fragen
ask-community = Gemeinschaft
all-ours = Alle unsere
ask-question = Frage
ask-until = Antworten helfen bis
ask-answers-to = Wer die Antworten liest
ask-to-me = Nur wir
ask-to-all = Alle, wo es der Antwortende erlaubt
ask-anonymous = Ohne unseren Namen: Niemand sonst erfährt, wer fragt
ask = Fragen
request-open = offen
request-closed = geschlossen
request-own = unsere
name-withheld = ohne Namen
request-summary = Was daraus wurde
request-answers = Antworten
no-answers-yet = Noch keine Antwort.
no-answers-for-us = Keine Antwort, die wir lesen dürfen.
answer-to-all = für alle
answer-to-asker = für den Fragenden
answer-title = Antworten
answer-label = Was Sie darüber wissen
answer-let-all = Die ganze Gemeinschaft darf sie lesen
answer-only-asker = Nur der Fragende liest sie.
answer-send = Antwort senden
close-title = Die Anfrage schließen
close-label = Was daraus wurde; die ganze Gemeinschaft liest das
close = Schließen
today-calm = Sie haben jetzt nichts zu tun.
today-more-due = { $count ->
    [one] noch { $count }
   *[other] noch { $count }
}
nav-hits = Sind wir betroffen?
hits-lead = Was andere geteilt haben und hier gesehen wurde, und was wir davon sagen.
tab-seen = Hier gesehen
tab-log = Ein Protokoll prüfen
tab-rules = Was wir sagen
more-values = { $count ->
    [one] und noch { $count } Wert
   *[other] und noch { $count } Werte
}
named-members = dabei genannte Mitglieder
hits-waiting = Wartet auf Ihre Antwort
hits-waiting-lead = Sollen die, die es geteilt haben, erfahren, dass es hier gesehen wurde? Die Werte bleiben zu Hause; was gesagt würde, steht dabei.
answer-until = Antworten bis
nobody-to-tell = Es gibt niemanden mehr, dem es gesagt werden könnte.
what-is-told = Was gesagt wird
how-much = Wie viel
tell = Sagen
do-not-tell = Nicht sagen
hits-seen = Gesehen
hits-teach = Die Wache füllt diese Liste, wenn sie Ihre Protokolle liest; oder prüfen Sie eines von Hand:
hit-state-open = wird gezählt
hit-state-closed = gezählt
hit-state-waiting = wartet auf Antwort
hit-state-confirmed = wird gesagt
hit-state-told = gesagt
hit-state-kept = bleibt zu Hause
hit-state-declined = nicht gesagt
hit-state-lapsed = zu spät zum Sagen
hit-state-refused = konnte nicht gesagt werden
form-never = nichts
form-count = wie viele, nicht wer
form-sector = wie viele, und unser Sektor
form-full = wie viele, wann, und unser Name
said-told = Es ist gesagt.
said-declined = Es bleibt zu Hause.
said-not-told = Es konnte nicht gesagt werden; die Liste sagt, warum.
said-rules = Die Regeln gelten ab jetzt.
rules-lead = Für jede Gemeinschaft: was andere erfahren, wenn hier gesehen wird, was sie geteilt haben.
rule-others = Alle Gemeinschaften ohne eigene Regel
rule-as-others = wie für alle anderen
rule-asks = Wer entscheidet
rule-asks-yes = jemand wird zuerst gefragt
rule-asks-no = es wird von selbst gesagt
rule-stretch = Zusammengezählt über
rule-log-line = Mit einer Zeile des Protokolls (nur mit unserem Namen)
rules-save = Regeln speichern
rules-not-yours = Eine Analystin oder ein Analyst von uns ändert sie.
yes = ja
no = nein
stretch-300 = fünf Minuten
stretch-3600 = eine Stunde
stretch-21600 = sechs Stunden
stretch-86400 = einen Tag
stretch-604800 = eine Woche
watch-lead = Was die Wache dieses Knotens liest, und wie gut.
watch-since = Läuft seit
watch-list = Sucht nach
watch-left-out = Ausgelassen (jeder aus einem Grund)
watch-unusable = Nicht brauchbar
watch-hits = Treffer
watch-hunts = Suchen in der Vergangenheit
watch-streams = Ströme
watch-sources = Quellen
watch-source = Quelle
watch-reader = Gelesen als
watch-records = Zeilen
watch-malformed = Seltsame Zeilen
watch-behind = Rückstand
watch-last = Zuletzt
stream-ended = beendet
stream-away = wartet auf seinen Server
stream-runs = läuft
log-lead = Geben Sie ein Protokoll her: Es wird hier mit allem verglichen, was Sie sehen dürfen, und vergessen.
log-title = Ein Protokoll prüfen
log-file = Oder eine Datei
log-label = Zeilen eines Protokolls
log-hint = { $count ->
    [one] Proxy, DNS, Firewall, Post, System: jeder Text, bis { $count } MiB. Größere zu Hause: commonwatch match FILE.
   *[other] Proxy, DNS, Firewall, Post, System: jeder Text, bis { $count } MiB. Größere zu Hause: commonwatch match FILE.
}
log-look = Nachsehen
log-clean = Nichts von dem, was Sie sehen dürfen, steht in diesem Protokoll.
log-hits = { $count ->
    [one] { $count } Treffer
   *[other] { $count } Treffer
}
log-read = { $count ->
    [one] { $count } Zeile wurde gelesen.
   *[other] { $count } Zeilen wurden gelesen.
}
log-looked-for = { $count ->
    [one] { $count } Wert wurde gesucht.
   *[other] { $count } Werte wurden gesucht.
}
log-forgotten = Nichts vom Protokoll wurde behalten.
log-not-whole = Es dauerte zu lange und wurde beendet: Das ist nicht die ganze Antwort. Senden Sie einen kleineren Teil.
log-nothing-to-look-for = Hier gibt es noch nichts, wonach gesucht werden könnte.
log-what-now = Ein Treffer ist ein Grund nachzusehen, noch kein Beweis. Suchen Sie das Gerät dieser Zeile, lesen Sie den Indikator, tun Sie, was er rät, und sagen Sie es Ihrer Gemeinschaft, wenn Sie können.
log-line = { $count ->
    [one] Zeile { $count }
   *[other] Zeile { $count }
}
log-host = auf { $text }
log-untold = { $count ->
    [one] { $count } weiterer Treffer ist nicht gezeigt.
   *[other] { $count } weitere Treffer sind nicht gezeigt.
}
log-left-out = { $count ->
    [one] { $count } nicht: als harmlos bekannt, abgelaufen oder zu wenig wert.
   *[other] { $count } nicht: als harmlos bekannt, abgelaufen oder zu wenig wert.
}
nav-numbers = Zahlen
numbers-lead = Wie gut die Partnerschaft arbeitet: unsere Zahlen ganz, die von allen, wo sie auf niemanden zeigen.
whole-partnership = Die ganze Partnerschaft
from-month = Von
to-month = Bis
to-print = Zum Drucken
numbers-overdue = { $count ->
    [one] { $count } Zusage von uns ist überfällig.
   *[other] { $count } Zusagen von uns sind überfällig.
}
targets = Ziele der Charta
target = Ziel
wanted = Gewollt
we = Wir
all = Alle
met = erreicht
not-met = nicht erreicht
nothing-to-compare = nichts zu vergleichen
coverage = Wer live wacht
coverage-live = { $count ->
    [one] { $count } Mitglied wacht live.
   *[other] { $count } Mitglieder wachen live.
}
coverage-untold = Nicht gesagt, weil es zu wenige betrifft.
coverage-members = { $count ->
    [one] von { $count } Mitglied
   *[other] von { $count } Mitgliedern
}
measures = Messgrößen
measures-lead = Eine Zeit heißt: die Hälfte ist kürzer · neun von zehn sind kürzer (wie viele). Im Bild: Balken sind wir, der kurze Strich sind alle.
definition = Was gezählt wird
not-told = nicht gesagt
untold-months = { $count ->
    [one] ({ $count } Monat nicht gesagt)
   *[other] ({ $count } Monate nicht gesagt)
}
chart-most = höchstens: { $text }
by-month = Monat für Monat
month = Monat
measure-observation-to-share = Von der Beobachtung zum Teilen
measure-share-to-delivery = Vom Teilen zur Zustellung
measure-delivery-to-acknowledge = Von der Zustellung zur Bestätigung
measure-delivery-to-action = Von der Zustellung zum Handeln
measure-share-to-watchlist = Vom Teilen zur Wachliste
measure-delivery-to-hit = Von der Zustellung zum ersten Treffer
measure-moderation = Warten auf die Moderation
measure-shared = Geteilt
measure-first = Zuerst geteilt
measure-corroborated = Von anderen bestätigt
measure-useful = Anderswo nützlich
measure-false-positive = Als falsch gemeldet
measure-taken = Empfangen
measure-sighted = Gemeldete Sichtungen
measure-kept-in-time = Rechtzeitig gehaltene Zusagen
measure-kept-late = Zu spät gehaltene Zusagen
measure-not-needed = Nicht nötige Zusagen
measure-live = Live-Wache
target-observation-to-share-hours = Von der Beobachtung zum Teilen, Stunden
target-share-to-delivery-minutes = Vom Teilen zur Zustellung, Minuten
target-share-to-watchlist-minutes = Vom Teilen zur Wachliste, Minuten
target-delivery-to-acknowledge-hours = Von der Zustellung zur Bestätigung, Stunden
target-delivery-to-action-hours = Von der Zustellung zum Handeln, Stunden
target-moderation-hours = Warten auf die Moderation, Stunden
target-false-positives-percent = Falsche Meldungen, Prozent
target-promises-in-time-percent = Rechtzeitig gehaltene Zusagen, Prozent
watch-hubs = Hubs, die von der Überwachung erfahren
hub-told = informiert
hub-untold = nicht informiert
ask-beyond = Auch Partner-Hubs fragen, ohne unseren Namen:
request-beyond = auch Partner-Hubs
log-file-hint = Auch gepackt (gzip, zstd, bzip2, xz), pcap und Windows-Ereignisdateien. Bis { $count } MiB werden angesehen, während sie ankommen; nichts wird behalten.
tab-past = Frühere Protokolle
past-lead = Stand es in unseren Protokollen, bevor uns jemand davon erzählte? Zurückschauen zählt nichts und sagt niemandem etwas.
past-begin-title = Zurückschauen
past-indicator = Welcher Indikator?
past-indicator-hint = leer: alles, was Sie sehen dürfen
past-begin = Zurückschauen
past-running = Es wird gesucht…
past-look-again = Noch einmal ansehen
past-clean = Es steht nicht in den Protokollen, die hier sind.
past-hits = { $count ->
    [one] { $count } Zeile enthält es
   *[other] { $count } Zeilen enthalten es
}
past-what = Gesucht
past-everything = alles, was die fragende Person sehen darf
past-by = Gefragt von
past-read = Gelesen
past-logs = { $count ->
    [one] { $count } Protokoll
   *[other] { $count } Protokolle
}
past-megabytes = { $count } MB
past-left-out = Danach wird nicht gesucht:
past-not-whole = Nicht alles konnte gelesen werden: Das ist nicht die ganze Antwort.
past-places = Wo gesucht wird
past-hunts = { $count ->
    [one] Die Wache selbst hat hier { $count } Mal gesucht.
   *[other] Die Wache selbst hat hier { $count } Mal gesucht.
}
object-look-back = War es in unseren früheren Protokollen?
recall-remind = Erinnern
recall-remind-all = Alle erinnern, die nicht geantwortet haben
recall-reminded = erinnert
recall-reminded-us = Sie wurden daran erinnert:
said-reminded = Wer nicht geantwortet hat, wird erinnert, jedes Mitglied höchstens einmal am Tag.
meaning-observation-to-share = Für jedes Objekt, das sagt, wann es beobachtet wurde (valid_from eines Indikators, first_seen einer Sichtung, first_observed beobachteter Daten): von da an, bis das Mitglied es hier zum ersten Mal teilte.
meaning-share-to-delivery = Für jedes Objekt, das nach dem Beitritt des Mitglieds hinzukam: von da an, bis es dem Mitglied zum ersten Mal übergeben wurde, auf einem Weg, der alles der Reihe nach übergibt (TAXII, Senden, Export).
meaning-delivery-to-acknowledge = Für jedes Objekt anderer, von dem das Mitglied sagt, dass es Kenntnis nahm: von der ersten Übergabe an bis dahin.
meaning-delivery-to-action = Für jedes Objekt anderer, aufgrund dessen das Mitglied nach eigener Angabe handelte: von der ersten Übergabe an bis dahin.
meaning-share-to-watchlist = Für jeden Indikator, der nach dem Beginn der Wache des Mitglieds hinzukam: von da an, bis dort eine Wachliste galt, die ihn enthält.
meaning-delivery-to-hit = Für jedes Objekt anderer, zu dem das Mitglied eine Sichtung meldete: von der ersten Übergabe an, bis es zum ersten Mal gesehen wurde; nichts, wo es vorher gesehen wurde.
meaning-moderation = Für jedes Objekt des Mitglieds, das wartete: von der Ankunft, bis es freigegeben oder abgelehnt wurde.
meaning-shared = Objekte, die das Mitglied selbst teilte, jedes beim ersten Teilen; ohne Beziehungen, Identitäten, Kennzeichnungen, Sichtungen und Meinungen, und ohne das, was ein Abonnement brachte.
meaning-first = Davon die, die der Gemeinschaft vorher niemand gegeben hatte: weder das Objekt noch einen seiner Werte.
meaning-corroborated = Objekte des Mitglieds, die später auch ein anderes gab: dasselbe Objekt oder einen seiner Werte. Jedes zählt einmal.
meaning-useful = Objekte des Mitglieds, die ein anderes zu einer Sichtung oder zum Handeln führten. Jedes zählt einmal.
meaning-false-positive = Objekte des Mitglieds, die ein anderes als Fehlalarm bezeichnete. Jedes zählt einmal.
meaning-taken = Objekte, die dem Mitglied zum ersten Mal auf einem Weg übergeben wurden, der alles der Reihe nach übergibt.
meaning-sighted = Sichtungen, die das Mitglied meldete, jede beim ersten Mal.
meaning-kept-in-time = Zusagen des Mitglieds, die es vor der Fälligkeit hielt, in dem Monat, in dem es das tat.
meaning-kept-late = Zusagen des Mitglieds, die es erst hielt, als sie überfällig waren, in dem Monat, in dem es das tat.
meaning-not-needed = Zusagen des Mitglieds, von denen es mit Begründung entschied, dass sie nicht nötig sind.
meaning-live = Wie oft das Mitglied sagte, dass eine Wache mit einer Wachliste dieser Gemeinschaft läuft; ein Mitglied ohne solche Meldung wacht in dem Monat nicht live.
meaning-log-family = Arten von Protokollen, die die Wache des Mitglieds liest, jedes Mal, wenn es das sagte.
