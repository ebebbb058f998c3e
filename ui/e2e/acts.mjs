// What people do in the browser, in the words of the screen. The browser tests and the pictures share it.

/**
 * @typedef {typeof import("./words.mjs").words.de} Words
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").Browser} Browser
 * @typedef {Awaited<ReturnType<typeof import("./demo.mjs").startDemo>>} Demo
 * @typedef {{ viewport?: { width: number, height: number }, scheme?: "light" | "dark", touch?: boolean }} Look
 */

/**
 * A page in a context of its own. What goes wrong inside it is kept in errors.
 * @param {Browser} browser @param {Words} w @param {string} url @param {Look} [look]
 */
export async function open(browser, w, url, { viewport = { width: 1440, height: 900 }, scheme = "light", touch = false } = {}) {
  const context = await browser.newContext({ locale: w.locale, timezoneId: "Europe/Berlin", viewport, colorScheme: scheme, reducedMotion: "reduce", hasTouch: touch, isMobile: touch });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */ const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy|Uncaught/.test(m.text())) errors.push(m.text()); });
  await page.goto(url);
  return Object.assign(page, { errors });
}

/** @param {Page} page @param {Words} w @param {string} login */
export async function signIn(page, w, login) {
  await page.getByRole("textbox", { name: w.user }).fill(login);
  await page.getByLabel(w.password).fill("demo");
  await page.getByRole("button", { name: w.signIn, exact: true }).click();
}

/** @param {Page} page @param {Words} w @param {Demo} demo @param {string} [person] */
export async function enableTeams(page, w, demo, person = "Anna Becker") {
  await page.getByRole("button", { name: w.profile }).click();
  await page.getByRole("switch", { name: "Microsoft Teams" }).click();
  await page.waitForURL(/oauth2/);
  await page.getByRole("button", { name: person }).click();
  const consent = page.getByRole("button", { name: w.consent });
  await Promise.race([consent.waitFor(), page.waitForURL(`${demo.url}/**`)]);
  if (page.url().includes("oauth2")) await consent.click();
  await page.waitForURL(`${demo.url}/**`);
  await page.getByText(w.connected).first().waitFor();
}

/** @param {Page} page @param {Words} w @param {string} text */
export async function say(page, w, text) {
  const box = page.getByRole("textbox", { name: w.message, exact: true });
  await box.click();
  await page.keyboard.type(text);
  await page.getByRole("button", { name: w.send, exact: true }).click();
}

/** Fills in the form before the chat and sends it. @param {Page} shop @param {Words} w @param {string} name @param {string} text */
export async function ask(shop, w, name, text) {
  await shop.getByRole("button", { name: w.openChat }).click();
  await shop.getByRole("textbox", { name: "Name" }).fill(name);
  await shop.getByRole("textbox", { name: w.message, exact: true }).fill(text);
  await shop.getByRole("button", { name: w.startChat }).click();
}

/** Opens the directory and its folder. @param {Page} desk @param {Words} w */
export async function openPicker(desk, w) {
  await desk.getByRole("button", { name: w.add }).click();
  const dialog = desk.getByRole("dialog", { name: w.directory });
  await dialog.getByRole("treeitem", { name: /Microsoft Teams Chats/ }).first().click();
  return dialog;
}

/** Ticks people in the directory and invites them. @param {Page} desk @param {Words} w @param {string[]} names */
export async function invite(desk, w, names) {
  const dialog = await openPicker(desk, w);
  for (const name of names) await dialog.getByText(name, { exact: true }).click();
  await dialog.getByRole("button", { name: w.invite, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** Opens Teams as an expert, at the thread whose title contains a word. @param {Browser} browser @param {Words} w @param {Demo} demo @param {string} who @param {string} thread @param {Look} [look] */
export async function expert(browser, w, demo, who, thread, look = { viewport: { width: 1024, height: 800 } }) {
  const page = await open(browser, w, `${demo.teams}/teams/?as=${encodeURIComponent(who)}`, look);
  await page.getByText(thread, { exact: false }).first().click();
  await page.getByRole("log").waitFor();
  return page;
}

/** Provokes something in the simulated tenant (see internal/teamsim/simapi.go). @param {Demo} demo @param {string} what @param {object} body */
export async function provoke(demo, what, body) {
  const answer = await fetch(`${demo.teams}/sim/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${what} ${JSON.stringify(body)}: ${answer.status} ${await answer.text()}`);
}
