import { ask, enableTeams, expert, invite, open, openPicker, provoke, say, signIn } from "../acts.mjs";
import { look, maybe } from "./look.mjs";

/** What the desk says when Microsoft does not do as it should. @param {import("./look.mjs").Walk} walk */
export async function faults({ browser, demo, lang, w }) {
  const n = (/** @type {string} */ name) => `${lang}-fault-${name}`;
  const page = await open(browser, w, `${demo.url}/`);
  await signIn(page, w, "anna");
  await provoke(demo, "faults", { tokenLife: "90s" });
  await enableTeams(page, w, demo);
  await page.goto(`${demo.url}/`);
  const shop = await open(browser, w, `${demo.url}/demo`);
  await ask(shop, w, "Karla Müller", "Das Modem blinkt rot 😕");
  await page.getByRole("button", { name: w.accept, exact: true }).first().click();
  await invite(page, w, ["Erik Lind", "Mei Tanaka"]);
  const mei = await expert(browser, w, demo, "Mei Tanaka", "Karla");
  await say(mei, w, "/leave");
  await page.waitForTimeout(1500);
  await look(page, n("01-left"));

  await provoke(demo, "fail", { match: "POST /chats/*/messages", kind: "commitThenReset" });
  await provoke(demo, "faults", { listLag: "30s", notifyLossP: 1 });
  await say(page, w, "Kommt das an?");
  await maybe(page.locator(".st").getByText(/geprüft|verified|checking/i).first().waitFor({ timeout: 60_000 }), "verifying");
  await look(page, n("02-verifying"));
  await provoke(demo, "faults", { reset: true });
  await maybe(page.locator(".st").last().getByText(/in Teams ✓/).waitFor({ timeout: 120_000 }), "verified");

  await provoke(demo, "fail", { match: "POST /chats/*/messages", status: 403, code: "Forbidden", times: 20 });
  await say(page, w, "Das ist ein Geheimnis.");
  await maybe(page.getByText(/Richtlinie|policy/).first().waitFor({ timeout: 60_000 }), "blocked");
  await look(page, n("06-blocked"));
  await provoke(demo, "faults", { reset: true });
  await maybe(page.locator(".side").getByRole("button", { name: w.retry }).click(), "retry");

  const omar = await expert(browser, w, demo, "Omar Haddad", "Anna"); // what changes the folder, so that it is asked for anew
  await say(omar, w, "Hast du kurz Zeit?");
  await page.waitForTimeout(2000);
  await provoke(demo, "faults", { offline: true });
  await say(page, w, "Und das?");
  await page.waitForTimeout(3000);
  await look(page, n("03-unreachable"));
  const dialog = await openPicker(page, w);
  await page.waitForTimeout(6000);
  await look(page, n("04-picker-stale"), ["wide", "phone"]);
  await dialog.getByRole("searchbox").fill("Tom");
  await page.waitForTimeout(4000);
  await look(page, n("05-picker-search-failed"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await provoke(demo, "faults", { reset: true });

  const people = /** @type {{ people: { id: string, name: string }[] }} */ (await (await fetch(`${demo.teams}/sim/people`)).json()).people;
  await provoke(demo, "revoke", { person: people.find((p) => p.name === "Anna Becker")?.id, code: 50173 });
  await say(page, w, "Noch da?");
  await maybe(page.getByText(/abgelaufen|expired/).first().waitFor({ timeout: 120_000 }), "revoked");
  await look(page, n("07-paused"));
  await openPicker(page, w);
  await page.waitForTimeout(1500);
  await look(page, n("08-picker-needs-sign-in"));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: w.profile }).click();
  await page.waitForTimeout(800);
  await look(page, n("09-profile-expired"), ["wide", "phone"]);
}
