// Drives the console of a sample partnership with Chromium, as people do. Arguments: what `demo --json` printed, the
// browser, where screenshots are wanted a folder for them, and what a fresh node printed that is reached as localhost.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { chromium } = require("playwright-core");
const { hostile } = require("./hostile.cjs");
const { journeys } = require("./journeys.cjs");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [started, browserPath, shots, operator, second] = process.argv.slice(2);
const { serving: base, operator_password: password, keys } = JSON.parse(started);
const PASSWORD = "correct horse battery staple";
const FIRST_PAGE_BYTES = 100_000;
const wrong = [];
// Pages that no navigation leads to within three links.
const ALL_TOO = ["/guide", "/guide?q=backup", "/guide/console", "/guide/am-i-hit"];
const OPERATORS_TOO = [...ALL_TOO, "/admin/advice", "/admin/reports", "/exchange/bridge"];

// A page that tells of every error, every refused thing, and every request that leaves this host.
async function open(browser, options = {}) {
  const context = await browser.newContext({ baseURL: base, locale: "en", bypassCSP: false, ...options });
  context.setDefaultTimeout(10_000);
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(options.baseURL ?? base) || url.startsWith("data:")) return route.continue();
    wrong.push(`a request to ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    // A form that is shown again with what is wrong says so by its status too, and the browser notes that.
    const isShownAgain = /\/report$/.test(page.url()) && /status of 422/.test(message.text());
    if (message.type() === "error" && !isShownAgain) wrong.push(`${page.url()}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.message}`));
  return page;
}

async function signIn(page, login, secret) {
  await page.goto("/");
  await page.fill("#login", login);
  await page.fill("#password", secret);
  await Promise.all([page.waitForURL(/\/today/), page.click("main button")]);
}

// Where the navigation and the foot lead, and the first links of each list there: a list and one thing of it.
async function addresses(page) {
  const hrefs = (selector) => page.$$eval(selector, (links) => links.map((link) => link.getAttribute("href")));
  const all = await hrefs("nav.main a, a[data-help]");
  assert.ok(all.length >= 2, "there is a navigation");
  const more = [];
  for (const path of all) {
    await page.goto(path);
    const inside = await hrefs("main a[href^='/']");
    const first = inside.filter((href) => !href.startsWith("/api/") && !href.startsWith("/static/"));
    more.push(...first.filter((href) => !all.includes(href)).slice(0, 3));
  }
  return [...new Set([...all, ...more])];
}

async function sound(page, path, name) {
  // Going to a place on the page that is open answers nothing.
  const answer = await page.goto(path.split("#")[0]);
  if (answer.status() !== 200) {
    wrong.push(`${path}: ${answer.status()}`);
    return false;
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) wrong.push(`${name} ${path}: ${over} pixels wider than the window`);
  if (shots) {
    const file = `${shots}/${path.replace(/[^a-z0-9]+/gi, "_").slice(0, 60)}-${name}.png`;
    await page.screenshot({ path: file, fullPage: true });
  }
  return true;
}

// axe-core stands outside the pages' policy, so it comes in by the debugger, as no page could.
async function accessible(page, path, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const one of found.violations) {
    wrong.push(`${name} ${path}: axe: ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 200)).join(" | ")}`);
  }
}

async function everyPage(browser, who, secret) {
  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  await signIn(page, who, secret);
  const paths = [...new Set([...(await addresses(page)), ...(who === "operator" ? OPERATORS_TOO : ALL_TOO)])];
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of paths) {
        const name = `${who} ${scheme} ${width}`;
        if (await sound(page, path, name)) await accessible(page, path, name);
      }
    }
  }
  console.log(`console: ${who}: ${paths.length} pages: ${paths.join(" ")}`);
  await page.context().close();
}

// Last, because what is put in stays: hostile values in every form that an operator has.
async function everyForm(browser) {
  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  await signIn(page, "operator", password);
  const paths = await addresses(page);
  await hostile(page, [...paths, "/invitations", "/exchange/subscribe", "/exchange/bridge", "/webhooks", "/requests"], wrong);
  await page.context().close();
}

async function firstPage(browser) {
  const page = await open(browser);
  let bytes = 0;
  const measured = await page.context().newCDPSession(page);
  await measured.send("Network.enable");
  measured.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
  await page.goto("/sign-in", { waitUntil: "networkidle" });
  await accessible(page, "/sign-in", "stranger");
  assert.ok(bytes > 1_000 && bytes < FIRST_PAGE_BYTES, `the first page takes ${bytes} bytes`);
  console.log(`console: the first page takes ${bytes} bytes`);
  await page.context().close();
}

// Gives a person of a member a password, as an operator; a member's pages are not an operator's.
async function givePassword(browser, login) {
  const page = await open(browser);
  await signIn(page, "operator", password);
  const status = await page.evaluate(async ([login, secret]) => {
    const body = JSON.stringify({ password: secret });
    const headers = { "Content-Type": "application/json" };
    return (await fetch(`/api/v1/people/${login}/password`, { method: "PUT", headers, body })).status;
  }, [login, PASSWORD]);
  assert.equal(status, 204, "the operator gives a password");
  await page.context().close();
}

async function withoutScript(browser) {
  const page = await open(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await signIn(page, "water", PASSWORD);
  await page.click("nav.main a[href$='/account']");
  await page.waitForURL(/\/account/);
  await page.selectOption("#notices", "daily");
  await Promise.all([page.waitForURL(/done=notices-set/), page.click("form[action$='/account/notices'] button")]);
  assert.equal(await page.$eval("#notices", (select) => select.value), "daily");
  // A time is readable without the script that makes it local.
  assert.match(await page.textContent("main time"), /^\d{4}-\d\d-\d\dT/);
  await page.context().close();
}

async function byKeyboard(browser) {
  const page = await open(browser);
  await page.goto("/sign-in");
  const focused = () => page.evaluate(() => document.activeElement?.id ?? "");
  for (let step = 0; step < 12 && (await focused()) !== "login"; step += 1) await page.keyboard.press("Tab");
  assert.equal(await focused(), "login", "the first field is reached by the keyboard");
  await page.keyboard.type("water");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await Promise.all([page.waitForURL(/\/today/), page.keyboard.press("Enter")]);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.name), "q", "/ leads to the search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Home");
  // The first stop of a page leads past what every page has.
  await page.goto("/today");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await page.context().close();
}

// Passkeys, the picture of a second factor, and an identity provider that does not answer, at two widths.
async function waysIn(browser) {
  const { serving } = JSON.parse(second);
  const { login, password: secret } = JSON.parse(operator);
  for (const width of [1440, 390]) {
    const page = await open(browser, { baseURL: serving, viewport: { width, height: 900 } });
    const looked = async (name) => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) wrong.push(`${name}: ${over} pixels wider than the window`);
      if (shots) await page.screenshot({ path: `${shots}/ways_${name}-${width}.png`, fullPage: true });
      await accessible(page, name, String(width));
    };
    const device = await page.context().newCDPSession(page);
    await device.send("WebAuthn.enable");
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
    await device.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, automaticPresenceSimulation: true } });
    await page.goto("/sign-in?back=/account");
    await looked("sign-in");
    await page.fill("#login", login);
    await page.fill("#password", secret);
    await Promise.all([page.waitForURL((url) => url.pathname === "/account"), page.click("form[action$='/sign-in'] button")]);
    await looked("account");
    await page.fill("#passkey", `telephone ${width}`);
    await Promise.all([page.waitForURL(/done=passkey-made/), page.click("form[data-passkey='make'] button")]);
    await looked("passkey-made");
    await Promise.all([page.waitForURL((url) => url.pathname === "/account/factor"), page.click("form[action$='/account/factor'] button")]);
    assert.ok(await page.isVisible("svg.qr"), "the second factor is a picture");
    await looked("factor");
    await page.click("form[action$='/sign-out'] button");
    await page.waitForURL((url) => url.pathname === "/sign-in");
    await Promise.all([page.waitForURL((url) => url.pathname === "/today"), page.click("form[data-passkey='show'] button")]);
    await page.goto("/step-up?back=/account");
    await looked("step-up");
    await Promise.all([page.waitForURL((url) => url.pathname === "/account"), page.click("form[data-passkey='show'] button")]);
    // The provider answers nobody: the browser tells of the 503 of the page, which is meant.
    const before = wrong.length;
    await page.goto("/sign-in");
    await Promise.all([page.waitForURL((url) => url.pathname.endsWith("/provider/city")), page.click("form[action$='/provider/city'] button")]);
    wrong.splice(before, wrong.length, ...wrong.slice(before).filter((one) => !one.includes("503")));
    assert.match(await page.textContent("main"), /does not answer just now/);
    await looked("refused");
    await page.context().close();
  }
  const bare = await open(browser, { baseURL: serving, javaScriptEnabled: false });
  await bare.goto("/sign-in");
  assert.ok(await bare.isVisible("[data-no-passkeys]") && !(await bare.isVisible("form[data-passkey]")), "without script it says so");
  await bare.context().close();
}

// Everybody: advice is published and read without an account, something is reported, answered and read. Without script.
async function forEverybody(browser) {
  const page = await open(browser);
  await signIn(page, "operator", password);
  await page.goto("/admin");
  await page.check("input[name=pages]");
  await page.check("input[name=reports]");
  await page.fill("#contacts", "mailto:security@hub.example");
  const until = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  await page.fill("#until", until);
  await Promise.all([page.waitForURL(/done=site/), page.click("form[action$='/admin/site'] button")]);
  // Something for everybody, shared by the operator's own member.
  const object = await page.evaluate(async () => {
    const id = "indicator--6b0a4c4e-5c0e-4f0e-9c57-1f0c6f7d2a11";
    const made = "2026-01-01T00:00:00.000Z";
    const one = { type: "indicator", spec_version: "2.1", id, created: made, modified: made, valid_from: made,
      name: "Pumps of one maker stop", pattern: "[ipv4-addr:value = '198.51.100.77']", pattern_type: "stix" };
    const communities = await (await fetch("/api/v1/communities")).json();
    const alias = communities.communities[0].alias;
    const answer = await fetch(`/api/v1/share?community=${alias}&tlp=clear`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ objects: [one] }) });
    const report = await answer.json();
    if (report.accepted !== 1) throw new Error(JSON.stringify(report));
    return id;
  });
  await page.goto(`/objects/${object}`);
  await page.click(`a[href$='/objects/${object}/publish']`);
  await page.fill("#happened", "Pumps of one maker stop when they are asked from outside.");
  await page.fill("#concerned", "Water works with pumps of that maker.");
  await page.fill("#advice", "Take them off the net until they are mended.");
  await page.fill("#sectors", "water");
  const publish = `/objects/${object}/publish`;
  await sound(page, publish, "operator publish");
  await accessible(page, publish, "operator publish");
  await page.fill("#happened", "Pumps of one maker stop when they are asked from outside.");
  await page.fill("#concerned", "Water works with pumps of that maker.");
  await page.fill("#advice", "Take them off the net until they are mended.");
  await Promise.all([page.waitForURL(/done=published/), page.click("main form button")]);

  const stranger = await open(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await stranger.goto("/advice");
  await Promise.all([stranger.waitForURL(/\/advice\/[0-9a-f-]+/), stranger.click("main li a")]);
  assert.match(await stranger.textContent("main"), /Take them off the net/);
  const advice = new URL(stranger.url()).pathname;
  assert.deepEqual(await stranger.context().cookies(), [], "public pages set no cookie");
  const german = await open(browser, { locale: "de" });
  await german.goto("/sign-in");
  const places = await german.evaluate(() => {
    const part = document.createElement("div");
    for (const [code, name] of [["ES", "Spain"], ["QX", "QX"], ["", "somewhere"]]) {
      const place = document.createElement("span");
      Object.assign(place.dataset, { region: code, name });
      place.textContent = `region ${name};`;
      part.append(place);
    }
    document.body.append(part);
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: part } }));
    return part.textContent;
  });
  assert.equal(places, "region Spanien;region QX;region somewhere;", "places are named in the reader's language");
  await german.context().close();
  await stranger.click("nav.languages a[lang=de]");
  assert.equal(await stranger.getAttribute("html", "lang"), "de");
  await stranger.goto("/report");
  await stranger.check("input[value=weakness]");
  await stranger.fill("#subject", "A pump answers to everybody");
  await stranger.fill("#details", "It answers on port 502 from anywhere.");
  const file = { name: "scan.txt", mimeType: "text/plain", buffer: Buffer.from("port 502 open") };
  // A form that is sent at once is shown again; a person needs no such patience.
  await stranger.setInputFiles("#files", file);
  for (let tries = 0; tries < 500 && stranger.url().endsWith("/report"); tries += 1) {
    if (tries > 0) assert.ok(await stranger.isChecked("input[name=kept]"), "the file need not be chosen again");
    await Promise.all([stranger.waitForNavigation(), stranger.click("main form button")]);
  }
  assert.match(stranger.url(), /\/report\/./, "the report was taken");
  const link = new URL(stranger.url()).pathname;

  await page.goto("/admin/reports");
  await Promise.all([page.waitForURL(/\/admin\/reports\/./), page.click("main li a")]);
  const report = new URL(page.url()).pathname;
  assert.match(await page.textContent("main"), /port 502/);
  assert.match(await page.textContent("main"), /scan\.txt/);
  await page.fill("#text", "Which maker is it?");
  await Promise.all([page.waitForURL(/report-answered/), page.click("main form button")]);
  await stranger.goto(link);
  assert.match(await stranger.textContent("main"), /Which maker is it/);

  const feeds = await page.evaluate(async () => {
    const atom = await (await fetch("/advice.atom")).text();
    const parsed = new DOMParser().parseFromString(atom, "application/xml");
    const json = await (await fetch("/advice.json?sector=water")).json();
    return [parsed.querySelectorAll("parsererror").length, parsed.querySelectorAll("entry").length, json.items.length];
  });
  assert.deepEqual(feeds, [0, 1, 1], "feeds can be read");
  const paths = ["/advice", advice, "/report", link, "/status"];
  const shown = await open(browser);
  for (const [scheme, width] of [["light", 1440], ["dark", 390]]) {
    await shown.emulateMedia({ colorScheme: scheme });
    await shown.setViewportSize({ width, height: 900 });
    for (const path of paths) {
      if (await sound(shown, path, `stranger ${scheme} ${width}`)) await accessible(shown, path, `stranger ${scheme} ${width}`);
    }
  }
  for (const path of [report, "/admin/advice", `/objects/${object}`]) {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      if (await sound(page, path, `operator ${width}`)) await accessible(page, path, `operator ${width}`);
    }
  }
  console.log("console: everybody: advice and a report, without script");
  for (const one of [page, stranger, shown]) await one.context().close();
}

// The first steps: they are ticked off by what is there, and go where they are not wanted. "What is this?" leads into the guide.
async function firstSteps(browser) {
  const page = await open(browser);
  await signIn(page, "operator", password);
  assert.ok(await page.isVisible("#walk"), "a fresh node shows the first steps");
  await Promise.all([page.waitForURL(/\/guide\/console#today/), page.click("a.about")]);
  await page.goto("/guide");
  await page.fill("#words", "restore backup");
  await Promise.all([page.waitForURL(/q=restore/), page.click("main form button")]);
  assert.match(await page.textContent("main ul"), /Backup and restore/);
  await page.goto("/admin");
  await Promise.all([page.waitForURL(/done=backup/), page.click("form[action$='/admin/backup'] button")]);
  await page.goto("/today");
  assert.ok((await page.textContent("ol.walk s")).length > 0, "a step is ticked off");
  await page.context().close();
}

// Finding and looking closer: the question goes on as one types, counts come, a search is saved, keys walk the list.
async function finding(browser) {
  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  await signIn(page, "water", PASSWORD);
  await page.goto("/feed");
  await page.waitForSelector("#facets ul.rows");
  await page.locator("#q").pressSequentially("type:mal");
  await page.waitForSelector("#completions option[value='type:malware']", { state: "attached" });
  await Promise.all([page.waitForURL(/q=type/), page.locator("#q").press("Enter")]);
  await page.goto("/feed?q=type:indicator");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  assert.equal(await page.$$eval("[data-row].at", (rows) => rows.length), 1, "j and k walk the list");
  await Promise.all([page.waitForURL(/\/objects\//), page.keyboard.press("o")]);
  const object = new URL(page.url()).pathname;
  await Promise.all([page.waitForURL(/\/feed/), page.keyboard.press("u")]);
  await page.goto("/feed?q=tlp:blue");
  assert.match(await page.textContent("main [role=alert]"), /amber\+strict/, "an error says what could stand there");
  await page.goto("/searches?q=type:indicator");
  await page.fill("#name", "Indicators");
  await Promise.all([page.waitForURL(/said=search-saved/), page.click("form[action$='/searches'] button")]);
  const paths = ["/searches", "/feed?q=tlp:blue", "/feed?facets=true&q=", "/matrix?q=", object, `${object}/graph`, `${object}/matrix`, `${object}/translate`, "/today"];
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of paths) {
        const name = `finding ${scheme} ${width}`;
        if (await sound(page, path, name)) await accessible(page, path, name);
      }
    }
  }
  await page.context().close();
  // The same without a script: counts by a link, the list by a link.
  const plain = await open(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await signIn(plain, "water", PASSWORD);
  await plain.goto("/feed");
  await Promise.all([plain.waitForURL(/facets=true/), plain.click("#facets a")]);
  await Promise.all([plain.waitForURL(/q=/), plain.click("#facets li a")]);
  await plain.context().close();
}

async function main() {
  const began = Date.now();
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    await firstPage(browser);
    await givePassword(browser, "water");
    await byKeyboard(browser);
    await withoutScript(browser);
    await waysIn(browser);
    await firstSteps(browser);
    await forEverybody(browser);
    await finding(browser);
    await everyPage(browser, "operator", password);
    await everyPage(browser, "water", PASSWORD);
    await journeys({ browser, open, base, keys, secret: PASSWORD, operator: password, shots });
    await everyForm(browser);
  } finally {
    await browser.close();
  }
  const told = [...new Set(wrong)];
  if (told.length > 0) throw new Error(`${told.length} things are wrong:\n${told.slice(0, 60).join("\n")}`);
  console.log(`console: passed in ${Math.round((Date.now() - began) / 1000)} seconds`);
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
