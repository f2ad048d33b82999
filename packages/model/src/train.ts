// The training of `@hamlet/ham`, as a file of its own that is loaded when a model is trained.

export { toldSettings, train } from "@hamlet/ham";
