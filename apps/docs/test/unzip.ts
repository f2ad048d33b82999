// Archives that the site gives, read by tests of other folders as well.

export { strFromU8, unzipSync } from "fflate";
