# Sentences of crates/server/src/console/feed
nav-feed = Feed
feed-lead = Alles, was mit uns geteilt wird, das Neueste zuerst. Fügen Sie einen Wert, Wörter oder einen ganzen Bericht ein.
feed-box = Wonach suchen Sie?
feed-find = Suchen
feed-filters = Eine Adresse, Domain, URL, Prüfsumme oder E-Mail-Adresse, auch entschärft; oder Wörter, die alle vorkommen. Filter:
feed-odd-type = Diesen Typ gibt es nicht: { $text }.
feed-odd-since = Das ist kein Zeitpunkt: { $text }.
feed-odd-filter = Einen Filter { $text }: gibt es hier nicht.
feed-report = Einen ganzen Bericht einfügen
feed-report-label = Text, Liste, Regeln, STIX oder MISP: jeder Wert darin wird gesucht. Nichts wird geteilt oder behalten.
feed-report-look = Jeden Wert suchen
feed-understood = Verstanden als { $text }:
feed-values = { $count ->
    [one] { $count } Wert im Text
   *[other] { $count } Werte im Text
}
feed-values-left = { $count ->
    [one] { $count } weiterer Wert wurde nicht gesucht.
   *[other] { $count } weitere Werte wurden nicht gesucht.
}
feed-no-values = Im Text wurde keine Adresse, Domain, URL, Prüfsumme oder Schwachstelle gefunden.
feed-unknown-value = hier nicht bekannt
feed-known-value = hier bekannt
feed-newest = Neuestes
feed-found = Gefunden
feed-more = Mehr
feed-end = Das war alles.
feed-nothing-yet = Noch ist nichts mit Ihnen geteilt. Was andere teilen, erscheint hier; Sie können anfangen.
feed-value-unknown = Dieser Wert steht in nichts, was Ihnen offen ist. Das heißt nicht, dass er harmlos ist.
feed-nothing-found = Nichts gefunden. Versuchen Sie weniger Wörter oder Filter, den Anfang eines Wortes mit * oder type:any, um auch Beziehungen und Werte zu finden.
said-recalled = Der Rückruf ist gemacht: wer es hatte, ist gebeten zu handeln.
nav-share = Teilen
what-attack-pattern = Eine Vorgehensweise von Angreifern (eine Technik).
what-campaign = Eine Reihe von Angriffen mit einem Ziel.
what-course-of-action = Etwas, was man dagegen tun kann.
what-grouping = Dinge, die zusammengehören.
what-identity = Eine Organisation oder eine Person.
what-incident = Etwas, das geschehen ist.
what-indicator = Ein Muster, nach dem man in Protokollen und Verkehr sucht: wo es vorkommt, stimmt wahrscheinlich etwas nicht.
what-infrastructure = Systeme, die Angreifer benutzen.
what-intrusion-set = Angriffe, die nach derselben Gruppe aussehen.
what-location = Ein Ort.
what-malware = Schadsoftware.
what-note = Was jemand zu etwas hier zu sagen hat.
what-observed-data = Was irgendwo gesehen wurde, ohne Urteil.
what-opinion = Ob jemand einer Sache hier zustimmt.
what-relationship = Wie zwei Dinge zusammenhängen.
what-report = Ein Bericht, mit den Dingen, von denen er handelt.
what-sighting = Jemand hat das gesehen.
what-threat-actor = Leute, die angreifen.
what-tool = Gewöhnliche Software, die auch Angreifer benutzen.
what-vulnerability = Eine Schwachstelle in einem Produkt.
what-value = Ein Wert, der erwähnt wurde; damit allein sagt niemand, dass er schädlich ist.
what-other = Etwas, das geteilt wurde.
tlp-clear = Alle dürfen es lesen und weitergeben.
tlp-green = Es bleibt unter den Mitgliedern der Gemeinschaft.
tlp-amber = Es bleibt in den Organisationen, die es bekamen, und bei deren Kunden, die es brauchen.
tlp-amber-strict = Es bleibt in den Organisationen, die es bekamen.
tlp-red = Nur für die, die genannt sind.
pap-clear = Sie dürfen es nutzen, wie Sie wollen.
pap-green = Sie dürfen es auf eigenen Systemen sperren; darüber hinaus bitte nichts tun.
pap-amber = Sie dürfen danach suchen und beobachten; nicht sperren, sonst merkt es der Angreifer.
pap-red = Sie dürfen nur in eigenen Protokollen danach suchen, wo es niemand merkt.
object-revoked = widerrufen
object-own = von uns geteilt
object-warning = Eine Warnliste kennt einen seiner Werte als harmlos: { $text }
object-description = Was darüber gesagt wird
object-who = Wer es sehen darf und woher es kommt
object-communities = Zu uns kam es durch:
object-named = Eingeschränkt auf:
object-narrowed = Es ist auf Mitglieder eingeschränkt, die genannt wurden; Ihres ist eines davon.
object-from = Von
object-withheld = Name zurückgehalten
object-withheld-own = andere sehen den Namen nicht
object-added = Hinzugefügt
object-creator = Erstellt von
object-id = Kennung
object-came-by = Wie es herkam, Knoten für Knoten
object-do = Was Sie tun können
object-note = Eine Notiz für die eigenen Unterlagen (freiwillig)
object-acknowledge = Wir haben es zur Kenntnis genommen
object-act = Wir haben gehandelt
object-judge = Es ist falsch oder vorbei
object-judge-kind = Was ist es?
object-false-positive = Ein Fehlalarm: es trifft Harmloses
object-expired = Abgelaufen: es stimmte und stimmt nicht mehr
object-comment = Warum? Das lesen die, die es haben.
object-judge-send = Mitteilen
object-recall = Zurückrufen …
object-pattern = Wonach zu suchen ist
object-score = Bewertung jetzt
object-score-hint = Sie fällt mit der Zeit, steigt mit Sichtungen und fällt, wenn jemand es falsch nennt.
object-valid = Gültig
object-open-end = ohne Ende
object-over = vorbei
object-detect = Für Ihre Werkzeuge
object-detect-none = Daraus lässt sich keine Regel oder Liste machen.
object-why-not = Warum manche Formate fehlen
object-values = Werte darin
object-neighbours = Verbunden mit
object-alone = Nichts, was Ihnen offen ist, ist damit verbunden.
object-graph = { $count ->
    [one] Bild: { $count } Objekt darum herum; die Liste folgt
   *[other] Bild: { $count } Objekte darum herum; die Liste folgt
}
object-not-here = nicht hier oder Ihnen nicht offen
object-more-neighbours = Es kann mehr geben; die API nennt alle.
object-judged = Gesehen, und was andere sagen
object-receipts = Was daraus wurde
receipt-could-see = Dürfen es sehen
receipt-received = Haben es bekommen
receipt-opened = Haben es geöffnet
receipt-acknowledged = Haben es zur Kenntnis genommen
receipt-acted = Haben gehandelt
receipt-saw = Haben es bei sich gesehen
receipts-elsewhere = (und { $count } auf anderen Seiten)
figure-exactly = { $count ->
    [one] { $count } weiteres
   *[other] { $count } weitere
}
figure-few = weniger als fünf weitere, vielleicht keines
figure-most = alle anderen bis auf weniger als fünf
object-versions = Fassungen
object-version = Fassung
object-marking = Kennzeichnung
object-changed = Was sich änderte
object-superseded = es gibt eine spätere
object-versions-left = { $count ->
    [one] { $count } ältere wird nicht gezeigt.
   *[other] { $count } ältere werden nicht gezeigt.
}
object-raw = Das Objekt, wie es ist (STIX JSON)
copy = Kopieren
copied = Kopiert
cancel = Abbrechen
said-acknowledged = Vermerkt: Ihre Organisation hat es zur Kenntnis genommen.
said-acted = Vermerkt: Ihre Organisation hat gehandelt.
said-before = Ihre Organisation hatte das schon gesagt; das erste Mal zählt.
said-feedback = Ihre Rückmeldung ist unterwegs zu denen, die es haben.
recall-lead = Es gilt sofort und für alle. Wer es bekam, wird gebeten zu handeln und zu antworten; Sie sehen, wer das tat.
recall-kind = Was soll geschehen?
recall-retract = Es verschwindet: es hätte nicht geteilt werden sollen
recall-correct = Ältere Fassungen verschwinden: eine neuere ist schon geteilt
recall-narrow = Es bleibt, für weniger: unter der strengeren Farbe unten
recall-tlp = Die Farbe, wenn es bleibt
recall-reason = Warum?
recall-reason-hint = Das lesen alle, die handeln müssen. Sagen Sie, was falsch ist, und nichts, was niemand wissen darf.
recall-send = Jetzt zurückrufen
share-withheld = Unseren Namen nicht nennen: nur die Unterlagen dieses Knotens haben ihn
object-graph-left = { $count ->
    [one] { $count } weiteres steht nur in der Liste.
   *[other] { $count } weitere stehen nur in der Liste.
}
share-lead = Fügen Sie ein oder ziehen Sie herein, was immer es ist: einen Bericht, ein PDF, eine Liste, eine Mail, eine Tabelle, Regeln, STIX oder MISP. Sie sehen, was verstanden wurde und wer es lesen wird, bevor etwas gesendet wird.
share-text = Was möchten Sie teilen?
share-text-hint = Werte, die so geschrieben sind, dass niemand sie anklickt (hxxp, [.]), gelten als schädlich; andere werden nur erwähnt.
share-file = Oder eine Datei
share-with = Mit wem?
share-nobody = Keine Gemeinschaft: die eigene Organisation und wer genannt ist
share-named = Nur diese Mitglieder (freiwillig)
share-named-hint = Namen mit Kommas dazwischen. TLP:RED braucht sie.
share-tlp = Wer darf es lesen? (TLP)
share-pap = Was darf man damit tun? (PAP)
share-default = Wie es selbst sagt, sonst wie die Gemeinschaft sagt
share-check = Ansehen, was verstanden wurde
share-check-again = Noch einmal ansehen
share-send = Jetzt teilen
share-changed = Seit dem Ansehen wurde etwas geändert. So steht es jetzt; gesendet wurde nichts.
share-understood = Was verstanden wurde
share-nothing = Nichts davon kann geteilt werden: keine Adresse, Domain, Prüfsumme, Regel und kein Objekt gefunden.
share-objects = { $count ->
    [one] { $count } Objekt
   *[other] { $count } Objekte
}
share-one-by-one = Einzeln
share-not-read = Wird abgelehnt:
share-readers = Wer es lesen wird
share-everybody = Alle dürfen es lesen und weitergeben, auch ohne Konto, wo dieser Knoten öffentlich ist.
share-members = { $count ->
    [one] { $count } Mitglied, das eigene mitgezählt:
   *[other] { $count } Mitglieder, das eigene mitgezählt:
}
share-and-others = und andere, deren Namen Sie nicht sehen
share-clients = { $count ->
    [one] Und { $count } Kunde dieser Mitglieder.
   *[other] Und { $count } Kunden dieser Mitglieder.
}
share-bridge = Es geht weiter an { $text } und an alle, die es dort lesen dürfen.
share-waits = Es wartet zuerst auf die Moderatoren der Gemeinschaft; bis dahin sehen es sie und Sie.
share-name-shown = Sie sehen den Namen Ihrer Organisation.
share-name-kept = Sie sehen den Namen Ihrer Organisation nicht.
share-stricter = Was im Text selbst strenger gekennzeichnet ist, bleibt es und erreicht weniger.
share-unusual = Ist das die richtige Gruppe?
share-names-us = Der Text selbst nennt Ihre Organisation. Nehmen Sie den Namen heraus, wenn ihn niemand wissen soll.
share-mail = { $count ->
    [one] Es steht { $count } E-Mail-Adresse darin. Gehört sie dem Angreifer oder jemandem, der zu schützen ist?
   *[other] Es stehen { $count } E-Mail-Adressen darin. Gehören sie dem Angreifer oder Menschen, die zu schützen sind?
}
share-harmless = Warnlisten kennen diese Werte: Sie sind fast überall harmlos. Nehmen Sie sie heraus, wenn Sie sie nicht meinen.
shared-title = Was daraus wurde
shared-accepted = angenommen
shared-unchanged = waren schon da
shared-refused = abgelehnt
shared-more = Etwas anderes teilen
shared-problems = Ablehnungen und Warnungen
shared-refusal = abgelehnt
shared-warning = Warnung
shared-items = Was jetzt geteilt ist
shared-was-there = war schon da
shared-left = { $count ->
    [one] { $count } weiteres ist nicht aufgeführt.
   *[other] { $count } weitere sind nicht aufgeführt.
}
shared-line = Zeile { $count }
left-revoked = Es ist widerrufen: niemand sollte mehr danach suchen.
left-not-valid = Es gilt jetzt nicht: seine Zeit ist vorbei oder noch nicht gekommen.
left-benign = Es sagt von sich selbst, dass es harmlos ist.
left-pap = Seine Kennzeichnung (PAP) verbietet, was manche dieser Formate auf Ihren Systemen bewirken würden.
left-warninglisted = Eine Warnliste kennt seinen Wert: eine Regel träfe Harmloses.
feed-odd-tlp = Diese Farbe gibt es nicht: { $text }.
feed-odd-technique = Das ist keine Nummer einer Technik: { $text }.
feed-odd-member = Von einem Mitglied namens { $text } ist nichts für Sie offen.
feed-odd-many = Zu viele Werte auf einmal; ab diesem kann nicht gesucht werden: { $text }.
feed-odd-at = Es steht bei Zeichen { $count }.
feed-odd-could = Dort könnte stehen:
feed-new = neu
feed-goes-on = Im bisher Durchgesehenen war nichts; es geht mit Älterem weiter.
feed-cut = Mit diesem Sektor oder dieser Technik hat mehr zu tun, als auf einmal verfolgt werden kann: Die neuesten Verbindungen sind hier, die ältesten fehlen.
facets-title = Eingrenzen
facets-count = Gefundenes nach Typ, Markierung, Mitglied, Sektor und Technik zählen
facets-none = Es gibt nichts zu zählen.
facets-counted = { $count ->
    [one] { $count } Ding gezählt, von dem, was für Sie offen ist.
   *[other] { $count } Dinge gezählt, von dem, was für Sie offen ist.
}
facets-counted-more = Gezählt wurden die neuesten { $count } Dinge von dem, was für Sie offen ist. Es gibt mehr: Jede Zahl heißt „mindestens“.
facets-left = { $count ->
    [one] { $count } weiteres ist nicht gezeigt.
   *[other] { $count } weitere sind nicht gezeigt.
}
facet-type = Typ
facet-tlp = Markierung
facet-since = Hinzugekommen in
facet-from = Von
facet-sector = Sektor
facet-technique = Technik
searches-title = Gespeicherte Suchen
searches-lead = Fragen, die Sie behalten. Was jede findet, wird gesucht, wenn Sie hinsehen, in dem, was dann für Sie offen ist; sonst sieht sie niemand.
searches-yours = Ihre
searches-none = Sie haben noch keine. Suchen Sie etwas im Feed und speichern Sie es, oder schreiben Sie unten eine.
search-fresh = { $count ->
    [one] { $count } neu
   *[other] { $count } neu
}
search-fresh-more = mindestens { $text }
search-nothing-new = nichts Neues
search-everything = alles
search-look = Neues ansehen
search-change = Ändern oder löschen
search-change-send = Ändern
search-delete = Löschen
search-new = Eine Suche speichern
search-name = Name
search-question = Frage; leer: alles
search-today = Neues auf der Startseite zeigen
search-mail = Mir per E-Mail sagen, dass es Neues gibt; nicht, was
search-no-mail = Keine E-Mail erreicht Sie: Geben Sie zuerst eine Adresse an.
search-webhook = Den Webhooks unserer Organisation Bescheid geben
search-save = Speichern
search-save-this = Diese Suche speichern
search-saved = Gespeichert. Was von jetzt an kommt, ist neu.
search-changed = Geändert.
search-deleted = Gelöscht.
key-up = Zurück zu dem, wozu dies gehört
around-link = Mehr darum herum sehen, zwei Schritte weit
around-title = Rund um { $text }
around-lead = Was damit verbunden ist, steht auf dem inneren Ring, was damit wieder verbunden ist, auf dem äußeren. Jeder Name ist ein Link; die Liste sagt dasselbe.
around-types = Zeigen oder ausblenden
around-show = { $text } zeigen
around-hide = { $text } ausblenden
around-picture = Bild
around-list = Liste
around-from-here = rund um dies
around-left = { $count ->
    [one] { $count } weiteres verbundenes Objekt fehlt.
   *[other] { $count } weitere verbundene Objekte fehlen.
}
matrix-title = Techniken nach Taktiken
matrix-of = Techniken von { $text }
matrix-link = Techniken nach Taktiken (ATT&CK)
matrix-lead = Wie Angreifer vorgehen, Schritt für Schritt: Jede Spalte ist ein Schritt, jeder Eintrag eine Technik, mit der Zahl der betrachteten Dinge, die damit zu tun haben.
matrix-question = Von welchen Dingen? Wörter und Filter; leer: das Neueste von allem
matrix-odd = Ein Teil der Frage ist nicht lesbar.
matrix-odd-where = Der Feed sagt, wo.
matrix-looked = { $count ->
    [one] { $count } Ding wurde betrachtet.
   *[other] { $count } Dinge wurden betrachtet.
}
matrix-looked-more = Die neuesten { $count } Dinge wurden betrachtet; es gibt mehr.
matrix-techniques = { $count ->
    [one] { $count } Technik.
   *[other] { $count } Techniken.
}
matrix-count = { $count ->
    [one] { $count } Ding hat damit zu tun
   *[other] { $count } Dinge haben damit zu tun
}
matrix-none = Keine Technik ist mit ihnen verbunden, in dem, was für Sie offen ist.
matrix-loose = Techniken ohne Taktik
seen-title = Gesehen im Lauf der Zeit
seen-total = { $count ->
    [one] Einmal gesehen.
   *[other] { $count }-mal gesehen.
}
seen-sightings = { $count ->
    [one] Nach { $count } Sichtung, die für Sie offen ist.
   *[other] Nach { $count } Sichtungen, die für Sie offen sind.
}
seen-more = Ältere sind nicht gezählt.
seen-picture = Wie oft es gesehen wurde
seen-by-day = nach Tagen
seen-by-week = nach Wochen
seen-table = Als Tabelle
seen-day = Tag
seen-week = Woche ab
seen-times = Male
seen-earlier = Früher
change-gone = entfernt:
change-new = neu:
translate-title = Übersetzen
translate-lead = Ihre Übersetzung geht an die, die das Original haben, unter dessen Markierung ({ $text }), und an niemanden sonst.
translate-language = In welche Sprache?
translate-other = Oder eine andere (ihr Kürzel)
translate-text = Übersetzung
translate-send = Übersetzung teilen
text-name = Name
text-description = Beschreibung
text-abstract = Zusammenfassung
text-content = Text
text-explanation = Erklärung
translated-sharer = Übersetzt von dem, der das Original geteilt hat.
translated-by = Übersetzt von { $text }; wer das Original geteilt hat, sagt das nicht selbst.
translated-withheld = Übersetzt von jemandem, dessen Name nicht genannt wird; wer das Original geteilt hat, sagt das nicht selbst.
translated-other-version = einer anderen Version
translated-object = Die Übersetzung
translated-original = Das Original
said-translated = Ihre Übersetzung ist mit denen geteilt, die das Original haben. Wo zuerst moderiert wird, wartet sie darauf.
share-file-hint = PDF, Mail, Tabelle, Text, Archiv: bis { $count } MiB.
share-drop = Sie können sie hier ablegen.
share-file-other = Stattdessen eine andere Datei
share-kept = Datei
share-forget = Neu beginnen
share-change = Etwas ändern
share-correct = Nehmen Sie das Häkchen weg, wo etwas nicht geteilt werden soll. Berichtigen Sie, was falsch gelesen wurde. Was Sie strenger kennzeichnen, erreicht weniger.
share-apply = Anwenden und noch einmal ansehen
share-too-many = Es sind zu viele, um sie einzeln zu ändern: Alles wird geteilt, wie es ist.
share-lines-left = { $count ->
    [one] { $count } weiteres wird geteilt, wie es gelesen wurde.
   *[other] { $count } weitere werden geteilt, wie sie gelesen wurden.
}
share-says-us = Im Inhalt steht der Name Ihrer Organisation.
share-private = Private Adressen: Sie bedeuten bei jedem Leser etwas anderes. Nehmen Sie das Häkchen weg.
share-personal = Konten und Telefonnummern gehören jemandem. Teilen Sie sie nur, wenn es nötig ist:
share-about = Wovon sind es Anzeichen? (nicht nötig)
share-about-kind = Was für etwas
share-about-hint = Ein Name: Jeder Indikator, jede Technik und Schwachstelle wird damit verknüpft.
about-malware = Schadprogramm
about-campaign = Kampagne
about-group = Gruppe
item-role = Wozu es hier ist
item-indicator = danach suchen
item-mention = nur erwähnt
item-kind = Art
item-value = Wert
item-name = Name
item-mark = Kennzeichnung
item-mark-same = wie alles
bytes = { $count ->
    [one] { $count } Byte
   *[other] { $count } Bytes
}
recall-of-others = Ein anderes Mitglied hat es geteilt. Als koordinierende Stelle nehmen Sie es in Ihrer Gemeinschaft zurück; berichtigen kann es, wer es geteilt hat.
recall-within = Innerhalb von
matrix-more = { $count ->
    [one] { $count } weitere
   *[other] { $count } weitere
}
