// The page where a landscape can be touched: a scene of its own, shared by a link.

import type { Answer } from "./answer.ts";
import { PlayElement } from "./element.ts";
import type { Panels } from "./panels/panels.ts";
import { PRESETS } from "./presets.ts";
import type { Panel, Scene } from "./scene.ts";

const [FIRST] = Object.values(PRESETS);

function isFirst({ text, points, ball, step, data, panels }: Scene): boolean {
  const isSame = text === FIRST.text && points === FIRST.points && ball === FIRST.ball;
  return isSame && step === undefined && data === undefined && !panels?.length;
}

/** Loaded when somebody comes by a link, or has something to share. */
const links = () => import("./link.ts");

class LandscapePage extends PlayElement {
  #notice = "";
  /** Loaded with the first panel that is open. */
  #panels: Promise<Panels> | null = null;

  connectedCallback(): void {
    this.build();
    const presets = this.querySelector("select")!;
    presets.append(...Object.keys(PRESETS).map((name) => new Option(name)));
    presets.addEventListener("change", () => {
      const { panels } = this.scene;
      this.open({ ...PRESETS[presets.value], ...(panels && { panels }) });
    });
    this.box("panels").addEventListener("toggle", () => this.#toggled(), { capture: true });
    this.box("share").addEventListener("click", () => void this.#share());
    globalThis.addEventListener("hashchange", () => void this.#openLink(presets));
    void this.#openLink(presets);
  }

  async #openLink(presets: HTMLSelectElement): Promise<void> {
    const now = this.scene ?? FIRST;
    const link = location.hash.slice(1);
    if (link === "") return this.open(now);
    const { fromLink } = await links();
    const scene = fromLink(link);
    if (scene !== null) {
      presets.selectedIndex = -1;
      return this.open(scene);
    }
    this.#notice = "This link is damaged, so the page shows its first example instead. ";
    this.open(now);
  }

  protected override open(scene: Scene): void {
    for (const details of this.querySelectorAll<HTMLDetailsElement>("[data-panel]"))
      details.open = scene.panels?.includes(details.dataset.panel as Panel) === true;
    super.open(scene);
  }

  #toggled(): void {
    const panels = Array.from(
      this.querySelectorAll<HTMLElement>("[data-panel][open]"),
      ({ dataset }) => dataset.panel as Panel,
    );
    if (String(panels) !== String(this.scene.panels ?? [])) this.change({ panels });
  }

  protected override heard(answer: Answer): void {
    const { scene } = this;
    if (!scene.panels?.length && this.#panels === null) return;
    this.#panels ??= import("./panels/panels.ts").then(({ makePanels }) =>
      makePanels(this, {
        searchedEnough: () => this.searchedEnough(),
        again: () => this.change({}),
        ...this.picking,
        scene: () => this.scene,
        keep: (part) => this.keep(part),
        askFor: (file) => this.askFor(file),
      }),
    );
    void this.#panels.then((panels) => panels.show(answer, scene));
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
    // What the page begins with needs no link.
    if (location.hash !== "" || !isFirst(this.scene)) void this.#write();
  }

  async #write(): Promise<void> {
    const { toLink } = await links();
    history.replaceState(null, "", `#${toLink(this.scene)}`);
  }

  async #share(): Promise<void> {
    const { toLink } = await links();
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
