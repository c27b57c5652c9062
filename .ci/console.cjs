// Drives the console of a sample partnership with Chromium, as people do. Arguments: what `demo --json` printed, the
// browser, and, where screenshots are wanted, a folder for them.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [started, browserPath, shots] = process.argv.slice(2);
const { serving: base, operator_password: password } = JSON.parse(started);
const PASSWORD = "correct horse battery staple";
const FIRST_PAGE_BYTES = 100_000;
const wrong = [];

// A page that tells of every error, every refused thing, and every request that leaves this host.
async function open(browser, options = {}) {
  const context = await browser.newContext({ baseURL: base, locale: "en", bypassCSP: false, ...options });
  context.setDefaultTimeout(10_000);
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(base) || url.startsWith("data:")) return route.continue();
    wrong.push(`a request to ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`${page.url()}: console: ${message.text()}`);
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
  const answer = await page.goto(path);
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
  const paths = await addresses(page);
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
    await finding(browser);
    await everyPage(browser, "operator", password);
    await everyPage(browser, "water", PASSWORD);
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
