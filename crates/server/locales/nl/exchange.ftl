# Sentences of crates/server/src/console/exchange
exchange-lead = Wat van elders gehaald wordt, erheen gaat, met partnerknooppunten gedeeld wordt en aan uw programma’s gemeld wordt.
subscriptions-title = Gehaald
subscriptions-none = Er wordt niets gehaald. Een abonnement haalt telkens weer een feed, een lijst of de verzameling van een partner op.
peers-title = Verzonden
peers-none = Er wordt niets verzonden. Een bestemming krijgt vanzelf wat haar lid hier mag zien, en niet meer.
run-now = Nu uitvoeren
switch-on = Inschakelen
switch-off = Pauzeren
remove = Verwijderen
remove-stays = Het draait niet meer. Wat kwam of ging, blijft waar het is.
never-ran = nog niet uitgevoerd
last-run = laatst
next-run = volgende
done-ran = Uitgevoerd.
done-switched = Opgeslagen.
done-removed = Verwijderd.
done-subscribed = Geabonneerd. De eerste keer begint nu.
done-peer = Opgeslagen. De eerste verzending begint nu.
done-accepted = Aanvaard: deze voorwaarden gelden vanaf nu.
done-ended = De brug is beëindigd. Het andere knooppunt hoort het.
done-tested = Er is een testbericht onderweg.
subscribe-new = Abonneren
subscribe-lead = Kijk eerst wat er zou komen. Kijken slaat niets op.
subscribe-make = Abonneren
preview-look = Bekijken wat er zou komen
preview-title = Wat er zou komen
preview-nothing = Er zit niets in dat overgenomen kan worden.
preview-objects = { $count ->
    [one] { $count } object
   *[other] { $count } objecten
}
preview-more = in het eerste deel; er is meer.
preview-refused = { $count ->
    [one] { $count } zou geweigerd worden
   *[other] { $count } zouden geweigerd worden
}
preview-types = Wat het is
preview-markings = Hoe ver het mag gaan
preview-unmarked = niet gemarkeerd
preview-unknown = markering hier onbekend
preview-marked-as = Wat niet gemarkeerd is, wordt TLP:{ $text }. Wat strenger is, blijft zo.
preview-creators = Namens wie
preview-nobody = Niemand wordt genoemd.
preview-examples = Voorbeelden
preview-stored-nothing = Tot nu toe is er niets van opgeslagen.
source-kind = Wat het is
source-url = Adres
source-name = Hoe u het noemt
source-name-hint = letters, cijfers, streepjes; staat bij de herkomst
source-login-hint = leeg: geen, of alleen een sleutel
source-secret = Wachtwoord of sleutel
source-tlp = Kleur van wat niet gemarkeerd is
source-every = Hoe vaak
source-collection = Verzameling
source-collection-hint = TAXII: als het adres dat van een server is
source-settings = Meer instellingen
source-settings-label = Instellingen
source-settings-hint = De gids noemt ze onder “Getting information in by schedule”.
every-quarter = elk kwartier
every-hour = elk uur
every-six-hours = elke zes uur
every-day = elke dag
every-week = elke week
kind-taxii21 = TAXII 2.1-verzameling
kind-taxii20 = TAXII 2.0-verzameling
kind-misp-feed = MISP-feed
kind-misp-server = MISP-server
kind-list = lijst of bestand op het web
kind-folder = map op deze machine
peer-new = Naar een bestemming verzenden
peer-lead = Een bestemming krijgt wat haar lid hier mag zien, en niets anders. Tel eerst wat er zou vertrekken.
peer-url = Adres van de verzameling
peer-member = Welk lid het is
peer-community = Alleen wat gaat naar
peer-every-community = alles wat het lid mag zien
peer-look = Tellen wat er zou vertrekken
peer-make = Beginnen met verzenden
peer-preview = Wat er zou vertrekken
peer-preview-none = Voorlopig niets: het lid ziet hier niets dat verzonden kan worden.
peer-preview-some = { $count ->
    [one] { $count } wijziging
   *[other] { $count } wijzigingen
}
peer-preview-more = zijn geteld; er zijn er meer.
peer-preview-oldest = de oudste van
peer-preview-how = Wat van de host van de bestemming zelf kwam, gaat niet terug. Tot nu toe is er niets vertrokken.
bridges-title = Bruggen naar partnerknooppunten
bridges-none = Er is geen brug. Twee knooppunten spreken voorwaarden af, en daarvoor gaat er niets over.
bridge-lead = Wat met een partnerknooppunt is afgesproken, en wat er overging.
bridge-open = nog niet afgesproken
bridge-ended = beëindigd
bridge-sent = Daar overgenomen
bridge-taken = Van daar overgenomen
bridge-refused = Door een kant geweigerd
bridge-ours = Onze gemeenschap
bridge-theirs = Die van hen
bridge-way = Richting
bridge-sends = gaat eruit
bridge-takes = komt binnen
bridge-most = Hoogstens
bridge-rules = Regels
bridge-unnamed = bijdragers blijven ongenoemd
bridge-named = bijdragers worden genoemd
bridge-onward = { $count ->
    [one] mag verder, over { $count } knooppunt in totaal
   *[other] mag verder, over { $count } knooppunten in totaal
}
bridge-not-onward = gaat niet verder
bridge-proposed = Voorgestelde voorwaarden, versie { $count }
bridge-waits-us = Het andere knooppunt stelt dit voor. Niets geldt voordat u aanvaardt.
bridge-waits-them = Het wacht op het andere knooppunt.
bridge-url = Adres van het andere knooppunt
bridge-as-before = leeg: als voorheen
bridge-accept = Deze voorwaarden aanvaarden
bridge-terms = Geldende voorwaarden, versie { $count }
bridge-no-terms = Er gelden nog geen voorwaarden
bridge-end = De brug beëindigen
bridge-end-what = Hij eindigt meteen, wat het andere knooppunt ook zegt. Wat er met het overgegane gebeurt, staat in de voorwaarden.
bridge-steps = Wie wat heeft afgesproken
bridge-step-proposed = stelde de versie voor
bridge-step-accepted = aanvaardde de versie
bridge-step-ended = beëindigde het bij versie
bridge-by-us = door ons
bridge-by-them = door hen
bridge-passed = Wat het laatst overging
bridge-passed-none = Er is niets overgegaan dat uw lid ziet.
webhooks-title = Webhooks
webhooks-lead = Een programma van uw organisatie krijgt een ondertekend bericht als iets nieuw is of vervalt. Het bericht zegt nooit wat erin staat.
webhooks-none = Er wordt geen programma op de hoogte gebracht.
webhook-new = Een programma op de hoogte brengen
webhook-url = Waar berichten heen gaan
webhook-kinds = Waarvan
webhook-kinds-hint = niets aangevinkt: van alles
webhook-make = Webhook maken
webhook-secret = Het geheim
webhook-secret-how = Berichten worden ermee ondertekend. Het staat hier, nu, en nooit meer: zet het in uw programma.
webhook-failing = er komt niets aan
webhook-waiting = { $count ->
    [one] { $count } wacht
   *[other] { $count } wachten
}
webhook-test = Een test sturen
webhook-messages = Wat er is verstuurd
webhook-messages-none = Er is nog niets verstuurd.
webhook-arrived = aangekomen
webhook-tried-again = wordt opnieuw geprobeerd
webhook-given-up = opgegeven
done-bridge-offered = Voorgesteld. Er gaat niets over voordat het andere knooppunt akkoord is.
every-minute = elke minuut
bridge-new = Brug voorstellen
bridge-other = Andere voorwaarden voorstellen
bridge-new-lead = Wat tussen dit knooppunt en dat van een partner mag overgaan, in elke richting. Bekijk het eerst in woorden; het andere knooppunt hoort ervan als u het voorstelt.
bridge-member = Het lid dat voor het andere knooppunt staat
bridge-member-hint = Het is een lid als elk ander: het moet in elke gekoppelde gemeenschap zitten, en bijdragen mogen waar iets binnenkomt.
bridge-pairs = Gemeenschappen
bridge-pairs-hint = Een van ons en een van hen, met de korte naam daar. Bij het bekijken komt er een regel bij.
bridge-both = in beide richtingen
bridge-hops = Knooppunten die iets verlaten mag hebben
bridge-may-onward = Het ontvangende knooppunt mag het over andere bruggen doorgeven
bridge-look = Voorwaarden bekijken
bridge-propose = Voorstellen
bridge-draft = In woorden: versie { $count }
bridge-draft-how = Nog niemand weet ervan. Als u ze voorstelt, leest het andere knooppunt dezelfde voorwaarden; zolang dat niet akkoord is, geldt er niets van.
bridge-draft-holding = Wat tot dan geldt
bridge-pause = Pauzeren
bridge-resume = Hervatten
bridge-paused = gepauzeerd
bridge-paused-what = Aan deze kant gepauzeerd: in geen richting gaat er iets over, behalve terugroepingen. Wat intussen gedeeld wordt, gaat over bij het hervatten.
bridge-step-paused = pauzeerde bij versie
bridge-step-resumed = hervatte bij versie
terms-out = Wat hier met de hele gemeenschap gedeeld wordt, gaat daar naar “{ $text }”.
terms-in = Wat daar met “{ $text }” gedeeld wordt, komt hier, namens het lid dat voor dat knooppunt staat.
terms-most = Niets dat strenger gemarkeerd is dan { $text } gaat over. TLP:RED en wat voor genoemde leden is, nooit.
terms-unnamed = Wie iets bijdroeg, blijft ongenoemd.
terms-named = Wie iets bijdroeg, wordt genoemd.
terms-onward = { $count ->
    [one] Het ontvangende knooppunt mag het doorgeven, tot het er { $count } knooppunt heeft verlaten.
   *[other] Het ontvangende knooppunt mag het doorgeven, tot het er { $count } knooppunten heeft verlaten.
}
terms-not-onward = Het ontvangende knooppunt geeft het aan geen ander door.
terms-stays = Als de brug eindigt, blijft wat overging, onder zijn regels.
terms-withdrawn = Als de brug eindigt, wordt aan beide kanten teruggenomen wat overging.
