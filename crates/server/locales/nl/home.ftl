# Sentences of crates/server/src/console/home
nav-promises = Toezeggingen
promises-title = Toezeggingen
promises-lead = Wat wij anderen verschuldigd zijn en wat men ons verschuldigd is, tegen wanneer en waarom.
tab-owes = Wat wij moeten doen
tab-owed = Wat anderen ons moeten
tab-recalls = Terugroepingen
tab-requests = Vragen
nothing-owes = Wij hoeven niets te doen. Wat anderen ons vragen, verschijnt hier met de dag erbij.
nothing-owed = Anderen hoeven ons niets. Vraag erom op de pagina van een object.
owed-by = verschuldigd door { $text }
seen-to-by = { $text } zorgt ervoor
due-by = Uiterlijk
kept-late = te laat nagekomen
more = Meer
only-open = Alleen wat open staat
also-settled = Ook wat afgehandeld is
optional = (als u wilt)
state = Stand
who-owes = Wie aan wie
sees-to-it = Zorgt ervoor
why = Waarom
when = Wanneer
if-missed = Als het niet gebeurt
evidence = Wat er gedaan is
reason = Reden
what-to-do = Wat te doen
history = Verloop
kept-otherwise = Dit komt u na door het te doen, niet door het te zeggen.
go-there = Doe het daar
keep = Het is gedaan
keep-label = Wat er gedaan is, en waar dat te zien is
delegate = Aan iemand geven
delegate-label = Loginnaam van iemand van ons
delegate-hint = Blijft het leeg, dan is niemand in het bijzonder aan zet.
not-needed = Het is niet nodig
not-needed-label = Waarom het niet nodig is; de andere kant leest dit
extend = Meer tijd geven
extend-label = De nieuwe dag; die eindigt om middernacht UTC
give-up = Ervan afzien
withdraw-label = Waarom wij het niet meer willen; de andere kant leest dit
by-the-node = de node zelf
said-kept = Genoteerd: het is gedaan.
said-not-needed = Genoteerd: het is niet nodig.
said-delegated = Genoteerd wie ervoor zorgt.
said-extended = Er is nu meer tijd.
said-withdrawn = Ervan afgezien.
said-recall = Uw antwoord op de terugroeping is verzonden.
said-asked = Uw vraag is naar de gemeenschap gestuurd.
said-answered = Uw antwoord is verzonden.
said-closed = De vraag is gesloten.
promise-acknowledge = Een object bevestigen
promise-act = Naar een object handelen
promise-answer-request = Een vraag beantwoorden
promise-answer-sighting = Over een waarneming antwoorden
promise-renew-contact = Een contact nagaan
promise-answer-recall = Een terugroeping beantwoorden
promise-accept-agreement = Een overeenkomst aanvaarden
promise-review-marking = Een markering herzien
missed-acknowledge = Niemand weet of wij het gelezen hebben.
missed-act = Wij blijven kwetsbaar voor wat anderen al trof.
missed-answer-request = Iemand gaat verder zonder ons antwoord.
missed-answer-sighting = Wie het zag, weet niet wat ervan te denken.
missed-renew-contact = In een noodgeval kan misschien niemand ons bereiken.
missed-answer-recall = Wat teruggenomen is, is hier misschien nog in gebruik.
missed-accept-agreement = Wij kunnen onze plaats in het samenwerkingsverband verliezen.
missed-review-marking = Anderen kunnen niet delen wat ze misschien zouden moeten.
promise-state-waiting = wacht op een andere
promise-state-open = open
promise-state-kept = nagekomen
promise-state-not-needed = niet nodig
promise-state-withdrawn = van afgezien
step-made = Ontstaan
step-started = De tijd loopt
step-delegated = Toegewezen
step-extended = Meer tijd gegeven
step-reminded = Herinnerd
step-kept = Nagekomen
step-not-needed = Niet nodig
step-withdrawn = Van afgezien
recalls-lead = Wat teruggenomen, verbeterd of beperkt is: zeg wat u met uw kopieën gedaan hebt.
recalls-open = Te beantwoorden
recalls-all = Alle die ons betroffen
recalls-made = Te volgen
no-recalls = Geen terugroeping wacht op uw antwoord.
no-recalls-made = Noch wij noch iemand in een gemeenschap die wij leiden heeft iets teruggeroepen. Een object roept u terug op zijn pagina.
recall-kind-retract = Teruggenomen
recall-kind-correct = Verbeterd
recall-kind-narrow = Strenger gemarkeerd
recall-kind-exclude = Niet meer voor ons
recall-given = Wij hadden het sinds
recall-what-done = Wat hebt u gedaan?
recall-done-removed = Onze kopieën zijn weg
recall-done-replaced = Wij hebben de nieuwere versie
recall-done-kept = Wij houden het, omdat …
recall-note = In woorden (nodig als u het houdt)
recall-answer = Antwoorden
recall-versions = Betrokken bijdragen
recall-complete = Allen hebben geantwoord.
recall-incomplete = Sommigen hebben nog niet geantwoord.
recall-outstanding = Niet bevestigd door
recall-acknowledged = Bevestigd door
recall-given-to = Gegeven aan
recall-not-told = nog niet bereikt
recall-reminds = Elk van hen is tegen een dag een antwoord verschuldigd; de node herinnert hen vanzelf tot het er is.
recall-proves = Dit toont wie gevraagd is en wat zij antwoordden; niet dat een kopie weg is.
others-not-named = Anderen, zonder naam: { $text }
members-by-name = Met naam: { $count }
more-members = Meer leden
fewer-than-five = minder dan vijf, misschien geen
all-but-fewer-than-five = allen op minder dan vijf na
requests-lead = Wat gemeenschappen gevraagd is, en wat ervan kwam.
no-community = Wij zitten nog in geen gemeenschap; er is niemand om te vragen.
no-requests = Niemand heeft nog iets gevraagd.
ask-title = Een gemeenschap vragen
ask-community = Gemeenschap
all-ours = Al de onze
ask-question = Vraag
ask-until = Antwoorden helpen tot
ask-answers-to = Wie de antwoorden leest
ask-to-me = Alleen wij
ask-to-all = Allen, waar wie antwoordt dat toelaat
ask-anonymous = Zonder onze naam: niemand anders leert wie vraagt
ask = Vragen
request-open = open
request-closed = gesloten
request-own = van ons
name-withheld = naam achtergehouden
request-summary = Wat ervan kwam
request-answers = Antwoorden
no-answers-yet = Nog geen antwoord.
no-answers-for-us = Geen antwoord dat wij mogen lezen.
answer-to-all = voor allen
answer-to-asker = voor wie vraagt
answer-title = Antwoorden
answer-label = Wat u ervan weet
answer-let-all = De hele gemeenschap mag het lezen
answer-only-asker = Alleen wie vraagt leest het.
answer-send = Antwoord verzenden
close-title = De vraag sluiten
close-label = Wat ervan kwam; de hele gemeenschap leest dit
close = Sluiten
today-calm = U hoeft nu niets te doen.
today-more-due = { $count ->
    [one] nog { $count }
   *[other] nog { $count }
}
nav-hits = Zijn wij geraakt?
hits-lead = Wat anderen deelden en hier gezien is, en wat wij ervan vertellen.
tab-seen = Hier gezien
tab-log = Een log nakijken
tab-rules = Wat wij vertellen
more-values = { $count ->
    [one] en nog { $count } waarde
   *[other] en nog { $count } waarden
}
named-members = daarbij genoemde leden
hits-waiting = Wacht op uw antwoord
hits-waiting-lead = Moeten zij die het deelden weten dat het hier gezien is? De waarden blijven thuis; wat verteld zou worden staat erbij.
answer-until = Antwoord voor
nobody-to-tell = Er is niemand meer om het aan te vertellen.
what-is-told = Wat verteld wordt
how-much = Hoeveel
tell = Vertellen
do-not-tell = Niet vertellen
hits-seen = Gezien
hits-teach = De wacht vult deze lijst als zij uw logs leest; of kijk er een met de hand na:
hit-state-open = wordt geteld
hit-state-closed = geteld
hit-state-waiting = wacht op antwoord
hit-state-confirmed = wordt verteld
hit-state-told = verteld
hit-state-kept = blijft thuis
hit-state-declined = niet verteld
hit-state-lapsed = te laat om te vertellen
hit-state-refused = kon niet verteld worden
form-never = niets
form-count = hoeveel, niet wie
form-sector = hoeveel, en onze sector
form-full = hoeveel, wanneer, en onze naam
said-told = Het is verteld.
said-declined = Het blijft thuis.
said-not-told = Het kon niet verteld worden; de lijst zegt waarom.
said-rules = De regels gelden vanaf nu.
rules-lead = Per gemeenschap: wat anderen leren als hier gezien wordt wat zij deelden.
rule-others = Alle gemeenschappen zonder eigen regel
rule-as-others = zoals voor alle andere
rule-asks = Wie beslist
rule-asks-yes = iemand wordt eerst gevraagd
rule-asks-no = het wordt vanzelf verteld
rule-stretch = Samengeteld over
rule-log-line = Met een regel van de log (alleen met onze naam)
rules-save = Regels opslaan
rules-not-yours = Een analist van ons verandert deze.
yes = ja
no = nee
stretch-300 = vijf minuten
stretch-3600 = een uur
stretch-21600 = zes uur
stretch-86400 = een dag
stretch-604800 = een week
watch-lead = Wat de wacht van deze node leest, en hoe goed.
watch-since = Loopt sinds
watch-list = Zoekt naar
watch-left-out = Weggelaten (elk met een reden)
watch-unusable = Onbruikbaar
watch-hits = Treffers
watch-hunts = Zoektochten in het verleden
watch-streams = Stromen
watch-sources = Bronnen
watch-source = Bron
watch-reader = Gelezen als
watch-records = Regels
watch-malformed = Vreemde regels
watch-behind = Achterstand
watch-last = Laatst
stream-ended = beëindigd
stream-away = wacht op zijn server
stream-runs = loopt
log-lead = Zet een log hier neer: hij wordt hier vergeleken met alles wat u mag zien, en vergeten.
log-title = Een log nakijken
log-file = Of een bestand
log-label = Regels van een log
log-hint = { $count ->
    [one] Proxy, DNS, firewall, mail, systeem: elke tekst, tot { $count } MiB. Grotere thuis: commonwatch match FILE.
   *[other] Proxy, DNS, firewall, mail, systeem: elke tekst, tot { $count } MiB. Grotere thuis: commonwatch match FILE.
}
log-look = Kijken
log-clean = Niets van wat u mag zien staat in deze log.
log-hits = { $count ->
    [one] { $count } treffer
   *[other] { $count } treffers
}
log-read = { $count ->
    [one] { $count } regel gelezen.
   *[other] { $count } regels gelezen.
}
log-looked-for = { $count ->
    [one] { $count } waarde gezocht.
   *[other] { $count } waarden gezocht.
}
log-forgotten = Niets van de log is bewaard.
log-not-whole = Het duurde te lang en is gestopt: dit is niet het hele antwoord. Stuur een kleiner deel.
log-nothing-to-look-for = Er is hier nog niets om naar te zoeken.
log-what-now = Een treffer is een reden om te kijken, nog geen bewijs. Zoek de machine van die regel, lees de indicator, doe wat die aanraadt, en vertel het uw gemeenschap als u kunt.
log-line = { $count ->
    [one] Regel { $count }
   *[other] Regel { $count }
}
log-host = op { $text }
log-untold = { $count ->
    [one] { $count } andere treffer is niet getoond.
   *[other] { $count } andere treffers zijn niet getoond.
}
log-left-out = { $count ->
    [one] { $count } niet: bekend als onschuldig, verlopen of te weinig waard.
   *[other] { $count } niet: bekend als onschuldig, verlopen of te weinig waard.
}
nav-numbers = Cijfers
numbers-lead = Hoe goed het samenwerkingsverband werkt: onze cijfers geheel, die van allen waar ze niemand aanwijzen.
whole-partnership = Het hele samenwerkingsverband
from-month = Van
to-month = Tot
to-print = Om af te drukken
numbers-overdue = { $count ->
    [one] { $count } toezegging van ons is te laat.
   *[other] { $count } toezeggingen van ons zijn te laat.
}
targets = Doelen van het handvest
target = Doel
wanted = Gewenst
we = Wij
all = Allen
met = gehaald
not-met = niet gehaald
nothing-to-compare = niets te vergelijken
coverage = Wie live waakt
coverage-live = { $count ->
    [one] { $count } lid waakt live.
   *[other] { $count } leden waken live.
}
coverage-untold = Niet verteld, omdat het om te weinig gaat.
coverage-members = { $count ->
    [one] van { $count } lid
   *[other] van { $count } leden
}
measures = Maten
measures-lead = Een tijd leest u als: de helft is korter · negen van tien zijn korter (hoeveel). In de grafiek: staven zijn wij, het korte streepje is allen.
definition = Wat geteld wordt
not-told = niet verteld
untold-months = { $count ->
    [one] ({ $count } maand niet verteld)
   *[other] ({ $count } maanden niet verteld)
}
chart-most = hoogste: { $text }
by-month = Maand voor maand
month = Maand
measure-observation-to-share = Van waarneming tot delen
measure-share-to-delivery = Van delen tot levering
measure-delivery-to-acknowledge = Van levering tot bevestiging
measure-delivery-to-action = Van levering tot handelen
measure-share-to-watchlist = Van delen tot waaklijst
measure-delivery-to-hit = Van levering tot eerste treffer
measure-moderation = Wachten op een moderator
measure-shared = Gedeeld
measure-first = Als eerste gedeeld
measure-corroborated = Door anderen bevestigd
measure-useful = Elders nuttig
measure-false-positive = Vals alarm genoemd
measure-taken = Ontvangen
measure-sighted = Vertelde waarnemingen
measure-kept-in-time = Op tijd nagekomen
measure-kept-late = Te laat nagekomen
measure-not-needed = Niet nodig gebleken
measure-live = Live wacht
target-observation-to-share-hours = Van waarneming tot delen, uren
target-share-to-delivery-minutes = Van delen tot levering, minuten
target-share-to-watchlist-minutes = Van delen tot waaklijst, minuten
target-delivery-to-acknowledge-hours = Van levering tot bevestiging, uren
target-delivery-to-action-hours = Van levering tot handelen, uren
target-moderation-hours = Wachten op een moderator, uren
target-false-positives-percent = Valse alarmen, procent
target-promises-in-time-percent = Op tijd nagekomen, procent
watch-hubs = Hubs die weten dat u bewaakt
hub-told = ingelicht
hub-untold = niet ingelicht
ask-beyond = Ook partnerhubs vragen, zonder onze naam:
request-beyond = ook partnerhubs
log-file-hint = Ook ingepakt (gzip, zstd, bzip2, xz), pcap en Windows-gebeurtenisbestanden. Tot { $count } MiB wordt bij aankomst bekeken; niets wordt bewaard.
tab-past = Oude logboeken
past-lead = Stond het in onze logboeken voordat iemand het ons vertelde? Terugkijken telt niets en vertelt niemand iets.
past-begin-title = Terugkijken
past-indicator = Welke indicator?
past-indicator-hint = leeg: alles wat u mag zien
past-begin = Terugkijken
past-running = Er wordt gezocht…
past-look-again = Opnieuw kijken
past-clean = Het staat niet in de logboeken die hier zijn.
past-hits = { $count ->
    [one] { $count } regel heeft het
   *[other] { $count } regels hebben het
}
past-what = Gezocht
past-everything = alles wat de vrager mag zien
past-by = Gevraagd door
past-read = Gelezen
past-logs = { $count ->
    [one] { $count } logboek
   *[other] { $count } logboeken
}
past-megabytes = { $count } MB
past-left-out = Er wordt niet naar gezocht:
past-not-whole = Niet alles kon gelezen worden: dit is niet het hele antwoord.
past-places = Waar gezocht wordt
past-hunts = { $count ->
    [one] De wacht zelf heeft hier { $count } keer gezocht.
   *[other] De wacht zelf heeft hier { $count } keer gezocht.
}
object-look-back = Stond het in onze oude logboeken?
recall-remind = Herinneren
recall-remind-all = Allen herinneren die niet geantwoord hebben
recall-reminded = herinnerd
recall-reminded-us = U bent eraan herinnerd:
said-reminded = Wie niet geantwoord heeft wordt herinnerd, elk lid hoogstens eens per dag.
meaning-observation-to-share = Voor elk object dat zegt wanneer het is waargenomen (valid_from van een indicator, first_seen van een waarneming, first_observed van waargenomen gegevens): vanaf dan tot het lid het hier voor het eerst deelde.
meaning-share-to-delivery = Voor elk object dat na de toetreding van het lid is toegevoegd: vanaf dan tot het voor het eerst aan het lid is gegeven, langs een weg die alles op volgorde geeft (TAXII, verzending, export).
meaning-delivery-to-acknowledge = Voor elk object van anderen waarvan het lid zegt dat het er kennis van nam: vanaf de eerste overhandiging tot dan.
meaning-delivery-to-action = Voor elk object van anderen waarop het lid zegt te hebben gehandeld: vanaf de eerste overhandiging tot dan.
meaning-share-to-watchlist = Voor elke indicator die na het begin van de wacht van het lid is toegevoegd: vanaf dan tot daar een wachtlijst gold die hem bevat.
meaning-delivery-to-hit = Voor elk object van anderen waarvan het lid een waarneming meldde: vanaf de eerste overhandiging tot het voor het eerst gezien is; niets als het eerder gezien is.
meaning-moderation = Voor elk object van het lid dat wachtte: vanaf de aankomst tot het is vrijgegeven of geweigerd.
meaning-shared = Objecten die het lid zelf deelde, elk bij de eerste keer; zonder relaties, identiteiten, markeringen, waarnemingen en meningen, en zonder wat een abonnement bracht.
meaning-first = Daarvan die welke niemand eerder aan de gemeenschap gaf: noch het object, noch een van zijn waarden.
meaning-corroborated = Objecten van het lid die later ook een ander gaf: hetzelfde object of een van zijn waarden. Elk telt één keer.
meaning-useful = Objecten van het lid die een ander tot een waarneming of een actie brachten. Elk telt één keer.
meaning-false-positive = Objecten van het lid die een ander vals alarm noemde. Elk telt één keer.
meaning-taken = Objecten die voor het eerst aan het lid zijn gegeven langs een weg die alles op volgorde geeft.
meaning-sighted = Waarnemingen die het lid meldde, elk de eerste keer.
meaning-kept-in-time = Toezeggingen van het lid die het vóór de vervaldag nakwam, in de maand waarin het dat deed.
meaning-kept-late = Toezeggingen van het lid die het te laat nakwam, in de maand waarin het dat deed.
meaning-not-needed = Toezeggingen van het lid waarvan het met een reden besloot dat ze niet nodig zijn.
meaning-live = Keren dat het lid zei dat er een wacht draait met een wachtlijst van deze gemeenschap; een lid zonder waakt die maand niet live.
meaning-log-family = Soorten logboeken die de wacht van het lid leest, elke keer dat het dat zei.
