import { parseHTML } from "linkedom";

/** An empty page for Plot to draw on. */
export function emptyDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** Colours that people with colour blindness can tell apart (Okabe & Ito). */
export const COLOURS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00"];
