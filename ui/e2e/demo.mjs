// Starts `trialog demo` on free ports with a data folder of its own, and a headless Chromium, for one test file.
import { spawn } from "node:child_process";
import { mkdtemp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const root = resolve(import.meta.dirname, "../..");

/**
 * Below the ports that systems give to connections going out: one of those may be taken before the server listens.
 * @returns {Promise<number>} a loopback port nobody listens on
 */
function freePort() {
  return new Promise((done, failed) => {
    const port = 10_000 + Math.floor(Math.random() * 22_768);
    const s = createServer();
    s.once("error", (/** @type {NodeJS.ErrnoException} */ e) => (e.code === "EADDRINUSE" ? done(freePort()) : failed(e)));
    s.listen(port, "127.0.0.1", () => s.close(() => done(port)));
  });
}

/**
 * The process that another one has started with a command.
 * @param {number} parent
 * @param {string} command
 */
async function childOf(parent, command) {
  for (const thread of await readdir(`/proc/${parent}/task`)) {
    for (const pid of (await readFile(`/proc/${parent}/task/${thread}/children`, "utf8")).split(" ").filter(Boolean)) {
      const args = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
      if (args[1] === command) return Number(pid);
    }
  }
  throw new Error(`no ${command} among the processes of ${parent}`);
}

/** Starts the demo and waits until it answers. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), "trialog-e2e-"));
  const [server, teams, tls] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(join(root, "bin/trialog"), ["demo"], {
    env: {
      ...process.env, TRIALOG_DATA: data, TRIALOG_ADDR: `127.0.0.1:${server}`,
      TRIALOG_TEAMS_ADDR: `127.0.0.1:${teams}`, TRIALOG_TEAMS_TLS_ADDR: `127.0.0.1:${tls}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (b) => { output += b; });
  child.stderr.on("data", (b) => { output += b; });
  const url = `http://127.0.0.1:${server}`;
  for (let i = 0; ; i++) {
    const up = await Promise.all([fetch(url), fetch(`http://127.0.0.1:${teams}/sim/people`)]).then((a) => a.every((r) => r.ok), () => false);
    if (up) break;
    if (i > 200 || child.exitCode !== null) throw new Error(`the demo does not start:\n${output}`);
    await new Promise((r) => setTimeout(r, 100));
  }
  return {
    url, data, program: join(root, "bin/trialog"), teams: `http://127.0.0.1:${teams}`,
    output: () => output,
    /** Kills the server at once, with the simulated tenant going on; the demo starts it again after that. @param {() => Promise<void>} meanwhile */
    killServer: async (meanwhile) => {
      if (child.pid === undefined) throw new Error("the demo does not run");
      process.kill(child.pid, "SIGSTOP"); // it would start the server again at once
      const victim = await childOf(child.pid, "serve");
      process.kill(victim, "SIGKILL");
      while (await fetch(url).then(() => true, () => false)) await new Promise((r) => setTimeout(r, 20));
      await meanwhile();
      process.kill(child.pid, "SIGCONT");
      while (await fetch(url).then((r) => !r.ok, () => true)) await new Promise((r) => setTimeout(r, 50));
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return; // stopped before
      const gone = new Promise((r) => child.once("exit", r));
      child.kill("SIGTERM");
      await gone;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Starts Chromium as the design says. */
export async function startBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "trialog-chromium-"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

const shots = join(root, "out/screenshots");

/**
 * Keeps a picture of the page as build output.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function shoot(page, name) {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}
