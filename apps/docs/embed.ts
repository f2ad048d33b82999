/**
 * `<ham-play>` for pages of others: `/embed/ham-play.js` of the built site, with the files that it loads beside
 * it. Part of the build, after Astro.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const play = join(import.meta.dirname, "src/play");
const styles = ["elsewhere.css", "controls.css", "play.css"]
  .map((file) => readFileSync(join(play, file), "utf8"))
  .join("\n");
const CORE = "@tensorflow/tfjs-core";

const bundle = await rolldown({
  input: {
    "ham-play": join(play, "ham-play.ts"),
    worker: join(play, "worker.ts"),
    "language-worker": join(play, "language-worker.ts"),
  },
  platform: "browser",
  moduleTypes: { ".css": "empty" },
  plugins: [
    {
      name: "as the pages take it",
      resolveId: (id) =>
        id === CORE
          ? join(play, "tfjs-core.ts")
          : id.endsWith("/lexer_public.js")
            ? join(play, "no-lexer.ts")
            : null,
      // Workers are entries of their own, which lie beside whatever starts them.
      transform: (code) =>
        code.replaceAll(/new URL\("((?:language-)?worker)\.ts"/g, 'new URL("./$1.js"'),
    },
  ],
});
await bundle.write({
  dir: join(import.meta.dirname, "dist/embed"),
  format: "esm",
  minify: true,
  chunkFileNames: "[name]-[hash].js",
  banner: ({ name }) =>
    name === "ham-play"
      ? `document.head.append(Object.assign(document.createElement("style"),{textContent:${JSON.stringify(styles)}}));`
      : "",
});
await bundle.close();
