// Do two hundred live pages slow detection? The demo once without and once with them, figures side by side.
//
// In: how many pages (200), how many seconds (60). Out: a table; exit code 1 if detection takes more than half a
// second longer, if a page is told less than another, or hears of an alert a second after the first page.
import { get } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

import { freePort, startDemo } from "./support/program.mjs";

const CLIENTS = Number(process.argv[2] ?? 200);
const SECONDS = Number(process.argv[3] ?? 60);
const SPEED = 20;
const SLOWER_S_MAX = 0.5;
const SPREAD_MS_MAX = 1000;

/** One live page: counts what it is told. */
function listen(url) {
  const client = { events: 0, incidents: new Map(), open: false };
  client.request = get(new URL("/api/v1/events", url), (answer) => {
    client.open = answer.statusCode === 200;
    let rest = "";
    answer.setEncoding("utf8").on("data", (text) => {
      const parts = (rest + text).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        client.events += 1;
        const id = part.match(/^event: incident\n[^]*^id: (.*)$/m)?.[1];
        if (id) client.incidents.set(id, performance.now());
      }
    }).on("error", () => {});
  }).on("error", () => {});
  return client;
}

async function metrics(demo) {
  const text = await (await fetch(`${demo.probes()}/metrics`)).text();
  const value = (name) => Number(text.match(new RegExp(`^${name}(?:{[^}]*})? (.*)$`, "m"))?.[1] ?? 0);
  const sum = value("kentongan_alert_path_delay_seconds_sum");
  const count = value("kentongan_alert_path_delay_seconds_count");
  const posts = [...text.matchAll(/^kentongan_detect_ledger_posts{.*} (.*)$/gm)].reduce((all, one) => all + Number(one[1]), 0);
  // Event time runs SPEED times as fast as the wall's, and the delay is measured in it.
  return { alerts: count, delay_s: count ? sum / count / SPEED : 0, posts };
}

/** For each alert, how long after the first page the last one heard of it, milliseconds: the median, the worst. */
function spreads(clients) {
  const ids = [...(clients[0]?.incidents.keys() ?? [])];
  const times = ids.map((id) => clients.map((client) => client.incidents.get(id) ?? Infinity));
  const all = times.map((one) => Math.max(...one) - Math.min(...one)).sort((left, right) => left - right);
  return { usual: all[Math.floor(all.length / 2)] ?? 0, worst: all.at(-1) ?? 0 };
}

async function run(count) {
  const demo = await startDemo({ port: await freePort(), speed: SPEED });
  try {
    const clients = Array.from({ length: count }, () => listen(demo.url));
    await wait(SECONDS * 1000);
    const found = await metrics(demo);
    const told = clients.map((client) => client.incidents.size);
    const open = clients.filter((client) => client.open).length;
    clients.forEach((client) => client.request.destroy());
    return { clients: open, ...found, least: Math.min(...told), most: Math.max(...told), ...spreads(clients), events: clients.reduce((all, one) => all + one.events, 0) };
  } finally {
    await demo.stop();
  }
}

const [alone, together] = [await run(0), await run(CLIENTS)];
console.log("live pages | alerts | posts folded | mean time from batch to alert, s | events sent | alerts told to a page (least, most) | last page after the first, ms (median, worst)");
console.log(`${alone.clients} | ${alone.alerts} | ${alone.posts} | ${alone.delay_s.toFixed(3)} | 0 | - | -`);
console.log(`${together.clients} | ${together.alerts} | ${together.posts} | ${together.delay_s.toFixed(3)} | ${together.events} | ${together.least}, ${together.most} | ${together.usual.toFixed(0)}, ${together.worst.toFixed(0)}`);
const isSlower = together.delay_s > alone.delay_s + SLOWER_S_MAX;
if (together.clients < CLIENTS || isSlower || together.least !== together.most || !together.alerts || together.worst > SPREAD_MS_MAX) {
  console.error("live pages are not free: see above");
  process.exitCode = 1;
}
