// Every loop of every package lets a timer through in Chromium, where there is one.

import { join } from "node:path";
import { expect, test } from "vitest";
import { runInBrowser } from "../../../../packages/core/conformance/browser.ts";
import { withoutChromium as reason } from "../../../../tools/chromium.ts";
import { LOOPS, type Stopped } from "../../conformance/loops.ts";

const PAGE = join(import.meta.dirname, "../../conformance/page.ts");

if (reason !== null) console.warn(`Loops: not tried in Chromium, because ${reason}.`);

test.skipIf(reason)("a timer ends every loop, also in a hidden tab", async () => {
  // The loops run on the processor; the name of a backend only gives them a page.
  const stopped = (await runInBrowser<Stopped[]>(PAGE, ["webgl"])).get("webgl")!;
  const names = ["seen", "hidden"].flatMap((place) => LOOPS.map(({ name }) => `${name}, ${place}`));
  expect(stopped).toEqual(names.map((name) => ({ name, ending: "stopped" })));
});
