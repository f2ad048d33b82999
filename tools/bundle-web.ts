/**
 * `node tools/bundle-web.ts`: what `@hamlet/model/web` consists of as one file, for pages without a
 * bundler, with the licences of all that is in it. Part of the build of `@hamlet/model`.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** The folder of the package that a file belongs to. */
const PACKAGE = /^\/.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const folder = join(import.meta.dirname, "../packages/model");
const bundle = await rolldown({ input: join(folder, "src/web.ts"), platform: "browser" });
const file = join(folder, "dist/web.bundle.js");
const { output } = await bundle.write({
  file,
  format: "esm",
  minify: true,
  codeSplitting: false,
  banner: "/*! @hamlet/model, Apache-2.0; for what it is made of see web.bundle.licenses.txt */",
});
await bundle.close();

const [{ moduleIds }] = output;
const packages = new Set(moduleIds.flatMap((id) => PACKAGE.exec(id)?.[0] ?? []));
const texts = [...packages].map((from) => {
  const { name, version, license }: Record<string, string> = JSON.parse(
    readFileSync(join(from, "package.json"), "utf8"),
  );
  const files = globSync("{LICENSE,LICENCE,NOTICE,license}*", { cwd: from }).sort();
  return [`${name} ${version}: ${license}`, ...files.map((one) => readFileSync(join(from, one)))];
});
writeFileSync(
  join(folder, "dist/web.bundle.licenses.txt"),
  `${texts
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flat()
    .join("\n\n")}\n`,
);
