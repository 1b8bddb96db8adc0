// Pictures of the page over the running demo, as VIEWS lists them.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { launch, open } from "./support/browser.mjs";
import { freePort, startDemo } from "./support/program.mjs";

const FOLDER = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
// One for each event of the demo.
const INCIDENTS = 3;
const WITHIN_MS = 240_000;

const VIEWS = [
  { name: "desk", tongue: "id", colorScheme: "light", opens: true },
  { name: "desk-dark", tongue: "en", colorScheme: "dark" },
  { name: "desk-handover", tongue: "en", colorScheme: "light", path: "?handover" },
  { name: "desk-wall", tongue: "id", colorScheme: "dark", path: "?wall" },
];

const browser = await launch();
const demo = await startDemo({ port: await freePort(), speed: 20 });
try {
  await mkdir(FOLDER, { recursive: true });
  for (const view of VIEWS) {
    const { page, context } = await open(browser, demo.url + (view.path ?? ""), { colorScheme: view.colorScheme });
    if (view.tongue === "en") await page.click("#tongue");
    const rows = page.locator("[data-incident], .handover tbody tr");
    await rows.nth(INCIDENTS - 1).waitFor({ timeout: WITHIN_MS });
    if (view.opens) {
      await rows.first().click();
      await page.locator("#detail canvas").waitFor();
    }
    await page.screenshot({ path: `${FOLDER}/${view.name}.png` });
    console.log(`${FOLDER}/${view.name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
  await demo.stop();
}
