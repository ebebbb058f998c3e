// The server is killed, and its database set back to a backup, while pages stay open: they show what the log holds now, and go on from there.
// Nobody reloads, and Microsoft Teams forgets nothing.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, enableTeams, expert, invite, open, say, signIn } from "./acts.mjs";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { [chromium, demo] = await Promise.all([startBrowser(), startDemo()]); });
after(async () => { await chromium?.stop(); await demo?.stop(); });

/** Copies a database, and nothing that an older one left. @param {string} from @param {string} to */
async function copyDatabase(from, to) {
  await mkdir(to, { recursive: true });
  const files = async (/** @type {string} */ dir) => (await readdir(dir)).filter((name) => name.startsWith("trialog.db"));
  for (const name of await files(to)) await rm(join(to, name));
  for (const name of await files(from)) await cp(join(from, name), join(to, name));
}

test("a restored backup", { timeout: 120_000 }, async () => {
  const w = words.de;
  const { browser } = chromium;
  const backup = join(demo.data, "backup");
  const desk = await open(browser, w, `${demo.url}/`);
  await signIn(desk, w, "anna");
  await enableTeams(desk, w, demo);
  await desk.goto(`${demo.url}/`);
  const shop = await open(browser, w, `${demo.url}/demo`, { viewport: { width: 1280, height: 860 } });
  await ask(shop, w, "Karla Müller", "Das steht in der Sicherung");
  await desk.getByRole("button", { name: w.accept, exact: true }).first().click();
  await invite(desk, w, ["Erik Lind"]);
  const erik = await expert(browser, w, demo, "Erik Lind", "Karla");
  await say(erik, w, "Ich sehe nach");
  await shop.getByText("Ich sehe nach").waitFor();

  await demo.killServer(() => copyDatabase(demo.data, backup));
  await say(shop, w, "Das geht verloren");
  await erik.getByRole("log").getByText("Das geht verloren").waitFor();
  await say(desk, w, "Auch das");
  await shop.getByText("Auch das").waitFor();
  await erik.getByRole("log").getByText("Auch das").waitFor();

  await demo.killServer(() => copyDatabase(backup, demo.data));
  for (const page of [shop, desk]) {
    for (const lost of ["Das geht verloren", "Auch das"]) await page.getByRole("log").getByText(lost).waitFor({ state: "hidden" });
  }
  await say(shop, w, "Sind Sie noch da?");
  await desk.getByRole("log").getByText("Sind Sie noch da?").waitFor();
  await erik.getByRole("log").getByText("Sind Sie noch da?").waitFor();
  await say(erik, w, "Ja, weiter geht es");
  await shop.getByText("Ja, weiter geht es").waitFor();
  await desk.getByRole("link", { name: /neue Nachricht/ }).waitFor({ state: "hidden", timeout: 5_000 }); // the agent looks at it
  for (const page of [shop, desk, erik]) {
    for (const line of ["Das steht in der Sicherung", "Ich sehe nach", "Sind Sie noch da?", "Ja, weiter geht es"]) {
      assert.equal(await page.getByRole("log").getByText(line).count(), 1, line);
    }
    assert.deepEqual(page.errors, []);
  }
  await shoot(desk, "restored-desk");
  await shoot(shop, "restored-widget");
});
