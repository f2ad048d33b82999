// The page where a landscape can be touched: a scene of its own, shared by a link.

import { PlayElement } from "./element.ts";
import { PRESETS } from "./presets.ts";
import { fromLink, toLink } from "./scene.ts";

class LandscapePage extends PlayElement {
  #notice = "";

  connectedCallback(): void {
    this.build();
    const presets = this.querySelector("select")!;
    presets.append(...Object.keys(PRESETS).map((name) => new Option(name)));
    presets.addEventListener("change", () => this.open(PRESETS[presets.value]));
    this.box("share").addEventListener("click", () => void this.#share());
    globalThis.addEventListener("hashchange", () => this.#openLink(presets));
    this.#openLink(presets);
  }

  #openLink(presets: HTMLSelectElement): void {
    const now = this.scene ?? Object.values(PRESETS)[0];
    const link = location.hash.slice(1);
    if (link === "") return this.open(now);
    const scene = fromLink(link);
    if (scene !== null) {
      presets.selectedIndex = -1;
      return this.open(scene);
    }
    this.#notice = "This link is damaged, so the page shows its first example instead. ";
    this.open(now);
  }

  protected override notice(): string {
    const notice = this.#notice;
    this.#notice = "";
    return notice;
  }

  protected override looked(): void {
    this.answered();
  }

  protected override answered(): void {
    history.replaceState(null, "", `#${toLink(this.scene)}`);
  }

  async #share(): Promise<void> {
    const link = new URL(`#${toLink(this.scene)}`, location.href).href;
    history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.say("The link is in the clipboard.");
    } catch {
      this.say("The link is in the address bar: copy it from there.");
    }
  }
}

customElements.define("ham-landscape", LandscapePage);
