// The founding procedure without a mouse: Tab, arrows, Enter, Space and Escape are enough for all three.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./acts.mjs";
import { startBrowser, startDemo } from "./demo.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { [chromium, demo] = await Promise.all([startBrowser(), startDemo()]); });
after(async () => { await Promise.all([demo?.stop(), chromium?.stop()]); });

/** @typedef {import("playwright-core").Page} Page @typedef {import("playwright-core").Locator} Locator */

/** @param {Locator} it */
const focused = (it) => it.evaluate((el) => el === /** @type {Document | ShadowRoot} */ (el.getRootNode()).activeElement);

/** Presses Tab until it has the focus, and fails when it never gets it. @param {Page} page @param {Locator} it @param {"Tab" | "Shift+Tab"} [key] */
async function tabTo(page, it, key = "Tab") {
  await it.waitFor();
  for (let i = 0; i < 60; i++) {
    if (await focused(it)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} never reaches ${it}`);
}

/** Waits until it has the focus by itself. @param {Locator} it @param {string} why */
async function gets(it, why) {
  await it.waitFor();
  for (let i = 0; !(await focused(it)); i++) {
    if (i > 40) assert.fail(`${why}: ${it} does not get the focus`);
    await it.page().waitForTimeout(50);
  }
}

test("the founding procedure with the keyboard alone", { timeout: 240_000 }, async () => {
  const w = words.de;
  const { browser } = chromium;

  // The agent signs in, switches Microsoft Teams on and goes back to the desk.
  const desk = await open(browser, w, `${demo.url}/`);
  await gets(desk.getByRole("textbox", { name: w.user }), "the sign-in page");
  await desk.keyboard.type("anna");
  await desk.keyboard.press("Tab");
  await desk.keyboard.type("demo");
  await desk.keyboard.press("Enter");
  await tabTo(desk, desk.getByRole("button", { name: w.profile }));
  await desk.keyboard.press("Enter");
  await tabTo(desk, desk.getByRole("switch", { name: "Microsoft Teams" }));
  await desk.keyboard.press("Space");
  await desk.waitForURL(/oauth2/);
  await tabTo(desk, desk.getByRole("button", { name: "Anna Becker" }));
  await desk.keyboard.press("Enter");
  await tabTo(desk, desk.getByRole("button", { name: w.consent }));
  await desk.keyboard.press("Enter");
  await desk.getByText(w.connected).first().waitFor();
  await tabTo(desk, desk.getByRole("button", { name: w.back, exact: true }));
  await desk.keyboard.press("Enter");

  // The customer opens the widget, fills in the form and asks.
  const shop = await open(browser, w, `${demo.url}/demo`);
  await tabTo(shop, shop.getByRole("button", { name: w.openChat }));
  await shop.keyboard.press("Enter");
  await gets(shop.getByRole("textbox", { name: "Name" }), "opening the chat");
  await shop.keyboard.type("Karla Müller");
  await tabTo(shop, shop.getByRole("textbox", { name: w.message, exact: true }));
  await shop.keyboard.type("Das Modem blinkt rot");
  await tabTo(shop, shop.getByRole("button", { name: w.startChat }));
  await shop.keyboard.press("Enter");

  // The agent accepts and answers.
  await tabTo(desk, desk.getByRole("button", { name: w.accept, exact: true }).first());
  await desk.keyboard.press("Enter");
  await gets(desk.getByRole("textbox", { name: w.message, exact: true }), "accepting");
  await desk.keyboard.type("Ich hole jemanden dazu.");
  await desk.keyboard.press("Enter");
  await shop.getByText("Ich hole jemanden dazu.").waitFor();

  // Escape in the directory gives the focus back to "+".
  const plus = desk.getByRole("button", { name: w.add });
  await tabTo(desk, plus, "Shift+Tab");
  await desk.keyboard.press("Enter");
  const dialog = desk.getByRole("dialog", { name: w.directory });
  await gets(dialog.getByRole("searchbox"), "opening the directory");
  await desk.keyboard.press("Escape");
  await gets(plus, "Escape in the directory");

  // Two experts by arrows and Space, one Invite.
  await desk.keyboard.press("Enter");
  await gets(dialog.getByRole("searchbox"), "opening the directory");
  await desk.keyboard.press("ArrowDown");
  await desk.keyboard.press("m"); // past the favourites and the users
  await gets(dialog.getByRole("treeitem", { name: /Microsoft Teams Chats/ }), "its first letter");
  await desk.keyboard.press("ArrowRight");
  await dialog.getByText("Erik Lind").waitFor();
  for (const name of [/Erik Lind/, /Mei Tanaka/]) {
    await desk.keyboard.press("ArrowDown");
    await gets(dialog.getByRole("treeitem", { name }), "the arrow down");
    await desk.keyboard.press("Space");
    await dialog.getByRole("treeitem", { name, checked: true }).waitFor();
  }
  await tabTo(desk, dialog.getByRole("button", { name: w.invite, exact: true }));
  await desk.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await gets(plus, "inviting");

  // The expert answers in Teams, and everybody reads it.
  const erik = await open(browser, w, `${demo.teams}/teams/?as=Erik%20Lind`);
  await tabTo(erik, erik.getByRole("button", { name: /Karla/ }).first());
  await erik.keyboard.press("Enter");
  await tabTo(erik, erik.getByRole("textbox", { name: w.message, exact: true }));
  await erik.keyboard.type("Bitte 10 Sekunden Reset drücken.");
  await erik.keyboard.press("Enter");
  await Promise.all([shop, desk].map((p) => p.getByText("Bitte 10 Sekunden Reset drücken.").first().waitFor()));
  await tabTo(shop, shop.getByRole("textbox", { name: w.message, exact: true }));
  await shop.keyboard.type("Jetzt grün!");
  await shop.keyboard.press("Enter");
  await Promise.all([erik, desk].map((p) => p.getByRole("log").getByText("Jetzt grün!").waitFor()));
  for (const p of [desk, shop, erik]) assert.deepEqual(p.errors, []);
});
