// What an administrator does with Microsoft Teams accounts, once per language: a wrong field is named, a wrong secret is told from a right
// one, the warning turns pink, and the health page follows what happens.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { shoot, startBrowser, startDemo } from "./demo.mjs";
import { adminWords } from "./adminwords.mjs";
import { words } from "./words.mjs";

/** @type {Awaited<ReturnType<typeof startDemo>>} */ let demo;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */ let chromium;
before(async () => { chromium = await startBrowser(); });
after(async () => { await chromium?.stop(); });
beforeEach(async () => { demo = await startDemo(); });
afterEach(async () => { await demo?.stop(); });

/** @param {number} days */
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** @param {import("playwright-core").Page} page @param {typeof words.de} w @param {string} login */
async function signIn(page, w, login) {
  await page.goto(`${demo.url}/`);
  await page.getByRole("textbox", { name: w.user }).fill(login);
  await page.getByLabel(w.password).fill("demo");
  await page.getByRole("button", { name: w.signIn, exact: true }).click();
}

for (const lang of /** @type {const} */ (["de", "en"])) {
  test(`administration in ${lang}`, { timeout: 120_000 }, async () => {
    const [w, a] = [words[lang], adminWords[lang]];
    const context = await chromium.browser.newContext({ locale: w.locale, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    /** @type {string[]} */ const errors = [];
    page.on("pageerror", (e) => errors.push(String(e)));
    await signIn(page, w, "admin");

    // By the avatar's menu to the accounts; the seeded one works.
    await page.getByRole("button", { name: a.menu }).click();
    await page.getByRole("menuitem", { name: a.accounts }).click();
    const contoso = page.getByRole("region", { name: "Contoso" });
    await contoso.getByRole("button", { name: a.test }).click();
    await contoso.getByText(a.credentials).waitFor();

    // A new account: first a field that is wrong, then a secret that is.
    await page.getByRole("button", { name: a.add }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Fabrikam");
    await dialog.getByRole("textbox", { name: a.tenant }).fill("fabrikam.com");
    await dialog.getByRole("button", { name: a.save }).click();
    await dialog.getByText(a.badGuid).waitFor();
    await dialog.getByRole("textbox", { name: a.tenant }).fill("7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90");
    await dialog.getByRole("textbox", { name: a.client }).fill("99999999-0000-4000-8000-000000000000");
    await dialog.getByLabel(a.secret).last().fill("does-not-matter");
    await dialog.getByRole("button", { name: a.save }).click();
    const fabrikam = page.getByRole("region", { name: "Fabrikam" });
    await fabrikam.getByText(a.unknownClient).waitFor();
    await shoot(page, `${lang}-admin-accounts`);
    await fabrikam.getByRole("button", { name: a.more }).click();
    await page.getByRole("menuitem", { name: a.delete }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: a.delete }).click();
    await fabrikam.waitFor({ state: "detached" });

    // The end of the secret comes near: first a bar that can be put away, then one that stays.
    for (const [days, level] of /** @type {const} */ ([[20, "warning"], [10, "urgent"]])) {
      await contoso.getByRole("button", { name: a.edit, exact: true }).click();
      await dialog.getByLabel(a.expires).fill(inDays(days));
      await dialog.getByRole("button", { name: a.save }).click();
      await dialog.waitFor({ state: "hidden" });
      const bar = page.locator(`.banner.account.${level}`);
      await bar.waitFor();
      const dismiss = bar.getByRole("button", { name: a.dismiss });
      if (level === "warning") {
        await dismiss.click();
        await bar.waitFor({ state: "detached" });
      } else assert.equal(await dismiss.count(), 0);
    }
    assert.ok(!(await page.content()).includes("demo-secret-of-the-simulated-tenant"), "the secret is on the page");

    // The health page follows: nobody, then an agent who signs in meanwhile.
    await page.getByRole("tab", { name: a.health }).click();
    await page.getByText(a.nobody).waitFor();
    const other = await chromium.browser.newContext({ locale: w.locale });
    const anna = await other.newPage();
    anna.setDefaultTimeout(15_000);
    await signIn(anna, w, "anna");
    await anna.getByRole("button", { name: w.profile }).click();
    await anna.getByRole("switch", { name: "Microsoft Teams" }).click();
    await anna.getByRole("button", { name: "Anna Becker" }).click();
    await anna.getByRole("button", { name: w.consent }).click();
    await anna.getByText(w.connected).first().waitFor();
    await anna.locator(".banner.account.urgent").getByText(a.tellAdmin).waitFor();
    await page.getByRole("row", { name: /Anna Becker/ }).getByText(a.signedIn).waitFor();
    await shoot(page, `${lang}-admin-health`);

    // Agents see none of it.
    await anna.goto(`${demo.url}/#/admin/accounts`);
    await anna.getByText(a.only).waitFor();
    assert.deepEqual(errors, []);
    await context.close();
    await other.close();
  });
}
