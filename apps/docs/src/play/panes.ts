// What a memory that can be touched is made of, as it stands in a page before a script fills it.

/** The text, its files, and what is said of it. */
export const LEFT = `
  <div class="editor" data-part="editor"></div>
  <p class="files">
    <button type="button" data-part="files-button">Files…</button>
    <span data-part="files"></span>
  </p>
  <pre data-part="messages" aria-live="polite" tabindex="0"></pre>
`;

/** What is computed. */
export const RIGHT = `
  <div class="picture" data-part="picture"></div>
  <p class="scale">
    <span>energy</span><span class="ham-colours"></span><span data-part="scale"></span>
    <output data-part="pointed"></output>
  </p>
  <div class="layers" data-part="layers"></div>
  <div class="knobs" data-part="knobs"></div>
  <div class="energies" data-part="energies"></div>
  <div class="time" data-part="time" hidden></div>
  <div class="energies" data-part="learning" hidden></div>
  <p data-part="status" role="status"></p>
  <button type="button" data-part="stop" hidden>Stop</button>
`;
