// An agent's directory by the keyboard alone, once per language: first contact with somebody who never wrote, the answer that comes back
// live, a favourite, the picker, and what disabling Microsoft Teams would stop. Then ten thousand people stay fluid.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { chromium = await startBrowser(); });
after(async () => { await chromium?.stop(); });
beforeEach(async () => { demo = await startDemo(); });
afterEach(async () => { await demo?.stop(); });

const more = {
  de: { users: "Benutzer nach Team", favourites: /^Favoriten/, star: "Favorit: Omar Haddad", out: /außer Haus: „Ich bin bis Montag nicht im Haus\.“/, others: /^Weitere in der Organisation/, permission: /Berechtigung Team\.ReadBasic\.All/, stops: /Diese Konferenz hält an:/, colleague: /^Ben Okafor, Kundenservice/ },
  en: { users: "Users by team", favourites: /^Favourites/, star: "Favourite: Omar Haddad", out: /out of office: “Ich bin bis Montag nicht im Haus\.”/, others: /^Others in the organisation/, permission: /permission Team\.ReadBasic\.All/, stops: /This conference stops:/, colleague: /^Ben Okafor, Kundenservice/ },
};

/**
 * @typedef {typeof words.de} Words
 * @typedef {import("playwright-core").Page} Page
 */

/** @param {Words} w */
async function open(w) {
  const context = await chromium.browser.newContext({ locale: w.locale, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  /** @type {string[]} */ const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy|Uncaught/.test(m.text())) errors.push(m.text()); });
  await page.goto(`${demo.url}/`);
  return Object.assign(page, { errors });
}

/** Keys, one after the other. @param {Page} page @param {...string} keys */
async function press(page, ...keys) {
  for (const k of keys) await page.keyboard.press(k);
}

/** Runs a command of the palette. @param {Page} page @param {string} command */
async function palette(page, command) {
  await press(page, "Control+k");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-controls") === "palette");
  await page.keyboard.type(command);
  await press(page, "Enter");
}

/** The name of the row that has the focus. @param {Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName ?? "");

/** Waits until the row with the focus has such a name. @param {Page} page @param {RegExp} name */
async function onRow(page, name) {
  await page.waitForFunction((source) => new RegExp(source).test(document.activeElement?.getAttribute("aria-label") ?? ""), name.source).catch(async () => assert.match(await focused(page), name));
}

/** Signs in and enables Microsoft Teams, by keys. @param {Page} page @param {Words} w */
async function begin(page, w) {
  await page.getByRole("textbox", { name: w.user }).focus();
  await page.keyboard.type("anna");
  await press(page, "Tab");
  await page.keyboard.type("demo");
  await press(page, "Enter");
  await page.getByRole("button", { name: w.profile }).press("Enter");
  await page.getByRole("switch", { name: "Microsoft Teams" }).press("Space");
  await page.waitForURL(/oauth2/);
  await page.getByRole("button", { name: "Anna Becker" }).press("Enter");
  const consent = page.getByRole("button", { name: w.consent });
  await Promise.race([consent.waitFor(), page.waitForURL(`${demo.url}/**`)]);
  if (page.url().includes("oauth2")) await consent.press("Enter");
  await page.waitForURL(`${demo.url}/**`);
  await page.getByText(w.connected).first().waitFor();
}

/** What somebody in Teams does, as their own client does it. @param {string} person @param {string} path @param {unknown} [body] */
async function teams(person, path, body) {
  const session = await (await fetch(`${demo.teams}/sim/session`, { method: "POST", body: JSON.stringify({ person }) })).json();
  const answer = await fetch(`${demo.teams}/v1.0${path}`, { headers: { Authorization: `Bearer ${session.token}`, "Content-Type": "application/json" }, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** Answers in the one-to-one chat that holds a text. @param {string} person @param {string} asked @param {string} answer */
async function reply(person, asked, answer) {
  for (let i = 0; i < 50; i++) {
    const { value } = await teams(person, "/me/chats?$expand=lastMessagePreview");
    const chat = value.find((/** @type {any} */ c) => c.chatType === "oneOnOne" && c.lastMessagePreview?.body?.content.includes(asked));
    if (chat) return teams(person, `/chats/${encodeURIComponent(chat.id)}/messages`, { body: { contentType: "html", content: `<p>${answer}</p>` } });
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`${person} has no chat that says ${asked}`);
}

/** A customer opens a chat. */
async function customer() {
  const answer = await fetch(`${demo.url}/api/v1/visitor/conversations`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ service: "technik", name: "Karla Müller", locale: "de", page: { url: `${demo.url}/demo`, title: "Shop" }, text: "Das Modem blinkt rot", id: "k1" }),
  });
  assert.equal(answer.status, 201);
}

for (const lang of /** @type {const} */ (["de", "en"])) {
  test(`the directory by the keyboard in ${lang}`, { timeout: 120_000 }, async () => {
    const [w, m] = [words[lang], more[lang]];
    const page = await open(w);
    await begin(page, w);

    // The page: folders, type-ahead, Home and End; channels are the last folder and name the permission they lack.
    await palette(page, w.directory);
    const nav = page.getByRole("navigation", { name: w.directory });
    const tree = nav.getByRole("tree");
    await tree.getByRole("treeitem", { name: "Microsoft Teams Chats" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await press(page, "ArrowDown");
    await onRow(page, m.favourites);
    await press(page, "End");
    await onRow(page, /^Microsoft Teams Channels/);
    await press(page, "ArrowRight", "ArrowDown");
    await onRow(page, m.permission);
    await press(page, "Home");
    await page.keyboard.type("m");
    await onRow(page, /^Microsoft Teams Chats/);
    await press(page, "ArrowRight", "ArrowDown");
    await onRow(page, /^Erik Lind/);
    await page.keyboard.type("om");
    await onRow(page, /^Omar Haddad/);

    // A star, kept on the server: right to the star, Enter, and back.
    await press(page, "ArrowRight", "Enter");
    await page.getByRole("button", { name: m.star, pressed: true }).first().waitFor();
    await press(page, "ArrowLeft");
    await onRow(page, /^Omar Haddad/);
    await press(page, "ArrowLeft");
    await onRow(page, /^Microsoft Teams Chats/);
    await press(page, "Home", "ArrowRight", "ArrowDown");
    await onRow(page, /^Omar Haddad/);

    // First contact: search finds whom no folder holds, and says who is out of office before anything is written.
    await nav.getByRole("searchbox").focus();
    await page.keyboard.type("groß");
    await tree.getByRole("treeitem", { name: /^Jürgen Groß/ }).waitFor();
    await shoot(page, `${lang}-directory-search`);
    await press(page, "ArrowDown");
    await onRow(page, m.others);
    await press(page, "ArrowDown", "Enter");
    await page.getByText(m.out).first().waitFor();
    const box = page.getByRole("textbox", { name: w.message, exact: true });
    await box.waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "textbox");
    await page.keyboard.type("Kurze Frage zu Rechnung 17 🙂");
    await press(page, "Enter");
    const log = page.getByRole("log");
    await log.getByText("Kurze Frage zu Rechnung 17 🙂").waitFor();
    await reply("Jürgen Groß", "Rechnung 17", "Bin Montag wieder da.");
    await log.getByText("Bin Montag wieder da.").waitFor();
    await shoot(page, `${lang}-directory-talk`);
    await press(page, "Escape");
    await nav.getByRole("searchbox").focus();
    await press(page, "Control+a", "Delete");
    await tree.getByRole("treeitem", { name: /^Jürgen Groß/ }).waitFor();
    await press(page, "ArrowDown", "Home");
    await page.keyboard.type("m");
    await press(page, "ArrowDown");
    await onRow(page, /^Jürgen Groß/);
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ").slice(0, 300)}`), []);

    // The picker: no channels, colleagues can be ticked, too, several ticks, one Invite; Escape brings back to the add sign.
    await customer();
    await page.waitForTimeout(300);
    await palette(page, w.accept);
    await page.getByRole("log").getByText("Das Modem blinkt rot").waitFor();
    const add = page.getByRole("button", { name: w.add });
    await add.press("Enter");
    const dialog = page.getByRole("dialog", { name: w.directory });
    await dialog.getByRole("treeitem", { name: "Microsoft Teams Chats" }).waitFor();
    assert.equal(await dialog.getByText(/Microsoft Teams Channels/).count(), 0);
    await press(page, "Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.waitForFunction((name) => document.activeElement?.getAttribute("aria-label") === name, w.add);
    await press(page, "Enter");
    await dialog.getByRole("treeitem", { name: "Microsoft Teams Chats" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await press(page, "ArrowDown", "*"); // opens all folders
    await onRow(page, m.favourites);
    await dialog.getByRole("treeitem", { name: m.colleague, checked: false }).waitFor();
    await page.keyboard.type("j");
    await onRow(page, /^Jürgen Groß/);
    await press(page, "Space");
    await dialog.getByText(m.out).last().waitFor();
    await page.keyboard.type("mei");
    await onRow(page, /^Mei Tanaka/);
    await press(page, "Enter");
    assert.equal(await dialog.getByRole("treeitem", { checked: true }).count(), 2);
    await shoot(page, `${lang}-directory-picker`);
    const inside = await new AxeBuilder({ page }).include('[role="dialog"]').withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    assert.deepEqual(inside.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ").slice(0, 300)}`), []);
    await dialog.getByRole("button", { name: w.invite, exact: true }).press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(w.joined).first().waitFor();

    // Disabling says beforehand what it stops.
    await palette(page, w.profile);
    await page.getByRole("switch", { name: "Microsoft Teams" }).press("Space");
    await page.getByText(m.stops).waitFor();
    await page.getByText(/#\d+ · Technik · Karla Müller/).waitFor();
    await shoot(page, `${lang}-directory-disable`);
    await press(page, "Escape");
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
}

test("ten thousand people and two thousand chats", { timeout: 60_000 }, async () => {
  const w = words.en;
  const page = await open(w);
  await begin(page, w);
  const crowd = (/** @type {string} */ id, /** @type {number} */ n, /** @type {object} */ rest) => ({
    id, state: "ok", total: n, people: Array.from({ length: n }, (_, i) => ({ kind: "expert", account: "contoso", id: `${id}${i}`, name: `Person ${String(i).padStart(5, "0")}`, ...rest })),
  });
  await page.route("**/api/v1/directory", (r) => r.fulfill({ json: { folders: [crowd("users", 10_000, { kind: "agent", account: "@agents", team: "Everybody" }), crowd("teams-chats", 2_000, {})] } }));
  await palette(page, w.directory);
  const rows = page.getByRole("treeitem");
  await rows.first().waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await press(page, "ArrowDown");
  await onRow(page, /^Users by team/);
  await press(page, "*", "ArrowDown", "ArrowRight");
  await page.getByRole("treeitem", { name: /^Person 00001/ }).first().waitFor();
  const began = Date.now();
  await press(page, "End", "ArrowLeft", "ArrowUp"); // the channels' folder, and the last person before it
  await onRow(page, /^Person 01999/);
  await press(page, "Home", "ArrowDown", "ArrowDown");
  await onRow(page, /^Person 00000/);
  for (let i = 0; i < 40; i++) await press(page, "PageDown");
  await onRow(page, /^Person 00400/);
  const took = Date.now() - began;
  const nodes = await rows.count();
  assert.ok(nodes > 10 && nodes < 80, `${nodes} rows in the document`);
  assert.ok(took < 6_000, `43 keys took ${took} ms`);
  await page.context().close();
});
