// Walks through every state of every screen with real clicks and keeps pictures of it in out/screenshots, for people to look at:
// `npm run screens -w e2e -- de en desk widget teams` (all of it without arguments). Nothing is asserted here beyond "it can be reached".
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser, startDemo } from "./demo.mjs";
import { desk } from "./screens/desk.mjs";
import { faults } from "./screens/faults.mjs";
import { stage } from "./screens/stage.mjs";
import { teams } from "./screens/teams.mjs";
import { widget } from "./screens/widget.mjs";
import { words } from "./words.mjs";

const walks = { desk, widget, teams, faults, stage };
const asked = process.argv.slice(2);
const some = (/** @type {string[]} */ all) => (all.some((a) => asked.includes(a)) ? all.filter((a) => asked.includes(a)) : all);

const folder = await mkdtemp(join(tmpdir(), "trialog-files-"));
const files = { picture: join(folder, "modem-rot.png"), paper: join(folder, "Störungsprotokoll Anschluss 4711 vom 27. November.pdf"), big: join(folder, "Aufnahme.mp3") };
const { browser, stop } = await startBrowser();
try {
  await paint(files.picture);
  await writeFile(files.paper, `%PDF-1.4\n${"% Leitung 12, Dämpfung 31 dB\n".repeat(2000)}%%EOF\n`);
  await writeFile(files.big, Buffer.concat([Buffer.from("ID3\u0003\u0000\u0000\u0000\u0000\u0000\u0000"), Buffer.alloc(6e6, 7)]));
  for (const lang of /** @type {("de" | "en")[]} */ (some(["de", "en"]))) {
    for (const name of /** @type {(keyof typeof walks)[]} */ (some(Object.keys(walks)))) {
      const demo = await startDemo();
      try {
        await walks[name]({ browser, demo, lang, w: words[lang], files });
      } catch (e) {
        console.error(`${lang} ${name}:`, e);
        process.exitCode = 1;
      } finally {
        await demo.stop().catch(() => {});
      }
    }
  }
} finally {
  await stop();
  await rm(folder, { recursive: true, force: true });
}

/** A picture of a modem with a red light, as a customer would take it. @param {string} path */
async function paint(path) {
  const page = await browser.newPage({ viewport: { width: 900, height: 600 } });
  await page.setContent(`<body style="margin:0;background:linear-gradient(160deg,#6b5b4b,#2b2420)"><div style="position:absolute;left:150px;top:190px;width:600px;height:240px;border-radius:28px;background:#1e1f22;box-shadow:0 40px 60px #000a">
    ${["#c0392b", "#ff4d3d", "#333", "#333", "#333"].map((c, i) => `<i style="position:absolute;left:${90 + i * 100}px;top:104px;width:32px;height:32px;border-radius:50%;background:${c};box-shadow:0 0 ${i < 2 ? 40 : 0}px ${c}"></i>`).join("")}</div></body>`);
  await page.screenshot({ path });
  await page.close();
}
