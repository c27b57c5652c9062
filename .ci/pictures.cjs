// The pictures of the documentation: what a member, an operator and everybody see of a sample partnership, on a desk and on
// a telephone, light and dark. Arguments: what `demo --json` printed, the browser, the folder.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { chromium } = require("playwright-core");

const [started, browserPath, folder] = process.argv.slice(2);
const { serving: base, operator_password: password } = JSON.parse(started);
const PASSWORD = "correct horse battery staple";
const MOST_BYTES = 150_000;
const DESK = { width: 1280, height: 800 };
const TELEPHONE = { width: 390, height: 800 };

async function open(browser, login, secret) {
  const context = await browser.newContext({ baseURL: base, locale: "en", timezoneId: "UTC", reducedMotion: "reduce" });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.fill("#login", login);
  await page.fill("#password", secret);
  await Promise.all([page.waitForURL(/\/today/), page.click("main button")]);
  return page;
}

async function taken(page, name, path, size, scheme = "light") {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize(size);
  if (path) await page.goto(path, { waitUntil: "networkidle" });
  const file = `${folder}/${name}.png`;
  await page.screenshot({ path: file });
  const bytes = fs.statSync(file).size;
  assert.ok(bytes < MOST_BYTES, `${file} has ${bytes} bytes`);
  console.log(`pictures: ${name}: ${bytes} bytes`);
}

async function main() {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const operator = await open(browser, "operator", password);
    const give = async ([login, secret]) => {
      const body = JSON.stringify({ password: secret });
      const headers = { "Content-Type": "application/json" };
      return (await fetch(`/api/v1/people/${login}/password`, { method: "PUT", headers, body })).status;
    };
    assert.equal(await operator.evaluate(give, ["water", PASSWORD]), 204);
    const water = await open(browser, "water", PASSWORD);
    await taken(water, "today", "/today", DESK);
    await taken(water, "today-phone", "/today", TELEPHONE, "dark");
    await taken(water, "feed", "/feed?q=type:indicator", DESK);
    await taken(water, "feed-phone", "/feed?q=type:indicator", TELEPHONE);
    // The newest piece of malware: what it is, who sees it, what is around it.
    await water.goto("/feed?q=type:malware");
    await Promise.all([water.waitForURL(/\/objects\//), water.click("[data-row] a")]);
    await taken(water, "object", null, DESK, "dark");
    // A report is pasted, and looked at before anybody reads it.
    await water.goto("/share");
    await water.fill("#text", "Pumps were reached from 198[.]51[.]100[.]77 and pump-update[.]example, by CVE-2099-0001.");
    await Promise.all([water.waitForLoadState("networkidle"), water.click("main form button")]);
    await water.waitForSelector("ul.items");
    await taken(water, "share", null, DESK);
    await taken(operator, "bridge", "/exchange/bridge", DESK);
    await taken(operator, "node", "/admin", DESK, "dark");
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
