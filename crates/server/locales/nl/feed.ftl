# Sentences of crates/server/src/console/feed
nav-feed = Feed
feed-lead = Alles wat met ons wordt gedeeld, het nieuwste eerst. Plak een waarde, woorden of een heel rapport.
feed-box = Wat zoekt u?
feed-find = Zoeken
feed-filters = Een adres, domein, URL, hash of e-mailadres, ook onschadelijk geschreven; of woorden die alle voorkomen. Filters:
feed-odd-type = Dit type bestaat niet: { $text }.
feed-odd-since = Dit is geen tijdstip: { $text }.
feed-odd-filter = Een filter { $text }: bestaat hier niet.
feed-report = Een heel rapport plakken
feed-report-label = Tekst, lijst, regels, STIX of MISP: elke waarde wordt opgezocht. Niets wordt gedeeld of bewaard.
feed-report-look = Elke waarde opzoeken
feed-understood = Begrepen als { $text }:
feed-values = { $count ->
    [one] { $count } waarde in de tekst
   *[other] { $count } waarden in de tekst
}
feed-values-left = { $count ->
    [one] { $count } andere waarde is niet opgezocht.
   *[other] { $count } andere waarden zijn niet opgezocht.
}
feed-no-values = In de tekst is geen adres, domein, URL, hash of kwetsbaarheid gevonden.
feed-unknown-value = hier niet bekend
feed-known-value = hier bekend
feed-newest = Nieuwste
feed-found = Gevonden
feed-more = Meer
feed-end = Dat was alles.
feed-nothing-yet = Er is nog niets met u gedeeld. Wat anderen delen verschijnt hier; u kunt beginnen.
feed-value-unknown = Deze waarde staat in niets wat voor u open is. Dat zegt niet dat ze onschadelijk is.
feed-nothing-found = Niets gevonden. Probeer minder woorden of filters, het begin van een woord met *, of type:any om ook relaties en waarden te vinden.
said-recalled = De terugroeping is gedaan: wie het had wordt gevraagd te handelen.
nav-share = Delen
what-attack-pattern = Een werkwijze van aanvallers (een techniek).
what-campaign = Een reeks aanvallen met één doel.
what-course-of-action = Iets wat men eraan kan doen.
what-grouping = Dingen die bij elkaar horen.
what-identity = Een organisatie of een persoon.
what-incident = Iets wat is gebeurd.
what-indicator = Een patroon om naar te zoeken in logs en verkeer: waar het voorkomt is waarschijnlijk iets mis.
what-infrastructure = Systemen die aanvallers gebruiken.
what-intrusion-set = Aanvallen die op het werk van één groep lijken.
what-location = Een plaats.
what-malware = Schadelijke software.
what-note = Wat iemand over iets hier te zeggen heeft.
what-observed-data = Wat ergens is gezien, zonder oordeel.
what-opinion = Of iemand het met iets hier eens is.
what-relationship = Hoe twee dingen samenhangen.
what-report = Een rapport, met de dingen waarover het gaat.
what-sighting = Iemand heeft dit gezien.
what-threat-actor = Mensen die aanvallen.
what-tool = Gewone software die ook aanvallers gebruiken.
what-vulnerability = Een zwakke plek in een product.
what-value = Een waarde die is genoemd; daarmee alleen zegt niemand dat ze schadelijk is.
what-other = Iets wat is gedeeld.
tlp-clear = Iedereen mag het lezen en doorgeven.
tlp-green = Het blijft onder de leden van de gemeenschap.
tlp-amber = Het blijft binnen de organisaties die het kregen, en hun klanten die het nodig hebben.
tlp-amber-strict = Het blijft binnen de organisaties die het kregen.
tlp-red = Alleen voor wie genoemd is.
pap-clear = U mag het vrij gebruiken.
pap-green = U mag het op uw eigen systemen blokkeren; doe niets daarbuiten.
pap-amber = U mag ernaar zoeken en kijken; blokkeer het niet, anders merkt de aanvaller het.
pap-red = U mag er alleen in uw eigen logs naar zoeken, waar niemand het merkt.
object-revoked = ingetrokken
object-own = door ons gedeeld
object-warning = Een waarschuwingslijst kent een van de waarden als onschadelijk: { $text }
object-description = Wat erover wordt gezegd
object-who = Wie het mag zien, en waar het vandaan komt
object-communities = Het kwam bij ons via:
object-named = Beperkt tot:
object-narrowed = Het is beperkt tot leden die de deler noemde; het uwe is er een van.
object-from = Van
object-withheld = naam achtergehouden
object-withheld-own = anderen zien de naam niet
object-added = Toegevoegd
object-creator = Gemaakt door
object-id = Kenmerk
object-came-by = Hoe het hier kwam, knooppunt voor knooppunt
object-do = Wat u kunt doen
object-note = Een notitie voor uw eigen administratie (niet nodig)
object-acknowledge = Wij hebben kennisgenomen
object-act = Wij hebben gehandeld
object-judge = Het klopt niet, of is voorbij
object-judge-kind = Wat is het?
object-false-positive = Vals alarm: het treft wat onschadelijk is
object-expired = Verlopen: het klopte, en nu niet meer
object-comment = Waarom? Wie het heeft leest dit.
object-judge-send = Laten weten
object-recall = Terugroepen …
object-pattern = Waarnaar te zoeken
object-score = Score nu
object-score-hint = Hij daalt met de tijd, stijgt met waarnemingen en daalt als iemand het onjuist noemt.
object-valid = Geldig
object-open-end = zonder einde
object-over = voorbij
object-detect = Voor uw hulpmiddelen
object-detect-none = Er kan geen regel of lijst van worden gemaakt.
object-why-not = Waarom sommige formaten ontbreken
object-values = Waarden erin
object-neighbours = Verbonden met
object-alone = Niets wat voor u open is, is ermee verbonden.
object-graph = { $count ->
    [one] Tekening: { $count } object eromheen; de lijst volgt
   *[other] Tekening: { $count } objecten eromheen; de lijst volgt
}
object-not-here = niet hier, of niet open voor u
object-more-neighbours = Er kunnen er meer zijn; de API noemt ze alle.
object-judged = Gezien, en wat anderen zeggen
object-receipts = Wat ervan is geworden
receipt-could-see = Mogen het zien
receipt-received = Hebben het gekregen
receipt-opened = Hebben het geopend
receipt-acknowledged = Hebben kennisgenomen
receipt-acted = Hebben gehandeld
receipt-saw = Zagen het bij zichzelf
receipts-elsewhere = (en { $count } op andere pagina’s)
figure-exactly = { $count ->
    [one] { $count } andere
   *[other] { $count } andere
}
figure-few = minder dan vijf andere, misschien geen
figure-most = alle andere op minder dan vijf na
object-versions = Versies
object-version = Versie
object-marking = Markering
object-changed = Wat is veranderd
object-superseded = er is een latere
object-versions-left = { $count ->
    [one] { $count } oudere wordt niet getoond.
   *[other] { $count } oudere worden niet getoond.
}
object-raw = Het object zoals het is (STIX JSON)
copy = Kopiëren
copied = Gekopieerd
cancel = Laat maar
said-acknowledged = Genoteerd: uw organisatie heeft kennisgenomen.
said-acted = Genoteerd: uw organisatie heeft gehandeld.
said-before = Uw organisatie had dat al gezegd; de eerste keer telt.
said-feedback = Uw terugkoppeling is onderweg naar wie het heeft.
recall-lead = Het geldt meteen en voor iedereen. Wie het kreeg wordt gevraagd te handelen en te antwoorden; u ziet wie dat deed.
recall-kind = Wat is de bedoeling?
recall-retract = Het gaat weg: het had niet gedeeld mogen worden
recall-correct = Oudere versies gaan weg: een nieuwere is al gedeeld
recall-narrow = Het blijft, voor minder: onder de strengere kleur hieronder
recall-tlp = De kleur, als het blijft
recall-reason = Waarom?
recall-reason-hint = Iedereen die moet handelen leest dit. Zeg wat er mis is, en niets wat niet bekend mag worden.
recall-send = Nu terugroepen
share-withheld = Onze naam niet noemen: alleen de administratie van dit knooppunt heeft hem
object-graph-left = { $count ->
    [one] { $count } andere staat alleen in de lijst.
   *[other] { $count } andere staan alleen in de lijst.
}
share-lead = Plak of sleep wat dan ook: een rapport, een pdf, een lijst, een mail, een tabel, regels, STIX of MISP. U ziet wat begrepen is en wie het zal lezen voordat er iets verzonden wordt.
share-text = Wat wilt u delen?
share-text-hint = Waarden die zo zijn geschreven dat niemand erop klikt (hxxp, [.]) gelden als schadelijk; andere zijn alleen genoemd.
share-file = Of een bestand
share-with = Met wie?
share-nobody = Geen gemeenschap: onze eigen organisatie, en wie genoemd is
share-named = Alleen deze leden (niet nodig)
share-named-hint = Namen met komma’s ertussen. TLP:RED heeft ze nodig.
share-tlp = Wie mag het lezen? (TLP)
share-pap = Wat mogen zij ermee doen? (PAP)
share-default = Zoals het zelf zegt, anders zoals de gemeenschap zegt
share-check = Bekijk wat is begrepen
share-check-again = Opnieuw bekijken
share-send = Nu delen
share-changed = U hebt iets veranderd sinds u keek. Zo is het nu; er is niets verstuurd.
share-understood = Wat is begrepen
share-nothing = Er kan niets worden gedeeld: geen adres, domein, hash, regel of object gevonden.
share-objects = { $count ->
    [one] { $count } object
   *[other] { $count } objecten
}
share-one-by-one = Eén voor één
share-not-read = Wordt geweigerd:
share-readers = Wie het zal lezen
share-everybody = Iedereen mag het lezen en doorgeven, ook zonder account waar dit knooppunt openbaar is.
share-members = { $count ->
    [one] { $count } lid, het uwe meegeteld:
   *[other] { $count } leden, het uwe meegeteld:
}
share-and-others = en anderen van wie u de namen niet ziet
share-clients = { $count ->
    [one] En { $count } klant van deze leden.
   *[other] En { $count } klanten van deze leden.
}
share-bridge = Het gaat door naar { $text }, en naar wie het daar mag lezen.
share-waits = Het wacht eerst op de moderatoren van de gemeenschap; tot dan zien zij en u het.
share-name-shown = Zij zien de naam van uw organisatie.
share-name-kept = Zij zien de naam van uw organisatie niet.
share-stricter = Wat in de tekst zelf strenger is gemarkeerd, blijft dat en bereikt minder.
share-unusual = Is dit de juiste groep?
share-names-us = De tekst zelf noemt uw organisatie. Haal de naam eruit als niemand het mag weten.
share-mail = { $count ->
    [one] Er staat { $count } e-mailadres in. Is het van de aanvaller, of van iemand die beschermd moet worden?
   *[other] Er staan { $count } e-mailadressen in. Zijn ze van de aanvaller, of van mensen die beschermd moeten worden?
}
share-harmless = Waarschuwingslijsten kennen deze waarden: ze zijn bijna overal onschuldig. Haal ze weg tenzij u ze bedoelt.
shared-title = Wat ervan is geworden
shared-accepted = aangenomen
shared-unchanged = waren er al
shared-refused = geweigerd
shared-more = Iets anders delen
shared-problems = Weigeringen en waarschuwingen
shared-refusal = geweigerd
shared-warning = waarschuwing
shared-items = Wat nu is gedeeld
shared-was-there = was er al
shared-left = { $count ->
    [one] { $count } andere staat niet in de lijst.
   *[other] { $count } andere staan niet in de lijst.
}
shared-line = regel { $count }
left-revoked = Het is ingetrokken: niemand hoort er nog naar te zoeken.
left-not-valid = Het is nu niet geldig: de tijd is voorbij, of nog niet gekomen.
left-benign = Het zegt van zichzelf dat het onschadelijk is.
left-pap = De markering (PAP) verbiedt wat sommige van deze formaten uw systemen zouden laten doen.
left-warninglisted = Een waarschuwingslijst kent de waarde: een regel zou treffen wat onschadelijk is.
feed-odd-tlp = Deze kleur bestaat niet: { $text }.
feed-odd-technique = Dit is geen nummer van een techniek: { $text }.
feed-odd-member = Van een lid met de naam { $text } staat niets voor u open.
feed-odd-many = Te veel waarden tegelijk; vanaf deze kan niet worden gezocht: { $text }.
feed-odd-at = Het staat bij teken { $count }.
feed-odd-could = Daar kan staan:
feed-new = nieuw
feed-goes-on = Niets in wat tot nu toe is doorzocht; het gaat verder met wat ouder is.
feed-cut = Met deze sector of techniek heeft meer te maken dan in één keer kan worden gevolgd: de nieuwste verbindingen staan hier, de oudste ontbreken.
facets-title = Verfijnen
facets-count = Het gevondene tellen per type, markering, lid, sector en techniek
facets-none = Er is niets te tellen.
facets-counted = { $count ->
    [one] { $count } ding geteld, van wat voor u openstaat.
   *[other] { $count } dingen geteld, van wat voor u openstaat.
}
facets-counted-more = De nieuwste { $count } dingen zijn geteld, van wat voor u openstaat. Er zijn er meer: elk getal is een minimum.
facets-left = { $count ->
    [one] { $count } andere wordt niet getoond.
   *[other] { $count } andere worden niet getoond.
}
facet-type = Type
facet-tlp = Markering
facet-since = Toegevoegd in
facet-from = Van
facet-sector = Sector
facet-technique = Techniek
searches-title = Bewaarde zoekopdrachten
searches-lead = Vragen die u bewaart. Wat elke vindt, wordt opgezocht als u kijkt, in wat dan voor u openstaat; niemand anders ziet ze.
searches-yours = De uwe
searches-none = U bewaart er nog geen. Zoek iets in de feed en bewaar het, of schrijf er hieronder een.
search-fresh = { $count ->
    [one] { $count } nieuw
   *[other] { $count } nieuw
}
search-fresh-more = minstens { $text }
search-nothing-new = niets nieuws
search-everything = alles
search-look = Het nieuwe bekijken
search-change = Wijzigen of verwijderen
search-change-send = Wijzigen
search-delete = Verwijderen
search-new = Een zoekopdracht bewaren
search-name = Naam
search-question = Vraag; leeg: alles
search-today = Het nieuwe op de startpagina tonen
search-mail = Mij per e-mail laten weten dat er iets nieuws is; niet wat
search-no-mail = Geen e-mail bereikt u: geef eerst een adres op.
search-webhook = De webhooks van onze organisatie inlichten
search-save = Bewaren
search-save-this = Deze zoekopdracht bewaren
search-saved = Bewaard. Wat vanaf nu komt, is nieuw.
search-changed = Gewijzigd.
search-deleted = Verwijderd.
key-up = Terug naar waar dit bij hoort
around-link = Meer eromheen zien, twee stappen ver
around-title = Rond { $text }
around-lead = Wat ermee verbonden is, staat op de binnenste ring, wat dáármee verbonden is op de buitenste. Elke naam is een link; de lijst zegt hetzelfde.
around-types = Tonen of verbergen
around-show = { $text } tonen
around-hide = { $text } verbergen
around-picture = Beeld
around-list = Lijst
around-from-here = rond dit
around-left = { $count ->
    [one] { $count } ander verbonden object ontbreekt.
   *[other] { $count } andere verbonden objecten ontbreken.
}
matrix-title = Technieken per tactiek
matrix-of = Technieken van { $text }
matrix-link = Technieken per tactiek (ATT&CK)
matrix-lead = Hoe aanvallers te werk gaan, stap voor stap: elke kolom is een stap, elk item een techniek, met hoeveel van de bekeken dingen ermee te maken hebben.
matrix-question = Van welke dingen? Woorden en filters; leeg: het nieuwste van alles
matrix-odd = Een deel van de vraag is niet te lezen.
matrix-odd-where = De feed zegt waar.
matrix-looked = { $count ->
    [one] { $count } ding is bekeken.
   *[other] { $count } dingen zijn bekeken.
}
matrix-looked-more = De nieuwste { $count } dingen zijn bekeken; er zijn er meer.
matrix-techniques = { $count ->
    [one] { $count } techniek.
   *[other] { $count } technieken.
}
matrix-count = { $count ->
    [one] { $count } ding heeft ermee te maken
   *[other] { $count } dingen hebben ermee te maken
}
matrix-none = Geen techniek is ermee verbonden, in wat voor u openstaat.
matrix-loose = Technieken zonder tactiek
seen-title = Gezien in de tijd
seen-total = { $count ->
    [one] Eén keer gezien.
   *[other] { $count } keer gezien.
}
seen-sightings = { $count ->
    [one] Volgens { $count } waarneming die voor u openstaat.
   *[other] Volgens { $count } waarnemingen die voor u openstaan.
}
seen-more = Oudere zijn niet geteld.
seen-picture = Hoe vaak het is gezien
seen-by-day = per dag
seen-by-week = per week
seen-table = Als tabel
seen-day = Dag
seen-week = Week vanaf
seen-times = Keren
seen-earlier = Eerder
change-gone = weg:
change-new = nieuw:
translate-title = Vertalen
translate-lead = Uw vertaling gaat naar wie het origineel heeft, onder dezelfde markering ({ $text }), en naar niemand anders.
translate-language = In welke taal?
translate-other = Of een andere (de taalcode)
translate-text = Vertaling
translate-send = Vertaling delen
text-name = Naam
text-description = Beschrijving
text-abstract = Samenvatting
text-content = Tekst
text-explanation = Toelichting
translated-sharer = Vertaald door wie het origineel deelde.
translated-by = Vertaald door { $text }; wie het origineel deelde, zegt dit niet zelf.
translated-withheld = Vertaald door iemand wiens naam niet wordt genoemd; wie het origineel deelde, zegt dit niet zelf.
translated-other-version = van een andere versie
translated-object = De vertaling
translated-original = Het origineel
said-translated = Uw vertaling is gedeeld met wie het origineel heeft. Waar eerst wordt gemodereerd, wacht ze daarop.
share-file-hint = Pdf, mail, spreadsheet, tekst, archief: tot { $count } MiB.
share-drop = U kunt het hier neerzetten.
share-file-other = In plaats daarvan een ander bestand
share-kept = bestand
share-forget = Opnieuw beginnen
share-change = Iets veranderen
share-correct = Vink uit wat niet gedeeld moet worden. Verbeter wat verkeerd gelezen is. Wat u strenger markeert, bereikt minder mensen.
share-apply = Toepassen en opnieuw kijken
share-too-many = Het zijn er te veel om een voor een te veranderen: alles wordt gedeeld zoals het is.
share-lines-left = { $count ->
    [one] Nog { $count } wordt gedeeld zoals gelezen.
   *[other] Nog { $count } worden gedeeld zoals gelezen.
}
share-says-us = In de inhoud staat de naam van uw organisatie.
share-private = Privéadressen: ze betekenen bij elke lezer iets anders. Vink ze uit.
share-personal = Accounts en telefoonnummers zijn van iemand. Deel ze alleen als het nodig is:
share-about = Waarvan zijn het tekenen? (niet nodig)
share-about-kind = Wat voor iets
share-about-hint = Een naam: elke indicator, techniek en zwakte wordt ermee verbonden.
about-malware = malware
about-campaign = campagne
about-group = groep
item-role = Waarvoor het hier is
item-indicator = ernaar zoeken
item-mention = alleen genoemd
item-kind = Soort
item-value = Waarde
item-name = Naam
item-mark = Markering
item-mark-same = als alles
bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
recall-of-others = Een ander lid heeft dit gedeeld. Als coördinator haalt u het terug binnen uw gemeenschap; verbeteren doet wie het gedeeld heeft.
recall-within = Binnen
matrix-more = { $count ->
    [one] nog { $count }
   *[other] nog { $count }
}
