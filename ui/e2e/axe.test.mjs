// axe over the main states of all three places: no violation at all. German in light, English in dark, side by side: what a language
// can break are names, what a theme can break are contrasts, and neither depends on the other.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, enableTeams, expert, invite, open, openPicker, say, signIn } from "./acts.mjs";
import { startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { chromium = await startBrowser(); });
after(async () => { await chromium?.stop(); });

/** @typedef {import("playwright-core").Page} Page */

/** Fails when axe finds anything on the page. No page has foreign frames, so axe need not open a page of its own (its legacy mode). @param {string} state @param {Page} page */
async function clean(state, page) {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running" || a.effect?.getComputedTiming().iterations === Infinity));
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude("[data-tabster-dummy]").analyze();
  const found = violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} – ${n.failureSummary?.split("\n").slice(1).join(";")}`));
  assert.deepEqual(found, [], `${state}: ${page.url()}`);
}

describe("axe", { concurrency: true }, () => {
  for (const [lang, scheme] of /** @type {const} */ ([["de", "light"], ["en", "dark"]])) {
    test(`no violation in ${lang}, ${scheme}`, { timeout: 240_000 }, async (t) => {
      const w = words[lang];
      const { browser } = chromium;
      const demo = await startDemo();
      t.after(demo.stop);
      const name = lang === "de" ? "Karla Müller" : "Carla Miller";
      const desk = await open(browser, w, `${demo.url}/?lang=${lang}`, { scheme });
      const shop = await open(browser, w, `${demo.url}/demo?lang=${lang}`, { scheme });
      await clean("sign-in", desk);
      await signIn(desk, w, "anna");
      await desk.getByText(w.mine).first().waitFor();
      await enableTeams(desk, w, demo);
      await clean("profile", desk);

      await shop.getByRole("button", { name: w.openChat }).waitFor();
      await clean("shop with launcher", shop);
      await shop.getByRole("button", { name: w.openChat }).click();
      await shop.getByRole("textbox", { name: "Name" }).waitFor();
      await shop.getByRole("button", { name: w.startChat }).click();
      await clean("form with errors", shop);
      await shop.keyboard.press("Escape");
      await ask(shop, w, name, "Das Modem blinkt rot 😕");
      await desk.goto(`${demo.url}/?lang=${lang}`);
      await desk.getByRole("button", { name: w.accept, exact: true }).first().waitFor();
      await Promise.all([clean("waiting", desk), clean("waiting", shop)]);
      await desk.getByRole("button", { name: w.accept, exact: true }).first().click();
      await say(desk, w, "Ich hole jemanden dazu.");
      const dialog = await openPicker(desk, w);
      await dialog.getByText("Erik Lind").click();
      await clean("picker", desk);
      await desk.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      await invite(desk, w, ["Erik Lind"]);
      const erik = await expert(browser, w, demo, "Erik Lind", name.split(" ")[0] ?? "", { scheme });
      await say(erik, w, "Bitte 10 Sekunden Reset drücken.");
      await shop.getByText("Bitte 10 Sekunden").waitFor();
      await say(shop, w, "Jetzt grün! 🎉");
      await erik.getByRole("log").getByText("Jetzt grün!").waitFor();
      await desk.getByRole("radio", { name: w.expertsOnly }).click();
      await say(desk, w, "Danke, Erik.");
      await Promise.all([clean("conference", desk), clean("conference", shop), clean("conference", erik)]);
      await desk.getByRole("button", { name: w.search }).click();
      await clean("palette", desk);
      await desk.keyboard.press("Escape");
      await desk.getByRole("button", { name: w.keys }).click();
      await clean("keys", desk);
      await desk.keyboard.press("Escape");
      await shop.getByRole("button", { name: w.more }).click();
      await clean("menu", shop);
      await shop.keyboard.press("Escape");
      await shop.getByRole("button", { name: w.end }).first().click();
      await clean("end?", shop);
      await shop.getByRole("button", { name: w.end, exact: true }).last().click();
      await desk.getByText(w.endedByCustomer).first().waitFor();
      await desk.getByRole("log").focus(); // no tooltip is in the way
      await Promise.all([clean("ended", desk), clean("ended", shop)]);
      for (const p of [desk, shop, erik]) {
        assert.deepEqual(p.errors, []);
        await p.context().close();
      }
    });
  }
});
