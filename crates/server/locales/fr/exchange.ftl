# Sentences of crates/server/src/console/exchange
exchange-lead = Ce qui est récupéré ailleurs, envoyé, échangé avec des pôles partenaires et signalé à vos programmes.
subscriptions-title = Récupéré
subscriptions-none = Rien n’est récupéré. Un abonnement rapporte régulièrement un flux, une liste ou la collection d’un partenaire.
peers-title = Envoyé
peers-none = Rien n’est envoyé. Un destinataire reçoit de lui-même ce que son membre peut voir ici, et rien de plus.
run-now = Lancer maintenant
switch-on = Activer
switch-off = Suspendre
remove = Supprimer
remove-stays = Cela ne tourne plus. Ce qui est arrivé ou parti reste où il est.
never-ran = n’a pas encore tourné
last-run = dernier passage
next-run = prochain
done-ran = C’est fait.
done-switched = Enregistré.
done-removed = Supprimé.
done-subscribed = Abonnement créé. Le premier passage est imminent.
done-peer = Enregistré. Le premier envoi est imminent.
done-accepted = Accepté : ces conditions valent désormais.
done-ended = La passerelle a pris fin. L’autre pôle en est informé.
done-tested = Un message d’essai est en route.
subscribe-new = S’abonner
subscribe-lead = Regardez d’abord ce qui viendrait. Regarder n’enregistre rien.
subscribe-make = S’abonner
preview-look = Voir ce qui viendrait
preview-title = Ce qui viendrait
preview-nothing = Il n’y a rien qui puisse être repris.
preview-objects = { $count ->
    [one] { $count } objet
   *[other] { $count } objets
}
preview-more = dans la première partie ; il y en a d’autres.
preview-refused = { $count ->
    [one] { $count } serait refusé
   *[other] { $count } seraient refusés
}
preview-types = De quoi il s’agit
preview-markings = Jusqu’où cela peut aller
preview-unmarked = non marqué
preview-unknown = marquage inconnu ici
preview-marked-as = Ce qui n’est pas marqué devient TLP:{ $text }. Ce qui est plus strict le reste.
preview-creators = Au nom de qui
preview-nobody = Personne n’est nommé.
preview-examples = Exemples
preview-stored-nothing = Rien n’en est enregistré pour l’instant.
source-kind = De quoi il s’agit
source-url = Adresse
source-name = Comment vous l’appelez
source-name-hint = lettres, chiffres, tirets ; figure dans l’origine de ce qui vient
source-login-hint = vide : aucun, ou une clé seule
source-secret = Mot de passe ou clé
source-tlp = Couleur de ce qui n’est pas marqué
source-every = À quelle fréquence
source-collection = Collection
source-collection-hint = TAXII : si l’adresse est celle d’un serveur
source-settings = Autres réglages
source-settings-label = Réglages
source-settings-hint = Le guide les énumère sous « Getting information in by schedule ».
every-quarter = tous les quarts d’heure
every-hour = toutes les heures
every-six-hours = toutes les six heures
every-day = tous les jours
every-week = toutes les semaines
kind-taxii21 = collection TAXII 2.1
kind-taxii20 = collection TAXII 2.0
kind-misp-feed = flux MISP
kind-misp-server = serveur MISP
kind-list = liste ou fichier sur le web
kind-folder = dossier de cette machine
peer-new = Envoyer à un destinataire
peer-lead = Un destinataire reçoit ce que son membre peut voir ici, et rien d’autre. Comptez d’abord ce qui partirait.
peer-url = Adresse de la collection
peer-member = De quel membre il s’agit
peer-community = Seulement ce qui va à
peer-every-community = tout ce que le membre peut voir
peer-look = Compter ce qui partirait
peer-make = Commencer l’envoi
peer-preview = Ce qui partirait
peer-preview-none = Rien pour l’instant : le membre ne voit rien ici qui puisse être envoyé.
peer-preview-some = { $count ->
    [one] { $count } changement
   *[other] { $count } changements
}
peer-preview-more = ont été comptés ; il y en a d’autres.
peer-preview-oldest = le plus ancien du
peer-preview-how = Ce qui vient de l’hôte même du destinataire ne lui est pas renvoyé. Rien n’est parti pour l’instant.
bridges-title = Passerelles vers des pôles partenaires
bridges-none = Il n’y a pas de passerelle. Deux pôles conviennent de conditions, et rien ne passe avant leur double accord.
bridge-lead = Ce qui a été convenu avec un pôle partenaire, et ce qui est passé.
bridge-open = pas encore convenu
bridge-ended = terminé
bridge-sent = Repris là-bas
bridge-taken = Repris de là-bas
bridge-refused = Refusé d’un côté
bridge-ours = Notre communauté
bridge-theirs = La leur
bridge-way = Sens
bridge-sends = sort
bridge-takes = entre
bridge-most = Au plus strict
bridge-rules = Règles
bridge-unnamed = les contributeurs restent anonymes
bridge-named = les contributeurs sont nommés
bridge-onward = { $count ->
    [one] peut continuer, par { $count } pôle en tout
   *[other] peut continuer, par { $count } pôles en tout
}
bridge-not-onward = ne va pas plus loin
bridge-proposed = Conditions proposées, version { $count }
bridge-waits-us = L’autre pôle le propose. Rien n’en vaut avant votre accord.
bridge-waits-them = Cela attend l’autre pôle.
bridge-url = Adresse de l’autre pôle
bridge-as-before = vide : comme avant
bridge-accept = Accepter ces conditions
bridge-terms = Conditions en vigueur, version { $count }
bridge-no-terms = Aucune condition n’est en vigueur
bridge-end = Mettre fin à la passerelle
bridge-end-what = Elle prend fin aussitôt, quoi que dise l’autre pôle. Les conditions disent ce que devient ce qui est passé.
bridge-steps = Qui a convenu de quoi
bridge-step-proposed = a proposé la version
bridge-step-accepted = a accepté la version
bridge-step-ended = y a mis fin à la version
bridge-by-us = par nous
bridge-by-them = par eux
bridge-passed = Ce qui est passé en dernier
bridge-passed-none = Rien de ce que votre membre voit n’est passé.
webhooks-title = Webhooks
webhooks-lead = Un programme de votre organisation reçoit un message signé quand quelque chose est nouveau ou dû. Le message ne dit jamais le contenu.
webhooks-none = Aucun programme n’est averti.
webhook-new = Avertir un programme
webhook-url = Où vont les messages
webhook-kinds = De quoi
webhook-kinds-hint = rien de coché : de tout
webhook-make = Créer le webhook
webhook-secret = Son secret
webhook-secret-how = Les messages sont signés avec lui. Il est montré ici, maintenant, et jamais plus : mettez-le dans votre programme.
webhook-failing = rien n’arrive
webhook-waiting = { $count ->
    [one] { $count } attend
   *[other] { $count } attendent
}
webhook-test = Envoyer un essai
webhook-messages = Ce qui a été envoyé
webhook-messages-none = Rien n’a encore été envoyé.
webhook-arrived = arrivé
webhook-tried-again = nouvel essai
webhook-given-up = abandonné
done-bridge-offered = Proposé. Rien ne passe avant l’accord de l’autre pôle.
every-minute = chaque minute
bridge-new = Proposer une passerelle
bridge-other = Proposer d’autres conditions
bridge-new-lead = Ce qui peut passer entre ce pôle et celui d’un partenaire, dans chaque sens. Regardez d’abord ce que cela veut dire ; l’autre pôle l’apprend quand vous le proposez.
bridge-member = Le membre qui représente l’autre pôle
bridge-member-hint = C’est un membre comme un autre : il doit être dans chaque communauté appariée, et pouvoir contribuer là où quelque chose entre.
bridge-pairs = Communautés
bridge-pairs-hint = Une des nôtres et une des leurs, par son alias là-bas. Une ligne de plus vient quand vous regardez.
bridge-both = dans les deux sens
bridge-hops = Nœuds qu’un élément peut avoir quittés
bridge-may-onward = Le pôle qui reçoit peut le transmettre par d’autres passerelles
bridge-look = Voir les conditions
bridge-propose = Les proposer
bridge-draft = En clair : version { $count }
bridge-draft-how = Personne ne le sait encore. Quand vous les proposez, l’autre pôle lit les mêmes conditions ; tant qu’il n’accepte pas, rien n’en vaut.
bridge-draft-holding = Ce qui vaut jusque-là
bridge-pause = Suspendre
bridge-resume = Reprendre
bridge-paused = suspendue
bridge-paused-what = Suspendue de ce côté : rien ne passe dans aucun sens, sauf les rappels. Ce qui est partagé entre-temps passera à la reprise.
bridge-step-paused = a suspendu à la version
bridge-step-resumed = a repris à la version
terms-out = Ce qui est partagé ici avec toute la communauté va à « { $text } » là-bas.
terms-in = Ce qui est partagé là-bas avec « { $text } » vient ici, au nom du membre qui représente ce pôle.
terms-most = Rien de marqué plus strictement que { $text } ne passe. TLP:RED et ce qui est pour des membres nommés, jamais.
terms-unnamed = Qui a contribué n’est pas nommé.
terms-named = Qui a contribué est nommé.
terms-onward = { $count ->
    [one] Le pôle qui reçoit peut le transmettre, jusqu’à ce qu’il ait quitté { $count } pôle.
   *[other] Le pôle qui reçoit peut le transmettre, jusqu’à ce qu’il ait quitté { $count } pôles.
}
terms-not-onward = Le pôle qui reçoit ne le transmet à aucun autre.
terms-stays = Quand la passerelle prend fin, ce qui est passé reste, sous ses règles.
terms-withdrawn = Quand la passerelle prend fin, ce qui est passé est retiré des deux côtés.
