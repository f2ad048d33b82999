// What every package says of the project comes from one file.

import { expect, test } from "vitest";
import { described, type Manifest, type PublishConfig, undecided } from "../manifests.ts";

const manifest: Manifest = {
  name: "@hamlet/graph",
  version: "0.1.0",
  description: "Graphs.",
  license: "Apache-2.0",
  author: "somebody before",
};
const nothing: PublishConfig = {
  repository: null,
  homepage: null,
  author: null,
  funding: null,
};

test("what is not decided is not said, and a release is told what is missing", () => {
  const found = described(manifest, "packages/graph", nothing);
  expect(Object.keys(found)).toEqual(["name", "version", "description", "keywords", "license"]);
  expect(undecided(nothing)).toEqual(["repository", "homepage", "author"]);
});

test("what is decided is said, with the folder of the package", () => {
  const about = {
    repository: "https://example.org/hamlet",
    homepage: "https://example.org",
    author: "An owner",
    funding: "https://example.org/funding",
  };
  expect(undecided(about)).toEqual([]);
  expect(described(manifest, "packages/graph", about)).toMatchObject({
    homepage: "https://example.org",
    bugs: "https://example.org/hamlet/issues",
    repository: {
      type: "git",
      url: "git+https://example.org/hamlet.git",
      directory: "packages/graph",
    },
    author: "An owner",
    funding: "https://example.org/funding",
    license: "Apache-2.0",
  });
});

test("saying it twice changes nothing", () => {
  const once = described(manifest, "packages/graph", nothing);
  expect(described(once, "packages/graph", nothing)).toEqual(once);
});
