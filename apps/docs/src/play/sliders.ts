// A slider for every const of a text, from a tenth to ten times its value; it writes into the text.

import { knobsOf, turned } from "./knobs.ts";

/** Shows the sliders of a text; those that are there are kept, so that a drag is not lost. */
export function showSliders(
  box: HTMLElement,
  textNow: () => string,
  onTurned: (text: string) => void,
): void {
  const knobs = knobsOf(textNow()).filter(({ value }) => value > 0);
  const shown = [...box.querySelectorAll("input")];
  const same =
    shown.length === knobs.length && knobs.every(({ name }, k) => shown[k].name === name);
  if (same) {
    knobs.forEach(({ value }, k) => {
      if (document.activeElement !== shown[k]) shown[k].value = String(Math.log10(value));
      shown[k].nextElementSibling!.textContent = String(value);
    });
    return;
  }
  box.replaceChildren(
    ...knobs.map(({ name, value }) => {
      const label = document.createElement("label");
      const slider = document.createElement("input");
      const middle = Math.log10(value);
      Object.assign(slider, { type: "range", name, step: "any" });
      Object.assign(slider, { min: String(middle - 1), max: String(middle + 1) });
      slider.value = String(middle);
      slider.addEventListener("input", () =>
        onTurned(turned(textNow(), name, 10 ** Number(slider.value))),
      );
      const shownValue = document.createElement("output");
      shownValue.textContent = String(value);
      label.append(name, slider, shownValue);
      return label;
    }),
  );
}
