// Opens an HTML report in a browser, uses it, and prints what was seen as JSON.
// Arguments: the browser, the report, a file for a screenshot.
import { createRequire } from "node:module";
import path from "node:path";

const [browserPath, report, screenshot] = process.argv.slice(2);
const require = createRequire(path.resolve(".tools/package.json"));
const { chromium } = require("playwright-core");
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const seen = { errors: [], requests: [], dialogs: 0 };
try {
  const page = await browser.newPage({ colorScheme: "light", viewport: { width: 1100, height: 900 } });
  page.on("console", (message) => seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) seen.requests.push(request.url());
  });
  page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
  await page.goto(`file://${path.resolve(report)}`);
  const visible = () => page.locator("article:visible").count();
  seen.scripts = await page.locator("script").count();
  seen.links = await page.locator("a").evaluateAll((all) => [...new Set(all.map((a) => new URL(a.href).origin))]);
  seen.fingerprints = await page.locator("article").evaluateAll((all) => all.map((a) => a.dataset.fingerprint));
  seen.places = await page.locator("article summary code").allTextContents();
  seen.messages = await page.locator("article summary bdi").allTextContents();
  seen.unlabelled = await page.locator("input, select, button").evaluateAll(
    (all) => all.filter((e) => !e.labels?.length && e.textContent.trim() === "").length);
  seen.all = await visible();
  await page.selectOption("#severity", "critical");
  seen.critical = await visible();
  seen.status = await page.locator("#shown").textContent();
  await page.click("button[type=reset]");
  await page.waitForTimeout(50);
  seen.reset = await visible();
  await page.selectOption("#check", "log-file-validation");
  seen.check = await visible();
  await page.selectOption("#framework", "a");
  seen.none = await visible();
  await page.click("button[type=reset]");
  await page.selectOption("#framework", "cis-5.0.0");
  seen.framework = await visible();
  await page.click("button[type=reset]");
  await page.selectOption("#account", "not known");
  seen.account = await visible();
  await page.fill("#search", "enablelogfilevalidation");
  await page.waitForTimeout(400);
  seen.search = await visible();
  await page.click("button[type=reset]");
  await page.waitForTimeout(50);
  await page.locator("article summary").first().click();
  seen.opened = await page.locator("article dl:visible").count();
  await page.screenshot({ path: screenshot, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  seen.dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.click("#close");
  await page.emulateMedia({ media: "print" });
  seen.printedForm = await page.locator("#filters").isVisible();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  seen.printed = await page.locator("article dl:visible").count();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
