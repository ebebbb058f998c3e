// Pictures of one state in several sizes and in light and dark.
import { shoot } from "../demo.mjs";

/**
 * @typedef {{ browser: import("playwright-core").Browser, demo: import("../acts.mjs").Demo, lang: "de" | "en", w: import("../acts.mjs").Words,
 *   files: { picture: string, paper: string, big: string } }} Walk
 * @typedef {{ width: number, height: number }} Size
 */

/** @type {Record<string, Size>} */
export const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 900, height: 800 }, phone: { width: 390, height: 844 } };

/**
 * Keeps one picture per size and theme; the page gets its first size back.
 * @param {import("playwright-core").Page} page @param {string} name @param {string[]} [as] names of sizes; none: the page's own
 */
export async function look(page, name, as = []) {
  const own = page.viewportSize() ?? sizes.wide;
  for (const size of as.length ? as : [""]) {
    if (size) await page.setViewportSize(sizes[size] ?? own);
    for (const scheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForTimeout(250); // what moves comes to rest
      await shoot(page, [name, size, scheme].filter(Boolean).join("-"));
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(own);
  await page.waitForTimeout(100);
}

/** Waits a little for something that may not come, so that one missing state does not end the walk. @param {Promise<unknown>} what @param {string} name */
export async function maybe(what, name) {
  await what.catch((e) => { console.error(`${name}: ${String(e).split("\n")[0]}`); process.exitCode = 1; });
}
