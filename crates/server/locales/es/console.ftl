skip = Ir al contenido
find-label = Buscar valores, palabras, objetos
find-hint = Una dirección, un hash, un nombre, un informe entero …
language = Idioma
choose = Elegir
sign-out = Salir
navigation = Páginas
footer = Commonwatch: lo que se comparte aquí sigue bajo su marca.
nav-today = Hoy
fault-title = No ha funcionado
fault-request = Diga al operador este nombre de la petición:
fault-back = A la página de inicio
sign-in-title = Entrar
sign-in-lead = Con el nombre que le dio su coordinador.
sign-in = Entrar
sign-in-wrong = El nombre o la contraseña no es correcto.
sign-in-code-needed = Escriba el código de su autenticador, y otra vez la contraseña.
login = Nombre de usuario
password = Contraseña
code = Código
today-title = Hoy
today-lead = Lo que nos afecta, lo que debemos hacer y para cuándo, lo nuevo.
today-hits = ¿Nos ha tocado?
today-no-hits = Aquí no se ha visto nada de lo compartido.
today-no-watch = No se ha visto nada, y no se vigila nada: indique sus registros en la configuración, en [watch].
today-waiting = { $count ->
    [one] { $count } avistamiento espera su respuesta.
   *[other] { $count } avistamientos esperan su respuesta.
}
today-due = Lo que debemos hacer
today-recalls = { $count ->
    [one] { $count } retirada no está confirmada.
   *[other] { $count } retiradas no están confirmadas.
}
today-nothing-due = Nada que hacer.
today-new = Nuevo en siete días
today-our-sector = nuestro sector: { $text }
today-our-region = nuestra región: { $text }
today-our-technology = nuestra tecnología: { $text }
today-unsaid = Primero viene lo que tiene que ver con sus sectores, sus países y lo que usted utiliza.
today-unsaid-where = Diga qué tecnologías utiliza su miembro
today-nothing-new = Nada nuevo.
today-watch = La vigilancia
watch-on = { $count ->
    [one] Funciona y busca { $count } valor.
   *[other] Funciona y busca { $count } valores.
}
watch-off = No funciona aquí, o usted no puede verla.
times-seen = { $count ->
    [one] visto una vez
   *[other] visto { $count } veces
}
things-due = { $count ->
    [one] { $count } cosa vence
   *[other] { $count } cosas vencen
}
overdue = vencido
owed-to = debido a { $text }
sign-in-otherwise = O de otra manera
sign-in-with = Entrar con { $text }
sign-in-passkey-wrong = Esta clave de acceso no sirve aquí. Use una que haya añadido en la página de su cuenta, o su contraseña.
sign-in-passkey-copied = Es posible que esta clave de acceso haya sido copiada, por eso no abre. Entre de otra manera, quítela y mire dónde más tiene la sesión abierta.
passkey-use = Usar una clave de acceso
passkey-no-answer = Ninguna clave de acceso respondió. Inténtelo de nuevo o elija otra manera.
passkey-needs-script = Las claves de acceso necesitan un navegador con JavaScript que las conozca. Todo lo demás funciona sin él.
step-up-with = Demostrarlo en { $text }
onward = Continuar
onward-provider = Continúa en { $text }
onward-signed-in = Ha entrado
refused-title = No se le dejó entrar
refused-back = Volver
refused-doubted = Lo que volvió no corresponde a la entrada que este navegador empezó, o llegó demasiado tarde. Empiece de nuevo.
refused-not-linked = Nadie aquí está vinculado a esa cuenta. Entre con su contraseña y vincúlela en la página de su cuenta, o pida una oferta a su coordinador.
refused-not-allowed = Esa cuenta no abre nada aquí: es de otro miembro, o ninguno de sus grupos da un papel. Pregunte a su coordinador.
refused-inactive = Su cuenta aquí, o su organización, no está activa. Pregunte a su coordinador.
refused-tied = Esa cuenta ya está vinculada a alguien de aquí. Primero hay que desvincularla.
refused-too-often = Fallaron demasiadas entradas desde su red. Espere cinco minutos.
refused-unavailable = El proveedor de identidad no responde ahora. Inténtelo dentro de un momento, o entre con su contraseña.
refused-no-provider = Aquí no hay tal proveedor de identidad.

region-africa = África
region-eastern-africa = África Oriental
region-middle-africa = África Central
region-northern-africa = África del Norte
region-southern-africa = África Meridional
region-western-africa = África Occidental
region-americas = América
region-latin-america-caribbean = América Latina y el Caribe
region-caribbean = El Caribe
region-central-america = América Central
region-south-america = América del Sur
region-northern-america = América del Norte
region-asia = Asia
region-central-asia = Asia Central
region-eastern-asia = Asia Oriental
region-southern-asia = Asia Meridional
region-south-eastern-asia = Sudeste Asiático
region-western-asia = Asia Occidental
region-europe = Europa
region-eastern-europe = Europa Oriental
region-northern-europe = Europa del Norte
region-southern-europe = Europa Meridional
region-western-europe = Europa Occidental
region-oceania = Oceanía
region-australia-new-zealand = Australia y Nueva Zelanda
region-melanesia = Melanesia
region-micronesia = Micronesia
region-polynesia = Polinesia
region-antarctica = La Antártida
