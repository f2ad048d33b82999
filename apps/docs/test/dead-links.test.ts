import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtFiles, DIST, isReference } from "./built-site.ts";
import { findDeadLinks } from "./dead-links.ts";

describe("the link check", () => {
  test("accepts pages, anchors, files, and links to other sites", () => {
    const files = new Map([
      [
        "/index.html",
        `<a href="/a/">1</a><a href="/a/#here">2</a><a href="https://example.org/">3</a><img src="/x.png">`,
      ],
      ["/a/index.html", `<h2 id="here">4</h2><a href="#here">5</a><a href="../">6</a>`],
      ["/x.png", ""],
    ]);
    expect(findDeadLinks(files)).toEqual([]);
  });

  test("names missing pages, anchors and files, and whatever is fetched from elsewhere", () => {
    const files = new Map([
      [
        "/index.html",
        `<a href="/b/">1</a><a href="/#there">2</a><img src="x.png"><script src="https://example.org/x.js"></script>`,
      ],
    ]);
    expect(findDeadLinks(files)).toEqual([
      `/: href="/b/" leads to no page or file`,
      `/: href="/#there" leads to no heading of /`,
      `/: src="x.png" leads to no page or file`,
      `/: src="https://example.org/x.js" is fetched from another host`,
    ]);
  });
});

test("the built site has no dead links", () => {
  const files = builtFiles().map((file): [string, string] => [
    file,
    file.endsWith(".html") && !isReference(file) ? readFileSync(join(DIST, file), "utf8") : "",
  ]);
  expect(findDeadLinks(new Map(files))).toEqual([]);
});
