# Sentences of crates/server/src/console/home
nav-promises = Engagements
promises-title = Engagements
promises-lead = Ce que nous devons aux autres et ce qui nous est dû, pour quand et pourquoi.
tab-owes = Ce que nous devons
tab-owed = Ce qui nous est dû
tab-recalls = Rappels
tab-requests = Demandes
nothing-owes = Nous ne devons rien. Ce que d’autres nous demandent apparaît ici avec son échéance.
nothing-owed = Rien ne nous est dû. Demandez-le sur la page d’un objet.
owed-by = dû par { $text }
seen-to-by = { $text } s’en occupe
due-by = Échéance
kept-late = tenu en retard
more = Plus
only-open = Seulement ce qui est ouvert
also-settled = Aussi ce qui est réglé
optional = (si vous voulez)
state = État
who-owes = Qui à qui
sees-to-it = S’en occupe
why = Pourquoi
when = Quand
if-missed = Si ce n’est pas fait
evidence = Ce qui a été fait
reason = Raison
what-to-do = Que faire
history = Historique
kept-otherwise = Cela se tient en le faisant, pas en le disant.
go-there = Le faire là
keep = C’est fait
keep-label = Ce qui a été fait, et où on peut le voir
delegate = Le confier à quelqu’un
delegate-label = Identifiant de quelqu’un de chez nous
delegate-hint = Laissé vide, ce n’est à personne en particulier.
not-needed = Ce n’est pas nécessaire
not-needed-label = Pourquoi ce n’est pas nécessaire ; l’autre partie le lit
extend = Donner plus de temps
extend-label = Le nouveau jour ; il finit à minuit UTC
give-up = Y renoncer
withdraw-label = Pourquoi nous n’en voulons plus ; l’autre partie le lit
by-the-node = le nœud lui-même
said-kept = Noté : c’est fait.
said-not-needed = Noté : ce n’est pas nécessaire.
said-delegated = Noté qui s’en occupe.
said-extended = Il y a plus de temps maintenant.
said-withdrawn = On y a renoncé.
said-recall = Votre réponse au rappel a été envoyée.
said-asked = Votre question a été envoyée à la communauté.
said-answered = Votre réponse a été envoyée.
said-closed = La demande est close.
promise-acknowledge = Accuser réception d’un objet
promise-act = Agir sur un objet
promise-answer-request = Répondre à une demande
promise-answer-sighting = Répondre sur une observation
promise-renew-contact = Vérifier un contact
promise-answer-recall = Répondre à un rappel
promise-accept-agreement = Accepter un accord
promise-review-marking = Revoir un marquage
missed-acknowledge = Personne ne sait si nous l’avons lu.
missed-act = Nous restons exposés à ce que d’autres ont déjà subi.
missed-answer-request = Quelqu’un continue sans notre réponse.
missed-answer-sighting = Qui l’a vu ne sait qu’en penser.
missed-renew-contact = En urgence, on ne pourra peut-être pas nous joindre.
missed-answer-recall = Ce qui a été repris est peut-être encore utilisé ici.
missed-accept-agreement = Nous pouvons perdre notre place dans le partenariat.
missed-review-marking = D’autres ne peuvent pas partager ce qu’ils devraient peut-être.
promise-state-waiting = attend un autre
promise-state-open = ouvert
promise-state-kept = tenu
promise-state-not-needed = pas nécessaire
promise-state-withdrawn = abandonné
step-made = Créé
step-started = Le délai court
step-delegated = Confié
step-extended = Plus de temps
step-reminded = Rappelé
step-kept = Tenu
step-not-needed = Pas nécessaire
step-withdrawn = Abandonné
recalls-lead = Ce qui a été repris, corrigé ou restreint : dites ce que vous avez fait de vos copies.
recalls-open = À répondre
recalls-all = Tous ceux qui nous concernent
recalls-made = À suivre
no-recalls = Aucun rappel n’attend votre réponse.
no-recalls-made = Ni nous ni personne dans une communauté que nous menons n’a rien rappelé. Un objet se rappelle depuis sa page.
recall-kind-retract = Repris
recall-kind-correct = Corrigé
recall-kind-narrow = Marqué plus strictement
recall-kind-exclude = Plus pour nous
recall-given = Nous l’avions depuis
recall-what-done = Qu’avez-vous fait ?
recall-done-removed = Nos copies n’existent plus
recall-done-replaced = Nous avons la nouvelle version
recall-done-kept = Nous le gardons, parce que …
recall-note = En mots (nécessaire si vous le gardez)
recall-answer = Répondre
recall-versions = Contributions concernées
recall-complete = Tous ont répondu.
recall-incomplete = Certains n’ont pas encore répondu.
recall-outstanding = Non confirmé par
recall-acknowledged = Confirmé par
recall-given-to = Remis à
recall-not-told = pas encore averti
recall-reminds = Chacun doit une réponse pour un jour ; le nœud le lui rappelle jusqu’à ce qu’il la donne.
recall-proves = Cela montre qui a été interrogé et ce qu’il a répondu ; pas qu’une copie a disparu.
others-not-named = Autres, non nommés : { $text }
members-by-name = Nommés : { $count }
more-members = Plus de membres
fewer-than-five = moins de cinq, peut-être aucun
all-but-fewer-than-five = tous sauf moins de cinq
requests-lead = Ce qui a été demandé aux communautés, et ce qui en est sorti.
no-community = Nous ne sommes encore dans aucune communauté ; il n’y a personne à interroger.
no-requests = Personne n’a encore rien demandé.
ask-title = Interroger une communauté
ask-community = Communauté
all-ours = Toutes les nôtres
ask-question = Question
ask-until = Les réponses aident jusqu’au
ask-answers-to = Qui lit les réponses
ask-to-me = Nous seulement
ask-to-all = Tous, si qui répond le permet
ask-anonymous = Sans notre nom : personne d’autre n’apprend qui demande
ask = Demander
request-open = ouverte
request-closed = close
request-own = la nôtre
name-withheld = nom réservé
request-summary = Ce qui en est sorti
request-answers = Réponses
no-answers-yet = Pas encore de réponse.
no-answers-for-us = Aucune réponse que nous puissions lire.
answer-to-all = pour tous
answer-to-asker = pour qui demande
answer-title = Répondre
answer-label = Ce que vous en savez
answer-let-all = Toute la communauté peut la lire
answer-only-asker = Seul qui demande la lit.
answer-send = Envoyer la réponse
close-title = Clore la demande
close-label = Ce qui en est sorti ; toute la communauté le lit
close = Clore
today-calm = Vous n’avez rien à faire maintenant.
today-more-due = { $count ->
    [one] encore { $count }
   *[other] encore { $count }
}
nav-hits = Sommes-nous touchés ?
hits-lead = Ce que d’autres ont partagé et qui a été vu ici, et ce que nous en disons.
tab-seen = Vu ici
tab-log = Vérifier un journal
tab-rules = Ce que nous disons
more-values = { $count ->
    [one] et encore { $count } valeur
   *[other] et encore { $count } valeurs
}
named-members = membres nommés avec
hits-waiting = Attend votre réponse
hits-waiting-lead = Ceux qui l’ont partagé doivent-ils savoir qu’il a été vu ici ? Les valeurs restent chez nous ; ce qui serait dit est à côté.
answer-until = Répondre avant le
nobody-to-tell = Il n’y a plus personne à qui le dire.
what-is-told = Ce qui est dit
how-much = Combien
tell = Le dire
do-not-tell = Ne pas le dire
hits-seen = Vu
hits-teach = La veille remplit cette liste en lisant vos journaux ; ou vérifiez-en un à la main :
hit-state-open = en cours de comptage
hit-state-closed = compté
hit-state-waiting = attend une réponse
hit-state-confirmed = sera dit
hit-state-told = dit
hit-state-kept = gardé chez nous
hit-state-declined = non dit
hit-state-lapsed = trop tard pour le dire
hit-state-refused = n’a pas pu être dit
form-never = rien
form-count = combien, pas qui
form-sector = combien, et notre secteur
form-full = combien, quand, et notre nom
said-told = C’est dit.
said-declined = Cela reste chez nous.
said-not-told = Cela n’a pas pu être dit ; la liste dit pourquoi.
said-rules = Les règles valent dès maintenant.
rules-lead = Pour chaque communauté : ce que d’autres apprennent quand ce qu’ils ont partagé est vu ici.
rule-others = Toutes les communautés sans règle propre
rule-as-others = comme pour les autres
rule-asks = Qui décide
rule-asks-yes = quelqu’un est interrogé d’abord
rule-asks-no = c’est dit automatiquement
rule-stretch = Compté ensemble sur
rule-log-line = Avec une ligne du journal (seulement avec notre nom)
rules-save = Enregistrer les règles
rules-not-yours = Un analyste de chez nous les change.
yes = oui
no = non
stretch-300 = cinq minutes
stretch-3600 = une heure
stretch-21600 = six heures
stretch-86400 = un jour
stretch-604800 = une semaine
watch-lead = Ce que lit la veille de ce nœud, et comment elle va.
watch-since = En marche depuis
watch-list = Cherche
watch-left-out = Laissés de côté (chacun avec raison)
watch-unusable = Inutilisables
watch-hits = Touches
watch-hunts = Recherches dans le passé
watch-streams = Flux
watch-sources = Sources
watch-source = Source
watch-reader = Lu comme
watch-records = Lignes
watch-malformed = Lignes étranges
watch-behind = Retard
watch-last = Dernier
stream-ended = terminé
stream-away = attend son serveur
stream-runs = en marche
log-lead = Déposez un journal : il est comparé ici à tout ce que vous pouvez voir, puis oublié.
log-title = Vérifier un journal
log-file = Ou un fichier
log-label = Lignes d’un journal
log-hint = { $count ->
    [one] Proxy, DNS, pare-feu, courrier, système : tout texte, jusqu’à { $count } Mio. Les plus grands chez vous : commonwatch match FILE.
   *[other] Proxy, DNS, pare-feu, courrier, système : tout texte, jusqu’à { $count } Mio. Les plus grands chez vous : commonwatch match FILE.
}
log-look = Regarder
log-clean = Rien de ce que vous pouvez voir n’est dans ce journal.
log-hits = { $count ->
    [one] { $count } touche
   *[other] { $count } touches
}
log-read = { $count ->
    [one] { $count } ligne lue.
   *[other] { $count } lignes lues.
}
log-looked-for = { $count ->
    [one] { $count } valeur cherchée.
   *[other] { $count } valeurs cherchées.
}
log-forgotten = Rien du journal n’a été gardé.
log-not-whole = C’était trop long et a été arrêté : ce n’est pas toute la réponse. Envoyez une plus petite partie.
log-nothing-to-look-for = Il n’y a encore rien à chercher ici.
log-what-now = Une touche est une raison de regarder, pas encore une preuve. Trouvez la machine de cette ligne, lisez l’indicateur, faites ce qu’il conseille et prévenez votre communauté si vous le pouvez.
log-line = { $count ->
    [one] Ligne { $count }
   *[other] Ligne { $count }
}
log-host = sur { $text }
log-untold = { $count ->
    [one] { $count } autre touche n’est pas montrée.
   *[other] { $count } autres touches ne sont pas montrées.
}
log-left-out = { $count ->
    [one] { $count } ne l’a pas été : inoffensive, expirée ou de peu de valeur.
   *[other] { $count } ne l’ont pas été : inoffensives, expirées ou de peu de valeur.
}
nav-numbers = Chiffres
numbers-lead = Comment va le partenariat : nos chiffres en entier, ceux de tous quand ils ne désignent personne.
whole-partnership = Tout le partenariat
from-month = De
to-month = À
to-print = À imprimer
numbers-overdue = { $count ->
    [one] { $count } engagement à nous est en retard.
   *[other] { $count } engagements à nous sont en retard.
}
targets = Objectifs de la charte
target = Objectif
wanted = Voulu
we = Nous
all = Tous
met = atteint
not-met = non atteint
nothing-to-compare = rien à comparer
coverage = Qui veille en direct
coverage-live = { $count ->
    [one] { $count } membre veille en direct.
   *[other] { $count } membres veillent en direct.
}
coverage-untold = Non dit, car cela concerne trop peu.
coverage-members = { $count ->
    [one] sur { $count } membre
   *[other] sur { $count } membres
}
measures = Mesures
measures-lead = Un temps se lit : la moitié sont plus courts · neuf sur dix sont plus courts (combien). Dans le graphique : les barres sont à nous, le trait court est de tous.
definition = Ce qui est compté
not-told = non dit
untold-months = { $count ->
    [one] ({ $count } mois non dit)
   *[other] ({ $count } mois non dits)
}
chart-most = plus haut : { $text }
by-month = Mois par mois
month = Mois
measure-observation-to-share = De l’observation au partage
measure-share-to-delivery = Du partage à la remise
measure-delivery-to-acknowledge = De la remise à l’accusé
measure-delivery-to-action = De la remise à l’action
measure-share-to-watchlist = Du partage à la liste de veille
measure-delivery-to-hit = De la remise à la première touche
measure-moderation = En attente d’un modérateur
measure-shared = Partagé
measure-first = Partagé en premier
measure-corroborated = Corroboré par d’autres
measure-useful = Utile ailleurs
measure-false-positive = Appelé faux positif
measure-taken = Reçu
measure-sighted = Observations dites
measure-kept-in-time = Engagements tenus à temps
measure-kept-late = Engagements tenus en retard
measure-not-needed = Engagements pas nécessaires
measure-live = Veille en direct
target-observation-to-share-hours = De l’observation au partage, heures
target-share-to-delivery-minutes = Du partage à la remise, minutes
target-share-to-watchlist-minutes = Du partage à la liste, minutes
target-delivery-to-acknowledge-hours = De la remise à l’accusé, heures
target-delivery-to-action-hours = De la remise à l’action, heures
target-moderation-hours = En attente d’un modérateur, heures
target-false-positives-percent = Faux positifs, pour cent
target-promises-in-time-percent = Engagements tenus à temps, pour cent
watch-hubs = Plateformes informées de votre surveillance
hub-told = informée
hub-untold = non informée
ask-beyond = Demander aussi aux plateformes partenaires, sans notre nom :
request-beyond = aussi les plateformes partenaires
log-file-hint = Aussi compressé (gzip, zstd, bzip2, xz), pcap et journaux d’événements Windows. Jusqu’à { $count } Mio sont examinés à l’arrivée ; rien n’est conservé.
tab-past = Journaux passés
past-lead = Était-ce dans nos journaux avant que quiconque nous en parle ? Regarder en arrière ne compte rien et ne le dit à personne.
past-begin-title = Regarder en arrière
past-indicator = Quel indicateur ?
past-indicator-hint = vide : tout ce que vous pouvez voir
past-begin = Regarder en arrière
past-running = Recherche en cours…
past-look-again = Regarder à nouveau
past-clean = Ce n’est pas dans les journaux présents ici.
past-hits = { $count ->
    [one] { $count } ligne le contient
   *[other] { $count } lignes le contiennent
}
past-what = Recherché
past-everything = tout ce que le demandeur peut voir
past-by = Demandé par
past-read = Lu
past-logs = { $count ->
    [one] { $count } journal
   *[other] { $count } journaux
}
past-megabytes = { $count } Mo
past-left-out = Ce n’est pas recherché :
past-not-whole = Tout n’a pas pu être lu : ce n’est pas la réponse complète.
past-places = Où l’on regarde
past-hunts = { $count ->
    [one] La veille a elle-même cherché ici { $count } fois.
   *[other] La veille a elle-même cherché ici { $count } fois.
}
object-look-back = Était-ce dans nos journaux passés ?
recall-remind = Relancer
recall-remind-all = Relancer tous ceux qui n’ont pas répondu
recall-reminded = relancé
recall-reminded-us = On vous l’a rappelé :
said-reminded = Qui n’a pas répondu est relancé, chacun une fois par jour au plus.
meaning-observation-to-share = Pour chaque objet qui dit quand il a été observé (valid_from d’un indicateur, first_seen d’une observation, first_observed de données observées) : de ce moment jusqu’à ce que le membre le partage ici pour la première fois.
meaning-share-to-delivery = Pour chaque objet ajouté après l’arrivée du membre : de ce moment jusqu’à sa première remise au membre, par toute voie qui remet tout dans l’ordre (TAXII, envoi, export).
meaning-delivery-to-acknowledge = Pour chaque objet d’autrui dont le membre dit avoir pris note : de sa première remise jusqu’à ce moment.
meaning-delivery-to-action = Pour chaque objet d’autrui sur lequel le membre dit avoir agi : de sa première remise jusqu’à ce moment.
meaning-share-to-watchlist = Pour chaque indicateur ajouté après le début de la veille du membre : de ce moment jusqu’à ce qu’une liste qui le contient y soit en vigueur.
meaning-delivery-to-hit = Pour chaque objet d’autrui dont le membre a signalé une observation : de sa première remise jusqu’à la première observation ; rien s’il a été vu avant.
meaning-moderation = Pour chaque objet du membre qui a attendu : de son arrivée jusqu’à sa libération ou son refus.
meaning-shared = Objets que le membre a lui-même partagés, chacun à son premier partage ; sans relations, identités, marquages, observations ni avis, ni ce qu’un abonnement a apporté.
meaning-first = Parmi ceux-ci, ceux que personne n’avait donnés à la communauté auparavant : ni l’objet ni aucune de ses valeurs.
meaning-corroborated = Objets du membre qu’un autre a donnés aussi, plus tard : le même objet ou une de ses valeurs. Chacun compte une fois.
meaning-useful = Objets du membre qui ont conduit un autre à une observation ou à une action. Chacun compte une fois.
meaning-false-positive = Objets du membre qu’un autre a appelés faux positifs. Chacun compte une fois.
meaning-taken = Objets remis pour la première fois au membre par une voie qui remet tout dans l’ordre.
meaning-sighted = Observations que le membre a signalées, chacune la première fois.
meaning-kept-in-time = Engagements du membre tenus avant leur échéance, dans le mois où il l’a fait.
meaning-kept-late = Engagements du membre tenus en retard, dans le mois où il l’a fait.
meaning-not-needed = Engagements du membre qu’il a jugés, avec un motif, inutiles.
meaning-live = Fois où le membre a dit qu’une veille tourne avec une liste de cette communauté ; un membre qui n’en a aucune dans un mois n’y veille pas en direct.
meaning-log-family = Genres de journaux que lit la veille du membre, chaque fois qu’il l’a dit.
