// Takes docs/picture.png, the README's picture: the stage in the middle of a conference, in German because the demo relays to Teams in German. `npm run picture -w e2e`.
import { resolve } from "node:path";
import { startBrowser, startDemo } from "./demo.mjs";
import { playStage } from "./screens/play.mjs";
import { words } from "./words.mjs";

const path = resolve(import.meta.dirname, "../../docs/picture.png");
const demo = await startDemo();
const { browser, stop } = await startBrowser();
try {
  const page = await playStage({ browser, demo, lang: "de", w: words.de, viewport: { width: 1600, height: 900 } });
  await page.screenshot({ path });
} finally {
  await stop();
  await demo.stop();
}
