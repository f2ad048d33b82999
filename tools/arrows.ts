/**
 * Which package may import which: the package table of docs/architecture.md, as data.
 *
 * A package that is not named here may import no other Hamlet package until somebody decides
 * where it stands. Applications may import every package and nothing may import an application.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "@hamlet/graph": [],
  "@hamlet/core": ["@hamlet/graph"],
  "@hamlet/lagrangians": ["@hamlet/graph"],
  "@hamlet/ham": ["@hamlet/graph", "@hamlet/core"],
  "@hamlet/dsl": ["@hamlet/graph"],
  "@hamlet/model": [
    "@hamlet/graph",
    "@hamlet/core",
    "@hamlet/lagrangians",
    "@hamlet/ham",
    "@hamlet/dsl",
    "@hamlet/drdam",
  ],
  "@hamlet/language-server": ["@hamlet/graph", "@hamlet/core", "@hamlet/dsl", "@hamlet/model"],
  "@hamlet/drdam": ["@hamlet/graph", "@hamlet/core", "@hamlet/ham"],
  "@hamlet/kohonen": ["@hamlet/graph", "@hamlet/core"],
  "@hamlet/energy-transformer": [
    "@hamlet/graph",
    "@hamlet/core",
    "@hamlet/lagrangians",
    "@hamlet/ham",
  ],
  "@hamlet/diffusion": ["@hamlet/graph", "@hamlet/core", "@hamlet/lagrangians", "@hamlet/ham"],
  "@hamlet/cluster": ["@hamlet/graph"],
  "@hamlet/kernels": ["@hamlet/core"],
  "@hamlet/testing": ["@hamlet/graph"],
  "@ham-community/vision": ["@hamlet/graph"],
  "create-hamlet": [],
};
