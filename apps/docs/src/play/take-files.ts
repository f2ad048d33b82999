// Files come by a drop anywhere on an element, or by a button.

/** Calls back with the files that a reader drops or chooses. */
export function takeFiles(
  area: HTMLElement,
  button: HTMLElement,
  onFiles: (files: readonly File[]) => void,
): void {
  const chooser = Object.assign(document.createElement("input"), { type: "file", multiple: true });
  chooser.accept = ".npy,.npz,.safetensors,.csv,.tsv,.txt,.json,.png";
  chooser.addEventListener("change", () => {
    onFiles([...(chooser.files ?? [])]);
    chooser.value = "";
  });
  button.addEventListener("click", () => chooser.click());
  area.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    area.toggleAttribute("dropping", true);
  });
  area.addEventListener("dragleave", () => area.removeAttribute("dropping"));
  area.addEventListener(
    "drop",
    (event) => {
      area.removeAttribute("dropping");
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      // The browser would open them, the editor would write their text.
      event.preventDefault();
      event.stopPropagation();
      onFiles(files);
    },
    { capture: true },
  );
}
