skip = Aller au contenu
find-label = Chercher des valeurs, des mots, des objets
find-hint = Une adresse, une empreinte, un nom, un rapport entier …
language = Langue
choose = Choisir
sign-out = Se déconnecter
navigation = Pages
footer = Commonwatch : ce qui est partagé ici reste sous son marquage.
nav-today = Aujourd’hui
fault-title = Cela n’a pas marché
fault-request = Donnez à l’opérateur ce nom de la requête :
fault-back = À la page d’accueil
sign-in-title = Se connecter
sign-in-lead = Avec l’identifiant que votre coordinateur vous a donné.
sign-in = Se connecter
sign-in-wrong = L’identifiant ou le mot de passe n’est pas juste.
sign-in-code-needed = Entrez le code de votre authentificateur, et encore le mot de passe.
login = Identifiant
password = Mot de passe
code = Code
today-title = Aujourd’hui
today-lead = Ce qui nous concerne, ce que nous devons faire et pour quand, ce qui est nouveau.
today-hits = Sommes-nous touchés ?
today-no-hits = Rien de ce qui a été partagé n’a été vu ici.
today-no-watch = Rien n’a été vu, et rien n’est surveillé : indiquez vos journaux dans la configuration, sous [watch].
today-waiting = { $count ->
    [one] { $count } observation attend votre réponse.
   *[other] { $count } observations attendent votre réponse.
}
today-due = Ce que nous devons faire
today-recalls = { $count ->
    [one] { $count } rappel n’est pas confirmé.
   *[other] { $count } rappels ne sont pas confirmés.
}
today-nothing-due = Rien à faire.
today-new = Nouveau en sept jours
today-nothing-new = Rien de nouveau.
today-watch = La surveillance
watch-on = { $count ->
    [one] Elle tourne et cherche { $count } valeur.
   *[other] Elle tourne et cherche { $count } valeurs.
}
watch-off = Elle ne tourne pas ici, ou vous ne pouvez pas la voir.
times-seen = { $count ->
    [one] vu une fois
   *[other] vu { $count } fois
}
things-due = { $count ->
    [one] { $count } chose est due
   *[other] { $count } choses sont dues
}
overdue = en retard
owed-to = dû à { $text }
