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
  /** How much larger it may become by unpacking, as a multiple of its size. */
  readonly ratio: number;
  /** The list of contents at its beginning. */
  readonly manifestSize: number;
}

const MEBIBYTE = 1024 * 1024;

/** The default limits. */
export const DEFAULT_LIMITS: Limits = {
  files: 200_000,
  fileSize: 2048 * MEBIBYTE,
  totalSize: 8192 * MEBIBYTE,
  ratio: 1000,
  manifestSize: 64 * MEBIBYTE,
};

/** The ratio is not checked below this number of unpacked bytes. */
export const RATIO_MATTERS = 16 * MEBIBYTE;

/** What is counted, and the configuration's key of the limit. */
const NAMES: Readonly<
  Record<keyof Limits, { readonly what: string; readonly key: string | null }>
> = {
  files: { what: "files", key: "snapshot.max_entries" },
  fileSize: { what: "bytes in one file", key: "snapshot.max_entry_size" },
  totalSize: { what: "bytes in total", key: "snapshot.max_size" },
  ratio: { what: "times its size", key: "snapshot.max_ratio" },
  manifestSize: { what: "bytes in its manifest", key: null },
};

/**
 * The error of an archive that asks for more than it may.
 * @param asked how much it asks for; absent when it was cut off at the limit.
 */
export function limitError(name: keyof Limits, limits: Limits, asked?: number): OrchestratorError {
  const { what, key } = NAMES[name];
  const limit = limits[name];
  const exceeds = name === "ratio"
    ? `expands to more than ${limit} ${what}`
    : asked === undefined
    ? `has more than ${limit} ${what}`
    : `has ${asked} ${what} (limit ${limit})`;
  return new OrchestratorError(
    "limit_exceeded",
    `Cannot read snapshot: it ${exceeds}`,
    {
      ...(key === null
        ? {}
        : { hint: `If you trust its origin, raise ${key} in the configuration` }),
      details: {
        limit: key ?? name,
        value: limit,
        ...(asked === undefined ? {} : { asked }),
      },
    },
  );
}
