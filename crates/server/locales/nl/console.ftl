skip = Naar de inhoud
find-label = Waarden, woorden, objecten zoeken
find-hint = Een adres, een hash, een naam, een heel rapport …
language = Taal
choose = Kiezen
sign-out = Afmelden
navigation = Pagina’s
footer = Commonwatch: wat hier gedeeld wordt, blijft onder zijn markering.
nav-today = Vandaag
fault-title = Dat lukte niet
fault-request = Noem de beheerder deze naam van het verzoek:
fault-back = Naar de startpagina
sign-in-title = Aanmelden
sign-in-lead = Met de naam die uw coördinator u gaf.
sign-in = Aanmelden
sign-in-wrong = De naam of het wachtwoord klopt niet.
sign-in-code-needed = Voer de code van uw authenticator in, en het wachtwoord nog eens.
login = Aanmeldnaam
password = Wachtwoord
code = Code
today-title = Vandaag
today-lead = Wat ons aangaat, wat wij moeten doen en wanneer, wat nieuw is.
today-hits = Zijn wij getroffen?
today-no-hits = Niets van wat gedeeld werd, is hier gezien.
today-no-watch = Er is niets gezien, en niets wordt bekeken: noem uw logboeken in de configuratie, onder [watch].
today-waiting = { $count ->
    [one] { $count } waarneming wacht op uw antwoord.
   *[other] { $count } waarnemingen wachten op uw antwoord.
}
today-due = Wat wij moeten doen
today-recalls = { $count ->
    [one] { $count } terugroeping is niet bevestigd.
   *[other] { $count } terugroepingen zijn niet bevestigd.
}
today-nothing-due = Niets te doen.
today-new = Nieuw in zeven dagen
today-our-sector = onze sector: { $text }
today-our-region = onze regio: { $text }
today-our-technology = onze techniek: { $text }
today-unsaid = Eerst komt wat met uw sectoren, uw landen en uw techniek te maken heeft.
today-unsaid-where = Zeg wat uw lid gebruikt
today-nothing-new = Niets nieuws.
today-watch = De bewaking
watch-on = { $count ->
    [one] Zij loopt en zoekt { $count } waarde.
   *[other] Zij loopt en zoekt { $count } waarden.
}
watch-off = Zij loopt hier niet, of u mag haar niet zien.
times-seen = { $count ->
    [one] één keer gezien
   *[other] { $count } keer gezien
}
things-due = { $count ->
    [one] { $count } ding is te doen
   *[other] { $count } dingen zijn te doen
}
overdue = te laat
owed-to = verschuldigd aan { $text }
sign-in-otherwise = Of op een andere manier
sign-in-with = Inloggen met { $text }
sign-in-passkey-wrong = Deze toegangssleutel geeft hier geen toegang. Gebruik er een die u op de pagina van uw account hebt toegevoegd, of uw wachtwoord.
sign-in-passkey-copied = Deze toegangssleutel is misschien gekopieerd en geeft daarom geen toegang. Log op een andere manier in, verwijder hem en kijk waar u nog meer bent ingelogd.
passkey-use = Toegangssleutel gebruiken
passkey-no-answer = Geen toegangssleutel heeft geantwoord. Probeer het opnieuw, of kies een andere manier.
passkey-needs-script = Toegangssleutels vragen een browser met JavaScript die ze kent. Al het andere werkt hier zonder.
step-up-with = Laten zien bij { $text }
onward = Verder
onward-provider = U gaat verder naar { $text }
onward-signed-in = U bent ingelogd
refused-title = U bent niet binnengelaten
refused-back = Terug
refused-doubted = Wat terugkwam past niet bij de aanmelding die deze browser begon, of het kwam te laat. Begin opnieuw.
refused-not-linked = Niemand hier is aan dat account gekoppeld. Log in met uw wachtwoord en koppel het op de pagina van uw account, of vraag uw coördinator om een aanbod.
refused-not-allowed = Dat account geeft hier nergens toegang toe: het hoort bij een ander lid, of geen van zijn groepen geeft een rol. Vraag het uw coördinator.
refused-inactive = Uw account hier, of uw organisatie, is niet actief. Vraag het uw coördinator.
refused-tied = Dat account is hier al aan iemand gekoppeld. Het moet eerst worden losgemaakt.
refused-too-often = Te veel aanmeldingen vanaf uw netwerk zijn mislukt. Wacht vijf minuten.
refused-unavailable = De identiteitsprovider antwoordt nu niet. Probeer het zo nog eens, of log in met uw wachtwoord.
refused-no-provider = Zo’n identiteitsprovider is er hier niet.

region-africa = Afrika
region-eastern-africa = Oost-Afrika
region-middle-africa = Midden-Afrika
region-northern-africa = Noord-Afrika
region-southern-africa = Zuidelijk Afrika
region-western-africa = West-Afrika
region-americas = Amerika
region-latin-america-caribbean = Latijns-Amerika en de Caraïben
region-caribbean = Caraïben
region-central-america = Midden-Amerika
region-south-america = Zuid-Amerika
region-northern-america = Noordelijk Amerika
region-asia = Azië
region-central-asia = Centraal-Azië
region-eastern-asia = Oost-Azië
region-southern-asia = Zuid-Azië
region-south-eastern-asia = Zuidoost-Azië
region-western-asia = West-Azië
region-europe = Europa
region-eastern-europe = Oost-Europa
region-northern-europe = Noord-Europa
region-southern-europe = Zuid-Europa
region-western-europe = West-Europa
region-oceania = Oceanië
region-australia-new-zealand = Australië en Nieuw-Zeeland
region-melanesia = Melanesië
region-micronesia = Micronesië
region-polynesia = Polynesië
region-antarctica = Antarctica
