// A real Chromium, and a record of all that a page should never do.
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.KENTONGAN_CHROMIUM ?? "/usr/bin/chromium";

/** Starts Chromium without a window. */
export function launch() {
  // A container's root has no other sandbox; pages here come from this machine only.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

/**
 * A page of its own context at `url`. `watch.outside` are requests to anyone else, `watch.broken` are
 * breaches of the content security policy and errors that no code has caught.
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "id-ID", ...options });
  const page = await context.newPage();
  const watch = { outside: [], broken: [] };
  const origin = new URL(url).origin;
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) watch.outside.push(request.url());
  });
  page.on("pageerror", (error) => watch.broken.push(String(error)));
  await page.exposeFunction("tellBreach", (breach) => watch.broken.push(breach));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.tellBreach(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(url, { waitUntil: "domcontentloaded" });
  return { page, context, watch };
}
