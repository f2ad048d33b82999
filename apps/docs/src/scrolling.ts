// A long formula, a wide table and a program scroll on their own; while they do, keys can reach them.

// What says itself that keys reach it keeps that: text that comes later need not change its size.
const parts = document.querySelectorAll<HTMLElement>(
  ".katex-display, .sl-markdown-content table, .sl-markdown-content pre:not([tabindex])",
);

function look(part: HTMLElement): void {
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
  else part.removeAttribute("tabindex");
}

const observer = new ResizeObserver((changes) => {
  for (const { target } of changes) look(target as HTMLElement);
});
for (const part of parts) observer.observe(part);
// Letters that come late change the width of a formula, but not that of its box.
document.fonts.addEventListener("loadingdone", () => {
  for (const part of parts) look(part);
});
