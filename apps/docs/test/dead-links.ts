import { parseHTML } from "linkedom";
import { addressOf } from "./built-site.ts";

/**
 * Every link, picture, script and stylesheet of a built site that leads nowhere, or that a
 * browser would fetch from another host.
 *
 * @param files - all files of the site, with the text of the pages; other files may be empty.
 */
export function findDeadLinks(files: ReadonlyMap<string, string>): string[] {
  const anchors = new Map<string, Set<string>>();
  const documents = new Map<string, Document>();
  for (const [file, html] of files) {
    if (file.endsWith(".html")) {
      const { document } = parseHTML(html);
      documents.set(addressOf(file), document);
      anchors.set(
        addressOf(file),
        new Set([...document.querySelectorAll("[id]")].map(({ id }) => id)),
      );
    }
  }

  const dead: string[] = [];
  for (const [page, document] of documents) {
    for (const { attribute, value, fetched, scene } of linksOf(document)) {
      const target = new URL(value, `https://site.invalid${page}`);
      const shown = `${page}: ${attribute}="${value}"`;
      if (target.protocol === "data:" || target.protocol === "mailto:") {
        continue;
      }
      if (target.host !== "site.invalid") {
        if (fetched) {
          dead.push(`${shown} is fetched from another host`);
        }
        continue;
      }
      const path = decodeURIComponent(target.pathname);
      const anchor = decodeURIComponent(target.hash.slice(1));
      if (!anchors.has(path) && !files.has(path)) {
        dead.push(`${shown} leads to no page or file`);
      } else if (!scene && anchor !== "" && anchors.has(path) && !anchors.get(path)?.has(anchor)) {
        dead.push(`${shown} leads to no heading of ${path}`);
      }
    }
  }
  return dead;
}

interface Link {
  readonly attribute: string;
  readonly value: string;
  /** True for what a browser loads by itself; false for what a reader must click. */
  readonly fetched: boolean;
  /** True where what stands behind the `#` is a program for the playground. */
  readonly scene: boolean;
}

function linksOf(document: Document): Link[] {
  const links: Link[] = [];
  for (const attribute of ["href", "src"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const value = element.getAttribute(attribute) ?? "";
      const onlyNames = element.matches("link[rel=canonical], link[rel=alternate]");
      links.push({
        attribute,
        value,
        fetched: !element.matches("a") && !onlyNames,
        scene: element.matches("[data-scene]"),
      });
    }
  }
  return links;
}
