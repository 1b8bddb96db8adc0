// The page over the running demo, as a crisis desk meets it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open } from "./support/browser.mjs";
import { freePort, startDemo } from "./support/program.mjs";

const INCIDENT_WITHIN_MS = 180_000;
const CUT_WITHIN_MS = 10_000;
const BACK_WITHIN_MS = 60_000;

let browser, port, demo, page, watch;

before(async () => {
  port = await freePort();
  browser = await launch();
  demo = await startDemo({ port });
  ({ page, watch } = await open(browser, demo.url));
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("an incident appears, told by word, number and shape", async () => {
  const row = page.locator("[data-incident]").first();
  await row.waitFor({ timeout: INCIDENT_WITHIN_MS });
  assert.match(await row.locator(".level").innerText(), /^(WASPADA II|SIAGA III|AWAS IV)$/);
  assert.equal(await row.locator(".level svg").count(), 1);
  assert.match(await row.locator(".title").innerText(), /Gempa|Pembicaraan|Tagar/);
  assert.match(await row.locator(".numbers").innerText(), /^\d\S* \/ (< )?\d/);
  assert.equal(await page.locator("#connection").getAttribute("class"), "live");
});

test("it opens, says why, and shows what it rests on", async () => {
  await page.locator("[data-incident]").first().click();
  const pane = page.locator("#detail");
  await pane.locator("h2").waitFor();
  const text = await pane.innerText();
  for (const word of ["biasanya", "ambang", "Mengapa", "Contoh unggahan", "Riwayat"]) assert.ok(text.includes(word), `${word} in ${text}`);
  assert.ok(await pane.locator("blockquote").count() > 0);
});

test("the language is switched, and kept", async () => {
  await page.click("#tongue");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.match(await page.locator("[data-incident] .title").first().innerText(), /Earthquake|Talk|Hashtag/);
  await page.reload({ waitUntil: "domcontentloaded" });
  await page.locator("[data-incident]").first().waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});

test("it says within seconds that the line is cut, and comes back by itself", async () => {
  const connection = page.locator("#connection");
  await demo.stop("SIGKILL");
  await page.locator("#connection.cut").waitFor({ timeout: CUT_WITHIN_MS });
  assert.match(await connection.innerText(), /CUT OFF FOR \d+ S/);
  demo = await startDemo({ port });
  await page.locator("#connection.live").waitFor({ timeout: BACK_WITHIN_MS });
});

test("it has asked nobody else and kept to its own policy", () => {
  assert.deepEqual(watch.outside, []);
  assert.deepEqual(watch.broken, []);
});
