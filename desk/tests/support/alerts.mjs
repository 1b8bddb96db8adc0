// Alerts made of the documented example, for what a demo does not bring: many, hostile, of every level.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { start } from "./program.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const EXAMPLE = JSON.parse(readFileSync(`${ROOT}/docs/alert-v1.example.json`, "utf8"));
const DESK = process.env.KENTONGAN_DESK_EXAMPLE ?? `${ROOT}/target/debug/examples/desk`;
const NUMBERS = { waspada: 2, siaga: 3, awas: 4 };

/** The example with other members. */
export function alert(incident, members = {}) {
  const level = members.level ?? "siaga";
  return { ...structuredClone(EXAMPLE), incident, id: `${incident}-1`, level, level_number: NUMBERS[level], ...members };
}

/** The desk, showing `alerts`; with `tokensFile` it asks for a token. `tell` shows it further ones. */
export async function startDesk(alerts, tokensFile = "") {
  const desk = await start(DESK, ["127.0.0.1:0", tokensFile]);
  const tell = (more) => desk.stdin.write(more.map((one) => `${JSON.stringify(one)}\n`).join(""));
  tell(alerts);
  return { ...desk, tell };
}
