import { existsSync, globSync } from "node:fs";
import { join } from "node:path";

export const DIST = join(import.meta.dirname, "..", "dist");

/** Whether a file is a page below the first of the reference: TypeDoc makes a thousand of them, all alike. */
export const isReference = (file: string): boolean =>
  /^\/api\/.*\.html$/.test(file) && file !== "/api/index.html";

/** Whether a file is the page of one message: there are a hundred of them, all alike. */
export const isMessage = (file: string): boolean => /^\/reference\/errors\/\w+\//.test(file);

/** The built files, as paths from the root of the site (`/learn/digits/index.html`). */
export function builtFiles(): string[] {
  if (!existsSync(join(DIST, "index.html"))) {
    throw new Error("apps/docs/dist is missing: run pnpm build first");
  }
  return globSync("**/*.*", { cwd: DIST })
    .map((path) => `/${path.replaceAll("\\", "/")}`)
    .sort();
}

/** The address of a page: `/learn/digits/index.html` is shown at `/learn/digits/`. */
export function addressOf(file: string): string {
  return file.replace(/\/index\.html$/, "/");
}
