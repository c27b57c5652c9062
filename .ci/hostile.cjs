// Hostile values in every field of every form, in a real browser: no dialog opens, no script runs, nothing is asked of another
// host. The test in crates/server/tests/it/hostile.rs sends all forty to every form; this sees what a browser makes of them.
"use strict";

const VALUES = [
  `<img src=x onerror=alert("hx7")><script>window.hx7=1;alert(1)</script>`,
  `"><svg onload=alert("hx7")><b hx7="`,
  `' autofocus onfocus=alert("hx7") hx7='`,
  `javascript:alert("hx7")`,
  `{{7*7}}hx7</textarea></title><script>window.hx7=1</script>\u202e`,
];
const ENDS_IT = /\/(sign-out|language|step-up|account\/(password|sessions|factor))|\/end$|\/leave$|\/members$|\/state$|\/run$|\/switch$|\/remove$/;

// Fills every field of a form that somebody writes into, and sends it.
async function send(page, at, value) {
  return page.evaluate(([at, value]) => {
    const form = document.querySelectorAll("form[method=post]")[at];
    const fields = [...form.querySelectorAll("input, textarea")].filter((one) => !["hidden", "checkbox", "radio", "file", "submit"].includes(one.type));
    if (fields.length === 0) return false;
    for (const field of fields) {
      field.removeAttribute("maxlength");
      if (field.type === "email" || field.type === "url" || field.type === "number") field.type = "text";
      field.value = value;
    }
    form.noValidate = true;
    form.requestSubmit();
    return true;
  }, [at, value]);
}

// Tries every form of these pages, then looks at every page once more.
async function hostile(page, paths, wrong) {
  page.on("dialog", async (dialog) => {
    wrong.push(`${page.url()}: a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  const ran = async () => {
    if (await page.evaluate(() => window.hx7 !== undefined)) wrong.push(`${page.url()}: a script ran`);
  };
  // What is refused is a status of its own, and no error of the page.
  const known = wrong.length;
  const seen = new Set();
  let sent = 0;
  for (const path of paths) {
    await page.goto(path);
    const forms = await page.$$eval("form[method=post]", (forms) => forms.map((form) => {
      const names = [...form.elements].map((one) => one.name).filter(Boolean);
      return { action: form.getAttribute("action"), key: `${form.getAttribute("action").replace(/[0-9a-f-]{20,}/g, "*")} ${[...new Set(names)]}` };
    }));
    for (const [at, form] of forms.entries()) {
      if (seen.has(form.key) || ENDS_IT.test(form.action)) continue;
      seen.add(form.key);
      for (const value of VALUES) {
        await page.goto(path);
        const loaded = page.waitForNavigation({ timeout: 10_000 }).catch(() => null);
        if (!(await send(page, at, value))) break;
        await loaded;
        await ran();
        sent += 1;
      }
    }
  }
  for (const path of paths) {
    await page.goto(path);
    await ran();
  }
  // The console tells of every 4xx; those are what hostile input is for.
  const rest = wrong.splice(known).filter((one) => !/console: Failed to load resource: the server responded with a status of 4\d\d/.test(one));
  wrong.push(...rest);
  if (sent < 40) wrong.push(`only ${sent} hostile forms were sent`);
  console.log(`console: ${sent} hostile forms, ${seen.size} kinds of form`);
}

module.exports = { hostile };
