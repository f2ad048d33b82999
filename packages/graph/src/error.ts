const marker = Symbol.for("@hamlet/HamError");

/**
 * The one error class of Hamlet: a mistake somebody can mend.
 *
 * The message says where, what was expected, what was found and what to do. The `code`
 * (`package/what-is-wrong`) is stable and can be tested for; `details` holds the facts as data.
 */
export class HamError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "HamError";
    this.code = code;
    this.details = details;
    Object.defineProperty(this, marker, { value: true });
  }

  /** True for a `HamError` of any copy of this package. */
  static isInstance(error: unknown): error is HamError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/** Stops with "this is a bug" when something that must hold does not. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) {
    throw new Error(`This is a bug in Hamlet, please report it: ${what}`);
  }
}
