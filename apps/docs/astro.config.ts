import { fileURLToPath } from "node:url";
import { unified } from "@astrojs/markdown-remark";
import starlight from "@astrojs/starlight";
import hamGrammar from "@hamlet/dsl/ham.tmLanguage.json" with { type: "json" };
import { defineConfig, passthroughImageService } from "astro/config";
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import decided from "../../tools/publish.config.json" with { type: "json" };
import { about } from "./src/about.ts";
import { captioned } from "./src/captioned.ts";
import { openInPlayground } from "./src/open-in-playground.ts";

const { site, social, head } = about(decided);

export default defineConfig({
  ...(site !== undefined && { site }),
  // Pictures are drawn in the size they are shown in, so nothing has to resize them and
  // no native image library is needed.
  image: { service: passthroughImageService() },
  // Formulas become HTML while the site is built. Astro's own Markdown engine runs no remark
  // plugins, so the pages go through unified.
  markdown: {
    processor: unified({
      remarkPlugins: [remarkMath, openInPlayground, captioned],
      // A formula KaTeX cannot read must stop the build, not turn red on the page.
      rehypePlugins: [[rehypeKatex, { strict: "error", throwOnError: true }]],
    }),
  },
  vite: {
    // The worker of the landscape loads its search when it needs it, which takes modules.
    worker: { format: "es" },
    resolve: {
      alias: [
        {
          find: /^@tensorflow\/tfjs-core$/,
          replacement: fileURLToPath(new URL("src/play/tfjs-core.ts", import.meta.url)),
        },
        {
          find: /^.*\/lexer_public\.js$/,
          replacement: fileURLToPath(new URL("src/play/no-lexer.ts", import.meta.url)),
        },
      ],
    },
  },
  integrations: [
    starlight({
      title: "Hamlet",
      description: "Associative memories you can write down.",
      social,
      head,
      components: {
        MarkdownContent: "./src/components/MarkdownContent.astro",
        Search: "./src/components/Search.astro",
      },
      // Fonts included: Vite copies them beside the stylesheet, so no page asks another host.
      customCss: [
        "katex/dist/katex.min.css",
        "./src/site.css",
        "./src/play/controls.css",
        "./src/play/play.css",
        "./src/figures.css",
      ],
      expressiveCode: { shiki: { langs: [hamGrammar] } },
      sidebar: [
        {
          label: "Start",
          items: [
            { slug: "start/quickstart" },
            { slug: "start/landscape" },
            { slug: "start/gallery" },
          ],
        },
        { label: "Tour", items: [{ autogenerate: { directory: "tour" } }] },
        {
          label: "Learn",
          items: [
            { slug: "learn/the-idea" },
            { slug: "learn/digits" },
            { slug: "learn/fixed-points" },
            { slug: "learn/atlas" },
            { slug: "learn/endings" },
            { slug: "learn/certificates" },
            { slug: "learn/binary-memories" },
            { slug: "learn/sequences" },
            { slug: "learn/zoo" },
            { slug: "learn/write-a-memory" },
            { slug: "learn/random-features" },
            { slug: "learn/shards" },
            { slug: "learn/hypergraphs" },
            { slug: "learn/training" },
            { slug: "learn/linear-memories" },
            { slug: "learn/diffusion" },
            { slug: "learn/energy-transformer" },
            { slug: "learn/how-it-runs" },
          ],
        },
        { label: "Notebooks", items: [{ autogenerate: { directory: "notebooks" } }] },
        {
          label: "Use it",
          items: [
            { slug: "use/node" },
            { slug: "use/page" },
            { slug: "start/embed" },
            { slug: "use/python" },
            { slug: "start/editor" },
            { slug: "use/checks" },
            { slug: "learn/machines" },
          ],
        },
        {
          label: "Reference",
          items: [
            { slug: "reference/language" },
            { slug: "reference/lagrangians" },
            { slug: "reference/hypersynapses" },
            { slug: "reference/solvers" },
            { slug: "reference/errors" },
            { slug: "reference/command-line" },
            { slug: "reference/operations" },
            { slug: "reference/precision" },
            { slug: "reference/benchmarks" },
            { slug: "reference/glossary" },
            { label: "Packages", link: "/api/" },
          ],
        },
      ],
    }),
  ],
});
