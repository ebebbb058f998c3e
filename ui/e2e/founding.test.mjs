// The founding procedure, with real clicks, once per language: an agent enables Microsoft Teams, takes a customer's chat, invites
// two experts out of "Microsoft Teams Chats", and all talk in one conference chat.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { ask, enableTeams, expert, open, openPicker, say, signIn } from "./acts.mjs";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { chromium = await startBrowser(); });
after(async () => { await chromium?.stop(); });
beforeEach(async () => { demo = await startDemo(); }); // every language begins with nobody signed in
afterEach(async () => { await demo?.stop(); });

for (const lang of /** @type {const} */ (["de", "en"])) {
  test(`the founding procedure in ${lang}`, { timeout: 240_000 }, async () => {
    const w = words[lang];
    const customerName = lang === "de" ? "Karla Müller" : "Carla Miller";

    const { browser } = chromium;
    const desk = await open(browser, w, `${demo.url}/`);
    await signIn(desk, w, "anna");
    await enableTeams(desk, w, demo);
    await shoot(desk, `${lang}-1-profile`);
    await desk.goto(`${demo.url}/`);

    // A customer starts a chat in the widget and the agent takes it.
    const shop = await open(browser, w, `${demo.url}/demo`, { viewport: { width: 1280, height: 860 } });
    await ask(shop, w, customerName, "Das Modem blinkt rot 😕");
    await desk.getByRole("button", { name: w.accept, exact: true }).first().click();
    await desk.getByRole("log").getByText("Das Modem blinkt rot 😕").waitFor();
    await say(desk, w, "Ich hole jemanden dazu.");
    await shop.getByText("Ich hole jemanden dazu.").waitFor();

    // + opens the directory; the folder expands; the channels folder is absent; two names, one Invite.
    const dialog = await openPicker(desk, w);
    await dialog.getByText("Erik Lind").waitFor();
    assert.equal(await dialog.getByText(/Microsoft Teams Channels/).count(), 0);
    await dialog.getByText("Erik Lind").click();
    await dialog.getByText("Mei Tanaka").click();
    await shoot(desk, `${lang}-2-picker`);
    await dialog.getByRole("button", { name: w.invite, exact: true }).click();
    await dialog.waitFor({ state: "hidden" });

    // Each expert finds the thread in Teams, with who asks and the whole history.
    const erik = await expert(browser, w, demo, "Erik Lind", customerName.split(" ")[0] ?? "");
    for (const part of [/Anna/, /Das Modem blinkt rot 😕/, /Ich hole jemanden dazu\./]) await erik.getByRole("log").getByText(part).first().waitFor();
    await desk.getByText(w.joined).first().waitFor();

    // Three-way talk.
    await say(erik, w, "Bitte 10 Sekunden Reset drücken.");
    await desk.getByRole("log").getByText("Bitte 10 Sekunden Reset drücken.").waitFor();
    await shop.getByText("Bitte 10 Sekunden Reset drücken.").waitFor();
    await say(shop, w, "Jetzt grün! 🎉");
    await erik.getByRole("log").getByText("Jetzt grün! 🎉").waitFor();
    await say(desk, w, "Prima, danke euch beiden.");
    await erik.getByRole("log").getByText("Prima, danke euch beiden.").waitFor();
    await shop.getByText("Prima, danke euch beiden.").waitFor();
    const mei = await expert(browser, w, demo, "Mei Tanaka", customerName.split(" ")[0] ?? "");
    await mei.getByRole("log").getByText("Das Modem blinkt rot 😕").first().waitFor();

    await shoot(desk, `${lang}-3-desk`);
    await shoot(shop, `${lang}-3-widget`);
    await shoot(erik, `${lang}-3-teams`);
    for (const p of [desk, shop, erik, mei]) {
      assert.deepEqual(p.errors, []);
      await p.context().close();
    }
  });
}
