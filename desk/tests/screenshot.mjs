// Pictures of the page over the running demo, as VIEWS lists them: all its events are open, and somebody has taken
// the earthquake over.
import { mkdir } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { launch, open } from "./support/browser.mjs";
import { freePort, startDemo } from "./support/program.mjs";

const FOLDER = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
// One for each event of the demo.
const INCIDENTS = 3;
const WITHIN_MS = 240_000;
const STEP_MS = 500;
// A minute and a half after its opening the earthquake was the only incident, and nobody had it yet.
const EARLIER_MS = 90_000;

const VIEWS = [
  { name: "desk", tongue: "id", colorScheme: "light", opens: true },
  { name: "desk-dark", tongue: "en", colorScheme: "dark" },
  { name: "desk-handover", tongue: "en", colorScheme: "light", path: () => "?handover" },
  { name: "desk-past", tongue: "en", colorScheme: "light", path: (quake) => `?at=${new Date(Date.parse(quake.opened_at) + EARLIER_MS).toISOString()}` },
  { name: "desk-wall", tongue: "id", colorScheme: "dark", path: () => "?wall" },
];

/** Asks until `found` has something. */
async function until(found) {
  const end = Date.now() + WITHIN_MS;
  for (;;) {
    const { incidents } = await (await fetch(new URL("/api/v1/incidents", demo.url))).json();
    const result = found(incidents.filter((one) => one.status !== "resolved"));
    if (result) return result;
    if (Date.now() > end) throw new Error(`not within ${WITHIN_MS} ms: ${found}`);
    await wait(STEP_MS);
  }
}

const browser = await launch();
const demo = await startDemo({ port: await freePort(), speed: 20 });
try {
  await mkdir(FOLDER, { recursive: true });
  const quake = await until((rows) => rows.length >= INCIDENTS && rows.find((row) => row.topic.startsWith("hazard:gempa")));
  await fetch(new URL(`/api/v1/incidents/${encodeURIComponent(quake.incident)}/actions`, demo.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: "picture", do: "acknowledge", who: "Rina", note: "menghubungi BPBD NTB" }),
  });
  await until((rows) => rows.some((row) => row.acknowledged));
  for (const view of VIEWS) {
    const { page, context } = await open(browser, demo.url + (view.path?.(quake) ?? ""), { colorScheme: view.colorScheme });
    if (view.tongue === "en") await page.click("#tongue");
    await page.locator("[data-incident], .handover tbody tr").first().waitFor({ timeout: WITHIN_MS });
    if (view.opens) {
      await page.locator(`[data-incident="${quake.incident}"]`).click();
      await page.locator("#detail canvas").waitFor();
    }
    if (!view.path) await page.locator("#rising tbody tr").first().waitFor({ timeout: WITHIN_MS });
    await page.screenshot({ path: `${FOLDER}/${view.name}.png` });
    console.log(`${FOLDER}/${view.name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
  await demo.stop();
}
