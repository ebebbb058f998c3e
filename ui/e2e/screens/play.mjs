// The whole story on the stage, in its three frames.
import { ask, enableTeams, invite, open, say, signIn } from "../acts.mjs";

/**
 * Plays a conference until all three have spoken. Frames are used like pages: every act of acts.mjs finds its elements in both.
 * @param {{ browser: import("playwright-core").Browser, demo: import("../acts.mjs").Demo, lang: "de" | "en", w: import("../acts.mjs").Words, viewport: { width: number, height: number }, scheme?: "light" | "dark" }} p
 */
export async function playStage({ browser, demo, lang, w, viewport, scheme = "light" }) {
  const said = lang === "de"
    ? { name: "Karla Müller", ask: "Seit heute früh blinkt das Modem rot 😕", agent: "Ich hole einen Kollegen aus der Technik dazu.", expert: "Hallo Frau Müller! Bitte 10 Sekunden die Reset-Taste drücken.", thanks: "Jetzt grün! 🎉 Danke euch beiden" }
    : { name: "Carla Miller", ask: "The modem has been blinking red since this morning 😕", agent: "Let me get a colleague from engineering.", expert: "Hello Carla! Please hold the reset button for 10 seconds.", thanks: "Green now! 🎉 Thank you both" };
  const before = await open(browser, w, `${demo.url}/`, { scheme });
  await signIn(before, w, "anna");
  await enableTeams(before, w, demo);
  const page = await before.context().newPage();
  await before.close();
  await page.setViewportSize(viewport);
  page.setDefaultTimeout(20_000);
  await page.goto(`${demo.url}/stage?lang=${lang}&as=Erik%20Lind`);
  const [shop, desk, teams] = await Promise.all([/\/demo/, /127\.0\.0\.1:\d+\/\?lang/, /\/teams\//].map(async (url) => {
    for (;;) {
      const frame = page.frames().find((f) => f !== page.mainFrame() && url.test(f.url()));
      if (frame) return Object.assign(frame, { keyboard: page.keyboard });
      await page.waitForTimeout(100);
    }
  }));
  if (!shop || !desk || !teams) throw new Error("the stage has no frames");
  const [customer, agent, expert] = /** @type {import("playwright-core").Page[]} */ (/** @type {unknown} */ ([shop, desk, teams]));
  await ask(customer, w, said.name, said.ask);
  await agent.getByRole("button", { name: w.accept, exact: true }).first().click();
  await say(agent, w, said.agent);
  await invite(agent, w, ["Erik Lind"]);
  await expert.getByText(said.name.split(" ")[0] ?? "").first().click();
  await say(expert, w, said.expert);
  await customer.getByText(said.expert).waitFor();
  await say(customer, w, said.thanks);
  await expert.getByRole("log").getByText(said.thanks).waitFor();
  await agent.getByRole("log").getByText(said.thanks).waitFor();
  await page.waitForTimeout(1500);
  return page;
}
