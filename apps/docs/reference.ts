/**
 * The reference of every package that is published, made of its declarations and their comments, as
 * pages under `/api/` of the built site. Part of the build, after Astro.
 */
import { join } from "node:path";
import { Application, PageEvent } from "typedoc";
import { entriesIn } from "../../tools/published.ts";

const root = join(import.meta.dirname, "../..");
/** Entries by their file, as `packages/core/src/files.ts`. */
const entries = new Map(entriesIn(root).map(({ name, source }) => [source, name]));

const app = await Application.bootstrap({
  name: "Hamlet",
  entryPoints: [...entries.keys()].map((file) => join(root, file)),
  basePath: root,
  tsconfig: join(import.meta.dirname, "tsconfig.reference.json"),
  readme: "none",
  disableSources: true,
  excludePrivate: true,
  hideGenerator: true,
  favicon: join(import.meta.dirname, "public/favicon.svg"),
  navigationLinks: { "All of Hamlet": "../" },
  // `pnpm check:types` has looked for errors, and comments link to what is not published.
  skipErrorChecking: true,
  validation: false,
  logLevel: "Error",
});
const project = await app.convert();
if (project === undefined || app.logger.hasErrors()) throw new Error("no reference was made");
for (const module of project.children ?? []) {
  const [file] = [`${module.name}.ts`, `${module.name}/index.ts`].filter((one) => entries.has(one));
  module.name = entries.get(file)!;
}
// A heading that opens and closes its section holds no link of its own: who hears the page would miss it.
const PERMALINK =
  /(<summary\b[^>]*>(?:(?!<\/summary>)[^])*?)<a [^>]*aria-label="Permalink"[^]*?<\/a>(?=<\/h2><\/summary>)/gu;
app.renderer.on(PageEvent.END, (page) => {
  page.contents = page.contents?.replace(PERMALINK, "$1");
});
await app.generateDocs(project, join(import.meta.dirname, "dist/api"));
if (app.logger.hasErrors()) throw new Error("the reference could not be written");
