// Elements of drawings.

const SVG = "http://www.w3.org/2000/svg";

/** A group of a class. */
export function group(name: string): SVGElement {
  return element("g", { class: name });
}

/** An element with its attributes. */
export function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
