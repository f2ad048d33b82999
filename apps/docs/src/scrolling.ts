// A long formula, a wide table and a program scroll on their own; while they do, keys can reach them.

// What says itself that keys reach it keeps that: text that comes later need not change its size.
const parts = document.querySelectorAll<HTMLElement>(
  ".katex-display, .sl-markdown-content table, .sl-markdown-content pre:not([tabindex])",
);

const observer = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    const scrolls = target.scrollWidth > target.clientWidth;
    if (scrolls) (target as HTMLElement).tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const part of parts) observer.observe(part);
