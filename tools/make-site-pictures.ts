// Takes pictures of the pages of the built site, in light, in the dark and on a phone, into out/site/, and says
// what is wrong with any: complaints of the browser, what does not fit, letters too small, what axe calls serious.
//
//     node tools/make-site-pictures.ts               every page; of the messages, which are alike, the first
//     node tools/make-site-pictures.ts /tour/ /      those below /tour/, and the first; scenes by their #…
//     node tools/make-site-pictures.ts dark-phone    in this look alone

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import {
  addressOf,
  builtFiles,
  DIST,
  isMessage,
  isReference,
} from "../apps/docs/test/built-site.ts";
import { listen, LOOKS, wrongsOf } from "../apps/docs/test/looked-at.ts";
import { serve } from "../apps/docs/test/serve.ts";
import { CHROMIUM } from "./chromium.ts";

const OUT = join(import.meta.dirname, "../out/site");
/** Milliseconds for what moves to come to rest. */
const REST = 2500;

const asked = process.argv.slice(2);
const looks = Object.entries(LOOKS).filter(
  ([look], _, all) => asked.includes(look) || !all.some(([other]) => asked.includes(other)),
);
const wanted = asked.filter((part) => !(part in LOOKS));
const files = builtFiles().filter((file) => file.endsWith(".html") && !isReference(file));
const first = files.find(isMessage);
const pages = files
  .filter((file) => wanted.length > 0 || !isMessage(file) || file === first)
  .map(addressOf)
  .filter(
    (address) =>
      wanted.length === 0 ||
      wanted.some((part) => address === part || (part !== "/" && address.startsWith(part))),
  );
const scenes = wanted.filter((part) => part.includes("#"));

let wrongs = 0;

mkdirSync(OUT, { recursive: true });
await using site = await serve(DIST);
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const [look, options] of looks) {
    const context = await browser.newContext(options);
    for (const address of [...pages, ...scenes]) {
      const page = await context.newPage();
      const complaints = listen(page, site.origin);
      await page.goto(site.origin + address, { waitUntil: "networkidle" });
      // What is loaded when it is seen is seen.
      await page.evaluate(async () => {
        for (const image of document.images) image.loading = "eager";
        await Promise.allSettled(Array.from(document.images, (image) => image.decode()));
      });
      await page.waitForTimeout(REST);
      const name = address.split("#")[0].replaceAll("/", "-").replaceAll(/^-|-$/g, "") || "home";
      const which = address.includes("#") ? `-${scenes.indexOf(address) + 1}` : "";
      const found = [...complaints, ...(await wrongsOf(page))];
      for (const wrong of found) console.log(`${address} (${look}): ${wrong}`);
      wrongs += found.length;
      await page.screenshot({ path: join(OUT, `${name}${which}-${look}.png`), fullPage: true });
      await page.close();
    }
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(`${pages.length + scenes.length} pages, ${wrongs} wrongs, ${OUT}`);
if (wrongs > 0) process.exitCode = 1;
