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
today-our-sector = notre secteur : { $text }
today-our-region = notre région : { $text }
today-our-technology = notre technologie : { $text }
today-unsaid = Ce qui touche à vos secteurs, à vos pays et à ce que vous utilisez vient en premier.
today-unsaid-where = Dites ce que votre membre utilise
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
sign-in-otherwise = Ou autrement
sign-in-with = Se connecter avec { $text }
sign-in-passkey-wrong = Cette clé d’accès n’ouvre pas ici. Utilisez-en une ajoutée sur la page de votre compte, ou votre mot de passe.
sign-in-passkey-copied = Cette clé d’accès a peut-être été copiée : elle n’ouvre donc pas. Connectez-vous autrement, supprimez-la et vérifiez où vous êtes encore connecté.
passkey-use = Utiliser une clé d’accès
passkey-no-answer = Aucune clé d’accès n’a répondu. Réessayez, ou passez autrement.
passkey-needs-script = Les clés d’accès exigent un navigateur avec JavaScript qui les connaisse. Tout le reste fonctionne sans.
step-up-with = Le montrer chez { $text }
onward = Continuer
onward-provider = Vous continuez chez { $text }
onward-signed-in = Vous êtes connecté
refused-title = L’accès vous est refusé
refused-back = Retour
refused-doubted = Ce qui est revenu ne correspond pas à la connexion commencée dans ce navigateur, ou est arrivé trop tard. Recommencez.
refused-not-linked = Personne ici n’est lié à ce compte. Connectez-vous avec votre mot de passe et liez-le sur la page de votre compte, ou demandez une offre à votre coordinateur.
refused-not-allowed = Ce compte n’ouvre rien ici : il relève d’un autre membre, ou aucun de ses groupes ne donne de rôle. Demandez à votre coordinateur.
refused-inactive = Votre compte ici, ou votre organisation, n’est pas actif. Demandez à votre coordinateur.
refused-tied = Ce compte est déjà lié à quelqu’un ici. Il faut d’abord le délier.
refused-too-often = Trop de connexions depuis votre réseau ont échoué. Attendez cinq minutes.
refused-unavailable = Le fournisseur d’identité ne répond pas pour l’instant. Réessayez dans un moment, ou connectez-vous avec votre mot de passe.
refused-no-provider = Il n’y a pas de tel fournisseur d’identité ici.

region-africa = Afrique
region-eastern-africa = Afrique de l’Est
region-middle-africa = Afrique centrale
region-northern-africa = Afrique du Nord
region-southern-africa = Afrique australe
region-western-africa = Afrique de l’Ouest
region-americas = Amériques
region-latin-america-caribbean = Amérique latine et Caraïbes
region-caribbean = Caraïbes
region-central-america = Amérique centrale
region-south-america = Amérique du Sud
region-northern-america = Amérique septentrionale
region-asia = Asie
region-central-asia = Asie centrale
region-eastern-asia = Asie de l’Est
region-southern-asia = Asie du Sud
region-south-eastern-asia = Asie du Sud-Est
region-western-asia = Asie de l’Ouest
region-europe = Europe
region-eastern-europe = Europe de l’Est
region-northern-europe = Europe du Nord
region-southern-europe = Europe du Sud
region-western-europe = Europe de l’Ouest
region-oceania = Océanie
region-australia-new-zealand = Australie et Nouvelle-Zélande
region-melanesia = Mélanésie
region-micronesia = Micronésie
region-polynesia = Polynésie
region-antarctica = Antarctique
