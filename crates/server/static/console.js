// What is pleasanter with a script; nothing needs one. Keys: / finds, j and k walk, Enter or o opens, u goes up, ? helps.
"use strict";
(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  let at = -1;
  const walk = (step) => {
    const all = rows();
    if (all.length === 0) return;
    all[at]?.classList.remove("at");
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at].classList.add("at");
    all[at].scrollIntoView({ block: "nearest" });
    all[at].querySelector("a")?.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return event.target.blur?.();
    if (typing(event.target)) return;
    if (event.key === "/") {
      const box = document.querySelector("form.find input");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "o") rows()[at]?.querySelector("a")?.click();
    else if (event.key === "u") {
      const up = document.querySelector("a[data-up]");
      if (up) up.click(); else history.back();
    } else if (event.key === "?") document.querySelector("a[data-help]")?.click();
  });
  // Times in the reader's zone; the exact one stays in the title.
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = time.dateTime;
      time.dataset.local = "";
      time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    }
  };
  // Countries in the reader's language: the browser has their names.
  const regions = new Intl.DisplayNames(document.documentElement.lang, { type: "region", fallback: "none" });
  const named = (root) => {
    for (const place of root.querySelectorAll("[data-region]")) {
      const { region, name } = place.dataset;
      const own = /^[A-Z]{2}$/.test(region) && regions.of(region);
      if (own) place.textContent = place.textContent.replace(name, () => own);
      delete place.dataset.region;
    }
  };
  localise(document);
  named(document);
  document.addEventListener("htmx:load", (event) => { localise(event.detail.elt); named(event.detail.elt); });
  // On a narrow screen the navigation is longer than its line: the page that is shown is in sight.
  const nav = document.querySelector("nav.main");
  const here = nav?.querySelector("a[aria-current]");
  if (here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
  // What would push a list off a telephone's screen is folded there, and open where there is room.
  document.addEventListener("htmx:load", (event) => {
    if (!window.matchMedia("(min-width: 48rem)").matches) return;
    const folded = (root) => [...(root.matches("details[data-open-wide]") ? [root] : []), ...root.querySelectorAll("details[data-open-wide]")];
    for (const one of folded(event.detail.elt)) one.open = true;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-send]")) event.target.form.requestSubmit();
  });
  // Copying a text that stands in the page.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
    navigator.clipboard?.writeText(text).then(() => { button.textContent = button.dataset.done ?? button.textContent; });
  });
})();
// A file that is dropped on a form goes into its field, as if it had been chosen, and is looked at.
(() => {
  for (const hidden of document.querySelectorAll("[data-script]")) hidden.hidden = false;
  for (const place of document.querySelectorAll("[data-drop-file]")) {
    const field = document.getElementById(place.dataset.dropFile);
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      place.classList.remove("over");
      if (!field || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      field.files = event.dataTransfer.files;
      field.form.requestSubmit();
    });
  }
})();
// Passkeys: the node asks, the authenticator answers, and the form takes the answer along.
(() => {
  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) form.hidden = false;
  for (const hint of document.querySelectorAll("[data-no-passkeys]")) hint.hidden = true;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const answer = async (kind, options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (kind === "make") {
      publicKey.user = { ...options.user, id: bytes(options.user.id) };
      publicKey.excludeCredentials = named(options.excludeCredentials);
      return navigator.credentials.create({ publicKey });
    }
    publicKey.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey });
  };
  const written = ({ id, rawId, type, response }) => {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} });
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-passkey]")) return;
    event.preventDefault();
    const wrong = form.querySelector("[data-wrong]");
    wrong.hidden = true;
    try {
      const given = await fetch(form.dataset.ask, { method: "POST" });
      const asked = await given.json();
      if (asked.step_up && form.dataset.stepUp) return location.assign(form.dataset.stepUp);
      if (!given.ok) throw new Error(asked.detail);
      form.elements.credential.value = written(await answer(form.dataset.passkey, asked.options));
      form.elements.note.value = asked.note;
      form.submit();
    } catch {
      wrong.hidden = false;
    }
  });
})();
