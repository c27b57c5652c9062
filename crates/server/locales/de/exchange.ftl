# Sentences of crates/server/src/console/exchange
exchange-lead = Was von anderswo geholt, dorthin gesendet, mit Partnerstellen ausgetauscht und Ihren Programmen gemeldet wird.
subscriptions-title = Geholt
subscriptions-none = Nichts wird geholt. Ein Abonnement holt immer wieder einen Feed, eine Liste oder die Sammlung eines Partners.
peers-title = Gesendet
peers-none = Nichts wird gesendet. Ein Ziel bekommt von selbst, was sein Mitglied hier sehen darf, und nicht mehr.
run-now = Jetzt ausführen
switch-on = Einschalten
switch-off = Anhalten
remove = Entfernen
remove-stays = Es läuft nicht mehr. Was kam oder ging, bleibt, wo es ist.
never-ran = noch nicht gelaufen
last-run = zuletzt
next-run = nächstes Mal
done-ran = Ausgeführt.
done-switched = Gespeichert.
done-removed = Entfernt.
done-subscribed = Abonniert. Der erste Lauf steht jetzt an.
done-peer = Gespeichert. Das erste Senden steht jetzt an.
done-accepted = Angenommen: Diese Bedingungen gelten ab jetzt.
done-ended = Die Brücke ist beendet. Die andere Stelle erfährt es.
done-tested = Eine Testnachricht ist unterwegs.
subscribe-new = Abonnieren
subscribe-lead = Sehen Sie zuerst, was käme. Beim Ansehen wird nichts gespeichert.
subscribe-make = Abonnieren
preview-look = Ansehen, was käme
preview-title = Was käme
preview-nothing = Darin ist nichts, was übernommen werden könnte.
preview-objects = { $count ->
    [one] { $count } Objekt
   *[other] { $count } Objekte
}
preview-more = im ersten Teil; es gibt mehr.
preview-refused = { $count ->
    [one] { $count } würde abgelehnt
   *[other] { $count } würden abgelehnt
}
preview-types = Was es ist
preview-markings = Wie weit es gehen darf
preview-unmarked = ohne Angabe
preview-unknown = Kennzeichnung hier unbekannt
preview-marked-as = Was keine Angabe hat, wird TLP:{ $text }. Was strenger ist, bleibt es.
preview-creators = In wessen Namen
preview-nobody = Niemand ist genannt.
preview-examples = Beispiele
preview-stored-nothing = Nichts davon ist bis jetzt gespeichert.
source-kind = Was es ist
source-url = Adresse
source-name = Wie Sie es nennen
source-name-hint = Buchstaben, Ziffern, Bindestriche; steht in der Herkunft
source-login-hint = leer: keine, oder nur ein Schlüssel
source-secret = Passwort oder Schlüssel
source-tlp = Farbe dessen, was keine Angabe hat
source-every = Wie oft
source-collection = Sammlung
source-collection-hint = TAXII: wenn die Adresse die eines Servers ist
source-settings = Weitere Einstellungen
source-settings-label = Einstellungen
source-settings-hint = Die Anleitung nennt sie unter „Getting information in by schedule“.
every-quarter = jede Viertelstunde
every-hour = jede Stunde
every-six-hours = alle sechs Stunden
every-day = jeden Tag
every-week = jede Woche
kind-taxii21 = TAXII-2.1-Sammlung
kind-taxii20 = TAXII-2.0-Sammlung
kind-misp-feed = MISP-Feed
kind-misp-server = MISP-Server
kind-list = Liste oder Datei im Netz
kind-folder = Ordner auf dieser Maschine
peer-new = An ein Ziel senden
peer-lead = Ein Ziel bekommt, was sein Mitglied hier sehen darf, und sonst nichts. Zählen Sie zuerst, was hinausginge.
peer-url = Adresse der Sammlung
peer-member = Welches Mitglied es ist
peer-community = Nur was geht an
peer-every-community = alles, was das Mitglied sehen darf
peer-look = Zählen, was hinausginge
peer-make = Senden beginnen
peer-preview = Was hinausginge
peer-preview-none = Vorerst nichts: Das Mitglied sieht hier nichts, was gesendet werden könnte.
peer-preview-some = { $count ->
    [one] { $count } Änderung
   *[other] { $count } Änderungen
}
peer-preview-more = wurden gezählt; es gibt mehr.
peer-preview-oldest = die älteste vom
peer-preview-how = Was vom Rechner des Ziels selbst kam, geht nicht zurück. Bis jetzt ist nichts hinausgegangen.
bridges-title = Brücken zu Partnerstellen
bridges-none = Es gibt keine Brücke. Zwei Stellen einigen sich auf Bedingungen, und vorher geht nichts hinüber.
bridge-lead = Was mit einer Partnerstelle vereinbart wurde und was hinüberging.
bridge-open = noch nicht vereinbart
bridge-ended = beendet
bridge-sent = Dort übernommen
bridge-taken = Von dort übernommen
bridge-refused = Von einer Seite abgelehnt
bridge-ours = Unsere Gemeinschaft
bridge-theirs = Ihre
bridge-way = Richtung
bridge-sends = geht hinaus
bridge-takes = kommt herein
bridge-most = Höchstens
bridge-rules = Regeln
bridge-unnamed = Beitragende bleiben ungenannt
bridge-named = Beitragende werden genannt
bridge-onward = { $count ->
    [one] darf weiter, über { $count } Stelle insgesamt
   *[other] darf weiter, über { $count } Stellen insgesamt
}
bridge-not-onward = geht nicht weiter
bridge-proposed = Vorgeschlagene Bedingungen, Fassung { $count }
bridge-waits-us = Die andere Stelle schlägt es vor. Nichts davon gilt, bevor Sie annehmen.
bridge-waits-them = Es wartet auf die andere Stelle.
bridge-url = Adresse der anderen Stelle
bridge-as-before = leer: wie bisher
bridge-accept = Diese Bedingungen annehmen
bridge-terms = Geltende Bedingungen, Fassung { $count }
bridge-no-terms = Noch gelten keine Bedingungen
bridge-end = Brücke beenden
bridge-end-what = Sie endet sofort, was immer die andere Stelle sagt. Was aus dem Übergebenen wird, steht in den Bedingungen.
bridge-steps = Wer was vereinbart hat
bridge-step-proposed = schlug die Fassung vor
bridge-step-accepted = nahm die Fassung an
bridge-step-ended = beendete es bei Fassung
bridge-by-us = von uns
bridge-by-them = von ihnen
bridge-passed = Was zuletzt hinüberging
bridge-passed-none = Nichts, was Ihr Mitglied sieht, ist hinübergegangen.
webhooks-title = Webhooks
webhooks-lead = Ein Programm Ihrer Organisation erfährt durch eine signierte Nachricht, dass etwas neu oder fällig ist. Was darin steht, sagt sie nie.
webhooks-none = Kein Programm wird benachrichtigt.
webhook-new = Ein Programm benachrichtigen
webhook-url = Wohin Nachrichten gehen
webhook-kinds = Worüber
webhook-kinds-hint = nichts angekreuzt: über alles
webhook-make = Webhook anlegen
webhook-secret = Sein Geheimnis
webhook-secret-how = Nachrichten sind damit signiert. Es steht hier, jetzt, und nie wieder: Tragen Sie es in Ihr Programm ein.
webhook-failing = nichts kommt an
webhook-waiting = { $count ->
    [one] { $count } wartet
   *[other] { $count } warten
}
webhook-test = Test senden
webhook-messages = Was gesendet wurde
webhook-messages-none = Noch wurde nichts gesendet.
webhook-arrived = angekommen
webhook-tried-again = wird wieder versucht
webhook-given-up = aufgegeben
done-bridge-offered = Vorgeschlagen. Nichts geht hinüber, bevor die andere Stelle zustimmt.
every-minute = jede Minute
bridge-new = Brücke vorschlagen
bridge-other = Andere Bedingungen vorschlagen
bridge-new-lead = Was zwischen dieser Stelle und einer Partnerstelle hin- und hergehen darf. Sehen Sie es zuerst in Worten an; die andere Stelle erfährt davon, wenn Sie es vorschlagen.
bridge-member = Das Mitglied, das für die andere Stelle steht
bridge-member-hint = Es ist ein Mitglied wie jedes andere: Es muss in jeder Gemeinschaft des Paares sein und dort beitragen dürfen, wo etwas hereinkommt.
bridge-pairs = Gemeinschaften
bridge-pairs-hint = Eine von uns und eine von dort, mit ihrem dortigen Kurznamen. Eine weitere Zeile kommt beim Ansehen.
bridge-both = in beide Richtungen
bridge-hops = Stellen, die etwas verlassen haben darf
bridge-may-onward = Die empfangende Stelle darf es über andere Brücken weitergeben
bridge-look = Bedingungen ansehen
bridge-propose = Vorschlagen
bridge-draft = In Worten: Fassung { $count }
bridge-draft-how = Noch weiß niemand davon. Wenn Sie sie vorschlagen, liest die andere Stelle dieselben Bedingungen; bevor sie zustimmt, gilt nichts davon.
bridge-draft-holding = Was bis dahin gilt
bridge-pause = Pausieren
bridge-resume = Weiterlaufen lassen
bridge-paused = pausiert
bridge-paused-what = Auf dieser Seite pausiert: In beide Richtungen gehen nur Rückrufe hinüber. Was inzwischen geteilt wird, geht hinüber, wenn sie weiterläuft.
bridge-step-paused = pausiert bei Fassung
bridge-step-resumed = fortgesetzt bei Fassung
terms-out = Was hier mit der ganzen Gemeinschaft geteilt wird, geht dort an „{ $text }“.
terms-in = Was dort mit „{ $text }“ geteilt wird, kommt hierher, im Namen des Mitglieds, das für jene Stelle steht.
terms-most = Nichts geht hinüber, das strenger als { $text } gekennzeichnet ist. TLP:RED und was für benannte Mitglieder ist, nie.
terms-unnamed = Wer etwas beigetragen hat, bleibt ungenannt.
terms-named = Wer etwas beigetragen hat, wird genannt.
terms-onward = { $count ->
    [one] Die empfangende Stelle darf es weitergeben, bis es { $count } Stelle verlassen hat.
   *[other] Die empfangende Stelle darf es weitergeben, bis es { $count } Stellen verlassen hat.
}
terms-not-onward = Die empfangende Stelle gibt es an keine andere weiter.
terms-stays = Wenn die Brücke endet, bleibt, was hinüberging, unter seinen Regeln.
terms-withdrawn = Wenn die Brücke endet, wird auf beiden Seiten zurückgenommen, was hinüberging.
