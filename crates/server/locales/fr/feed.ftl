# Sentences of crates/server/src/console/feed
nav-feed = Fil
feed-lead = Tout ce qui est partagé avec nous, le plus récent d’abord. Collez une valeur, des mots ou un rapport entier.
feed-box = Que cherchez-vous ?
feed-find = Chercher
feed-filters = Une adresse, un domaine, une URL, une empreinte ou un courriel, même neutralisés ; ou des mots tous présents. Filtres :
feed-odd-type = Ce type n’existe pas : { $text }.
feed-odd-since = Ce n’est pas une date : { $text }.
feed-odd-filter = Il n’y a pas de filtre { $text }: ici.
feed-report = Coller un rapport entier
feed-report-label = Texte, liste, règles, STIX ou MISP : chaque valeur est cherchée. Rien n’est partagé ni conservé.
feed-report-look = Chercher chaque valeur
feed-understood = Compris comme { $text } :
feed-values = { $count ->
    [one] { $count } valeur dans le texte
   *[other] { $count } valeurs dans le texte
}
feed-values-left = { $count ->
    [one] { $count } autre valeur n’a pas été cherchée.
   *[other] { $count } autres valeurs n’ont pas été cherchées.
}
feed-no-values = Aucune adresse, aucun domaine, URL, empreinte ni vulnérabilité dans le texte.
feed-unknown-value = inconnue ici
feed-known-value = connue ici
feed-newest = Le plus récent
feed-found = Trouvé
feed-more = Suite
feed-end = C’est tout.
feed-nothing-yet = Rien n’est encore partagé avec vous. Ce que d’autres partagent apparaît ici ; vous pouvez commencer.
feed-value-unknown = Cette valeur n’est dans rien qui vous soit ouvert. Cela ne dit pas qu’elle est inoffensive.
feed-nothing-found = Rien trouvé. Essayez moins de mots ou de filtres, le début d’un mot suivi de *, ou type:any pour inclure les relations et les valeurs.
said-recalled = Le rappel est fait : ceux qui l’avaient sont priés d’agir.
nav-share = Partager
what-attack-pattern = Une façon de faire des attaquants (une technique).
what-campaign = Une série d’attaques avec un même but.
what-course-of-action = Quelque chose que l’on peut faire.
what-grouping = Des choses qui vont ensemble.
what-identity = Une organisation ou une personne.
what-incident = Quelque chose qui s’est produit.
what-indicator = Un motif à chercher dans les journaux et le trafic : s’il apparaît, quelque chose ne va sans doute pas.
what-infrastructure = Des systèmes que des attaquants utilisent.
what-intrusion-set = Des attaques qui semblent l’œuvre d’un même groupe.
what-location = Un lieu.
what-malware = Un logiciel malveillant.
what-note = Ce que quelqu’un dit d’une chose d’ici.
what-observed-data = Ce qui a été vu quelque part, sans jugement.
what-opinion = Si quelqu’un est d’accord avec une chose d’ici.
what-relationship = Comment deux choses sont liées.
what-report = Un rapport, avec ce dont il traite.
what-sighting = Quelqu’un a vu cela.
what-threat-actor = Des gens qui attaquent.
what-tool = Un logiciel ordinaire que des attaquants utilisent aussi.
what-vulnerability = Une faille d’un produit.
what-value = Une valeur mentionnée ; cela seul ne dit pas qu’elle est nuisible.
what-other = Quelque chose qui a été partagé.
tlp-clear = Tout le monde peut le lire et le diffuser.
tlp-green = Il reste entre les membres de la communauté.
tlp-amber = Il reste dans les organisations qui l’ont reçu, et chez leurs clients qui en ont besoin.
tlp-amber-strict = Il reste dans les organisations qui l’ont reçu.
tlp-red = Seulement pour ceux qui sont nommés.
pap-clear = Vous pouvez l’utiliser librement.
pap-green = Vous pouvez le bloquer sur vos systèmes ; n’agissez pas au-delà.
pap-amber = Vous pouvez le chercher et surveiller ; ne bloquez pas, l’attaquant le verrait.
pap-red = Vous pouvez seulement le chercher dans vos propres journaux, sans qu’on le remarque.
object-revoked = révoqué
object-own = partagé par nous
object-warning = Une liste d’avertissement connaît une de ses valeurs comme inoffensive : { $text }
object-description = Ce qui en est dit
object-who = Qui peut le voir, et d’où il vient
object-communities = Il nous est venu par :
object-named = Limité à :
object-narrowed = Il est limité aux membres que l’auteur a nommés ; le vôtre en est.
object-from = De
object-withheld = nom tu
object-withheld-own = les autres ne voient pas le nom
object-added = Ajouté
object-creator = Créé par
object-id = Identifiant
object-came-by = Comment il est venu, nœud par nœud
object-do = Ce que vous pouvez faire
object-note = Une note pour votre registre (facultatif)
object-acknowledge = Nous en prenons note
object-act = Nous avons agi
object-judge = C’est faux, ou terminé
object-judge-kind = Qu’est-ce ?
object-false-positive = Un faux positif : il touche ce qui est inoffensif
object-expired = Expiré : c’était juste, ce ne l’est plus
object-comment = Pourquoi ? Ceux qui l’ont le liront.
object-judge-send = Le leur dire
object-recall = Le rappeler …
object-pattern = Que chercher
object-score = Score actuel
object-score-hint = Il baisse avec le temps, monte avec les observations, et baisse si quelqu’un le dit faux.
object-valid = Valable
object-open-end = sans fin
object-over = terminé
object-detect = Pour vos outils
object-detect-none = On ne peut en faire ni règle ni liste.
object-why-not = Pourquoi certains formats manquent
object-values = Valeurs contenues
object-neighbours = Lié à
object-alone = Rien de ce qui vous est ouvert n’y est lié.
object-graph = { $count ->
    [one] Schéma : { $count } objet autour ; la liste suit
   *[other] Schéma : { $count } objets autour ; la liste suit
}
object-not-here = pas ici, ou pas ouvert pour vous
object-more-neighbours = Il peut y en avoir d’autres ; l’API les donne tous.
object-judged = Vu, et ce qu’en disent les autres
object-receipts = Ce qu’il en est advenu
receipt-could-see = Peuvent le voir
receipt-received = L’ont reçu
receipt-opened = L’ont ouvert
receipt-acknowledged = En ont pris note
receipt-acted = Ont agi
receipt-saw = L’ont vu chez eux
receipts-elsewhere = (et { $count } sur d’autres pages)
figure-exactly = { $count ->
    [one] { $count } autre
   *[other] { $count } autres
}
figure-few = moins de cinq autres, peut-être aucun
figure-most = tous les autres sauf moins de cinq
object-versions = Versions
object-version = Version
object-marking = Marquage
object-changed = Ce qui a changé
object-superseded = il y en a une plus récente
object-versions-left = { $count ->
    [one] { $count } plus ancienne n’est pas montrée.
   *[other] { $count } plus anciennes ne sont pas montrées.
}
object-raw = L’objet tel quel (STIX JSON)
copy = Copier
copied = Copié
cancel = Laisser
said-acknowledged = Noté : votre organisation en a pris note.
said-acted = Noté : votre organisation a agi.
said-before = Votre organisation l’avait déjà dit ; la première fois compte.
said-feedback = Votre avis est en route vers ceux qui l’ont.
recall-lead = Il prend effet aussitôt et pour tous. Ceux qui l’ont reçu sont priés d’agir et de répondre ; vous voyez qui l’a fait.
recall-kind = Que faut-il ?
recall-retract = Il disparaît : il ne fallait pas le partager
recall-correct = Les anciennes versions disparaissent : une nouvelle est déjà partagée
recall-narrow = Il reste, pour moins de monde : sous la couleur plus stricte ci-dessous
recall-tlp = La couleur, s’il reste
recall-reason = Pourquoi ?
recall-reason-hint = Tous ceux qui doivent agir le lisent. Dites ce qui ne va pas, et rien qui ne doive être su.
recall-send = Rappeler maintenant
share-withheld = Taire notre nom : seul le registre de ce nœud l’a
object-graph-left = { $count ->
    [one] { $count } autre n’est que dans la liste.
   *[other] { $count } autres ne sont que dans la liste.
}
share-lead = Collez ou déposez n’importe quoi : un rapport, un PDF, une liste, un courriel, un tableau, des règles, STIX ou MISP. Vous voyez ce qui a été compris et qui le lira avant tout envoi.
share-text = Que voulez-vous partager ?
share-text-hint = Les valeurs écrites pour qu’on ne clique pas (hxxp, [.]) sont lues comme nuisibles ; les autres sont seulement mentionnées.
share-file = Ou un fichier
share-with = Avec qui ?
share-nobody = Aucune communauté : notre organisation, et qui est nommé
share-named = Seulement ces membres (facultatif)
share-named-hint = Noms séparés par des virgules. TLP:RED en a besoin.
share-tlp = Qui peut le lire ? (TLP)
share-pap = Que peuvent-ils en faire ? (PAP)
share-default = Comme il est marqué, sinon comme le dit la communauté
share-check = Voir ce qui a été compris
share-check-again = Revoir
share-send = Partager maintenant
share-changed = Vous avez changé quelque chose depuis. Voici l’état actuel ; rien n’a été envoyé.
share-understood = Ce qui a été compris
share-nothing = Rien ne peut être partagé : aucune adresse, domaine, empreinte, règle ni objet.
share-objects = { $count ->
    [one] { $count } objet
   *[other] { $count } objets
}
share-one-by-one = Un par un
share-not-read = Sera refusé :
share-readers = Qui le lira
share-everybody = Tout le monde peut le lire et le diffuser, même sans compte si ce nœud est ouvert au public.
share-members = { $count ->
    [one] { $count } membre, le vôtre compris :
   *[other] { $count } membres, le vôtre compris :
}
share-and-others = et d’autres dont vous ne voyez pas les noms
share-clients = { $count ->
    [one] Et { $count } client de ces membres.
   *[other] Et { $count } clients de ces membres.
}
share-bridge = Il passe à { $text }, et à qui peut le lire là-bas.
share-waits = Il attend d’abord les modérateurs de la communauté ; d’ici là, eux et vous le voyez.
share-name-shown = Ils voient le nom de votre organisation.
share-name-kept = Ils ne voient pas le nom de votre organisation.
share-stricter = Ce qui porte un marquage plus strict dans le texte le garde, et touche moins de monde.
share-unusual = Est-ce le bon groupe ?
share-names-us = Le texte lui-même dit le nom de votre organisation. Enlevez-le si personne ne doit le savoir.
share-mail = { $count ->
    [one] Il y a { $count } adresse de courriel. Est-elle à l’attaquant, ou à quelqu’un à protéger ?
   *[other] Il y a { $count } adresses de courriel. Sont-elles à l’attaquant, ou à des gens à protéger ?
}
share-harmless = Des listes d’avertissement connaissent ces valeurs : elles sont inoffensives presque partout. Retirez-les si vous ne les visez pas.
shared-title = Ce qu’il en est advenu
shared-accepted = acceptés
shared-unchanged = étaient déjà là
shared-refused = refusés
shared-more = Partager autre chose
shared-problems = Refus et avertissements
shared-refusal = refusé
shared-warning = avertissement
shared-items = Ce qui est partagé maintenant
shared-was-there = était déjà là
shared-left = { $count ->
    [one] { $count } autre n’est pas listé.
   *[other] { $count } autres ne sont pas listés.
}
shared-line = ligne { $count }
left-revoked = Il est révoqué : plus personne ne devrait le chercher.
left-not-valid = Il n’est pas valable maintenant : son temps est passé, ou pas encore venu.
left-benign = Il dit de lui-même qu’il est inoffensif.
left-pap = Son marquage (PAP) interdit ce que certains de ces formats feraient faire à vos systèmes.
left-warninglisted = Une liste d’avertissement connaît sa valeur : une règle toucherait ce qui est inoffensif.
feed-odd-tlp = Cette couleur n’existe pas : { $text }.
feed-odd-technique = Ce n’est pas le numéro d’une technique : { $text }.
feed-odd-member = Rien de ce qui vous est ouvert ne vient d’un membre nommé { $text }.
feed-odd-many = Trop de valeurs à la fois ; à partir de celle-ci, la recherche n’est pas possible : { $text }.
feed-odd-at = Cela se trouve au caractère { $count }.
feed-odd-could = On pourrait y mettre :
feed-new = nouveau
feed-goes-on = Rien parmi ce qui a été parcouru jusqu’ici ; la suite est plus ancienne.
feed-cut = Trop de choses ont trait à ce secteur ou à cette technique pour tout suivre : les liens les plus récents sont ici, les plus anciens manquent.
facets-title = Affiner
facets-count = Compter les résultats par type, marquage, membre, secteur et technique
facets-none = Il n’y a rien à compter.
facets-counted = { $count ->
    [one] { $count } élément compté, parmi ce qui vous est ouvert.
   *[other] { $count } éléments comptés, parmi ce qui vous est ouvert.
}
facets-counted-more = Les { $count } éléments les plus récents ont été comptés, parmi ce qui vous est ouvert. Il y en a plus : chaque nombre est un minimum.
facets-left = { $count ->
    [one] { $count } autre n’est pas affiché.
   *[other] { $count } autres ne sont pas affichés.
}
facet-type = Type
facet-tlp = Marquage
facet-since = Ajouté depuis
facet-from = De
facet-sector = Secteur
facet-technique = Technique
searches-title = Recherches enregistrées
searches-lead = Des questions que vous gardez. Ce que chacune trouve est cherché quand vous regardez, parmi ce qui vous est alors ouvert ; personne d’autre ne les voit.
searches-yours = Les vôtres
searches-none = Vous n’en gardez pas encore. Cherchez quelque chose dans le fil et enregistrez-le, ou écrivez-en une ci-dessous.
search-fresh = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
search-fresh-more = au moins { $text }
search-nothing-new = rien de nouveau
search-everything = tout
search-look = Voir ce qui est nouveau
search-change = Modifier ou supprimer
search-change-send = Modifier
search-delete = Supprimer
search-new = Enregistrer une recherche
search-name = Nom
search-question = Question ; vide : tout
search-today = Montrer sur la page d’accueil ce qui est nouveau
search-mail = Me dire par courriel qu’il y a du nouveau ; pas quoi
search-no-mail = Aucun courriel ne vous parvient : donnez d’abord une adresse.
search-webhook = Prévenir les webhooks de notre organisation
search-save = Enregistrer
search-save-this = Enregistrer cette recherche
search-saved = Enregistrée. Ce qui arrive à partir de maintenant est nouveau.
search-changed = Modifiée.
search-deleted = Supprimée.
key-up = Remonter d’un niveau
around-link = Voir plus autour, à deux pas
around-title = Autour de { $text }
around-lead = Ce qui y est lié se trouve sur l’anneau intérieur, ce qui est lié à cela sur l’anneau extérieur. Chaque nom est un lien ; la liste dit la même chose.
around-types = Montrer ou masquer
around-show = montrer { $text }
around-hide = masquer { $text }
around-picture = Image
around-list = Liste
around-from-here = autour de ceci
around-left = { $count ->
    [one] { $count } autre objet lié n’y figure pas.
   *[other] { $count } autres objets liés n’y figurent pas.
}
matrix-title = Techniques par tactiques
matrix-of = Techniques de { $text }
matrix-link = Techniques par tactiques (ATT&CK)
matrix-lead = Comment les attaquants procèdent, étape par étape : chaque colonne est une étape, chaque entrée une technique, avec le nombre d’éléments examinés qui s’y rapportent.
matrix-question = De quels éléments ? Mots et filtres ; vide : les plus récents de tout
matrix-odd = Une partie de la question est illisible.
matrix-odd-where = Le fil dit où.
matrix-looked = { $count ->
    [one] { $count } élément examiné.
   *[other] { $count } éléments examinés.
}
matrix-looked-more = Les { $count } éléments les plus récents ont été examinés ; il y en a plus.
matrix-techniques = { $count ->
    [one] { $count } technique.
   *[other] { $count } techniques.
}
matrix-count = { $count ->
    [one] { $count } élément s’y rapporte
   *[other] { $count } éléments s’y rapportent
}
matrix-none = Aucune technique n’y est liée, parmi ce qui vous est ouvert.
matrix-loose = Techniques sans tactique
seen-title = Vu au fil du temps
seen-total = { $count ->
    [one] Vu une fois.
   *[other] Vu { $count } fois.
}
seen-sightings = { $count ->
    [one] D’après { $count } observation qui vous est ouverte.
   *[other] D’après { $count } observations qui vous sont ouvertes.
}
seen-more = Les plus anciennes ne sont pas comptées.
seen-picture = Combien de fois cela a été vu
seen-by-day = par jour
seen-by-week = par semaine
seen-table = En tableau
seen-day = Jour
seen-week = Semaine du
seen-times = Fois
seen-earlier = Avant
change-gone = retiré :
change-new = nouveau :
translate-title = Traduire
translate-lead = Votre traduction parvient à ceux qui ont l’original, sous le même marquage ({ $text }), et à personne d’autre.
translate-language = Vers quelle langue ?
translate-other = Ou une autre (son étiquette)
translate-text = Traduction
translate-send = Partager la traduction
text-name = Nom
text-description = Description
text-abstract = Résumé
text-content = Texte
text-explanation = Explication
translated-sharer = Traduit par qui a partagé l’original.
translated-by = Traduit par { $text } ; ce n’est pas qui a partagé l’original qui le dit.
translated-withheld = Traduit par quelqu’un dont le nom est tu ; ce n’est pas qui a partagé l’original qui le dit.
translated-other-version = d’une autre version
translated-object = La traduction
translated-original = L’original
said-translated = Votre traduction est partagée avec ceux qui ont l’original. Là où des modérateurs regardent d’abord, elle les attend.
share-file-hint = PDF, courriel, tableur, texte, archive : jusqu’à { $count } Mio.
share-drop = Vous pouvez le déposer ici.
share-file-other = Un autre fichier à la place
share-kept = fichier
share-forget = Recommencer
share-change = Changer quelque chose
share-correct = Décochez ce qui ne doit pas être partagé. Corrigez ce qui a été mal lu. Ce que vous marquez plus strictement atteint moins de monde.
share-apply = Appliquer et regarder à nouveau
share-too-many = Il y en a trop pour les changer un à un : tout est partagé tel quel.
share-lines-left = { $count ->
    [one] { $count } autre est partagé tel que lu.
   *[other] { $count } autres sont partagés tels que lus.
}
share-says-us = Le contenu dit le nom de votre organisation.
share-private = Adresses privées : elles désignent autre chose chez chaque lecteur. Décochez-les.
share-personal = Comptes et numéros de téléphone appartiennent à quelqu’un. Ne les partagez que si nécessaire :
share-about = De quoi est-ce le signe ? (facultatif)
share-about-kind = Quel genre de chose
share-about-hint = Un nom : chaque indicateur, technique et faille y est alors relié.
about-malware = logiciel malveillant
about-campaign = campagne
about-group = groupe
item-role = Ce que cela fait ici
item-indicator = à rechercher
item-mention = seulement mentionné
item-kind = Genre
item-value = Valeur
item-name = Nom
item-mark = Marquage
item-mark-same = comme le reste
bytes = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
}
recall-of-others = Un autre membre l’a partagé. En tant que coordinateur, vous le retirez dans votre communauté ; le corriger revient à qui l’a partagé.
recall-within = Dans
matrix-more = { $count ->
    [one] { $count } de plus
   *[other] { $count } de plus
}
