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
