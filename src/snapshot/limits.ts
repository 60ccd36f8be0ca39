/**
 * How much an archive may ask for. A few kilobytes can unfold into terabytes: nothing is unpacked
 * beyond these, and the error names the limit that was met.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/** What a snapshot may hold at most. Sizes are bytes. */
export interface Limits {
  /** Files, and tar entries altogether. */
  readonly files: number;
  /** One file, unpacked. */
  readonly fileSize: number;
  /** All files, unpacked. */
  readonly totalSize: number;
  /** The list of contents at its beginning. */
  readonly manifestSize: number;
}

const MEBIBYTE = 1024 * 1024;

/** The limits nobody has asked to change. */
export const DEFAULT_LIMITS: Limits = {
  files: 200_000,
  fileSize: 512 * MEBIBYTE,
  totalSize: 16 * 1024 * MEBIBYTE,
  manifestSize: 64 * MEBIBYTE,
};

/** What is left free on the disk whatever an archive says, in bytes. */
export const KEPT_FREE = 64 * MEBIBYTE;

/** The option that raises a limit. */
const OPTIONS: Readonly<Record<keyof Limits, string | null>> = {
  files: "--max-files",
  fileSize: "--max-size",
  totalSize: "--max-size",
  manifestSize: null,
};

const NAMES: Readonly<Record<keyof Limits, string>> = {
  files: "files",
  fileSize: "bytes in one file",
  totalSize: "bytes in all",
  manifestSize: "bytes in its list of contents",
};

/**
 * The error of an archive that asks for more than it may.
 * @param asked how much it asks for; absent when it was cut off at the limit.
 */
export function limitError(name: keyof Limits, limits: Limits, asked?: number): OrchestratorError {
  const option = OPTIONS[name];
  const much = asked === undefined ? "more" : String(asked);
  return new OrchestratorError(
    "limit_exceeded",
    `Cannot read snapshot: it has ${much} ${NAMES[name]}, and the limit is ${limits[name]}`,
    {
      ...(option === null
        ? {}
        : { hint: `If you trust where it comes from, raise the limit with ${option}` }),
      details: { limit: name, value: limits[name], ...(asked === undefined ? {} : { asked }) },
    },
  );
}
