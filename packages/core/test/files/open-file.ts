import type { OpenFile } from "@hamlet/core";

/** A file that is read where it is asked for, as a host with a disk hands it out; counts its bytes. */
export function openFileOf(bytes: Uint8Array): OpenFile & { read: number; closed: number } {
  return {
    length: bytes.length,
    read: 0,
    closed: 0,
    subarray(from, to) {
      const part = new Uint8Array(bytes.subarray(from, to));
      this.read += part.length;
      return part;
    },
    readInto(target, from) {
      target.set(bytes.subarray(from, from + target.length));
      this.read += target.length;
    },
    close() {
      this.closed++;
      return Promise.resolve();
    },
  };
}
