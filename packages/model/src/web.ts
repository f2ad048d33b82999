// The entry `@hamlet/model/web`: models by their address. It brings the backend that needs no file beside
// the page; recalls run as compiled code there. Others that the page imports are tried first.

import type { MissingFile } from "@hamlet/dsl";
import { HamError } from "@hamlet/graph";
import "@tensorflow/tfjs-backend-cpu";
import { decodeSource } from "./decode.ts";
import type { ModelFiles } from "./files.ts";
import type { LoadOptions } from "./load.ts";
import { loadModel, type Model } from "./model.ts";

export { loadModel, type Model } from "./model.ts";

/**
 * Loads a `.ham` file from its address, with the data files that it names. A page gives an address
 * as it would to `fetch`, relative ones included. Plugins are not looked for.
 *
 * @throws HamError `model/cannot-read` for an address without a file, and as {@link loadModel}.
 * @example
 * using model = await fetchModel("models/digits.ham", { set: ["beta=5"] });
 * using result = await model.recall();
 */
export async function fetchModel(
  address: string | URL,
  options: Omit<LoadOptions, "files"> = {},
): Promise<Model> {
  const url = resolve(address);
  const found = await fetchBytes(url);
  if (typeof found === "string") {
    throw new HamError("model/cannot-read", `cannot read ${url.href}: ${found}.`);
  }
  return loadModel(decodeSource(String(address), found), { ...options, files: webFiles(url) });
}

/** The data files of a model: its own paths start at its address, the caller's at the page. */
export function webFiles(modelAddress: string | URL): ModelFiles {
  const model = resolve(modelAddress);
  return {
    async read(path, from) {
      const url = new URL(path, from === "model" ? model : (standpoint() ?? model));
      const found = await fetchBytes(url);
      if (typeof found !== "string") return found;
      const missing: MissingFile = { path, folder: `${url.href} (${found})`, near: null };
      return missing;
    },
  };
}

function resolve(address: string | URL): URL {
  const base = standpoint();
  if (URL.canParse(String(address), base)) return new URL(address, base);
  throw new HamError(
    "model/cannot-read",
    `cannot read ${String(address)}: outside of a page, expected a whole address such as https://example.org/m.ham.`,
  );
}

/** The address of the page, or of the worker's script; outside of a browser there is none. */
function standpoint(): string | undefined {
  const scope = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return scope.document?.baseURI ?? scope.location?.href;
}

/** The bytes at an address, or why there are none. */
async function fetchBytes(url: URL): Promise<Uint8Array | string> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    return "no server answers, or it does not allow this page to read it";
  }
  if (!response.ok) return `the server says ${response.status} ${response.statusText}`.trimEnd();
  return new Uint8Array(await response.arrayBuffer());
}
