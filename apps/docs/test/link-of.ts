import type { Page } from "playwright-core";
import { fromLink } from "../src/play/link.ts";
import type { Scene } from "../src/play/scene.ts";

/**
 * The address of a page, once it holds a scene of which this is true. A page writes its address after it
 * has said what it found, and an address from before may still be there.
 */
export async function linkOf(page: Page, isThis: (scene: Scene) => boolean): Promise<string> {
  await page.waitForURL(({ hash }) => {
    const scene = fromLink(hash.slice(1));
    return scene !== null && isThis(scene);
  });
  return page.url();
}
