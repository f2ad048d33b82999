// Below every whole program of a page a button that runs it there. What runs it is loaded by the first press.

for (const link of document.querySelectorAll<HTMLAnchorElement>(".ham-open a[data-scene]")) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: "Run it here" });
  link.before(button, " ");
  button.addEventListener("click", () => {
    const memory = document.createElement("ham-play");
    memory.setAttribute("scene", link.hash.slice(1));
    link.parentElement!.after(memory);
    button.remove();
    void import("./play/ham-play.ts");
  });
}
