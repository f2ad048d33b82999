// What the command knows of one TensorFlow.js backend. One file of this folder for each.

/** A backend by name; nothing of it is loaded before `load`. */
export interface Backend {
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** The npm packages it is made of; the version of the last one is reported. None in Node for WebGL. */
  readonly packages: readonly string[];
  /** The name under which TensorFlow.js knows it. */
  readonly registered: string;
  /** What to do when it is not installed. */
  readonly install: string;
  /** What it needs besides its packages; empty for nothing. */
  readonly needs: string;
  /**
   * Loads the packages, so that TensorFlow.js knows the backend.
   * @throws CommandError when a package is missing, saying how to get it.
   */
  load(): Promise<void>;
}
