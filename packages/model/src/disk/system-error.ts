/** What the operating system's error codes mean, in words. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOENT: "there is no such folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file of that name is in the way",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EFBIG: "the file is larger than the system allows",
  ENXIO: "it is a socket or a device, not a file",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ERR_INVALID_ARG_VALUE: "its name has a letter that no file name has",
};

/** The reason of a failed file operation, or null when the error is something else. */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const code = String(error.code);
  return MEANINGS[code] ?? `the system says ${code}`;
}
