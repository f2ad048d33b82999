import { CommandError, EXIT } from "../exit.ts";
import type { Backend } from "./backend.ts";

/** WebGL lives in browsers; Node has no canvas to draw on. */
export const webgl: Backend = {
  name: "webgl",
  summary: "the graphics card, in browsers only",
  packages: [],
  registered: "webgl",
  install: "Use webgpu for the graphics card in Node, or open the model in a browser.",
  needs: "",
  load: async () => {
    throw new CommandError(
      EXIT.usage,
      `the backend "webgl" exists in browsers only. ${webgl.install}`,
    );
  },
};
