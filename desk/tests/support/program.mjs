// Starts the real program, waits for its page, stops it.
//
// In: arguments. Out: its address and a way to stop it.
// Rule: whatever was started is stopped by whoever started it, also when a test fails.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const START_WITHIN_MS = 120_000;

/** Where the program is: built by `cargo build`, unless the environment names another. */
export const PROGRAM = process.env.KENTONGAN_PROGRAM ?? `${ROOT}/target/debug/kentongan`;

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The demo on `port`, `speed` times as fast as the wall clock. */
export function startDemo({ port, speed = 60 }) {
  return start(PROGRAM, ["demo", "--speed", String(speed), "--set", `http.listen=127.0.0.1:${port}`]);
}

/** Runs the program to its end, which must be a good one. */
export async function done(parameters) {
  const child = spawn(PROGRAM, parameters, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => { said = (said + text).slice(-4000); });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${PROGRAM} ${parameters.join(" ")} ended with ${code}\n${said}`);
}

/** Starts `command` and waits for the line that tells its address. */
export async function start(command, parameters) {
  const child = spawn(command, parameters, { cwd: ROOT, stdio: ["pipe", "pipe", "pipe"] });
  const said = [];
  const waiting = new Map();
  let probes;
  const address = new Promise((resolve, reject) => {
    const failed = (why) => reject(new Error(`${command}: ${why}\n${said.join("\n")}`));
    const timer = setTimeout(() => { failed("told no address in time"); child.kill(); }, START_WITHIN_MS);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        if (said.length < 50) said.push(line);
        for (const [pattern, tell] of waiting) if (line.match(pattern)) { waiting.delete(pattern); tell(line); }
        probes ??= line.match(/^Metrics and probes: (http:\/\/[0-9.:]+)\//)?.[1];
        // `run` tells the port of its probes, `demo` the page.
        const running = line.match(/ running address=([0-9.:]+)/);
        const found = running ? [`http://${running[1]}/`] : line.match(/http:\/\/[0-9.:]+\//);
        if (found) resolve(found[0]);
        if (found) clearTimeout(timer);
      });
    }
    child.once("error", (error) => failed(error.message));
    child.once("exit", (code) => failed(`ended with ${code}`));
  });
  const stop = async (signal = "SIGTERM") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  /** The first line from now on that matches. */
  const says = (pattern) => new Promise((resolve) => { waiting.set(pattern, resolve); });
  return { url: await address, probes: () => probes, stdin: child.stdin, stop, says };
}
