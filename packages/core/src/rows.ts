// The door to patterns in pieces: rows of files of any size, Parquet among them.

export type { Rows } from "./files/array-data.ts";
export { openRows } from "./files/rows.ts";
