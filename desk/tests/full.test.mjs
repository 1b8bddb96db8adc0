// What only the full page has.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { alert, startDesk } from "./support/alerts.mjs";
import { launch, open } from "./support/browser.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const BUNDLE_BYTES_MAX = 150_000;

const HOSTILE = "<img src=x> [klik](javascript:alert(1)) *tebal*";
const ALERTS = [
  alert("lombok", { level: "awas" }),
  alert("jakarta", { level: "waspada", topic: "place:ID-JK", places: [], title: { id: "Pembicaraan tentang Jakarta", en: "Talk about Jakarta" } }),
  alert("over", { level: "siaga", status: "resolved", resolved_at: "2026-03-03T21:00:00.000Z", title: { id: "Banjir di Semarang", en: "Flood in Semarang" } }),
];
ALERTS[0].evidence[0].text = HOSTILE;
ALERTS[0].actions = [{ id: "a1", do: "note", by: "Rina", at: "2026-03-03T20:20:00.000Z", until: null, note: "BPBD sudah *dihubungi*" }];

let browser, desk, page, watch;

before(async () => {
  browser = await launch();
  desk = await startDesk(ALERTS);
  ({ page, watch } = await open(browser, desk.url));
  await page.locator("[data-incident]").nth(2).waitFor();
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const rows = () => page.locator("[data-incident]").evaluateAll((all) => all.map((row) => row.dataset.incident));

test("what the browser loads is small", async () => {
  const names = (await readdir(DIST)).filter((name) => /\.(js|css|html)$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(`${DIST}/${name}`)));
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  assert.ok(names.length >= 3 && bytes < BUNDLE_BYTES_MAX, `${names}: ${bytes} bytes`);
});

test("the map counts the provinces and filters by them", async () => {
  const tile = page.getByRole("button", { name: "Jakarta: 1 kejadian, tertinggi WASPADA" });
  await tile.click();
  assert.deepEqual(await rows(), ["jakarta"]);
  await tile.click();
  assert.deepEqual(await rows(), ["lombok", "jakarta", "over"]);
  assert.equal(await page.locator(".tiles button").count(), 38);
});

test("words and states filter too, and keys stay letters where a person types", async () => {
  await page.locator("#list").focus();
  await page.keyboard.press("/");
  await page.keyboard.type("jakarta");
  assert.deepEqual(await rows(), ["jakarta"]);
  assert.equal(await page.locator("[aria-selected=true]").count(), 0);
  await page.locator("input[type=search]").fill("");
  await page.locator(".resolved input").uncheck();
  assert.deepEqual(await rows(), ["lombok", "jakarta"]);
  await page.locator(".resolved input").check();
  await page.keyboard.press("Escape");
});

test("the pane draws the last hour and splits the surprise into parts that add up", async () => {
  await page.locator("#row-lombok").click();
  await page.locator("#detail canvas").waitFor();
  const bars = await page.locator("svg.bar").evaluateAll((all) => all.map((bar) => [...bar.children].map((part) => Number(part.getAttribute("width")) + 0.4)));
  assert.equal(bars.length, 4);
  for (const bar of bars) assert.ok(Math.abs(bar.reduce((sum, width) => sum + width, 0) - 100) < 0.01, String(bar));
  await page.locator("#detail p.hint", { hasText: /Tanpa bagian ini|Without this part/ }).waitFor();
  await page.locator("summary").click();
  assert.equal(await page.locator("details tbody tr").count(), ALERTS[0].series.observed.length);
});

test("the pane tells who spoke first, by arrival and by claim, and which words one side alone uses", async () => {
  const head = (text) => page.locator(".divergence h3", { hasText: text });
  const read = async (selector) => (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  const checked = { id: [["publik", "12 contoh", "lampu (4), tsunami (2)"], ["pers asing", "3 contoh", "magnitude (3)"]],
    en: [["public", "12 samples", "lampu (4), tsunami (2)"], ["foreign press", "3 samples", "magnitude (3)"]] };
  const lines = { id: ["Kata yang hanya dipakai satu pihak", "pers asing · Inggris", /lebih dulu 340 dtk: media sosial \(menurut waktunya sendiri 80 dtk: berita\)/],
    en: ["Words that one side alone uses", "foreign press · English", /first by 340 s: social media \(by their own times 80 s: news\)/] };
  for (const tongue of ["id", "en"]) {
    const [title, press, lead] = lines[tongue];
    await head(title).waitFor();
    const rows = await page.locator(".divergence tr").evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
    assert.deepEqual(rows, checked[tongue]);
    const said = await read("svg.voices + table tbody tr");
    assert.equal(said.length, 2);
    assert.ok(said[1].startsWith(`${press} +95`), said[1]);
    assert.match((await read("#detail p")).join(" "), lead);
    await page.getByRole("button", { name: tongue === "id" ? "English" : "Bahasa Indonesia", exact: true }).click();
  }
  // Whoever spoke first begins furthest left; the mark of a claimed time stands before the press's own first post.
  const place = (selector) => page.locator(selector).evaluateAll((all) => all.map((one) => Number(one.getAttribute("x1"))));
  const [[claimed], filled] = [await place("svg.voices line.claimed"), await place("svg.voices line.first")];
  assert.ok(claimed < filled[1] && filled[0] < filled[1], `${claimed} ${filled}`);
});

test("the pane names the claim, its verdict and its link, and accuses nobody", async () => {
  const claims = page.locator(".claims");
  assert.match(await claims.innerText(), /Gempa Lombok Disusul Tsunami.*Mirip klaim yang diperiksa Cek Contoh.*muncul kembali/s);
  assert.equal(await claims.locator("a").getAttribute("href"), "https://cek.example/17");
  assert.equal(await claims.locator("img").count(), 0);
});

test("the pane tells what people did, in their words", async () => {
  const table = page.locator("#detail h3", { hasText: /^Tindakan$/ }).locator("+ table");
  const text = await table.innerText();
  for (const word of ["Catatan", "Rina", "BPBD sudah *dihubungi*"]) assert.ok(text.includes(word), text);
});

test("an incident leaves as a brief in which strangers' text is no markup", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Ringkasan" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  assert.equal(download.suggestedFilename(), "lombok.md");
  assert.ok(text.startsWith("# AWAS (4): Gempa di Nusa Tenggara Barat: 412 unggahan"), text);
  assert.ok(text.includes("03:11:26 WIB · 04:11 WITA · 05:11 WIT · 20:11 UTC"), text);
  assert.ok(text.includes("Catatan, Rina: BPBD sudah \\*dihubungi\\*"), text);
  assert.ok(text.includes("\\<img src=x\\> \\[klik\\]\\(javascript:alert\\(1\\)\\) \\*tebal\\*"), text);
});

test("on paper there is the incident, and nothing to press", async () => {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.ok(await page.locator("#detail h2").isVisible());
  assert.equal(await page.locator("button:visible, input:visible").count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  await page.emulateMedia({ media: "screen", colorScheme: null });
});

test("an incident leaves as JSON", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "JSON" }).click()]);
  const detail = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(detail.alert.incident, "lombok");
  assert.equal(detail.history.length, 1);
});

test("the address names the incident, and opens it again", async () => {
  assert.ok(page.url().endsWith("#lombok"));
  await page.reload({ waitUntil: "domcontentloaded" });
  await page.locator("#detail h2").waitFor();
  await page.locator("#list").focus();
  await page.keyboard.press("Escape");
  await page.locator("#detail").waitFor({ state: "detached" });
});

test("a feed that stands still is told on top", async () => {
  assert.equal(await page.locator(".stopped").innerText(), "ALIRAN BERHENTI: feeds.news");
  const feed = (await page.locator("#feeds tbody tr").first().innerText()).replace(/\s+/g, " ");
  assert.match(feed, /feeds\.social media sosial mengalir .* 0 1\.234 dihitung 34 · di luar Indonesia 1\.200/);
});

test("the wall screen, the theme and the keys are switched, and single keys can be switched off", async () => {
  await page.locator("#list").focus();
  await page.keyboard.press("w");
  assert.equal(await page.locator("html").getAttribute("data-wall"), "true");
  assert.ok(page.url().includes("?wall"));
  await page.keyboard.press("w");
  await page.getByRole("button", { name: /Tema/ }).click();
  await page.getByRole("button", { name: /Tema/ }).click();
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(16, 22, 28)");
  await page.locator("#list").focus();
  await page.keyboard.press("?");
  await page.locator("dialog input[type=checkbox]").uncheck();
  await page.keyboard.press("Escape");
  await page.locator("#list").focus();
  await page.keyboard.press("w");
  assert.equal(await page.locator("html").getAttribute("data-wall"), "false");
});

test("it has asked nobody else and kept to its own policy", () => {
  assert.deepEqual(watch, { outside: [], broken: [] });
});
