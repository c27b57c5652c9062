# Sentences of crates/server/src/console/feed
nav-feed = Novedades
feed-lead = Todo lo que se comparte con nosotros, lo más nuevo primero. Pegue un valor, palabras o un informe entero.
feed-box = ¿Qué busca?
feed-find = Buscar
feed-filters = Una dirección, un dominio, una URL, un hash o un correo, también desactivados; o palabras que aparecen todas. Filtros:
feed-odd-type = No existe ese tipo: { $text }.
feed-odd-since = No es una fecha: { $text }.
feed-odd-filter = Aquí no hay ningún filtro { $text }:.
feed-report = Pegar un informe entero
feed-report-label = Texto, lista, reglas, STIX o MISP: se busca cada valor. Nada se comparte ni se guarda.
feed-report-look = Buscar cada valor
feed-understood = Entendido como { $text }:
feed-values = { $count ->
    [one] { $count } valor en el texto
   *[other] { $count } valores en el texto
}
feed-values-left = { $count ->
    [one] { $count } valor más no se buscó.
   *[other] { $count } valores más no se buscaron.
}
feed-no-values = No se encontró ninguna dirección, dominio, URL, hash ni vulnerabilidad en el texto.
feed-unknown-value = no se conoce aquí
feed-known-value = conocido aquí
feed-newest = Lo más nuevo
feed-found = Encontrado
feed-more = Más
feed-end = Eso es todo.
feed-nothing-yet = Todavía no se comparte nada con usted. Aquí aparece lo que otros comparten; puede empezar usted.
feed-value-unknown = Este valor no está en nada que esté abierto para usted. Eso no significa que sea inofensivo.
feed-nothing-found = No se encontró nada. Pruebe con menos palabras o filtros, con el comienzo de una palabra y *, o con type:any para incluir relaciones y valores.
said-recalled = La retirada está hecha: se pide a quienes lo tenían que actúen.
nav-share = Compartir
what-attack-pattern = Una forma de actuar de los atacantes (una técnica).
what-campaign = Una serie de ataques con un mismo fin.
what-course-of-action = Algo que se puede hacer al respecto.
what-grouping = Cosas que van juntas.
what-identity = Una organización o una persona.
what-incident = Algo que ocurrió.
what-indicator = Un patrón que buscar en registros y tráfico: donde aparece, es probable que algo vaya mal.
what-infrastructure = Sistemas que usan los atacantes.
what-intrusion-set = Ataques que parecen obra de un mismo grupo.
what-location = Un lugar.
what-malware = Software dañino.
what-note = Lo que alguien dice sobre algo de aquí.
what-observed-data = Lo que se vio en algún lugar, sin juicio.
what-opinion = Si alguien está de acuerdo con algo de aquí.
what-relationship = Cómo se relacionan dos cosas.
what-report = Un informe, con las cosas de las que trata.
what-sighting = Alguien vio esto.
what-threat-actor = Personas que atacan.
what-tool = Software corriente que también usan los atacantes.
what-vulnerability = Una debilidad de un producto.
what-value = Un valor mencionado; solo por eso nadie dice que sea dañino.
what-other = Algo que se compartió.
tlp-clear = Cualquiera puede leerlo y difundirlo.
tlp-green = Queda entre los miembros de la comunidad.
tlp-amber = Queda en las organizaciones que lo recibieron y sus clientes que lo necesiten.
tlp-amber-strict = Queda dentro de las organizaciones que lo recibieron.
tlp-red = Solo para quienes se nombra.
pap-clear = Puede usarlo como quiera.
pap-green = Puede bloquearlo en sus sistemas; no actúe más allá.
pap-amber = Puede buscarlo y vigilar; no lo bloquee, o el atacante lo notará.
pap-red = Solo puede buscarlo en sus propios registros, donde nadie lo note.
object-revoked = revocado
object-own = compartido por nosotros
object-warning = Una lista de avisos conoce uno de sus valores como inofensivo: { $text }
object-description = Lo que se dice de ello
object-who = Quién puede verlo y de dónde viene
object-communities = Nos llegó por:
object-named = Limitado a:
object-narrowed = Está limitado a miembros que nombró quien lo compartió; el suyo es uno de ellos.
object-from = De
object-withheld = nombre reservado
object-withheld-own = otros no ven el nombre
object-added = Añadido
object-creator = Hecho por
object-id = Identificador
object-came-by = Cómo llegó aquí, nodo a nodo
object-do = Qué puede hacer
object-note = Una nota para su registro (opcional)
object-acknowledge = Tomamos nota
object-act = Hemos actuado
object-judge = Es erróneo o ya pasó
object-judge-kind = ¿Qué es?
object-false-positive = Un falso positivo: acierta en lo inofensivo
object-expired = Caducado: era correcto y ya no lo es
object-comment = ¿Por qué? Lo leen quienes lo tienen.
object-judge-send = Decírselo
object-recall = Retirarlo …
object-pattern = Qué buscar
object-score = Puntuación ahora
object-score-hint = Baja con el tiempo, sube con avistamientos y baja si alguien dice que es erróneo.
object-valid = Válido
object-open-end = sin fin
object-over = terminado
object-detect = Para sus herramientas
object-detect-none = No se puede hacer de ello ninguna regla ni lista.
object-why-not = Por qué faltan algunos formatos
object-values = Valores que contiene
object-neighbours = Relacionado con
object-alone = Nada de lo que está abierto para usted está relacionado.
object-graph = { $count ->
    [one] Dibujo: { $count } objeto alrededor; sigue la lista
   *[other] Dibujo: { $count } objetos alrededor; sigue la lista
}
object-not-here = no está aquí o no está abierto para usted
object-more-neighbours = Puede haber más; la API los da todos.
object-judged = Visto, y lo que dicen otros
object-receipts = Qué fue de ello
receipt-could-see = Pueden verlo
receipt-received = Lo recibieron
receipt-opened = Lo abrieron
receipt-acknowledged = Tomaron nota
receipt-acted = Actuaron
receipt-saw = Lo vieron en casa
receipts-elsewhere = (y { $count } en otras páginas)
figure-exactly = { $count ->
    [one] { $count } más
   *[other] { $count } más
}
figure-few = menos de cinco más, quizá ninguno
figure-most = todos los demás menos menos de cinco
object-versions = Versiones
object-version = Versión
object-marking = Marcado
object-changed = Qué cambió
object-superseded = hay una posterior
object-versions-left = { $count ->
    [one] No se muestra { $count } más antigua.
   *[other] No se muestran { $count } más antiguas.
}
object-raw = El objeto tal cual (STIX JSON)
copy = Copiar
copied = Copiado
cancel = Dejarlo
said-acknowledged = Anotado: su organización tomó nota.
said-acted = Anotado: su organización actuó.
said-before = Su organización ya lo había dicho; cuenta la primera vez.
said-feedback = Su opinión va de camino a quienes lo tienen.
recall-lead = Tiene efecto de inmediato y para todos. A quien lo recibió se le pide actuar y responder; usted ve quién lo hizo.
recall-kind = ¿Qué se quiere?
recall-retract = Desaparece: no debía compartirse
recall-correct = Las versiones antiguas desaparecen: ya se compartió una nueva
recall-narrow = Se queda para menos: con el color más estricto de abajo
recall-tlp = El color, si se queda
recall-reason = ¿Por qué?
recall-reason-hint = Lo lee todo el que tiene que actuar. Diga qué está mal y nada que no deba saberse.
recall-send = Retirarlo ahora
share-withheld = No mostrar nuestro nombre: solo lo tiene el registro de este nodo
object-graph-left = { $count ->
    [one] { $count } más solo está en la lista.
   *[other] { $count } más solo están en la lista.
}
share-lead = Pegue o suelte lo que sea: un informe, un PDF, una lista, un correo, una tabla, reglas, STIX o MISP. Verá qué se entendió y quién lo leerá antes de enviar nada.
share-text = ¿Qué quiere compartir?
share-text-hint = Los valores escritos para que nadie los pulse (hxxp, [.]) se leen como dañinos; los demás solo se mencionan.
share-file = O un archivo
share-with = ¿Con quién?
share-nobody = Ninguna comunidad: nuestra organización y quien se nombre
share-named = Solo estos miembros (opcional)
share-named-hint = Nombres separados por comas. TLP:RED los necesita.
share-tlp = ¿Quién puede leerlo? (TLP)
share-pap = ¿Qué pueden hacer con ello? (PAP)
share-default = Lo que diga el contenido o, si no, la comunidad
share-check = Ver qué se entendió
share-check-again = Ver de nuevo
share-send = Compartir ahora
share-changed = Algo cambió desde que lo vio. Así está ahora; no se envió nada.
share-understood = Qué se entendió
share-nothing = No hay nada que compartir: no se encontró dirección, dominio, hash, regla ni objeto.
share-objects = { $count ->
    [one] { $count } objeto
   *[other] { $count } objetos
}
share-one-by-one = Uno por uno
share-not-read = Se rechazará:
share-readers = Quién lo leerá
share-everybody = Cualquiera puede leerlo y difundirlo, también sin cuenta si este nodo está abierto al público.
share-members = { $count ->
    [one] { $count } miembro, el suyo incluido:
   *[other] { $count } miembros, el suyo incluido:
}
share-and-others = y otros cuyos nombres no puede ver
share-clients = { $count ->
    [one] Y { $count } cliente de estos miembros.
   *[other] Y { $count } clientes de estos miembros.
}
share-bridge = Pasa a { $text } y a quien pueda leerlo allí.
share-waits = Primero espera a los moderadores de la comunidad; hasta entonces lo ven ellos y usted.
share-name-shown = Ven el nombre de su organización.
share-name-kept = No ven el nombre de su organización.
share-stricter = Lo que lleva en el texto un marcado más estricto lo conserva y llega a menos.
share-unusual = ¿Es este el grupo correcto?
share-names-us = El propio texto dice el nombre de su organización. Quítelo si nadie debe saberlo.
share-mail = { $count ->
    [one] Hay { $count } correo electrónico. ¿Es del atacante o de alguien a quien proteger?
   *[other] Hay { $count } correos electrónicos. ¿Son del atacante o de personas a proteger?
}
share-harmless = Las listas de advertencia conocen estos valores: son inofensivos en casi todas partes. Quítelos si no los quiere señalar.
shared-title = Qué fue de ello
shared-accepted = aceptados
shared-unchanged = ya estaban
shared-refused = rechazados
shared-more = Compartir otra cosa
shared-problems = Rechazos y avisos
shared-refusal = rechazado
shared-warning = aviso
shared-items = Lo que ahora se comparte
shared-was-there = ya estaba
shared-left = { $count ->
    [one] { $count } más no se muestra.
   *[other] { $count } más no se muestran.
}
shared-line = línea { $count }
left-revoked = Está revocado: nadie debería buscarlo ya.
left-not-valid = No es válido ahora: su tiempo pasó o no ha llegado.
left-benign = Dice de sí mismo que es inofensivo.
left-pap = Su marcado (PAP) prohíbe lo que algunos de estos formatos harían en sus sistemas.
left-warninglisted = Una lista de avisos conoce su valor: una regla acertaría en lo inofensivo.
feed-odd-tlp = No existe ese color: { $text }.
feed-odd-technique = No es el número de una técnica: { $text }.
feed-odd-member = Nada de lo que usted puede ver viene de un miembro llamado { $text }.
feed-odd-many = Demasiados valores a la vez; a partir de este no se pueden buscar: { $text }.
feed-odd-at = Está en el carácter { $count }.
feed-odd-could = Ahí podría estar:
feed-new = nuevo
feed-goes-on = Nada entre lo revisado hasta ahora; continúa con lo más antiguo.
feed-cut = Hay más relacionado con este sector o técnica de lo que se puede seguir de una vez: aquí están las conexiones más recientes; faltan las más antiguas.
facets-title = Acotar
facets-count = Contar lo encontrado por tipo, marca, miembro, sector y técnica
facets-none = No hay nada que contar.
facets-counted = { $count ->
    [one] { $count } elemento contado, de lo que usted puede ver.
   *[other] { $count } elementos contados, de lo que usted puede ver.
}
facets-counted-more = Se contaron los { $count } elementos más recientes de lo que usted puede ver. Hay más: cada número es «al menos».
facets-left = { $count ->
    [one] { $count } más no se muestra.
   *[other] { $count } más no se muestran.
}
facet-type = Tipo
facet-tlp = Marca
facet-since = Añadido en
facet-from = De
facet-sector = Sector
facet-technique = Técnica
searches-title = Búsquedas guardadas
searches-lead = Preguntas que usted conserva. Lo que encuentra cada una se busca cuando usted mira, entre lo que puede ver en ese momento; nadie más las ve.
searches-yours = Las suyas
searches-none = Todavía no guarda ninguna. Busque algo en las novedades y guárdelo, o escriba una abajo.
search-fresh = { $count ->
    [one] { $count } nuevo
   *[other] { $count } nuevos
}
search-fresh-more = al menos { $text }
search-nothing-new = nada nuevo
search-everything = todo
search-look = Ver lo nuevo
search-change = Cambiar o borrar
search-change-send = Cambiar
search-delete = Borrar
search-new = Guardar una búsqueda
search-name = Nombre
search-question = Pregunta; vacío: todo
search-today = Mostrar en la página de inicio lo nuevo
search-mail = Avisarme por correo de que hay algo nuevo; no de qué
search-no-mail = No le llega ningún correo: indique primero una dirección.
search-webhook = Avisar a los webhooks de nuestra organización
search-save = Guardar
search-save-this = Guardar esta búsqueda
search-saved = Guardada. Lo que llegue a partir de ahora es nuevo.
search-changed = Cambiada.
search-deleted = Borrada.
key-up = Volver a donde pertenece esto
around-link = Ver más alrededor, a dos pasos
around-title = Alrededor de { $text }
around-lead = Lo conectado con él está en el anillo interior; lo conectado con eso, en el exterior. Cada nombre es un enlace; la lista dice lo mismo.
around-types = Mostrar u ocultar
around-show = mostrar { $text }
around-hide = ocultar { $text }
around-picture = Imagen
around-list = Lista
around-from-here = alrededor de este
around-left = { $count ->
    [one] Falta { $count } objeto conectado.
   *[other] Faltan { $count } objetos conectados.
}
matrix-title = Técnicas por tácticas
matrix-of = Técnicas de { $text }
matrix-link = Técnicas por tácticas (ATT&CK)
matrix-lead = Cómo trabajan los atacantes, paso a paso: cada columna es un paso y cada entrada una técnica, con cuántos de los elementos revisados tienen que ver con ella.
matrix-question = ¿De qué cosas? Palabras y filtros; vacío: lo más reciente de todo
matrix-odd = Una parte de la pregunta no se puede leer.
matrix-odd-where = Las novedades dicen dónde.
matrix-looked = { $count ->
    [one] Se revisó { $count } elemento.
   *[other] Se revisaron { $count } elementos.
}
matrix-looked-more = Se revisaron los { $count } elementos más recientes; hay más.
matrix-techniques = { $count ->
    [one] { $count } técnica.
   *[other] { $count } técnicas.
}
matrix-count = { $count ->
    [one] { $count } elemento tiene que ver con ella
   *[other] { $count } elementos tienen que ver con ella
}
matrix-none = Ninguna técnica está conectada con ellos, entre lo que usted puede ver.
matrix-loose = Técnicas sin táctica
seen-title = Visto a lo largo del tiempo
seen-total = { $count ->
    [one] Visto una vez.
   *[other] Visto { $count } veces.
}
seen-sightings = { $count ->
    [one] Según { $count } avistamiento que usted puede ver.
   *[other] Según { $count } avistamientos que usted puede ver.
}
seen-more = Los más antiguos no se cuentan.
seen-picture = Cuántas veces se vio
seen-by-day = por día
seen-by-week = por semana
seen-table = Como tabla
seen-day = Día
seen-week = Semana desde
seen-times = Veces
seen-earlier = Antes
change-gone = quitado:
change-new = nuevo:
translate-title = Traducir
translate-lead = Su traducción llega a quienes tienen el original, con su misma marca ({ $text }), y a nadie más.
translate-language = ¿A qué idioma?
translate-other = U otro (su etiqueta)
translate-text = Traducción
translate-send = Compartir la traducción
text-name = Nombre
text-description = Descripción
text-abstract = Resumen
text-content = Texto
text-explanation = Explicación
translated-sharer = Traducido por quien compartió el original.
translated-by = Traducido por { $text }; no lo dice quien compartió el original.
translated-withheld = Traducido por alguien cuyo nombre se oculta; no lo dice quien compartió el original.
translated-other-version = de otra versión
translated-object = La traducción
translated-original = El original
said-translated = Su traducción se comparte con quienes tienen el original. Donde los moderadores miran antes, les espera.
share-file-hint = PDF, correo, hoja de cálculo, texto, archivo comprimido: hasta { $count } MiB.
share-drop = Puede soltarlo aquí.
share-file-other = Otro archivo en su lugar
share-kept = archivo
share-forget = Empezar de nuevo
share-change = Cambiar algo
share-correct = Desmarque lo que no se ha de compartir. Corrija lo que se leyó mal. Lo que marque más estrictamente llega a menos.
share-apply = Aplicar y mirar de nuevo
share-too-many = Son demasiados para cambiarlos uno a uno: se comparte tal cual.
share-lines-left = { $count ->
    [one] Se comparte { $count } más tal como se leyó.
   *[other] Se comparten { $count } más tal como se leyeron.
}
share-says-us = El contenido dice el nombre de su organización.
share-private = Direcciones privadas: para cada lector significan otra cosa. Desmárquelas.
share-personal = Las cuentas y los teléfonos son de alguien. Compártalos solo si hace falta:
share-about = ¿De qué son señal? (no hace falta)
share-about-kind = Qué clase de cosa
share-about-hint = Un nombre: cada indicador, técnica y debilidad queda enlazado con él.
about-malware = programa malicioso
about-campaign = campaña
about-group = grupo
item-role = Para qué está aquí
item-indicator = buscarlo
item-mention = solo mencionado
item-kind = Clase
item-value = Valor
item-name = Nombre
item-mark = Marca
item-mark-same = como todo
bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
recall-of-others = Lo compartió otro miembro. Como coordinador lo retira dentro de su comunidad; corregirlo corresponde a quien lo compartió.
recall-within = Dentro de
matrix-more = { $count ->
    [one] { $count } más
   *[other] { $count } más
}
