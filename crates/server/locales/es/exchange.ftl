# Sentences of crates/server/src/console/exchange
exchange-lead = Lo que se trae de otros sitios, se envía, pasa a centros asociados y se notifica a sus programas.
subscriptions-title = Se trae
subscriptions-none = No se trae nada. Una suscripción trae una y otra vez una fuente, una lista o la colección de un socio.
peers-title = Se envía
peers-none = No se envía nada. Un destino recibe por sí solo lo que su miembro puede ver aquí, y nada más.
run-now = Ejecutar ahora
switch-on = Activar
switch-off = Pausar
remove = Quitar
remove-stays = Ya no se ejecuta. Lo que llegó o salió se queda donde está.
never-ran = aún no se ha ejecutado
last-run = última vez
next-run = próxima
done-ran = Se ejecutó.
done-switched = Guardado.
done-removed = Quitado.
done-subscribed = Suscripción hecha. La primera ejecución empieza ya.
done-peer = Guardado. El primer envío empieza ya.
done-accepted = Aceptado: estas condiciones valen desde ahora.
done-ended = El puente ha terminado. Se avisa al otro centro.
done-tested = Un mensaje de prueba está en camino.
subscribe-new = Suscribirse
subscribe-lead = Mire primero lo que llegaría. Mirar no guarda nada.
subscribe-make = Suscribirse
preview-look = Ver lo que llegaría
preview-title = Lo que llegaría
preview-nothing = No hay nada que se pueda tomar.
preview-objects = { $count ->
    [one] { $count } objeto
   *[other] { $count } objetos
}
preview-more = en la primera parte; hay más.
preview-refused = { $count ->
    [one] { $count } se rechazaría
   *[other] { $count } se rechazarían
}
preview-types = Qué es
preview-markings = Hasta dónde puede llegar
preview-unmarked = sin marcar
preview-unknown = marca desconocida aquí
preview-marked-as = Lo que no está marcado pasa a ser TLP:{ $text }. Lo más estricto se queda como está.
preview-creators = En nombre de quién
preview-nobody = No se nombra a nadie.
preview-examples = Ejemplos
preview-stored-nothing = Hasta ahora no se ha guardado nada.
source-kind = Qué es
source-url = Dirección
source-name = Cómo lo llama usted
source-name-hint = letras, cifras, guiones; consta en el origen de lo que llega
source-login-hint = vacío: ninguno, o solo una clave
source-secret = Contraseña o clave
source-tlp = Color de lo que no está marcado
source-every = Con qué frecuencia
source-collection = Colección
source-collection-hint = TAXII: si la dirección es la de un servidor
source-settings = Más ajustes
source-settings-label = Ajustes
source-settings-hint = La guía los enumera en «Getting information in by schedule».
every-quarter = cada cuarto de hora
every-hour = cada hora
every-six-hours = cada seis horas
every-day = cada día
every-week = cada semana
kind-taxii21 = colección TAXII 2.1
kind-taxii20 = colección TAXII 2.0
kind-misp-feed = fuente MISP
kind-misp-server = servidor MISP
kind-list = lista o archivo en la web
kind-folder = carpeta de esta máquina
peer-new = Enviar a un destino
peer-lead = Un destino recibe lo que su miembro puede ver aquí, y nada más. Cuente primero lo que saldría.
peer-url = Dirección de la colección
peer-member = Qué miembro es
peer-community = Solo lo que va a
peer-every-community = todo lo que el miembro puede ver
peer-look = Contar lo que saldría
peer-make = Empezar a enviar
peer-preview = Lo que saldría
peer-preview-none = Por ahora nada: el miembro no ve aquí nada que se pueda enviar.
peer-preview-some = { $count ->
    [one] { $count } cambio
   *[other] { $count } cambios
}
peer-preview-more = se contaron; hay más.
peer-preview-oldest = el más antiguo del
peer-preview-how = Lo que vino del propio servidor del destino no se le devuelve. Hasta ahora no ha salido nada.
bridges-title = Puentes a centros asociados
bridges-none = No hay ningún puente. Dos centros acuerdan condiciones y nada pasa antes de que ambos las acepten.
bridge-lead = Lo acordado con un centro asociado y lo que pasó.
bridge-open = aún sin acuerdo
bridge-ended = terminado
bridge-sent = Tomado allí
bridge-taken = Tomado de allí
bridge-refused = Rechazado por un lado
bridge-ours = Nuestra comunidad
bridge-theirs = La suya
bridge-way = Sentido
bridge-sends = sale
bridge-takes = entra
bridge-most = Como máximo
bridge-rules = Reglas
bridge-unnamed = los que aportan no se nombran
bridge-named = los que aportan se nombran
bridge-onward = { $count ->
    [one] puede seguir, por { $count } centro en total
   *[other] puede seguir, por { $count } centros en total
}
bridge-not-onward = no sigue
bridge-proposed = Condiciones propuestas, versión { $count }
bridge-waits-us = El otro centro lo propone. Nada vale antes de que usted acepte.
bridge-waits-them = Espera al otro centro.
bridge-url = Dirección del otro centro
bridge-as-before = vacío: como antes
bridge-accept = Aceptar estas condiciones
bridge-terms = Condiciones vigentes, versión { $count }
bridge-no-terms = Aún no vale ninguna condición
bridge-end = Terminar el puente
bridge-end-what = Termina al momento, diga lo que diga el otro centro. Las condiciones dicen qué pasa con lo que ya pasó.
bridge-steps = Quién acordó qué
bridge-step-proposed = propuso la versión
bridge-step-accepted = aceptó la versión
bridge-step-ended = terminó con la versión
bridge-by-us = por nosotros
bridge-by-them = por ellos
bridge-passed = Lo último que pasó
bridge-passed-none = No ha pasado nada que su miembro vea.
webhooks-title = Webhooks
webhooks-lead = Un programa de su organización recibe un mensaje firmado cuando algo es nuevo o vence. El mensaje nunca dice lo que dice el contenido.
webhooks-none = Ningún programa recibe avisos.
webhook-new = Avisar a un programa
webhook-url = Adónde van los mensajes
webhook-kinds = De qué
webhook-kinds-hint = nada marcado: de todo
webhook-make = Crear el webhook
webhook-secret = Su secreto
webhook-secret-how = Los mensajes se firman con él. Se muestra aquí, ahora y nunca más: póngalo en su programa.
webhook-failing = no llega nada
webhook-waiting = { $count ->
    [one] { $count } espera
   *[other] { $count } esperan
}
webhook-test = Enviar una prueba
webhook-messages = Lo enviado
webhook-messages-none = Aún no se ha enviado nada.
webhook-arrived = llegó
webhook-tried-again = se reintenta
webhook-given-up = abandonado
done-bridge-offered = Propuesto. Nada pasa antes de que el otro centro acepte.
every-minute = cada minuto
bridge-new = Proponer un puente
bridge-other = Proponer otras condiciones
bridge-new-lead = Lo que puede pasar entre este centro y el de un socio, en cada sentido. Véalo primero en palabras; el otro centro lo sabrá cuando usted lo proponga.
bridge-member = El miembro que representa al otro centro
bridge-member-hint = Es un miembro como los demás: debe estar en cada comunidad emparejada y poder contribuir donde algo entra.
bridge-pairs = Comunidades
bridge-pairs-hint = Una nuestra y una suya, por su alias allí. Al mirar aparece otra línea.
bridge-both = en ambos sentidos
bridge-hops = Nodos que algo puede haber dejado
bridge-may-onward = El centro que recibe puede pasarlo por otros puentes
bridge-look = Ver las condiciones
bridge-propose = Proponerlas
bridge-draft = En palabras: versión { $count }
bridge-draft-how = Todavía no lo sabe nadie. Cuando las proponga, el otro centro leerá las mismas condiciones; mientras no acepte, nada de ello vale.
bridge-draft-holding = Lo que vale hasta entonces
bridge-pause = Pausar
bridge-resume = Reanudar
bridge-paused = en pausa
bridge-paused-what = En pausa por este lado: en ningún sentido pasa nada salvo las retiradas. Lo que se comparta entretanto pasará al reanudarlo.
bridge-step-paused = puso en pausa en la versión
bridge-step-resumed = reanudó en la versión
terms-out = Lo que aquí se comparte con toda la comunidad va a «{ $text }» allí.
terms-in = Lo que allí se comparte con «{ $text }» llega aquí, en nombre del miembro que representa a ese centro.
terms-most = No pasa nada con una marca más estricta que { $text }. TLP:RED y lo destinado a miembros nombrados, nunca.
terms-unnamed = No se nombra a quien contribuyó.
terms-named = Se nombra a quien contribuyó.
terms-onward = { $count ->
    [one] El centro que recibe puede pasarlo, hasta que haya dejado { $count } centro.
   *[other] El centro que recibe puede pasarlo, hasta que haya dejado { $count } centros.
}
terms-not-onward = El centro que recibe no lo pasa a ningún otro.
terms-stays = Cuando el puente termina, lo que pasó se queda, bajo sus reglas.
terms-withdrawn = Cuando el puente termina, lo que pasó se retira en ambos lados.
