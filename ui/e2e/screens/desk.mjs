import { ask, enableTeams, expert, invite, open, openPicker, provoke, say, signIn } from "../acts.mjs";
import { look, maybe } from "./look.mjs";

const both = ["wide", "narrow"];
const all = ["wide", "narrow", "phone"];

/** The desk from sign-in to a conference. @param {import("./look.mjs").Walk} walk */
export async function desk({ browser, demo, lang, w, files }) {
  const n = (/** @type {string} */ name) => `${lang}-desk-${name}`;
  const page = await open(browser, w, `${demo.url}/`);
  await look(page, n("01-signin"), ["wide", "phone"]);
  await page.getByRole("textbox", { name: w.user }).fill("anna");
  await page.getByLabel(w.password).fill("wrong");
  await page.getByRole("button", { name: w.signIn, exact: true }).click();
  await page.getByRole("alert").first().waitFor();
  await look(page, n("02-signin-refused"));
  await signIn(page, w, "anna");
  await page.getByText(w.mine).first().waitFor();
  await look(page, n("03-empty"), all);

  await page.getByRole("button", { name: w.profile }).click();
  await look(page, n("04-profile-disconnected"), ["wide", "phone"]);
  await page.goto(`${demo.url}/`);

  // People wait.
  const shop = await open(browser, w, `${demo.url}/demo`, { viewport: { width: 1280, height: 860 } });
  await ask(shop, w, "Karla Müller", "Seit heute früh blinkt das Modem rot und nichts geht mehr 😕");
  const other = await open(browser, w, `${demo.url}/demo?lang=es`);
  await other.getByRole("button", { name: /chat/i }).last().click();
  await other.getByRole("textbox", { name: "Nombre" }).fill("Maximiliane Freifrau von Hohenstein-Wolkenburg");
  await other.getByRole("textbox", { name: "Mensaje", exact: true }).fill("Sigo esperando, ¿hay novedades? https://example.org/una/dirección/muy/larga/sin/fin");
  await other.getByRole("textbox", { name: "Mensaje", exact: true }).press("Control+Enter");
  await maybe(other.locator("form button[type=submit], .prime").first().click({ timeout: 1500 }), "second customer");
  await page.getByRole("button", { name: w.accept, exact: true }).first().waitFor();
  await page.waitForTimeout(1500);
  await look(page, n("05-waiting"), all);
  await page.locator("a.item").first().click();
  await page.getByRole("log").waitFor();
  await look(page, n("06-waiting-open"));
  await page.getByRole("button", { name: w.accept, exact: true }).first().click();
  await page.getByRole("log").getByText("Seit heute früh").waitFor();
  await look(page, n("07-active"), all);

  // The directory before the sign-in at Microsoft.
  await page.getByRole("button", { name: w.add }).click();
  await page.getByRole("dialog", { name: w.directory }).waitFor();
  await page.waitForTimeout(400);
  await look(page, n("10-picker-not-signed-in"), ["wide", "phone"]);
  await page.keyboard.press("Escape");
  await enableTeams(page, w, demo);
  await look(page, n("08-profile-connected"), ["wide", "phone"]);
  await page.goto(`${demo.url}/`);
  await page.locator("a.item").first().click();
  await page.getByRole("log").waitFor();

  // The directory while it loads, loaded, searched.
  await page.route("**/api/v1/directory", async (route) => { await new Promise((r) => setTimeout(r, 2500)); await route.continue(); }, { times: 1 });
  let dialog = await openPicker(page, w);
  await look(page, n("11-picker-loading"));
  await dialog.getByText("Erik Lind").waitFor();
  await look(page, n("12-picker-open"), all);
  await dialog.getByText("Erik Lind").click();
  await dialog.getByText("Mei Tanaka").click();
  await look(page, n("13-picker-ticked"), all);
  await dialog.getByRole("searchbox").fill("net");
  await page.waitForTimeout(1500);
  await look(page, n("14-picker-search"));
  await dialog.getByRole("searchbox").fill("Xaver");
  await page.waitForTimeout(1500);
  await look(page, n("15-picker-nobody"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });

  // Invitations under way, then one that fails.
  await say(page, w, "Danke für Ihre Nachricht, Frau Müller. Ich hole einen Kollegen aus der Technik dazu.");
  await provoke(demo, "fail", { match: "POST /chats", kind: "hold", delay: "4s" });
  await invite(page, w, ["Erik Lind"]);
  await page.waitForTimeout(600);
  await look(page, n("20-inviting"));
  await page.getByRole("list", { name: lang === "de" ? "Teilnehmer" : "Participants" }).first().getByText("Erik Lind").waitFor();
  const erik = await expert(browser, w, demo, "Erik Lind", "Karla");
  await say(erik, w, "Hallo Frau Müller! Das liegt am alten Modem. Bitte einmal 10 Sekunden die Reset-Taste drücken – blinkt es danach grün?");
  await page.getByRole("log").getByText("Reset-Taste").waitFor();
  await invite(page, w, ["Mei Tanaka"]);
  await page.waitForTimeout(2500);
  await say(shop, w, "Jetzt grün! 🎉 Danke euch beiden");
  await say(page, w, "Super. Wir schicken Ihnen trotzdem ein neues Gerät.");
  await page.waitForTimeout(2500);
  await look(page, n("21-conference"), all);
  dialog = await openPicker(page, w);
  await dialog.getByRole("searchbox").fill("Tom Fuchs");
  await dialog.getByText("Tom Fuchs").waitFor();
  await dialog.getByText("Tom Fuchs").click();
  await dialog.getByRole("button", { name: w.invite, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: /Tom Fuchs (erneut|again)|Invite Tom/ }).first().waitFor();
  await look(page, n("22-failed"), all);
  await invite(page, w, ["Omar Haddad", "Lucía Romero"]);
  await page.waitForTimeout(2500);
  await look(page, n("23-many-chips"), all);

  await lines({ page, shop, erik, n, w, files });
  await overlays({ page, n, w });
  const ben = await open(browser, w, `${demo.url}/`);
  await signIn(ben, w, "ben");
  await enableTeams(ben, w, demo, "Ben Okafor");
  await ben.goto(`${demo.url}/`);
  await ben.getByRole("button", { name: w.accept, exact: true }).first().click();
  await openPicker(ben, w);
  await ben.waitForTimeout(600);
  await look(ben, n("16-picker-empty"), ["wide", "phone"]);

  // The end, for the agent.
  await shop.getByRole("button", { name: w.end }).first().click();
  await shop.getByRole("dialog").getByRole("button", { name: w.end, exact: true }).last().click();
  await page.waitForTimeout(1500);
  await look(page, n("60-ended"));
  await demo.stop();
  await page.waitForTimeout(2500);
  await look(page, n("61-offline"), all);
}

/** Back room, pictures, files, edits, reactions. @param {{ page: import("playwright-core").Page, shop: import("playwright-core").Page, erik: import("playwright-core").Page, n: (name: string) => string, w: import("../acts.mjs").Words, files: import("./look.mjs").Walk["files"] }} p */
async function lines({ page, shop, erik, n, w, files }) {
  await page.getByRole("radio", { name: w.expertsOnly }).click();
  await look(page, n("30-backroom-composer"), all);
  await say(page, w, "Erik, die Kundin hat den alten Tarif – tauschen wir das Gerät kostenlos?");
  await say(erik, w, "// Ja, auf Kulanz.");
  await page.waitForTimeout(2500);
  await look(page, n("31-backroom"), both);
  await page.getByRole("radio", { name: /alle|everyone/i }).first().click();

  await shop.locator('input[type="file"]').setInputFiles([files.picture, files.paper]);
  await shop.waitForTimeout(1200);
  await say(shop, w, "Hier ein Bild und das Protokoll.");
  await page.getByRole("log").getByText("Hier ein Bild").waitFor();
  await page.waitForTimeout(1500);
  await look(page, n("32-files"), all);
  await page.locator(".pic").first().click();
  await page.waitForTimeout(600);
  await look(page, n("33-lightbox"), ["wide", "phone"]);
  await page.keyboard.press("Escape");

  await say(page, w, "Das war ein Versehne.");
  await page.waitForTimeout(800);
  const mine = page.locator(".m.me").last();
  await mine.hover();
  await look(page, n("34-tools"));
  await mine.getByRole("button", { name: w.edit }).click();
  await look(page, n("35-editing"));
  await page.keyboard.type(" ");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(500);
  await page.locator(".m.customer").last().hover();
  await page.locator(".m.customer").last().getByRole("button", { name: w.react }).click();
  await look(page, n("36-react"));
  await page.getByRole("button", { name: "👍" }).first().click();
  await say(page, w, "👍🎉");
  await page.waitForTimeout(600);
  await page.locator(".m.me").last().hover();
  await page.locator(".m.me").last().getByRole("button", { name: w.remove }).click();
  await look(page, n("37-delete-confirm"));
  await page.getByRole("dialog").getByRole("button", { name: w.remove }).click().catch(() => page.getByRole("alertdialog").getByRole("button", { name: w.remove }).click());
  await say(page, w, "🎉");
  await page.waitForTimeout(1200);
  await look(page, n("38-changed"), both);

  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 50, downloadThroughput: 1e7, uploadThroughput: 3e5 });
  await page.locator('input[type="file"]').first().setInputFiles([files.big, files.paper]);
  await page.waitForTimeout(1800);
  await look(page, n("39-upload"));
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  for (const _ of [1, 2]) await page.locator(".upload button").first().click();
}

/** Palette, keys, details, emoji. @param {{ page: import("playwright-core").Page, n: (name: string) => string, w: import("../acts.mjs").Words }} p */
async function overlays({ page, n, w }) {
  await page.getByRole("button", { name: w.search }).click();
  await look(page, n("50-palette"), ["wide", "phone"]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: w.keys }).click();
  await look(page, n("51-keys"), ["wide", "phone"]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: w.emoji }).first().click();
  await page.waitForTimeout(900);
  await look(page, n("52-emoji"));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: w.end }).click();
  await look(page, n("53-end"));
  await page.getByRole("button", { name: w.cancel }).click();
  await page.setViewportSize({ width: 900, height: 800 });
  await page.getByRole("button", { name: w.details }).click();
  await page.waitForTimeout(400);
  await look(page, n("54-details"));
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
  const [transcript] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /Verlauf|transcript/i }).first().click()]);
  const paper = await page.context().newPage();
  await paper.goto(`file://${await transcript.path()}`).catch(() => {});
  await paper.setContent(await (await import("node:fs/promises")).readFile(await transcript.path(), "utf8"));
  await look(paper, n("55-transcript"), ["narrow", "phone"]);
  await paper.close();
}
