// What is looked for on a page in a browser: complaints, what no key reaches, what does not fit, letters that
// are too small, and what axe calls serious.

import axe from "axe-core";
import type { Page } from "playwright-core";

/** How a page is looked at. */
export const LOOKS = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  "dark-phone": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
} as const;

/** Pixels of the smallest letters of a figure. */
const SMALLEST = 11;

/** Everything that is wrong with a page as it stands, in words; empty where nothing is. */
export async function wrongsOf(page: Page): Promise<string[]> {
  await page.evaluate(settled);
  const { width } = page.viewportSize()!;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  const titles = await page.locator("h1").count();
  return [
    ...(wide === width ? [] : [`the page is ${wide} px wide, in a window of ${width}`]),
    ...(titles === 1 ? [] : [`${titles} titles`]),
    ...(await page.evaluate(unreachable)),
    ...(await page.evaluate(smallLetters, SMALLEST)),
    ...(await page.evaluate(crossedAxes)),
    ...(await seriousOf(page)),
  ];
}

/** What axe finds that keeps somebody from using a page. */
async function seriousOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      const places = nodes.slice(0, 3).map(({ target, any }) => {
        const why = any[0]?.message ?? "";
        return `${target.join(" ")} ${why}`;
      });
      return `axe: ${id} at ${nodes.length} places: ${places.join("; ")}`;
    });
}

/** Letters of figures that are smaller than so many pixels, also of those that are images. Runs in the page. */
async function smallLetters(least: number): Promise<string[]> {
  const images = [...document.querySelectorAll<HTMLImageElement>("main img")].filter(
    ({ src, clientWidth }) => clientWidth > 0 && new URL(src).pathname.endsWith(".svg"),
  );
  // What an image shows is measured in a copy of it that is as wide, in a root of its own.
  const copies = await Promise.all(
    images.map(async ({ src, clientWidth }) => {
      const copy = document.createElement("div");
      copy.style.cssText = `position:absolute;visibility:hidden;left:0;top:0;width:${clientWidth}px`;
      const root = copy.attachShadow({ mode: "open" });
      root.innerHTML = (await (await fetch(src)).text()).replace(/^[^]*?(?=<svg)/, "");
      document.body.append(copy);
      const { style } = root.querySelector("svg")!;
      [style.width, style.height, style.display] = ["100%", "auto", "block"];
      return { copy, texts: [...root.querySelectorAll("text")] };
    }),
  );
  const inline = document.querySelectorAll<SVGTextElement>("main svg text");
  const found = [...inline, ...copies.flatMap(({ texts }) => texts)].flatMap((text) => {
    // Labels of an axis that goes up are turned.
    const { a, b } = text.getScreenCTM()!;
    const size = Number.parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    return size >= least || size === 0
      ? []
      : [`letters of ${size.toFixed(1)} px: ${text.textContent}`];
  });
  for (const { copy } of copies) copy.remove();
  return found;
}

/** Names of axes that go up, on which a number lies. Runs in the page. */
function crossedAxes(): string[] {
  const names = document.querySelectorAll<SVGTextElement>('main svg text[transform*="rotate"]');
  return [...names].flatMap((name) => {
    const own = name.getBoundingClientRect();
    const others = [...name.ownerSVGElement!.querySelectorAll("text")].filter((other) => {
      const { left, right, top, bottom } = other.getBoundingClientRect();
      const wide = Math.min(own.right, right) - Math.max(own.left, left);
      const high = Math.min(own.bottom, bottom) - Math.max(own.top, top);
      return other !== name && wide > 1 && high > 1;
    });
    return others.map((other) => `${other.textContent} lies on ${name.textContent}`);
  });
}

/** Waits for letters, and until what looks at sizes has seen them. Runs in the page. */
async function settled(): Promise<void> {
  await document.fonts.ready;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}

/** What scrolls sideways and no key can reach. Runs in the page. */
function unreachable(): string[] {
  return [...document.querySelectorAll<HTMLElement>("main *")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .filter((part) => /auto|scroll/.test(getComputedStyle(part).overflowX))
    .filter((part) => part.tabIndex < 0 && part.querySelector("[tabindex], a, button") === null)
    .map(
      (part) =>
        `no key reaches ${part.tagName} ${part.className}: ${part.textContent.slice(0, 40)}`,
    );
}

/** Collects what must not happen on a page: errors, failed requests, and requests to other hosts. */
export function listen(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url())) {
      complaints.push(`request to another host: ${request.url()}`);
    }
  });
  page.on("requestfailed", (request) => {
    complaints.push(`request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      complaints.push(`status ${response.status()}: ${response.url()}`);
    }
  });
  return complaints;
}
