/**
 * Who a repository is: `.orchestrator/meta.json`.
 *
 * Written once, by init; later only its mode and remote change. Fields this program does not know
 * are carried along.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { parentOf } from "../platform/path.ts";
import { readTextWithin } from "../platform/within.ts";
import { comparableRemote, stripCredentials } from "./git_remote.ts";

/** The format of a new state directory: what every program reads. */
export const FIRST_FORMAT = 1;

/** The newest format this program knows: see "Changes per version" in `docs/design/on-disk-format.md`. */
export const REPOSITORY_FORMAT = 2;

/** A larger file is no identity. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Whether the state directory stays out of git (`normal`) or is committed (`portable`). */
export type RepositoryMode = "normal" | "portable";

/** The content of the repository's meta.json. */
export interface RepositoryMeta {
  readonly format: number;
  /** 26 random base32 characters: 130 bits. */
  readonly id: string;
  /** When init ran, RFC 3339 UTC. */
  readonly created: string;
  readonly mode: RepositoryMode;
  /** Address of the git remote without credentials; null when there was none. */
  readonly remote: string | null;
  /** The first commit of the history that the project was made in; null where it is not known. */
  readonly rootCommit: string | null;
  /** Version of the program that wrote the file first. */
  readonly tool: string;
  /** Fields this program does not know. */
  readonly [field: string]: unknown;
}

/**
 * Reads a repository's identity.
 *
 * @param path `OrchestratorPaths.metaFile`
 * @returns Null when there is none: nothing was initialised here.
 * @throws OrchestratorError `state_corrupt` when the file says nothing usable, `format_too_new` when a
 * newer program wrote it; `link_refused`, `io_failed`.
 */
export function readRepositoryMeta(path: string): RepositoryMeta | null {
  const text = readTextWithin(parentOf(path), path, MAX_BYTES);
  return text === null ? null : parseRepositoryMeta(text, path);
}

/**
 * Reads the text of a meta.json; `path` is for messages only.
 * @throws OrchestratorError as {@link readRepositoryMeta}.
 */
export function parseRepositoryMeta(text: string, path: string): RepositoryMeta {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw corrupt(path, text.trim() === "" ? "it is empty" : "it is not JSON", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw corrupt(path, "it is not a JSON object");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const { format, id, created, mode, remote, rootCommit, tool } = fields;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1) {
    throw corrupt(path, 'it has no valid "format"');
  }
  if (format > REPOSITORY_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read "${path}": its format is ${format}, and this program supports formats up to ${REPOSITORY_FORMAT}`,
      {
        hint: "Use a newer version of orchestrator",
        details: { path, format, known: REPOSITORY_FORMAT },
      },
    );
  }
  if (typeof id !== "string" || !/^[a-z2-7]{26}$/.test(id)) {
    throw corrupt(path, 'it has no valid "id"');
  }
  if (mode !== "normal" && mode !== "portable") {
    throw corrupt(path, 'its "mode" is neither "normal" nor "portable"');
  }
  return {
    ...fields,
    format,
    id,
    created: typeof created === "string" ? created : "",
    mode,
    // A hand-edited or foreign file may hold anything, and this value is printed.
    remote: typeof remote === "string" ? stripCredentials(remote) : null,
    rootCommit: typeof rootCommit === "string" && /^[0-9a-f]{40,64}$/.test(rootCommit)
      ? rootCommit
      : null,
    tool: typeof tool === "string" ? tool : "",
  };
}

/** A warning where a state directory seems to have been copied from another repository; else null. */
export function copiedWarning(meta: RepositoryMeta, currentRemote: string | null): string | null {
  if (meta.remote === null || currentRemote === null) return null;
  if (comparableRemote(meta.remote) === comparableRemote(currentRemote)) return null;
  return `The state in ".orchestrator" was created for "${meta.remote}", but this repository's remote is ` +
    `"${currentRemote}": it was copied here, or the remote changed; "orchestrator init" records the new remote`;
}

function corrupt(path: string, what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError("state_corrupt", `Cannot read "${path}": ${what}`, {
    hint: "Run `orchestrator doctor`",
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
