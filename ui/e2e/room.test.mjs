// What agents do around an invitation, with real clicks, once per language: they look at what the expert will get, publish what an
// expert said in private, remind, and hand the chat over to a colleague.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";
import { room } from "./room.words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => {
  [chromium, demo] = await Promise.all([startBrowser(), startDemo()]);
  await promisify(execFile)(demo.program, ["service", "technik", "--experts-private", "--agent-names=first"], { env: { ...process.env, TRIALOG_DATA: demo.data } });
});
after(async () => { await chromium?.stop(); await demo?.stop(); });

/** @typedef {import("playwright-core").Page} Page */

/** @param {string} locale @param {string} url */
async function open(locale, url) {
  const context = await chromium.browser.newContext({ locale, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  /** @type {string[]} */ const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.goto(url);
  return Object.assign(page, { errors });
}

/** @param {Page} page @param {typeof words.de} w @param {string} login */
async function signIn(page, w, login) {
  await page.getByRole("textbox", { name: w.user }).fill(login);
  await page.getByLabel(w.password).fill("demo");
  await page.getByRole("button", { name: w.signIn, exact: true }).click();
}

/** @param {Page} page @param {typeof words.de} w */
async function enableTeams(page, w) {
  await page.getByRole("button", { name: w.profile }).click();
  const toggle = page.getByRole("switch", { name: "Microsoft Teams" });
  if (await toggle.isChecked()) return page.goto(`${demo.url}/`);
  await toggle.click();
  await page.waitForURL(/oauth2/);
  await page.getByRole("button", { name: "Anna Becker" }).click();
  const consent = page.getByRole("button", { name: w.consent });
  await Promise.race([consent.waitFor(), page.waitForURL(`${demo.url}/**`)]);
  if (page.url().includes("oauth2")) await consent.click();
  await page.getByText(w.connected).first().waitFor();
  return page.goto(`${demo.url}/`);
}

/** @param {Page} page @param {typeof words.de} w @param {string} text */
async function say(page, w, text) {
  await page.getByRole("textbox", { name: w.message, exact: true }).click();
  await page.keyboard.type(text);
  await page.getByRole("button", { name: w.send, exact: true }).click();
}

for (const lang of /** @type {const} */ (["de", "en"])) {
  test(`around an invitation in ${lang}`, { timeout: 120_000 }, async () => {
    const [w, r] = [words[lang], room[lang]];
    const [desk, shop, ben] = await Promise.all([open(w.locale, `${demo.url}/`), open(w.locale, `${demo.url}/demo`), open(w.locale, `${demo.url}/`)]);
    await Promise.all([signIn(desk, w, "anna"), signIn(ben, w, "ben")]);
    await enableTeams(desk, w);

    await shop.getByRole("button", { name: w.openChat }).click();
    await shop.getByRole("textbox", { name: "Name" }).fill("Karla Müller");
    await shop.getByRole("textbox", { name: w.message, exact: true }).fill("Nur am Rande");
    await shop.getByRole("button", { name: w.startChat }).click();
    await desk.getByRole("button", { name: w.accept, exact: true }).first().click();
    await desk.getByRole("log").getByText("Nur am Rande").waitFor();
    await say(shop, w, "Karte 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00");
    await desk.getByRole("log").getByText("4111 1111 1111 1111").waitFor();

    // The preview: line by line, masked; a line is left out, a mask lifted with a reason.
    await desk.getByRole("button", { name: w.add }).click();
    const dialog = desk.getByRole("dialog", { name: w.directory });
    await dialog.getByRole("treeitem", { name: /Microsoft Teams Chats/ }).first().click();
    await dialog.getByText("Erik Lind").first().click(); // the second time he is suggested, too
    await dialog.getByRole("button", { name: r.preview }).click();
    const lines = dialog.getByRole("list", { name: r.previewTitle });
    await lines.getByText("•••• •••• •••• 1111").waitFor();
    await lines.getByRole("checkbox", { name: /^Karla, / }).first().uncheck();
    await dialog.getByText(r.oneOfTwo).waitFor();
    await shoot(desk, `${lang}-room-1-preview`);
    await dialog.getByRole("button", { name: w.invite, exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await desk.getByText(w.joined).first().waitFor();

    // The expert gets that and no more; the chip counts down; a reminder rings in Teams.
    const erik = await open(w.locale, `${demo.teams}/teams/?as=Erik%20Lind`);
    await erik.getByText("Technik · Karla").first().click();
    const thread = erik.getByRole("log");
    await thread.getByText("•••• •••• •••• 1111").waitFor();
    assert.equal(await thread.getByText("Nur am Rande").count(), 0);
    assert.equal(await thread.getByText("4111").count(), 0);
    await desk.getByRole("list", { name: r.people }).first().getByText(/[0-2]:\d\d/).first().waitFor();
    await desk.getByRole("button", { name: r.actions("Erik Lind") }).click();
    await desk.getByRole("menuitem", { name: r.remind }).click();
    await thread.getByText(r.reminded).waitFor();

    // What the expert writes is private here, until the agent publishes it.
    await say(erik, w, "Der Einkaufspreis ist 12");
    await say(erik, w, "Wir tauschen das Modem");
    const private_ = desk.getByRole("log").locator(".m.back", { hasText: "Wir tauschen das Modem" });
    await desk.getByRole("log").getByText(r.backroom).first().waitFor();
    await shoot(desk, `${lang}-room-2-backroom`);
    await private_.getByRole("button", { name: r.publish }).click();
    await private_.getByText(r.published).waitFor();
    await shop.getByText("Wir tauschen das Modem").waitFor();
    assert.equal(await shop.getByText("Einkaufspreis").count(), 0);
    await thread.getByText(r.publishedInTeams).waitFor();
    await shoot(shop, `${lang}-room-3-widget`);

    // Handing over: the colleague is asked, accepts, and the first agent is out.
    await desk.getByRole("button", { name: w.add }).click();
    await dialog.getByRole("treeitem", { name: r.users }).first().click();
    await dialog.getByText("Ben Okafor").click();
    await shoot(desk, `${lang}-room-4-colleagues`);
    await dialog.getByRole("button", { name: r.transfer, exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    const offer = ben.getByRole("region", { name: r.offer });
    await offer.getByText(r.wantsToHandOver).waitFor();
    await shoot(ben, `${lang}-room-5-offer`);
    await offer.getByRole("button", { name: w.accept, exact: true }).click();
    await ben.getByRole("log").getByText(r.threadStays).waitFor();
    await say(ben, w, "Ben übernimmt.");
    await Promise.all([shop.getByText("Ben übernimmt.").waitFor(), thread.getByText("Ben übernimmt.").waitFor()]);
    await shoot(ben, `${lang}-room-6-after`);
    assert.equal(await shop.getByText(/Becker|Okafor/).count(), 0, "the customer reads first names only");
    for (const p of [desk, shop, ben, erik]) {
      assert.deepEqual(p.errors, []);
      await p.context().close();
    }
  });
}
