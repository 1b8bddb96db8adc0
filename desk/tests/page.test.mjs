// The page over alerts that a demo does not bring.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { alert, startDesk } from "./support/alerts.mjs";
import { launch, open } from "./support/browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LEVELS = ["waspada", "siaga", "awas"];
const MANY = 500;
// The full page if it was built, and the plain one.
const PAGES = ["", "plain"];
const HOSTILE = '<img src="https://evil.example/x" onerror="document.title=\'owned\'"><script>document.title="owned"</script><b>tebal</b>';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** Runs `body` on a page over `alerts`, then asks that the page has kept to its rules. */
async function over(path, alerts, options, body) {
  const desk = await startDesk(alerts);
  const { page, context, watch } = await open(browser, desk.url + path, options);
  try {
    await page.locator("[data-incident]").nth(alerts.length - 1).waitFor();
    await body(page);
    assert.deepEqual(watch, { outside: [], broken: [] });
  } finally {
    await context.close();
    await desk.stop();
  }
}

for (const path of PAGES) test(`what strangers wrote stays text: /${path}`, async () => {
  const hostile = alert("hostile", { title: { id: HOSTILE, en: HOSTILE } });
  Object.assign(hostile.evidence[0], { text: HOSTILE, url: "javascript:document.title='owned'" });
  hostile.terms = [{ term: HOSTILE, posts: 3 }];
  hostile.why.push({ by: "term", value: HOSTILE, surprise: 200 });
  await over(path, [hostile], {}, async (page) => {
    await page.locator("[data-incident]").first().click();
    await page.locator("#detail blockquote").first().waitFor();
    assert.ok((await page.locator("#detail").innerText()).includes(HOSTILE));
    assert.equal(await page.locator("img, b, main script, a[href^='javascript:']").count(), 0);
    assert.ok(!(await page.title()).includes("owned"));
  });
});

for (const path of PAGES) for (const colorScheme of ["light", "dark"]) {
  test(`no barrier that axe can find, in both languages, ${colorScheme}: /${path}`, async () => {
    const alerts = LEVELS.map((level) => alert(level, { level }));
    alerts.push(alert("over", { status: "resolved", resolved_at: alerts[0].updated_at }));
    await over(path, alerts, { colorScheme, bypassCSP: true }, async (page) => {
      await page.locator("[data-incident]").first().click();
      await page.locator("#detail h2").waitFor();
      await page.addScriptTag({ path: AXE });
      for (const tongue of ["id", "en"]) {
        if (tongue === "en") await page.click("#tongue");
        await page.locator("#detail h2").waitFor();
        const { violations } = await page.evaluate(() => window.axe.run());
        const told = violations.map((one) => `${one.id}, ${one.nodes.length} times: ${one.nodes[0].html}`);
        assert.deepEqual(told, []);
      }
    });
  });
}

for (const path of PAGES) test(`without colour, the shapes of the levels still differ: /${path}`, async () => {
  await over(path, LEVELS.map((level) => alert(level, { level })), {}, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
    const marks = page.locator("[data-incident] .level svg");
    const pictures = await Promise.all([0, 1, 2].map(async (place) => (await marks.nth(place).screenshot()).toString("base64")));
    assert.equal(new Set(pictures).size, LEVELS.length);
  });
});

for (const path of PAGES) test(`five hundred incidents are walked by keyboard: /${path}`, async () => {
  const alerts = Array.from({ length: MANY }, (_, at) => alert(`many-${String(at).padStart(3, "0")}`, { level: LEVELS[at % 3] }));
  await over(path, alerts, {}, async (page) => {
    const chosen = () => page.locator("[data-incident][aria-selected=true]");
    // A listbox that is empty at the start has the focus all the same: keys work without a click.
    for (let step = 0; step < 60; step += 1) await page.keyboard.press("j");
    await page.keyboard.press("k");
    await chosen().waitFor();
    const place = await chosen().evaluate((row) => [...row.parentElement.children].indexOf(row));
    assert.equal(place, 58);
    assert.ok(await chosen().evaluate((row) => row.getBoundingClientRect().bottom <= window.innerHeight));
    await page.keyboard.press("Enter");
    await page.locator("#detail h2").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#detail").waitFor({ state: "hidden" });
  });
});

for (const path of PAGES) test(`a desk with tokens shows nothing before one is given: /${path}`, async () => {
  const token = "0123456789abcdef0123456789abcdef";
  const folder = await mkdtemp(join(tmpdir(), "kentongan-"));
  await writeFile(join(folder, "tokens"), `viewer wall ${token}\n`);
  const desk = await startDesk([alert("one")], join(folder, "tokens"));
  const { page, context, watch } = await open(browser, desk.url + path);
  try {
    const field = page.locator("input[type=password]");
    const give = async (value) => {
      await field.fill(value);
      await field.press("Enter");
    };
    await field.waitFor();
    await give("f".repeat(32));
    await page.getByText("Token tidak dikenal").waitFor();
    assert.equal(await page.locator("[data-incident]").count(), 0);
    await give(token);
    await page.locator("[data-incident]").first().waitFor();
    await page.reload({ waitUntil: "domcontentloaded" });
    await page.locator("[data-incident]").first().waitFor();
    assert.equal(await page.evaluate(() => document.cookie), "", "scripts cannot read the token");
    assert.deepEqual(watch, { outside: [], broken: [] });
  } finally {
    await context.close();
    await desk.stop();
    await rm(folder, { recursive: true });
  }
});
