/** The memory of the first page: a recording that weighs little, and recalls of whatever is typed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readNpz } from "@hamlet/core";
import { loadModelFile } from "@hamlet/model/node";
import "@tensorflow/tfjs-backend-cpu";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { listen } from "./looked-at.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";

/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
/** Bytes of gzip of the page before it is touched, beside fonts. */
const BUDGET = 70_000;
const EXAMPLES = join(import.meta.dirname, "../../../examples");

describe.skipIf(withoutChromium)("in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const loaded = new Set<string>();

  beforeAll(async () => {
    site = await serve(DIST);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      timeout: NEVER,
    });
    // What moves would move on to the next digit.
    page = await browser.newPage({ reducedMotion: "reduce" });
    page.setDefaultTimeout(NEVER);
    complaints = listen(page, site.origin);
    page.on("request", (request) => loaded.add(new URL(request.url()).pathname));
    await page.goto(site.origin, { waitUntil: "networkidle" });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  const text = () => page.locator("ham-memory textarea");
  const said = () => page.locator('ham-memory [data-part="said"]');

  /** What `ham run` gives for the first digit of the page with another number for beta. */
  async function recalled(beta: number) {
    using model = await loadModelFile(join(EXAMPLES, "digits.ham"), { set: [`beta=${beta}`] });
    const damaged = readNpz(readFileSync(join(EXAMPLES, "data/damaged.npz")));
    const { digits } = JSON.parse(
      (await page.locator("ham-memory script").textContent()) ?? "",
    ) as { digits: { row: number }[] };
    const givens = Object.fromEntries(
      ["picture", "known"].map((name) => {
        const from = digits[0].row * 64;
        const data = Array.from(damaged.get(name)!.data.subarray(from, from + 64), Number);
        return [name, { shape: [1, 8, 8], data }];
      }),
    );
    using result = await model.recall({ givens });
    return result.outcomes[0];
  }

  /** What the page says when a recall has run. */
  const shows = async (beta: number) => {
    const { ending, steps, energyAfter } = await recalled(beta);
    const energy = Number(energyAfter.toPrecision(5));
    return new RegExp(
      `Run here: euler\\(.*\\), ${ending} after ${steps} steps, at the energy ${energy}\\.`,
    );
  };

  test("the page weighs no more than its budget, and starts no worker", () => {
    const weight = [...loaded]
      .filter((path) => !/\.(?:woff2?|ttf|png|svg|ico)$|\/ui-core|\/pagefind\//.test(path))
      .map((path) => join(DIST, path.endsWith("/") ? `${path}index.html` : path))
      .reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    expect(weight).toBeGreaterThan(10_000);
    expect(weight).toBeLessThan(BUDGET);
    expect(page.workers()).toEqual([]);
  });

  test("another number for beta runs at once, as ham run runs it", async () => {
    await text().fill((await text().inputValue()).replace("= 200", "= 5"));
    await said()
      .filter({ hasText: await shows(5) })
      .waitFor();
    // The slider turns the same number.
    expect(Number(await page.locator("ham-memory input").inputValue())).toBeCloseTo(
      Math.log10(5),
      1,
    );
    await page.locator("ham-memory input").fill("1.6");
    const beta = Number(/const beta.*= ([\d.]+)/.exec(await text().inputValue())![1]);
    expect(beta).toBeCloseTo(10 ** 1.6, 1);
    await said()
      .filter({ hasText: await shows(beta) })
      .waitFor();
  });

  test("a mistake is told with its place, and mended it runs", async () => {
    const right = await text().inputValue();
    await text().fill(right.replace("logsumexp[m]", "logsumexp[n]"));
    const message = page.locator('ham-memory [data-part="message"]');
    await message.filter({ hasText: /error\[E\d+\]/ }).waitFor();
    await text().fill(right);
    await message.waitFor({ state: "hidden" });
  });

  test("another energy runs, and the recording comes back", async () => {
    const right = await text().inputValue();
    await text().fill(right.replace("doubt * unseen[m]", "0.5 * unseen[m]"));
    await said().filter({ hasText: "Run here" }).waitFor();
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator('ham-memory [data-part="recorded"]').waitFor();
    expect(await text().inputValue()).toContain("= 200");
    expect(complaints).toEqual([]);
  });
});
