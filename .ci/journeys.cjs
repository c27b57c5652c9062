// The three journeys of docs/journeys.md, as the guide tells them, from the first page to the last. Each counts what its
// person does: pages that load, clicks, fields, characters typed. The time is that of the machine; docs/journeys.md says what
// a person takes by the keystroke-level model.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

// What a person does, counted.
class Journey {
  constructor(page, name) {
    Object.assign(this, { page, name, loads: 0, clicks: 0, fields: 0, typed: 0, began: Date.now() });
    page.on("framenavigated", (frame) => { if (frame === page.mainFrame()) this.loads += 1; });
  }
  async open(address) { await this.page.goto(address); }
  async fill(selector, text) {
    this.fields += 1;
    this.typed += text.length;
    await this.page.fill(selector, text);
  }
  async choose(selector, value) {
    this.fields += 1;
    await this.page.selectOption(selector, value);
  }
  async tick(selector, on) {
    this.clicks += 1;
    await this.page.setChecked(selector, on);
  }
  // Choosing a file counts as a field: the dialog of the system is not ours.
  async file(selector, file) {
    this.fields += 1;
    await this.page.setInputFiles(selector, file);
  }
  async click(selector) {
    this.clicks += 1;
    await this.page.click(selector);
    await this.page.waitForLoadState();
  }
  says(text) { return this.page.waitForSelector(`main:has-text(${JSON.stringify(text)})`); }
  end() {
    const { name, loads, clicks, fields, typed } = this;
    const milliseconds = Date.now() - this.began;
    // Card, Moran and Newell: to point and click 1.3 s, a key 0.28 s, to make up one's mind 1.35 s before each act. And a
    // few seconds to read each page that came.
    const seconds = Math.round(clicks * (1.3 + 1.35) + fields * (1.3 + 1.35) + typed * 0.28 + loads * 4);
    const told = { name, loads, clicks, fields, typed, milliseconds, seconds };
    console.log(`console: journey: ${JSON.stringify(told)}`);
    return told;
  }
}

const REPORT = `<!doctype html><title>Advisory 7</title><body style="font-family:sans-serif">
<h1>Advisory 7: pumps stopped by stolen remote access</h1>
<p>On 28 November somebody used stolen accounts (T1078) to reach the remote access (T1133) of three utilities.
They came from 203[.]0[.]113[.]150 and 203[.]0[.]113[.]151, and fetched a tool from hxxp://tools[.]pump-access[.]example/stage.bin.
CVE-2099-10007, a weakness of the gateway, was tried and did not work. One host inside, 10[.]20[.]30[.]40, was used to jump on.</p>
<h2>Indicators of compromise</h2>
<table border="1"><tr><td>domain</td><td>tools.pump-access.example</td></tr><tr><td>domain</td><td>login.pump-access.example</td></tr>
<tr><td>sha256</td><td>5f3c0d6e1a2b4c8d9e0f11223344556677889900aabbccddeeff001122334455</td></tr></table></body>`;

async function signIn(journey, login, secret) {
  await journey.fill("#login", login);
  await journey.fill("#password", secret);
  await journey.click("main button");
  await journey.page.waitForURL(/\/today/);
}

// Asks the API as a program does, with a key that the demo printed.
async function api(base, key, method, address, body) {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const answer = await fetch(`${base}${address}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.status < 300, `${method} ${address}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? null : answer.json();
}

// A water utility's officer joins by invitation and learns whether she is hit.
async function officer({ browser, open, secret, operator, shots }) {
  const coordinator = await open(browser);
  await coordinator.goto("/sign-in");
  await coordinator.fill("#login", "operator");
  await coordinator.fill("#password", operator);
  await Promise.all([coordinator.waitForURL(/\/today/), coordinator.click("main button")]);
  await coordinator.goto("/invitations");
  await coordinator.fill("#label", "Example Valley Water");
  await coordinator.selectOption("#community", "exampleland");
  await coordinator.selectOption("#role", "analyst");
  await coordinator.selectOption("#sponsors", "0");
  await Promise.all([coordinator.waitForSelector("#secret"), coordinator.click("main form button")]);
  const link = await coordinator.textContent("#secret");
  await coordinator.context().close();

  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  const journey = new Journey(page, "officer");
  await journey.open(link.trim());
  await journey.fill("#organisation", "Example Valley Water");
  await journey.choose("#kind", "operator");
  await journey.fill("#name", "Ada Example");
  await journey.fill("#login", "ada");
  await journey.fill("#password", secret);
  await journey.click("main button");
  await page.waitForURL(/\/sign-in/);
  await signIn(journey, "ada", secret);
  await journey.click("main a[href$='/hits/log']");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "journey-"));
  const log = path.join(folder, "dns.log");
  const lines = Array.from({ length: 5_000 }, (_, at) => `{"ts":"2026-11-30T10:${String(at % 60).padStart(2, "0")}:00Z","src_ip":"192.0.2.${at % 250}","query":"host${at}.example.edu"}`);
  lines.splice(3_000, 0, `{"ts":"2026-11-30T10:33:00Z","src_ip":"192.0.2.77","query":"update.tram-planning.example"}`);
  fs.writeFileSync(log, lines.join("\n"));
  await journey.file("#log-file", log);
  await journey.click("main form button");
  await journey.says("update.tram-planning.example");
  const answer = await page.textContent("main");
  assert.match(answer, /192\.0\.2\.77/, "the machine is named");
  if (shots) await page.screenshot({ path: `${shots}/journey-officer.png`, fullPage: true });
  fs.rmSync(folder, { recursive: true });
  const told = journey.end();
  await page.context().close();
  return told;
}

// An analyst turns a PDF report into a shared, marked, linked set.
async function analyst({ browser, open, secret, shots }) {
  const press = await open(browser);
  await press.setContent(REPORT);
  const pdf = await press.pdf({ format: "A4" });
  await press.context().close();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "journey-"));
  const file = path.join(folder, "advisory-7.pdf");
  fs.writeFileSync(file, pdf);

  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  const journey = new Journey(page, "analyst");
  await journey.open("/");
  await signIn(journey, "water", secret);
  await journey.click("nav.main a[href$='/share']");
  await journey.file("#file", file);
  await journey.choose("#community", "exampleland");
  await journey.choose("#tlp", "amber");
  await journey.fill("#about", "Pump Access");
  await journey.click("#share > section:last-child button");
  await journey.says("10.20.30.40");
  const understood = await page.textContent("main");
  for (const part of ["203.0.113.150", "tools.pump-access.example", "CVE-2099-10007", "T1133", "malware", "relationship"]) {
    assert.ok(understood.includes(part), `the PDF says ${part}: ${understood}`);
  }
  // The machine inside is nobody else's business.
  const inside = await page.locator("ul.items li", { hasText: "10.20.30.40" }).locator("input[name=keep]").getAttribute("value");
  await journey.tick(`input[name=keep][value="${inside}"]`, false);
  await journey.click("#share ul.items ~ p button");
  await journey.says("Share it now");
  if (shots) await page.screenshot({ path: `${shots}/journey-analyst.png`, fullPage: true });
  await journey.click("button[formaction$='/share/send']");
  await page.waitForURL(/\/share\/[0-9a-f-]{36}/);
  await journey.says("accepted");
  const told = journey.end();

  // What came of it: one report that holds it together, everything marked alike, every indicator linked.
  await Promise.all([page.waitForURL(/\/objects\/report/), page.click("main a[href*='/objects/report--']")]);
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").pop());
  const set = await page.evaluate(async (id) => {
    const read = async (id) => (await fetch(`/api/v1/objects/${id}`)).json();
    const report = await read(id);
    const object = report.versions?.[0]?.object ?? report.object ?? report;
    return JSON.stringify(object);
  }, id);
  assert.ok(!set.includes("10.20.30.40"), "what was left out is not in it");
  const text = await page.textContent("main");
  assert.match(text, /TLP:AMBER/);
  assert.match(text, /Pump Access/);
  fs.rmSync(folder, { recursive: true });
  await page.context().close();
  return told;
}

// A coordinator finds who has not acknowledged a recall and sends a reminder.
async function coordinator({ browser, open, base, keys, operator, shots }) {
  const shared = await api(base, keys.city, "POST", "/api/v1/share?community=exampleland&tlp=green", {
    type: "bundle", id: "bundle--4a1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e",
    objects: [{
      type: "indicator", spec_version: "2.1", id: "indicator--7d1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e", created: "2026-11-01T00:00:00.000Z",
      modified: "2026-11-01T00:00:00.000Z", name: "A wrong address", pattern: "[ipv4-addr:value = '203.0.113.200']", pattern_type: "stix",
      valid_from: "2026-11-01T00:00:00Z",
    }],
  });
  assert.equal(shared.accepted, 1);
  for (const member of ["water", "hospital", "tech"]) {
    const shown = { received: "name", opened: "count", acknowledged: "name", acted: "name", saw: "count" };
    await api(base, keys[member], "PUT", "/api/v1/disclosure", { disclosure: [shown] });
    const headers = { Authorization: `Bearer ${keys[member]}`, Accept: "application/taxii+json;version=2.1" };
    const got = await fetch(`${base}/commonwatch/collections/exampleland/objects/?limit=1000`, { headers });
    assert.equal(got.status, 200);
  }
  const made = await api(base, keys.city, "POST", "/api/v1/recalls", {
    object: "indicator--7d1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e", kind: "retract", reason: "the address was our own",
  });
  await api(base, keys.tech, "POST", `/api/v1/recalls/${made.recalls[0].id}/acknowledge`, { done: "removed" });

  const page = await open(browser, { viewport: { width: 1440, height: 900 } });
  const journey = new Journey(page, "coordinator");
  await journey.open("/");
  await signIn(journey, "operator", operator);
  await journey.click("nav.main a[href$='/commitments']");
  await journey.click("nav.tabs a[href$='/recalls']");
  await journey.click("nav.tabs a[href$='view=made']");
  await journey.click("main li a[href*='/recalls/']");
  await journey.says("Exampleton General Hospital");
  const before = await page.textContent("main");
  assert.match(before, /Example River Water/);
  if (shots) await page.screenshot({ path: `${shots}/journey-coordinator.png`, fullPage: true });
  await journey.click("form:not(:has(input[name=member])) button:has-text('reminder')");
  await journey.says("once a day at the most");
  const told = journey.end();
  await page.context().close();
  return told;
}

// All three; what each takes is printed, and held to what the project promised.
async function journeys(stage) {
  const told = [await officer(stage), await analyst(stage), await coordinator(stage)];
  const most = { officer: 600, analyst: 180, coordinator: 60 };
  for (const one of told) {
    assert.ok(one.seconds <= most[one.name], `${one.name} takes a person ${one.seconds} seconds, ${most[one.name]} were promised`);
  }
}

module.exports = { journeys };
