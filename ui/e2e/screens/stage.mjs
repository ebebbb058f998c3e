import { look } from "./look.mjs";
import { playStage } from "./play.mjs";

/** Customer, agent and expert side by side. @param {import("./look.mjs").Walk} walk */
export async function stage({ browser, demo, lang, w }) {
  const page = await playStage({ browser, demo, lang, w, viewport: { width: 1600, height: 900 } });
  await look(page, `${lang}-stage`);
  await look(page, `${lang}-stage-small`, ["narrow", "phone"]);
}
