// Charts as SVG, all in one look.

/// <reference lib="dom" />

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { CHART, themed } from "./themed.ts";

/** Colours that people with colour blindness can tell apart (Okabe & Ito). */
export const COLOURS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00"];

/** Letters of charts: on pages, charts are shown a fifth smaller than they are drawn. */
export const LETTERS = { fontSize: "14px" };

/** An empty page for Plot to draw on. */
export function emptyDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** Draws a plot as the text of an SVG file. */
export function drawChart(options: Plot.PlotOptions): string {
  const plot = Plot.plot({
    document: emptyDocument(),
    width: 760,
    height: 420,
    marginLeft: 64,
    marginRight: 20,
    marginTop: 30,
    marginBottom: 44,
    className: CHART,
    style: LETTERS,
    grid: true,
    ...options,
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return themed(`${plot.outerHTML}\n`);
}
