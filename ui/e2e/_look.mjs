import { startBrowser, startDemo } from "./demo.mjs";
const demo = await startDemo(); const c = await startBrowser();
try {
const ctx = await c.browser.newContext({ locale: "de-DE", viewport: { width: 1440, height: 900 } });
const page = await ctx.newPage(); page.setDefaultTimeout(8000);
page.on("pageerror", (e) => console.log("ERR", e.stack));
await page.goto(demo.url + "/");
await page.getByRole("textbox", { name: "Benutzername" }).fill("anna"); await page.getByLabel("Passwort").fill("demo"); await page.keyboard.press("Enter");
await page.getByRole("button", { name: "Benutzerprofil" }).waitFor();

const st = async (l) => console.log(l, await page.evaluate(() => [document.querySelector("#root").getAttribute("aria-hidden"), document.activeElement.outerHTML.slice(0,100)].join(" ")));
await st("start");
await page.keyboard.press("Control+k"); await page.waitForFunction(() => document.activeElement?.getAttribute("aria-controls") === "palette"); await st("palette");
await page.keyboard.press("Escape"); await page.waitForTimeout(1000); await st("esc palette");
await page.keyboard.press("Tab"); await page.waitForTimeout(500); await st("tab");
await page.getByText("Meine Konversationen").first().click(); await page.waitForTimeout(500); await st("click");
await page.keyboard.press("Tab"); await page.waitForTimeout(500); await st("tab");
await page.locator(".goto").focus(); await page.keyboard.press("Enter"); await page.waitForTimeout(800); await st("palette by button");
await page.keyboard.press("Escape"); await page.waitForTimeout(1000); await st("esc palette");
await page.locator(".goto").focus(); await page.waitForTimeout(500); await st("refocus");
} finally { await c.stop(); await demo.stop(); }
