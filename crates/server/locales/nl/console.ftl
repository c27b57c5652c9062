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
