/**
 * How much of a file is read at most, in bytes: what is larger is not what its name says. The table
 * in `table.ts` has a limit in every row; {@link readLimit} finds it without loading the table.
 * @module
 */

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;

/** The limits, by what kind of file they are for. */
export const LIMITS = {
  /** One id, or the description of a lock's holder. */
  short: 4 * KIBIBYTE,
  /** Written by people: configuration, `.gitignore`. */
  text: MEBIBYTE,
  /** Who a repository or a session is. */
  meta: 4 * MEBIBYTE,
  /** A frozen definition. One of 1 MiB may be longer once it is written as JSON. */
  definition: 16 * MEBIBYTE,
  /** The newest state of a session. A larger one is rebuilt from the journal. */
  state: 64 * MEBIBYTE,
  /** Feedback, one object a line; the repository's own journal. Read whole to be joined. */
  lines: 64 * MEBIBYTE,
  /** Removals of one session. */
  removals: MEBIBYTE,
  secret: 256 * KIBIBYTE,
  /** What moving over writes down: a line for each file of the old tool. */
  migration: 256 * MEBIBYTE,
  /** A log of the old tool, kept as a file. */
  history: 64 * MEBIBYTE,
  /** Read in pieces. */
  journal: 2 * GIBIBYTE,
  /** Never read but to copy it. */
  file: 2 * GIBIBYTE,
} as const;

/** Most bytes of a new line of a journal, its line feed not among them. */
export const LINE_LIMIT = 4 * MEBIBYTE;

/** How deep the values of a journal's line may be nested. */
export const DEPTH_LIMIT = 100;

const BY_NAME = new Map<string, number>([
  ["meta.json", LIMITS.meta],
  ["config.yaml", LIMITS.text],
  [".gitignore", LIMITS.text],
  [".gitattributes", LIMITS.text],
  ["workflow.yaml", LIMITS.definition],
  ["workflow.schema.json", LIMITS.text],
  ["current", LIMITS.short],
  ["lock", LIMITS.short],
  ["writer.json", LIMITS.short],
  ["migration.json", LIMITS.migration],
  [".migration_complete", LIMITS.migration],
]);

const BY_NAME_IN_SESSION = new Map<string, number>([
  ["meta.json", LIMITS.meta],
  ["log.jsonl", LIMITS.journal],
  ["state.json", LIMITS.state],
  ["compared.json", LIMITS.text],
  ["workflow.yaml", LIMITS.definition],
  ["lock", LIMITS.short],
]);

const BY_FOLDER = new Map<string, number>([
  ["bindings", LIMITS.short],
  ["checkouts", LIMITS.short],
  ["secrets", LIMITS.secret],
  ["removed", LIMITS.removals],
  ["log", LIMITS.lines],
]);

const BY_FOLDER_IN_SESSION = new Map<string, number>([
  ["feedback", LIMITS.lines],
  ["history", LIMITS.history],
]);

/**
 * The limit of a file of the state directory.
 * @param key its name relative to the state directory, with `/`.
 */
export function readLimit(key: string): number {
  const [first = "", second, third, below] = key.split("/");
  if (second === undefined) return BY_NAME.get(first) ?? LIMITS.file;
  if (first !== "sessions") return BY_FOLDER.get(first) ?? LIMITS.file;
  const table = below === undefined ? BY_NAME_IN_SESSION : BY_FOLDER_IN_SESSION;
  return table.get(third ?? "") ?? LIMITS.file;
}
