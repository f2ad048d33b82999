// The ground and the ink of a drawing: white and nearly black, and the other way about where its reader
// prefers the dark. Attributes hold the colours of the light, which programs without stylesheets draw.

/** Colours on white, and what they are in the dark, as far from their ground. */
const IN_THE_DARK: Readonly<Record<string, string>> = {
  white: "#17181c",
  "#000000": "#ffffff",
  "#111111": "#f4f5f7",
  "#d55e00": "#ff9248",
  "#0072b2": "#56b4e9",
  "#1f6fb4": "#56b4e9",
  "#009e73": "#2fc08f",
  "#cc79a7": "#e79ac9",
  "#e69f00": "#e6c229",
  "#333333": "#a9adb6",
  "#555": "#b9bdc6",
  "#666666": "#9a9fa9",
  "#777": "#a3a7b0",
  "#999": "#858a94",
  "#ccc": "#4a4e57",
  // Grounds of cells and of the parts of hypergraphs.
  "#cfe3f5": "#1e3c58",
  "#f6d9c4": "#583a22",
  "#cfe8d9": "#1f4a35",
  "#f3e6bf": "#4d4118",
  "#f3d1c4": "#5a2c1c",
};

/** Of parts whose colours follow the theme. Maps keep theirs, and so does what lies on them. */
export const CHART = "chart";

/** An SVG on a ground of its own, that is dark where its reader prefers the dark. */
export function themed(svg: string): string {
  const [root] = /<svg[^>]*>/.exec(svg)!;
  const ink = root.includes(" fill=") ? "" : ' fill="currentColor"';
  const rules = Object.entries(IN_THE_DARK).flatMap(([light, dark]) =>
    ["fill", "stroke"]
      .filter((as) => svg.includes(` ${as}="${light}"`))
      .map((as) => `.${CHART} [${as}="${light}"]{${as}:${dark}}`),
  );
  const style = `@media (prefers-color-scheme:dark){svg{color:#e4e6ea}.ground{fill:${IN_THE_DARK.white}}${rules.join("")}}`;
  return svg.replace(
    root,
    `${root.replace(/>$/, `${ink} color="#222">`)}<style>${style}</style><rect class="ground" width="100%" height="100%" fill="#fff"/>`,
  );
}
