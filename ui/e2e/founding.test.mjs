// The founding procedure, with real clicks, once per language: an agent enables Microsoft Teams, takes a customer's chat, invites
// two experts out of "Microsoft Teams Chats", and all talk in one conference chat.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { chromium = await startBrowser(); });
after(async () => { await chromium?.stop(); });
beforeEach(async () => { demo = await startDemo(); }); // every language begins with nobody signed in
afterEach(async () => { await demo?.stop(); });

/**
 * @typedef {typeof words.de} Words
 * @typedef {import("playwright-core").Page} Page
 */

/** @param {Words} w @param {string} url @param {{width: number, height: number}} [viewport] */
async function open(w, url, viewport = { width: 1440, height: 900 }) {
  const context = await chromium.browser.newContext({ locale: w.locale, viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */ const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy|Uncaught/.test(m.text())) errors.push(m.text()); });
  await page.goto(url);
  return Object.assign(page, { errors });
}

/** @param {Page} page @param {Words} w @param {string} login */
async function signIn(page, w, login) {
  await page.getByRole("textbox", { name: w.user }).fill(login);
  await page.getByLabel(w.password).fill("demo");
  await page.getByRole("button", { name: w.signIn, exact: true }).click();
}

/** @param {Page} page @param {Words} w */
async function enableTeams(page, w) {
  await page.getByRole("button", { name: w.profile }).click();
  await page.getByRole("switch", { name: "Microsoft Teams" }).click();
  await page.waitForURL(/oauth2/);
  await page.getByRole("button", { name: "Anna Becker" }).click();
  const consent = page.getByRole("button", { name: w.consent });
  await Promise.race([consent.waitFor(), page.waitForURL(`${demo.url}/**`)]);
  if (page.url().includes("oauth2")) await consent.click();
  await page.waitForURL(`${demo.url}/**`);
  await page.getByText(w.connected).first().waitFor();
}

/** @param {Page} page @param {Words} w @param {string} text */
async function say(page, w, text) {
  const box = page.getByRole("textbox", { name: w.message, exact: true });
  await box.click();
  await page.keyboard.type(text);
  await page.getByRole("button", { name: w.send, exact: true }).click();
}

for (const lang of /** @type {const} */ (["de", "en"])) {
  test(`the founding procedure in ${lang}`, { timeout: 240_000 }, async () => {
    const w = words[lang];
    const customerName = lang === "de" ? "Karla Müller" : "Carla Miller";

    const desk = await open(w, `${demo.url}/`);
    await signIn(desk, w, "anna");
    await enableTeams(desk, w);
    await shoot(desk, `${lang}-1-profile`);
    await desk.goto(`${demo.url}/`);

    // A customer starts a chat in the widget and the agent takes it.
    const shop = await open(w, `${demo.url}/demo`, { width: 1280, height: 860 });
    await shop.getByRole("button", { name: w.openChat }).click();
    await shop.getByRole("textbox", { name: "Name" }).fill(customerName);
    await shop.getByRole("textbox", { name: w.message, exact: true }).fill("Das Modem blinkt rot 😕");
    await shop.getByRole("button", { name: w.startChat }).click();
    await desk.getByRole("button", { name: w.accept, exact: true }).first().click();
    await desk.getByRole("log").getByText("Das Modem blinkt rot 😕").waitFor();
    await say(desk, w, "Ich hole jemanden dazu.");
    await shop.getByText("Ich hole jemanden dazu.").waitFor();

    // + opens the directory; the folder expands; the channels folder is absent; two names, one Invite.
    await desk.getByRole("button", { name: w.add }).click();
    const dialog = desk.getByRole("dialog", { name: w.directory });
    const folder = dialog.getByRole("treeitem", { name: /Microsoft Teams Chats/ });
    await folder.first().click();
    await dialog.getByText("Erik Lind").waitFor();
    assert.equal(await dialog.getByText(/Microsoft Teams Channels/).count(), 0);
    await dialog.getByText("Erik Lind").click();
    await dialog.getByText("Mei Tanaka").click();
    await shoot(desk, `${lang}-2-picker`);
    await dialog.getByRole("button", { name: w.invite, exact: true }).click();
    await dialog.waitFor({ state: "hidden" });

    // Each expert finds the thread in Teams, with who asks and the whole history.
    const erik = await open(w, `${demo.teams}/teams/?as=Erik%20Lind`, { width: 1024, height: 800 });
    await erik.getByText(customerName.split(" ")[0] ?? "", { exact: false }).first().click();
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
    const mei = await open(w, `${demo.teams}/teams/?as=Mei%20Tanaka`, { width: 1024, height: 800 });
    await mei.getByText(customerName.split(" ")[0] ?? "", { exact: false }).first().click();
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
