// The door to the checks of whole models: convexity, boundedness, domains.
//
// They weigh a sixth of the language, so a page may load them after the rest.

export { reportSettings } from "./2-lower/settings.ts";
export { checkSoundness } from "./2-lower/soundness.ts";
