# Sentences of crates/server/src/console/home
nav-promises = Compromisos
promises-title = Compromisos
promises-lead = Lo que debemos a otros y lo que se nos debe, para cuándo y por qué.
tab-owes = Lo que debemos
tab-owed = Lo que se nos debe
tab-recalls = Retiradas
tab-requests = Preguntas
nothing-owes = No debemos nada. Lo que otros nos pidan aparece aquí con su fecha.
nothing-owed = No se nos debe nada. Pídalo en la página de un objeto.
owed-by = lo debe { $text }
seen-to-by = se encarga { $text }
due-by = Para el
kept-late = cumplido tarde
more = Más
only-open = Solo lo pendiente
also-settled = También lo terminado
optional = (si quiere)
state = Estado
who-owes = Quién a quién
sees-to-it = Se encarga
why = Por qué
when = Cuándo
if-missed = Si no se cumple
evidence = Lo que se hizo
reason = Motivo
what-to-do = Qué hacer
history = Historia
kept-otherwise = Esto se cumple haciéndolo, no diciéndolo.
go-there = Hágalo allí
keep = Está hecho
keep-label = Qué se hizo y dónde se puede ver
delegate = Encargarlo a alguien
delegate-label = Usuario de alguien de los nuestros
delegate-hint = Si queda vacío, no es de nadie en particular.
not-needed = No hace falta
not-needed-label = Por qué no hace falta; la otra parte lo lee
extend = Dar más tiempo
extend-label = El nuevo día; acaba a medianoche UTC
give-up = Renunciar
withdraw-label = Por qué ya no lo queremos; la otra parte lo lee
by-the-node = el nodo por sí mismo
said-kept = Anotado: está hecho.
said-not-needed = Anotado: no hace falta.
said-delegated = Anotado quién se encarga.
said-extended = Ahora hay más tiempo.
said-withdrawn = Se renunció a ello.
said-recall = Su respuesta a la retirada se ha enviado.
said-asked = Su pregunta se ha enviado a la comunidad.
said-answered = Su respuesta se ha enviado.
said-closed = La pregunta está cerrada.
promise-acknowledge = Acusar recibo de un objeto
promise-act = Actuar ante un objeto
promise-answer-request = Responder a una pregunta
promise-answer-sighting = Responder sobre un avistamiento
promise-renew-contact = Comprobar un contacto
promise-answer-recall = Responder a una retirada
promise-accept-agreement = Aceptar un acuerdo
promise-review-marking = Revisar un marcado
missed-acknowledge = Nadie sabe si lo hemos leído.
missed-act = Seguimos expuestos a lo que otros ya han sufrido.
missed-answer-request = Alguien sigue sin nuestra respuesta.
missed-answer-sighting = Quien lo vio no sabe qué pensar.
missed-renew-contact = En una emergencia quizá nadie nos encuentre.
missed-answer-recall = Lo que se retiró quizá siga en uso aquí.
missed-accept-agreement = Podemos perder nuestro lugar en la asociación.
missed-review-marking = Otros no pueden compartir lo que quizá deberían.
promise-state-waiting = espera a otro
promise-state-open = pendiente
promise-state-kept = cumplido
promise-state-not-needed = no hace falta
promise-state-withdrawn = se renunció
step-made = Creado
step-started = El plazo corre
step-delegated = Encargado
step-extended = Más tiempo
step-reminded = Recordado
step-kept = Cumplido
step-not-needed = No hace falta
step-withdrawn = Se renunció
recalls-lead = Lo que se retiró, corrigió o restringió: diga qué hizo con sus copias.
recalls-open = Por responder
recalls-all = Todas las que nos atañen
recalls-made = Para seguir
no-recalls = Ninguna retirada espera su respuesta.
no-recalls-made = Ni nosotros ni nadie en una comunidad que llevamos ha retirado nada. Un objeto se retira desde su página.
recall-kind-retract = Retirado
recall-kind-correct = Corregido
recall-kind-narrow = Marcado más estricto
recall-kind-exclude = Ya no es para nosotros
recall-given = Lo teníamos desde
recall-what-done = ¿Qué hizo?
recall-done-removed = Nuestras copias ya no están
recall-done-replaced = Tenemos la versión nueva
recall-done-kept = Lo conservamos, porque …
recall-note = En palabras (necesario si lo conserva)
recall-answer = Responder
recall-versions = Contribuciones afectadas
recall-complete = Todos han respondido.
recall-incomplete = Algunos aún no han respondido.
recall-outstanding = Sin confirmar por
recall-acknowledged = Confirmado por
recall-given-to = Entregado a
recall-not-told = aún no avisado
recall-reminds = Cada uno debe una respuesta para un día; el nodo se lo recuerda hasta que la dé.
recall-proves = Esto muestra a quién se preguntó y qué respondió; no que una copia haya desaparecido.
others-not-named = Otros, sin nombre: { $text }
members-by-name = Con nombre: { $count }
more-members = Más miembros
fewer-than-five = menos de cinco, quizá ninguno
all-but-fewer-than-five = todos menos unos pocos (menos de cinco)
requests-lead = Lo que se preguntó a las comunidades y qué salió de ello.
no-community = Aún no estamos en ninguna comunidad; no hay a quién preguntar.
no-requests = Nadie ha preguntado nada todavía.
ask-title = Preguntar a una comunidad
ask-community = Comunidad
all-ours = Todas las nuestras
ask-question = Pregunta
ask-until = Las respuestas ayudan hasta
ask-answers-to = Quién lee las respuestas
ask-to-me = Solo nosotros
ask-to-all = Todos, si quien responde lo permite
ask-anonymous = Sin nuestro nombre: nadie más sabe quién pregunta
ask = Preguntar
request-open = abierta
request-closed = cerrada
request-own = nuestra
name-withheld = nombre reservado
request-summary = Qué salió de ello
request-answers = Respuestas
no-answers-yet = Aún sin respuesta.
no-answers-for-us = Ninguna respuesta que podamos leer.
answer-to-all = para todos
answer-to-asker = para quien pregunta
answer-title = Responder
answer-label = Lo que sabe de ello
answer-let-all = Toda la comunidad puede leerlo
answer-only-asker = Solo lo lee quien pregunta.
answer-send = Enviar la respuesta
close-title = Cerrar la pregunta
close-label = Qué salió de ello; toda la comunidad lo lee
close = Cerrar
today-calm = Ahora no tiene nada que hacer.
today-more-due = { $count ->
    [one] { $count } más
   *[other] { $count } más
}
nav-hits = ¿Nos afecta?
hits-lead = Lo que otros compartieron y se vio aquí, y lo que contamos de ello.
tab-seen = Visto aquí
tab-log = Comprobar un registro
tab-rules = Lo que contamos
more-values = { $count ->
    [one] y { $count } valor más
   *[other] y { $count } valores más
}
named-members = miembros nombrados en ello
hits-waiting = Espera su respuesta
hits-waiting-lead = ¿Deben saber quienes lo compartieron que se vio aquí? Los valores se quedan en casa; lo que se contaría está al lado.
answer-until = Responda antes de
nobody-to-tell = Ya no hay a quién contárselo.
what-is-told = Lo que se cuenta
how-much = Cuánto
tell = Contarlo
do-not-tell = No contarlo
hits-seen = Visto
hits-teach = La vigilancia llena esta lista al leer sus registros; o compruebe uno a mano:
hit-state-open = contándose
hit-state-closed = contado
hit-state-waiting = espera respuesta
hit-state-confirmed = se contará
hit-state-told = contado a otros
hit-state-kept = se queda en casa
hit-state-declined = no contado
hit-state-lapsed = tarde para contarlo
hit-state-refused = no se pudo contar
form-never = nada
form-count = cuántos, no quién
form-sector = cuántos, y nuestro sector
form-full = cuántos, cuándo y nuestro nombre
said-told = Está contado.
said-declined = Se queda en casa.
said-not-told = No se pudo contar; la lista dice por qué.
said-rules = Las reglas valen desde ahora.
rules-lead = Para cada comunidad: lo que otros saben cuando se ve aquí algo que compartieron.
rule-others = Todas las comunidades sin regla propia
rule-as-others = como para las demás
rule-asks = Quién decide
rule-asks-yes = se pregunta antes a alguien
rule-asks-no = se cuenta por sí solo
rule-stretch = Se cuenta junto durante
rule-log-line = Con una línea del registro (solo con nuestro nombre)
rules-save = Guardar las reglas
rules-not-yours = Un analista nuestro los cambia.
yes = sí
no = no
stretch-300 = cinco minutos
stretch-3600 = una hora
stretch-21600 = seis horas
stretch-86400 = un día
stretch-604800 = una semana
watch-lead = Lo que lee la vigilancia de este nodo, y cómo va.
watch-since = Funciona desde
watch-list = Busca
watch-left-out = Omitidos (cada uno con motivo)
watch-unusable = No se pueden usar
watch-hits = Aciertos
watch-hunts = Búsquedas en el pasado
watch-streams = Flujos
watch-sources = Fuentes
watch-source = Fuente
watch-reader = Leído como
watch-records = Líneas
watch-malformed = Líneas raras
watch-behind = Atraso
watch-last = Último
stream-ended = terminado
stream-away = espera a su servidor
stream-runs = funciona
log-lead = Suelte un registro: se compara aquí con todo lo que usted puede ver, y se olvida.
log-title = Comprobar un registro
log-file = O un archivo
log-label = Líneas de un registro
log-hint = { $count ->
    [one] Proxy, DNS, cortafuegos, correo, sistema: cualquier texto, hasta { $count } MiB. Los mayores en casa: commonwatch match FILE.
   *[other] Proxy, DNS, cortafuegos, correo, sistema: cualquier texto, hasta { $count } MiB. Los mayores en casa: commonwatch match FILE.
}
log-look = Mirar
log-clean = Nada de lo que puede ver está en este registro.
log-hits = { $count ->
    [one] { $count } acierto
   *[other] { $count } aciertos
}
log-read = { $count ->
    [one] Se leyó { $count } línea.
   *[other] Se leyeron { $count } líneas.
}
log-looked-for = { $count ->
    [one] Se buscó { $count } valor.
   *[other] Se buscaron { $count } valores.
}
log-forgotten = No se guardó nada del registro.
log-not-whole = Tardó demasiado y se detuvo: no es la respuesta entera. Envíe una parte menor.
log-nothing-to-look-for = Aún no hay nada que buscar aquí.
log-what-now = Un acierto es motivo para mirar, aún no una prueba. Busque el equipo de esa línea, lea el indicador, haga lo que aconseja y avise a su comunidad si puede.
log-line = { $count ->
    [one] Línea { $count }
   *[other] Línea { $count }
}
log-host = en { $text }
log-untold = { $count ->
    [one] { $count } acierto más no se muestra.
   *[other] { $count } aciertos más no se muestran.
}
log-left-out = { $count ->
    [one] { $count } no: es inofensivo, caducado o de poco valor.
   *[other] { $count } no: son inofensivos, caducados o de poco valor.
}
nav-numbers = Cifras
numbers-lead = Cómo funciona la asociación: nuestras cifras completas, las de todos donde no señalan a nadie.
whole-partnership = Toda la asociación
from-month = Desde
to-month = Hasta
to-print = Para imprimir
numbers-overdue = { $count ->
    [one] { $count } compromiso nuestro está vencido.
   *[other] { $count } compromisos nuestros están vencidos.
}
targets = Objetivos de los estatutos
target = Objetivo
wanted = Deseado
we = Nosotros
all = Todos
met = cumplido
not-met = no cumplido
nothing-to-compare = nada que comparar
coverage = Quién vigila en vivo
coverage-live = { $count ->
    [one] { $count } miembro vigila en vivo.
   *[other] { $count } miembros vigilan en vivo.
}
coverage-untold = No se dice, porque son muy pocos.
coverage-members = { $count ->
    [one] de { $count } miembro
   *[other] de { $count } miembros
}
measures = Medidas
measures-lead = Un tiempo se da así: la mitad son menores · nueve de diez son menores (cuántos). En el gráfico: barras nuestras, la raya corta es de todos.
definition = Qué se cuenta
not-told = no se dice
untold-months = { $count ->
    [one] ({ $count } mes no dicho)
   *[other] ({ $count } meses no dichos)
}
chart-most = máximo: { $text }
by-month = Mes a mes
month = Mes
measure-observation-to-share = De la observación a compartir
measure-share-to-delivery = De compartir a la entrega
measure-delivery-to-acknowledge = De la entrega al acuse
measure-delivery-to-action = De la entrega a la acción
measure-share-to-watchlist = De compartir a la lista de vigilancia
measure-delivery-to-hit = De la entrega al primer acierto
measure-moderation = En espera de un moderador
measure-shared = Compartido
measure-first = Compartido primero
measure-corroborated = Corroborado por otros
measure-useful = Útil en otro lugar
measure-false-positive = Llamado falso positivo
measure-taken = Recibido
measure-sighted = Avistamientos contados
measure-kept-in-time = Compromisos cumplidos a tiempo
measure-kept-late = Compromisos cumplidos tarde
measure-not-needed = Compromisos innecesarios
measure-live = Vigilancia en vivo
target-observation-to-share-hours = De la observación a compartir, horas
target-share-to-delivery-minutes = De compartir a la entrega, minutos
target-share-to-watchlist-minutes = De compartir a la lista, minutos
target-delivery-to-acknowledge-hours = De la entrega al acuse, horas
target-delivery-to-action-hours = De la entrega a la acción, horas
target-moderation-hours = En espera de un moderador, horas
target-false-positives-percent = Falsos positivos, por ciento
target-promises-in-time-percent = Compromisos a tiempo, por ciento
watch-hubs = Centros a los que se avisa de que usted vigila
hub-told = avisado
hub-untold = sin avisar
ask-beyond = Preguntar también a los centros asociados, sin nuestro nombre:
request-beyond = también centros asociados
log-file-hint = También comprimido (gzip, zstd, bzip2, xz), pcap y archivos de eventos de Windows. Se miran hasta { $count } MiB según llegan; no se guarda nada.
tab-past = Registros pasados
past-lead = ¿Estaba en nuestros registros antes de que nadie nos avisara? Mirar atrás no cuenta nada ni avisa a nadie.
past-begin-title = Mirar atrás
past-indicator = ¿Qué indicador?
past-indicator-hint = vacío: todo lo que puede ver
past-begin = Mirar atrás
past-running = Buscando…
past-look-again = Mirar de nuevo
past-clean = No está en los registros que hay aquí.
past-hits = { $count ->
    [one] { $count } línea lo tiene
   *[other] { $count } líneas lo tienen
}
past-what = Se buscó
past-everything = todo lo que puede ver quien pregunta
past-by = Preguntó
past-read = Leído
past-logs = { $count ->
    [one] { $count } registro
   *[other] { $count } registros
}
past-megabytes = { $count } MB
past-left-out = No se busca:
past-not-whole = No se pudo leer todo: no es la respuesta completa.
past-places = Dónde se mira
past-hunts = { $count ->
    [one] La propia vigilancia buscó aquí { $count } vez.
   *[other] La propia vigilancia buscó aquí { $count } veces.
}
object-look-back = ¿Estaba en nuestros registros pasados?
recall-remind = Recordar
recall-remind-all = Recordárselo a todos los que no han respondido
recall-reminded = recordado
recall-reminded-us = Se le recordó:
said-reminded = Se recuerda a quien no ha respondido, a cada uno como mucho una vez al día.
meaning-observation-to-share = Para cada objeto que dice cuándo se observó (valid_from de un indicador, first_seen de un avistamiento, first_observed de datos observados): desde entonces hasta que el miembro lo compartió aquí por primera vez.
meaning-share-to-delivery = Para cada objeto añadido después de que el miembro se uniera: desde entonces hasta que se le entregó por primera vez, por cualquier vía que lo entrega todo en orden (TAXII, envío, exportación).
meaning-delivery-to-acknowledge = Para cada objeto de otros del que el miembro dice haber tomado nota: desde que se le entregó por primera vez hasta entonces.
meaning-delivery-to-action = Para cada objeto de otros sobre el que el miembro dice haber actuado: desde que se le entregó por primera vez hasta entonces.
meaning-share-to-watchlist = Para cada indicador añadido después de que empezara la vigilancia del miembro: desde entonces hasta que estuvo en vigor allí una lista que lo contiene.
meaning-delivery-to-hit = Para cada objeto de otros del que el miembro comunicó un avistamiento: desde que se le entregó por primera vez hasta que se vio por primera vez; nada si se vio antes.
meaning-moderation = Para cada objeto del miembro que esperó: desde que llegó hasta que se liberó o se rechazó.
meaning-shared = Objetos que el propio miembro compartió, cada uno cuando lo compartió por primera vez; sin relaciones, identidades, marcas, avistamientos ni opiniones, ni lo que trajo una suscripción.
meaning-first = De esos, los que nadie había dado antes a la comunidad: ni el objeto ni ninguno de sus valores.
meaning-corroborated = Objetos del miembro que otro dio también, más tarde: el mismo objeto o uno de sus valores. Cada uno cuenta una vez.
meaning-useful = Objetos del miembro que llevaron a otro a un avistamiento o a una acción. Cada uno cuenta una vez.
meaning-false-positive = Objetos del miembro que otro llamó falso positivo. Cada uno cuenta una vez.
meaning-taken = Objetos entregados por primera vez al miembro por una vía que lo entrega todo en orden.
meaning-sighted = Avistamientos que el miembro comunicó, cada uno la primera vez.
meaning-kept-in-time = Compromisos del miembro que cumplió antes de su vencimiento, en el mes en que lo hizo.
meaning-kept-late = Compromisos del miembro que cumplió ya vencidos, en el mes en que lo hizo.
meaning-not-needed = Compromisos del miembro que este decidió, con un motivo, que no hacían falta.
meaning-live = Veces que el miembro dijo que corre una vigilancia con una lista de esta comunidad; un miembro sin ninguna en un mes no vigila en vivo ese mes.
meaning-log-family = Clases de registros que lee la vigilancia del miembro, cada vez que lo dijo.
