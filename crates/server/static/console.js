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
  localise(document);
  document.addEventListener("htmx:load", (event) => localise(event.detail.elt));
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
  // A file that is read into a text field, chosen or dropped there: it can be looked at before it is sent.
  for (const box of document.querySelectorAll("[data-scripted]")) box.hidden = false;
  const read = (file, field, most, note) => {
    if (!file || !field) return;
    const fits = file.size <= Number(most);
    if (note) note.hidden = fits;
    if (fits) file.text().then((text) => { field.value = text; });
  };
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[type=file][data-into]")) return;
    const { into, most, note } = input.dataset;
    read(input.files[0], document.getElementById(into), most, document.getElementById(note));
  });
  document.addEventListener("dragover", (event) => {
    if (event.target.closest("textarea[data-drop]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const field = event.target.closest("textarea[data-drop]");
    const file = event.dataTransfer?.files[0];
    if (!field || !file) return;
    event.preventDefault();
    read(file, field, field.dataset.most, document.getElementById(field.dataset.drop));
  });
})();
// Sharing: a file is put into the text box; what is no text goes in packed, and the node finds out what it is.
(() => {
  for (const hidden of document.querySelectorAll("[data-script]")) hidden.hidden = false;
  const packed = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return `data:application/octet-stream;base64,${btoa(text)}`;
  };
  const put = async (file, box) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    try { box.value = new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { box.value = packed(bytes); }
    box.focus();
  };
  document.addEventListener("change", (event) => {
    const box = document.getElementById(event.target.dataset?.readInto ?? "");
    if (box && event.target.files?.[0]) put(event.target.files[0], box);
  });
  for (const box of document.querySelectorAll("textarea[data-drop]")) {
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files?.[0];
      if (file) { event.preventDefault(); put(file, box); }
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
