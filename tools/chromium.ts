// The browser that tests and pictures are made with: the system's Chromium.

import { existsSync } from "node:fs";

/** Where Debian puts it. The one without windows comes first: a page takes half of the processor in it. */
const PLACES = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** The program; empty where there is none. */
export const CHROMIUM = PLACES.find((place) => existsSync(place)) ?? "";

/** Why the browser cannot be used; null when it can. */
export const withoutChromium =
  CHROMIUM === ""
    ? `there is no ${PLACES.join(", and no ")} (apt-get install chromium-headless-shell)`
    : null;
