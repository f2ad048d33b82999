/** The panels below the picture of the playground, in a real browser. */
import "@tensorflow/tfjs-backend-cpu";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { type Answer, answers } from "../src/play/answer.ts";
import { whereItRests } from "../src/play/ending.ts";
import { toLink } from "../src/play/link.ts";
import { PRESETS } from "../src/play/presets.ts";
import { type Panel, PANELS, type Scene } from "../src/play/scene.ts";
import { LESSONS } from "../src/tour/lessons.ts";
import { linkOf } from "./link-of.ts";
import { listen, LOOKS, wrongsOf } from "./looked-at.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";
import { some } from "../../../tools/samples.ts";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
const [TRIANGLE] = Object.values(PRESETS);

async function wholeAnswer(scene: Scene): Promise<Answer> {
  const parts = answers(scene);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}

describe.skipIf(withoutChromium)("in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;

  beforeAll(async () => {
    site = await serve(DIST);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS, timeout: NEVER });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  async function open(
    scene: Scene | null,
    look: BrowserContextOptions = LOOKS.light,
  ): Promise<Page> {
    const page = await browser.newPage(look);
    page.setDefaultTimeout(NEVER);
    const hash = scene === null ? "" : `#${toLink(scene)}`;
    await page.goto(`${site.origin}/start/landscape/${hash}`);
    return page;
  }
  const panel = (page: Page, name: Panel) => page.locator(`[data-panel="${name}"]`);
  const says = (page: Page, text: string) =>
    page.locator('.ham-play > .panes [data-part="status"]').filter({ hasText: text }).waitFor();

  /** Writes another text where the first is. */
  async function write(page: Page, text: string): Promise<void> {
    await page.locator('[data-part="editor"]').first().click();
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  }

  test.each(some(Object.keys(LOOKS) as (keyof typeof LOOKS)[]))(
    "with all panels open nothing is wrong with the page (%s)",
    async (look) => {
      const panels = Object.keys(PANELS) as Panel[];
      const page = await open({ ...TRIANGLE, panels }, LOOKS[look]);
      const complaints = listen(page, site.origin);
      await says(page, "comes to rest");
      for (const name of panels) await panel(page, name).locator("> div > *").first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(await wrongsOf(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test("a panel is opened by keys, is loaded no sooner, and stays open in the link", async () => {
    const loaded: string[] = [];
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    page.on("request", (request) => loaded.push(request.url()));
    await page.goto(`${site.origin}/start/landscape/`);
    await says(page, "comes to rest");
    expect(loaded.filter((url) => /katex[^/]*\.js|panels|found/.test(url))).toEqual([]);
    // Messages that are too wide are scrolled by keys, also those that come later.
    expect(await page.locator('[data-part="messages"]').getAttribute("tabindex")).toBe("0");
    await panel(page, "rule").locator("summary").focus();
    await page.keyboard.press("Enter");
    await panel(page, "rule").locator(".katex-display").first().waitFor();
    const other = await browser.newPage();
    other.setDefaultTimeout(NEVER);
    await other.goto(await linkOf(page, ({ panels }) => panels?.includes("rule") === true));
    await panel(other, "rule").locator(".katex-display").first().waitFor();
    await Promise.all([page.close(), other.close()]);
  });

  /** A memory of many units, whose search takes its time. */
  const WIDE = `ham 1
dim D = 300
neuron v: [D] as identity { leak = off }
energy wells = sum[i] (v[i]^2 - 1)^2 + 0.1 * (sum[i] v[i])^2
recall settle {
  start v ~ normal(0, 1)
  solver = euler(dt = 0.01)
  steps = 3
}
`;

  test("fixed points are listed, and numbered in the picture; a mistake leaves the old ones pale", async () => {
    const page = await open({ ...TRIANGLE, panels: ["points"] });
    const points = panel(page, "points");
    await points.locator("output", { hasText: "7 fixed points from 100 starts" }).waitFor();
    const rows = await points
      .locator("tbody tr")
      .evaluateAll((all) =>
        all.map((row) => [...(row as HTMLTableRowElement).cells].map((cell) => cell.textContent)),
      );
    expect(rows.map(([no, kind]) => `${no} ${kind}`).join("; ")).toBe(
      "1 minimum; 2 minimum; 3 minimum; 4 saddle of index 1; 5 saddle of index 1; 6 saddle of index 1; 7 maximum",
    );
    expect(rows[0]).toContain("ends here");
    // Where the picture has a number is where the list says that it is.
    const labels = await page
      .locator(".marks text")
      .evaluateAll((all) =>
        all.map((label) => [label.textContent, label.getAttribute("x"), label.getAttribute("y")]),
      );
    expect(labels).toHaveLength(7);
    for (const [no, x, y] of labels) {
      const [, a, b] = /\((.*), (.*)\)/.exec(rows[Number(no) - 1][3])!;
      const [left, top] = [Number(x) - 13, Number(y) + 9].map((v) => v / 600);
      const value = (text: string) => Number(text.replace("−", "-"));
      expect(left * 4 - 2).toBeCloseTo(value(a), 2);
      expect(2 - top * 4).toBeCloseTo(value(b), 2);
    }
    await write(page, TRIANGLE.text.replace("-1/beta", "-1/btea"));
    await points.locator("output", { hasText: "does not run" }).waitFor();
    await points.locator("div[stale] table").waitFor();
    await page.close();
  });

  test("an atlas is drawn with its passes, which go when it is closed", async () => {
    const page = await open({ ...TRIANGLE, panels: ["atlas"] });
    const atlas = panel(page, "atlas");
    await atlas.locator("output", { hasText: "7 fixed points, 7 of them certified" }).waitFor();
    const rows = await atlas
      .locator("tbody tr")
      .evaluateAll((all) =>
        all.map((row) => [...(row as HTMLTableRowElement).cells].map((cell) => cell.textContent)),
      );
    const index = { minimum: "0", saddle: "1", maximum: "2" };
    expect(rows.map((row) => row[2])).toEqual(
      rows.map(([, kind]) => index[kind as keyof typeof index]),
    );
    expect(rows.every((row) => row.at(-1) === "yes")).toBe(true);
    // Each of the three passes joins two memories, and its two lines lead to them.
    const places = new Map(
      await page
        .locator(".passes text")
        .evaluateAll((all) =>
          all.map(
            (label) =>
              [
                label.textContent,
                [Number(label.getAttribute("x")) - 13, Number(label.getAttribute("y")) + 9],
              ] as const,
          ),
        ),
    );
    const lines = await page
      .locator(".passes path")
      .evaluateAll((all) => all.map((line) => line.getAttribute("d")!));
    const wanted = rows.flatMap(([no, , , , , , ways]) =>
      [...(/joins (\d+) and (\d+)/.exec(ways) ?? [])].slice(1).map((end) => [no, end] as const),
    );
    expect(wanted).toHaveLength(6);
    expect(lines).toHaveLength(6);
    for (const [k, line] of lines.entries()) {
      const [from, to] = line
        .slice(1)
        .split("L")
        .map((pair) => pair.split(",").map(Number));
      for (const [end, at] of [
        [wanted[k][0], from],
        [wanted[k][1], to],
      ] as const) {
        expect(at[0]).toBeCloseTo(places.get(end)![0], 6);
        expect(at[1]).toBeCloseTo(places.get(end)![1], 6);
      }
    }
    await atlas.locator("summary").click();
    await page.locator(".passes").waitFor({ state: "detached" });
    await page.close();
  });

  test("a search is stopped and begun again, while the rest of the page is whole", async () => {
    const page = await open({ ...TRIANGLE, text: WIDE, panels: ["points"] });
    const points = panel(page, "points");
    await points.locator("output", { hasText: "Searching" }).waitFor();
    await points.getByRole("button", { name: "Stop searching" }).click();
    await points.locator("output", { hasText: "Stopped at" }).waitFor();
    await says(page, "still moves after its 3 steps");
    await points.getByRole("button", { name: "Search again" }).click();
    await points.locator("output", { hasText: "Searching" }).waitFor();
    await page.close();
  });

  test("the hypergraph follows the text", async () => {
    const page = await open({ ...TRIANGLE, panels: ["graph"] });
    const drawing = panel(page, "graph").locator("svg");
    const told = () => drawing.getAttribute("aria-label");
    await drawing.waitFor();
    expect(await told()).toBe("neuron v, energy memory, neuron v – energy memory");
    await write(
      page,
      `${TRIANGLE.text}\nneuron w: [D] as tanh\nenergy pull = -sum[i] v[i] * w[i]\n`,
    );
    await expect.poll(told, { timeout: NEVER }).toContain("neuron w – energy pull");
    expect(await told()).toContain("neuron v – energy pull");
    expect(await drawing.locator("text", { hasText: "tanh" }).count()).toBe(1);
    await page.close();
  });

  test("tests of the text are run, with what does not hold", async () => {
    const page = await open({ ...TRIANGLE, panels: ["tests"] });
    const tests = panel(page, "tests");
    await tests.locator("output", { hasText: "This text has no test." }).waitFor();
    const test = (title: string, condition: string) =>
      `test "${title}" {\n  feed query = xi[0, _]\n  expect ${condition}\n}\n`;
    await write(page, TRIANGLE.text + test("stays", "energy < 0.1") + test("flies", "energy > 3"));
    await tests.locator("output", { hasText: "1 passed, 1 failed" }).waitFor();
    expect(await tests.locator("li").allTextContents()).toEqual([
      "✓ stays",
      expect.stringMatching(/^✗ fliesexpect energy > 3: failed, energy is -0\.0000\d+$/),
    ]);
    await page.close();
  });

  test("files are made when they are asked for, and downloaded", async () => {
    const page = await open({ ...TRIANGLE, panels: ["files"] });
    await says(page, "comes to rest");
    const files = panel(page, "files");
    expect(await files.getByRole("button", { name: "params.safetensors" }).isVisible()).toBe(false);
    for (const name of ["recall.csv", "memory.zip", "memory.onnx"]) {
      const download = page.waitForEvent("download");
      await files.getByRole("button", { name, exact: true }).click();
      expect((await download).suggestedFilename()).toBe(name);
      await files.locator("output", { hasText: `${name} is among your downloads` }).waitFor();
    }
    await write(page, "ham 1\nnothing");
    await files.getByRole("button", { name: "recall.csv" }).click();
    await files.locator("output", { hasText: "does not run" }).waitFor();
    await page.close();
  });

  test("two texts run side by side from the same start, and a link has both", async () => {
    const beside = TRIANGLE.text.replace("beta: real > 0 = 8", "beta: real > 0 = 1.2");
    const page = await open({ ...TRIANGLE, panels: ["compare"] });
    const compare = panel(page, "compare");
    const words = (k: number, where = compare) => where.locator(".side p").nth(k);
    await words(1).filter({ hasText: "comes to rest at (0.87, -0.50)" }).waitFor();
    await compare.locator("pre", { hasText: "Nothing yet" }).waitFor();
    await compare.locator('input[name="beta"]').evaluate((input: HTMLInputElement) => {
      input.value = String(Math.log10(1.2));
      input.dispatchEvent(new Event("input"));
    });
    await words(1).filter({ hasText: "comes to rest at (0.00, 0.00)" }).waitFor();
    // What the page says of each is what is computed of it alone.
    for (const [k, text] of [TRIANGLE.text, beside].entries()) {
      const scene = { ...TRIANGLE, text };
      const said = whereItRests(scene, await wholeAnswer(scene)).replaceAll("`", "");
      await expect.poll(() => words(k).textContent(), { timeout: NEVER }).toBe(said);
    }
    expect(await compare.locator(".energies .line").count()).toBe(2);
    expect(await compare.locator("pre", { hasText: "beta: real > 0 = 1.2" }).textContent()).toBe(
      "this:  const beta: real > 0 = 8\nother: const beta: real > 0 = 1.2",
    );
    // A ball that is moved in one moves in all.
    await compare.locator(".side").nth(1).locator(".ball").focus();
    for (let k = 0; k < 9; k++) await page.keyboard.press("ArrowLeft");
    await words(0).filter({ hasText: "from memory 1" }).waitFor();
    await words(1).filter({ hasText: "comes to rest at (0.00, 0.00)" }).waitFor();
    expect(await page.locator('.ball[aria-label="the ball at -0.01, 0.20"]').count()).toBe(3);
    const other = await browser.newPage();
    other.setDefaultTimeout(NEVER);
    const both = await linkOf(page, (scene) => scene.beside === beside && scene.ball[0] < 0);
    await other.goto(both);
    for (const k of [0, 1])
      await words(k, panel(other, "compare"))
        .filter({ hasText: (await words(k).textContent())! })
        .waitFor();
    // A mistake of the other is told beside it, and is none of the first.
    await compare.locator(".other").click();
    await compare.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("energy more = bta * v[0]\n");
    await compare.locator("pre.messages", { hasText: "did you mean `beta`" }).waitFor();
    expect(await page.locator('[data-part="messages"]').textContent()).toBe("");
    await Promise.all([page.close(), other.close()]);
  });

  test("two texts without a plane show their layers", async () => {
    const { scene } = LESSONS["two-layers"];
    const beside = scene.text.replace("sharp: real > 0 = 0.5", "sharp: real > 0 = 5");
    const page = await open({ ...scene, beside, panels: ["compare"] });
    const compare = panel(page, "compare");
    for (const [k, text] of [scene.text, beside].entries()) {
      const side = compare.locator(".side").nth(k);
      const { recall } = await wholeAnswer({ ...scene, text });
      await side.locator("p", { hasText: `after ${recall!.steps} steps` }).waitFor();
      expect(await side.locator(".layers figure").count()).toBe(2);
      expect(await side.locator(".picture").isVisible()).toBe(false);
    }
    expect(await compare.locator("pre.messages").textContent()).toBe("");
    expect(await compare.locator(".energies .line").count()).toBe(2);
    expect(await wrongsOf(page)).toEqual([]);
    await page.close();
  });

  test("a symbol says what it is, lights up its name in the text, and changes with it", async () => {
    const page = await open({ ...TRIANGLE, panels: ["rule"] });
    const rule = panel(page, "rule");
    await says(page, "comes to rest");
    const symbol = rule.locator('.formula [data-name="xi"]').first();
    expect(await symbol.getAttribute("title")).toBe("data xi: [K, D] = 3 × 2");
    await symbol.hover();
    await rule.locator('.names button[data-name="xi"][lit]').waitFor();
    const lit = () =>
      page.evaluate(() =>
        Array.from(CSS.highlights.get("ham-named") ?? [], (range) => (range as Range).toString()),
      );
    expect(await lit()).toEqual(["xi", "xi"]);
    await rule.locator('.names button[data-name="beta"]').focus();
    expect(await lit()).toEqual(["beta", "beta", "beta", "beta"]);
    const tex = () => rule.locator(".formula annotation").allTextContents();
    expect((await tex()).join()).toContain("\\beta");
    await write(page, TRIANGLE.text.replaceAll("beta", "gamma"));
    await rule.locator('.names button[data-name="gamma"]').waitFor();
    expect((await tex()).join()).not.toContain("\\beta");
    // A text with a mistake keeps the formulas of the last that had none, and says so.
    await page.keyboard.insertText("energy more = nothing\n");
    await rule.locator("> div[stale]").waitFor();
    expect((await tex()).join()).toContain("\\gamma");
    await page.close();
  });
});
