export { HamError, invariant } from "./error.ts";
