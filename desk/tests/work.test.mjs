// What an officer does through a night: acts, looks back, hands over, listens.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { alert, startDesk } from "./support/alerts.mjs";
import { launch, open } from "./support/browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const HOUR_MS = 3_600_000;
const now = Date.now();
const at = (hoursAgo) => new Date(now - hoursAgo * HOUR_MS).toISOString();
const moments = (hoursAgo) => ({ onset_at: at(hoursAgo), opened_at: at(hoursAgo), updated_at: at(hoursAgo) });

const ALERTS = [
  alert("lombok", { level: "siaga", ...moments(3) }),
  alert("lombok", { level: "awas", ...moments(3), updated_at: at(1), revision: 2, status: "escalated", reason: "level_raised" }),
  alert("old", { level: "waspada", ...moments(20), title: { id: "Pembicaraan tentang Jakarta", en: "Talk about Jakarta" } }),
  alert("over", { level: "siaga", ...moments(6), updated_at: at(2), resolved_at: at(2), status: "resolved", reason: "calm", revision: 2 }),
];

let browser, desk, page, watch, context;

before(async () => {
  browser = await launch();
  desk = await startDesk(ALERTS);
  ({ page, watch, context } = await open(browser, desk.url, { bypassCSP: true }));
  await page.locator("[data-incident]").nth(2).waitFor();
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const rows = () => page.locator("[data-incident]").evaluateAll((all) => all.map((row) => row.dataset.incident));

/** No barrier in either language and look; ends in Indonesian. */
async function accessible(what) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (let turn = 0; turn < 2; turn += 1) {
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map((one) => `${what}, ${colorScheme}: ${one.id}: ${one.nodes[0].html}`);
      assert.deepEqual(told, []);
      if (await page.locator("#tongue").isVisible() && await page.locator("dialog[open]").count() === 0) await page.click("#tongue");
    }
  }
}

test("what is rising is told beside the list", async () => {
  const first = page.locator("#rising tbody tr").first();
  await first.waitFor({ timeout: 20_000 });
  assert.match(await first.innerText(), /Gempa · Nusa Tenggara Barat[^]*412 \/ 12[^]*melonjak/);
  assert.equal(await page.locator("#rising tbody tr").count(), 3);
});

test("the incident leaves as a document of the Common Alerting Protocol", async () => {
  await page.locator("#row-lombok").click();
  const link = page.getByRole("link", { name: "CAP" });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "/cap/lombok");
});

test("it is taken over by key, in a name, after a question; the row shows who", async () => {
  await page.locator("#list").focus();
  await page.keyboard.press("a");
  const dialog = page.locator("dialog.act");
  assert.ok((await dialog.innerText()).includes("Gempa di Nusa Tenggara Barat"));
  await accessible("the question");
  await dialog.getByLabel("Nama Anda").fill("Rina");
  await dialog.getByLabel("Catatan").fill("menghubungi BPBD");
  const said = desk.says(/^action: /);
  await dialog.getByRole("button", { name: "Tangani" }).click();
  const action = JSON.parse((await said).replace("action: ", ""));
  assert.equal(action.who, "Rina");
  assert.equal(action.incident, "lombok");
  await dialog.waitFor({ state: "hidden" });
  const acknowledged = { by: "Rina", at: at(0.5), until: null, note: "menghubungi BPBD" };
  desk.tell([alert("lombok", { level: "awas", ...moments(3), updated_at: at(0.5), revision: 3, status: "updated", acknowledged })]);
  await page.locator("#row-lombok .owner", { hasText: "Rina" }).waitFor();
  await page.locator("#detail", { hasText: "menghubungi BPBD" }).waitFor();
});

test("a snooze and a close ask first, and can be left", async () => {
  await page.locator("#list").focus();
  for (const [key, word] of [["s", "Tunda"], ["r", "Tutup kejadian"]]) {
    await page.keyboard.press(key);
    await page.getByRole("heading", { name: word }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog.act").waitFor({ state: "hidden" });
    await page.locator("#list").focus();
  }
  await page.keyboard.press("Escape");
});

test("the past is shown as it was, says loudly that it is past, and is left again", async () => {
  await page.goto(`${desk.url}?at=${encodeURIComponent(at(2.5))}`, { waitUntil: "domcontentloaded" });
  await page.locator(".past").waitFor();
  assert.ok((await page.locator(".past").innerText()).includes("BUKAN SEKARANG"));
  await page.locator("#row-lombok .level", { hasText: "SIAGA" }).waitFor();
  assert.deepEqual(await rows(), ["lombok", "old"]);
  await page.locator("#row-lombok").click();
  await page.locator("#detail h2", { hasText: "SIAGA" }).waitFor();
  assert.equal(await page.locator(".deeds").count(), 0, "nothing can be done to the past");
  await accessible("the past");
  await page.getByRole("button", { name: "+60 mnt" }).click();
  await page.getByRole("button", { name: "+60 mnt" }).click();
  await page.locator("#row-lombok .level", { hasText: "AWAS" }).waitFor();
  await page.getByRole("button", { name: "Kembali ke sekarang" }).click();
  await page.locator(".past").waitFor({ state: "detached" });
  assert.ok(!page.url().includes("at="));
});

test("a shift is handed over: what is open, who has it, what changed", async () => {
  await page.getByRole("button", { name: "Serah terima" }).click();
  const view = page.locator(".handover");
  await view.getByRole("button", { name: "−4 jam" }).click();
  await view.locator("tr", { hasText: "diambil Rina" }).waitFor();
  const text = await view.innerText();
  for (const word of ["Masih terbuka", "Selesai dalam giliran ini", "AWAS", "Baru dalam giliran ini", "tidak berubah"]) assert.ok(text.includes(word), `${word} in ${text}`);
  await accessible("the hand-over");
  const [download] = await Promise.all([page.waitForEvent("download"), view.getByRole("button", { name: "Markdown" }).click()]);
  const markdown = await readFile(await download.path(), "utf8");
  assert.ok(markdown.startsWith("# Serah terima"), markdown);
  assert.ok(markdown.includes("**AWAS (4)** Gempa di Nusa Tenggara Barat"), markdown);
  assert.ok(markdown.includes("penanggung jawab: Rina"), markdown);
  assert.ok(page.url().includes("handover="));
  await page.getByRole("button", { name: "Meja", exact: true }).click();
  await page.locator("#list").waitFor();
});

test("a watch topic can be tried before it is saved, and says so where there are no feeds", async () => {
  await page.getByRole("button", { name: "Coba topik pantauan" }).click();
  const dialog = page.locator("dialog.watch");
  await dialog.getByLabel(/^Nama/).fill("uji");
  await dialog.getByLabel("Salah satu dari").fill("WNI, KBRI");
  await accessible("the trial");
  await dialog.getByRole("button", { name: "Coba", exact: true }).click();
  await dialog.locator("[role=alert]", { hasText: "reads no feeds" }).waitFor();
  await page.keyboard.press("Escape");
});

test("there is no sound before it is asked for; then what is new sounds", async () => {
  const sound = page.getByRole("button", { name: /Suara/ });
  const played = async () => Number(await sound.getAttribute("data-played"));
  assert.equal(await played(), 0);
  await sound.click();
  await page.getByRole("button", { name: "Suara: hidup" }).waitFor();
  const before = await played();
  desk.tell([alert("new", { level: "awas", ...moments(0) })]);
  await page.locator("#row-new").waitFor();
  await page.waitForFunction((count) => Number(document.querySelector("[data-played]").dataset.played) > count, before);
});

test("the wall screen has no controls but its own", async () => {
  await page.goto(`${desk.url}?wall`, { waitUntil: "domcontentloaded" });
  await page.locator("[data-incident]").first().waitFor();
  await accessible("the wall");
});

test("the first useful picture and a new alert take less than a second each", async () => {
  const median = (values) => values.sort((left, right) => left - right)[Math.floor(values.length / 2)];
  const [paints, sights] = [[], []];
  for (let round = 0; round < 5; round += 1) {
    const fresh = await open(browser, "about:blank", {});
    await fresh.page.addInitScript(() => {
      const look = new MutationObserver(() => {
        if (!document.querySelector("[data-incident]")) return;
        window.usefulAt = performance.now();
        look.disconnect();
      });
      look.observe(document, { childList: true, subtree: true });
    });
    await fresh.page.goto(desk.url, { waitUntil: "domcontentloaded" });
    await fresh.page.waitForFunction(() => window.usefulAt);
    paints.push(await fresh.page.evaluate(() => window.usefulAt));
    const name = `seen-${round}`;
    const began = Date.now();
    desk.tell([alert(name, { level: "waspada", ...moments(0) })]);
    await fresh.page.locator(`#row-${name}`).waitFor();
    sights.push(Date.now() - began);
    await fresh.context.close();
  }
  console.log(`first useful picture ${Math.round(median(paints))} ms, an alert visible after ${median(sights)} ms (medians of 5)`);
  assert.ok(median(paints) < 1000 && median(sights) < 1000, `${paints} / ${sights}`);
});

test("five hundred incidents scroll to the last without losing a row", async () => {
  const many = Array.from({ length: 491 }, (_, one) => alert(`many-${one}`, { level: "waspada", ...moments(30 + one) }));
  desk.tell(many);
  await page.goto(desk.url, { waitUntil: "domcontentloaded" });
  await page.locator("[data-incident]").nth(499).waitFor({ state: "attached" });
  const frames = await page.evaluate(async () => {
    const times = [];
    let before = performance.now();
    for (let step = 0; step < 60; step += 1) {
      window.scrollTo(0, (document.body.scrollHeight / 59) * step);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - before);
      before = performance.now();
    }
    return times.sort((left, right) => left - right);
  });
  const last = page.locator("[data-incident]").nth(499);
  await last.scrollIntoViewIfNeeded();
  assert.ok(await last.isVisible());
  assert.ok(frames[Math.floor(frames.length / 2)] < 250, `half of all frames take less than ${frames[30]} ms`);
});

test("it has asked nobody else and met no error", () => {
  assert.deepEqual(watch.outside, []);
  assert.deepEqual(watch.broken, []);
  void context;
});
