// Drives the console of a sample partnership with Chromium, as people do. Arguments: what `demo --json` printed, the
// browser, where screenshots are wanted a folder for them, and what a fresh node printed that is reached as localhost.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [started, browserPath, shots, operator, second] = process.argv.slice(2);
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
    if (url.startsWith(options.baseURL ?? base) || url.startsWith("data:")) return route.continue();
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

async function main() {
  const began = Date.now();
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    await firstPage(browser);
    await givePassword(browser, "water");
    await byKeyboard(browser);
    await withoutScript(browser);
    await waysIn(browser);
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
