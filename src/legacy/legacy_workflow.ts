/**
 * One workflow of the old tool: what a listing needs is there at once, the rest is read when asked for.
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { hashFile } from "../platform/copy_file.ts";
import { sha256Hex } from "../platform/hash.ts";
import { ioError } from "../platform/io_error.ts";
import { readWithin } from "../platform/within.ts";
import { isRecord } from "../workflow/record.ts";
import { type LegacyFinding, type LegacyPlace, Look } from "./find.ts";
import { toPlain } from "./python_json.ts";
import { type LegacyCheckpoint, readLegacyCheckpoint } from "./read_checkpoint.ts";
import { type BadLogLine, type LegacyLogEntry, LogReader } from "./read_log.ts";
import {
  damaged,
  type LegacyState,
  parseLegacyJson,
  readLegacyState,
  readWithoutChecksum,
} from "./read_state.ts";
import { importedSessionId } from "./session_id.ts";
import { type Fields, utc } from "./values.ts";

/** Where a workflow was found: its name in messages is the old session's id, `root` or `bare`. */
export interface LegacyOrigin {
  /** `root`: the scattered layout. `bare`: `.orchestrator/state.json`. Else an old session's id. */
  readonly name: string;
  readonly state: LegacyPlace;
  /** Relative paths of what may lie beside the state. */
  readonly log: string;
  readonly checkpoints: string;
  readonly meta: string | null;
}

/** A file that belongs to a workflow. */
export interface LegacySource {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly role: "state" | "log" | "checkpoint" | "meta";
  readonly bytes: number;
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

/** The same workflow found in another place. */
export interface LegacyCopy {
  readonly file: string;
  /** Byte for byte. */
  readonly identical: boolean;
  readonly updatedAt: string | null;
}

/** What is to be said of a log besides its entries; `bad` lines may come from elsewhere. */
export interface LogNotes {
  readonly bad: readonly (BadLogLine & { readonly file: string })[];
  readonly findings: readonly LegacyFinding[];
}

/** The checkpoints of one workflow, oldest first, and the files that could not be read. */
export interface WorkflowCheckpoints {
  readonly checkpoints: readonly LegacyCheckpoint[];
  readonly damaged: readonly OrchestratorError[];
  readonly findings: readonly LegacyFinding[];
}

/** Facts for a list. */
export interface LegacySummary {
  readonly workflowId: string;
  /** The id it gets as a session: {@link importedSessionId}. */
  readonly session: string;
  readonly task: string;
  /** As written by the old tool. */
  readonly status: string;
  readonly phase: string | null;
  /** RFC 3339 UTC; null when unknown. */
  readonly updatedAt: string | null;
}

/** How much of a log is read: far more than any workflow has written. */
export const MAX_LOG_BYTES = 32 * 1024 * 1024;

/** How much of the logs of a workflow's copies is taken over, in characters of JSON. */
const MAX_ADDED_LENGTH = MAX_LOG_BYTES / 2;

/**
 * How many bytes of checkpoint files are read, the newest files first: they travel in the journal,
 * which is read whole. Older files are kept as they are.
 */
export const MAX_CHECKPOINT_BYTES = 16 * 1024 * 1024;

interface Outcome {
  readonly text: string | null;
  readonly summary: LegacySummary | null;
  readonly error: OrchestratorError | null;
}

/** A workflow found in the old layout. */
export class LegacyWorkflow {
  readonly root: string;
  readonly origin: LegacyOrigin;
  /** Other places that hold a state of the same workflow. */
  readonly copies: readonly LegacyCopy[];
  /** Null when the state file is damaged. */
  readonly summary: LegacySummary | null;
  /** Why the state cannot be read: `legacy_corrupt` or an input/output error; null when it can. */
  readonly error: OrchestratorError | null;
  readonly #text: string | null;
  readonly #others: readonly LegacyWorkflow[];
  #state: LegacyState | undefined;
  #checkpoints: WorkflowCheckpoints | undefined;
  readonly #unreadable: LegacyFinding[] = [];

  private constructor(
    root: string,
    origin: LegacyOrigin,
    outcome: Outcome,
    others: readonly LegacyWorkflow[],
  ) {
    this.root = root;
    this.origin = origin;
    this.summary = outcome.summary;
    this.error = outcome.error;
    this.copies = others.map((other) => ({
      file: other.file,
      identical: other.#text === outcome.text,
      updatedAt: other.summary?.updatedAt ?? null,
    }));
    this.#text = outcome.text;
    this.#others = others;
  }

  /** Reads the state file as far as a list needs it. Never throws for what the file holds. */
  static open(root: string, origin: LegacyOrigin): LegacyWorkflow {
    const file = origin.state.path;
    let text: string | null = null;
    try {
      text = readText(root, file);
      const state = readWithoutChecksum(text, file);
      const summary = summaryOf(state);
      return new LegacyWorkflow(root, origin, { text, summary, error: null }, []);
    } catch (thrown) {
      if (!(thrown instanceof OrchestratorError)) throw thrown;
      const error = withLastCheckpoint(thrown, root, origin);
      return new LegacyWorkflow(root, origin, { text, summary: null, error }, []);
    }
  }

  /**
   * A workflow without a state file, whose state was put together from `origin.state`: a log or a
   * checkpoint.
   */
  static made(root: string, origin: LegacyOrigin, state: LegacyState): LegacyWorkflow {
    const summary = summaryOf(state);
    const made = new LegacyWorkflow(root, origin, { text: null, summary, error: null }, []);
    made.#state = state;
    return made;
  }

  /** The same workflow, knowing what else holds a state of it. */
  withCopies(others: readonly LegacyWorkflow[]): LegacyWorkflow {
    const outcome = { text: this.#text, summary: this.summary, error: this.error };
    return new LegacyWorkflow(this.root, this.origin, outcome, others);
  }

  /** The state file, relative to the root. */
  get file(): string {
    return this.origin.state.path;
  }

  /**
   * The whole state with its generation and checksum.
   * @throws OrchestratorError {@link error}, when there is one.
   */
  state(): LegacyState {
    if (this.error !== null) throw this.error;
    this.#state ??= readLegacyState(this.#text ?? "", this.file);
    return this.#state;
  }

  /** What of it could not be read, whenever it was looked at so far. */
  get unreadable(): readonly LegacyFinding[] {
    return [this, ...this.#others].flatMap((workflow) => workflow.#unreadable);
  }

  /** Remembers what a look found that could not be read. */
  #note(look: Look): void {
    this.#unreadable.push(...look.findings.filter(({ code }) => code === "unreadable"));
  }

  /**
   * Shows this workflow's part of the log, oldest first, with what only a copy's log has. A missing log
   * is an empty one. `line` of an entry counts in the file it was found in.
   * @param take is given each entry; what it throws is thrown.
   */
  visitLog(take: (entry: LegacyLogEntry) => void): LogNotes {
    if (this.#others.length === 0) return this.#visitOwnLog(take);
    const known = new Set<string>();
    const keyOf = (text: string) => sha256Hex(text).slice(0, 32);
    const notes = [this.#visitOwnLog(({ raw }) => void known.add(keyOf(JSON.stringify(raw))))];
    const added: LegacyLogEntry[] = [];
    const cut = new Look(this.root);
    let left = MAX_ADDED_LENGTH;
    for (const other of this.#others) {
      notes.push(other.#visitOwnLog((entry) => {
        const text = JSON.stringify(entry.raw);
        const key = keyOf(text);
        if (known.has(key)) return;
        known.add(key);
        if ((left -= text.length) >= 0) added.push(entry);
        else if (cut.findings.length === 0) {
          const message = `"${other.origin.log}" has more of this workflow than is imported`;
          cut.find("log_cut", other.origin.log, message);
        }
      }));
    }
    added.sort(byTime);
    // Lines of one log stay in its order: the old tool wrote them one after the other.
    let next = 0;
    const takeBefore = (time: string | null) => {
      for (; next < added.length; next++) {
        const entry = added[next];
        if (entry === undefined || (time !== null && timeOf(entry) >= time)) return;
        take(entry);
      }
    };
    this.#visitOwnLog((entry) => {
      takeBefore(timeOf(entry));
      take(entry);
    });
    takeBefore(null);
    return {
      bad: notes.flatMap((log) => log.bad),
      findings: [...notes.flatMap((log) => log.findings), ...cut.findings],
    };
  }

  #visitOwnLog(take: (entry: LegacyLogEntry) => void): LogNotes {
    const id = this.#workflowId();
    const look = new Look(this.root);
    const file = this.origin.log;
    const reader = new LogReader((entry) => {
      if (entry.workflowId === id) take(entry);
    });
    if (look.at(file, "file") !== null) {
      look.lastLines(file, MAX_LOG_BYTES, (line, ended) => reader.next(line, ended));
    }
    this.#note(look);
    return { bad: reader.bad.map((line) => ({ ...line, file })), findings: look.findings };
  }

  /** This workflow's checkpoints, oldest first, with those that only a copy has. */
  checkpoints(): WorkflowCheckpoints {
    const own = [this, ...this.#others].map((workflow) => workflow.#ownCheckpoints());
    const found = new Map<string, LegacyCheckpoint>();
    for (const { checkpoints } of own) {
      for (const checkpoint of checkpoints) {
        if (!found.has(checkpoint.id)) found.set(checkpoint.id, checkpoint);
      }
    }
    return {
      checkpoints: [...found.values()].sort(byTime),
      damaged: own.flatMap((part) => part.damaged),
      findings: own.flatMap((part) => part.findings),
    };
  }

  #ownCheckpoints(): WorkflowCheckpoints {
    this.#checkpoints ??= this.#readCheckpoints();
    return this.#checkpoints;
  }

  #readCheckpoints(): WorkflowCheckpoints {
    const id = this.#workflowId();
    const look = new Look(this.root);
    const checkpoints: LegacyCheckpoint[] = [];
    const errors: OrchestratorError[] = [];
    // Their names begin with the time they were made at.
    const files = checkpointFiles(look, this.origin.checkpoints).toReversed();
    let left = MAX_CHECKPOINT_BYTES;
    for (const [index, path] of files.entries()) {
      left -= sizeOf(this.root, path);
      if (left < 0) {
        const message =
          `"${this.origin.checkpoints}" has more checkpoints than can be restored; the ${
            files.length - index
          } oldest are kept as files only`;
        look.find("log_cut", this.origin.checkpoints, message);
        break;
      }
      try {
        const checkpoint = readLegacyCheckpoint(readText(this.root, path), path);
        if (checkpoint.workflowId === id) checkpoints.push(checkpoint);
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        errors.push(error);
      }
    }
    this.#note(look);
    return { checkpoints, damaged: errors, findings: look.findings };
  }

  /**
   * What the old session's `meta.json` says; null when there is none, or nothing that makes sense.
   * @throws OrchestratorError `io_failed` when it cannot be read.
   */
  meta(): Fields | null {
    if (this.origin.meta === null) return null;
    const look = new Look(this.root);
    const place = look.at(this.origin.meta, "file");
    this.#note(look);
    if (place === null) return null;
    try {
      const meta = toPlain(
        parseLegacyJson(readText(this.root, this.origin.meta), this.origin.meta),
      );
      return isRecord(meta) ? meta : null;
    } catch (error) {
      if (error instanceof OrchestratorError && error.code !== "io_failed") return null;
      throw error;
    }
  }

  /**
   * The files this workflow and its copies are made of, with their hashes. The root's log may hold
   * other workflows' events too.
   * @throws OrchestratorError when one of them cannot be read.
   */
  sources(): readonly LegacySource[] {
    return [this, ...this.#others].flatMap((workflow) => workflow.#ownSources(true));
  }

  /** {@link sources} without those that cannot be read, for a look that keeps nothing. */
  readableSources(): readonly LegacySource[] {
    return [this, ...this.#others].flatMap((workflow) => workflow.#ownSources(false));
  }

  #ownSources(all: boolean): readonly LegacySource[] {
    const look = new Look(this.root);
    const files: (readonly [LegacySource["role"], string])[] = [];
    if (this.file !== this.origin.log) files.push(["state", this.file]);
    if (look.at(this.origin.log, "file") !== null) files.push(["log", this.origin.log]);
    if (this.origin.meta !== null && look.at(this.origin.meta, "file") !== null) {
      files.push(["meta", this.origin.meta]);
    }
    this.#note(look);
    const checkpoints = this.error === null ? this.#ownCheckpoints().checkpoints : [];
    for (const checkpoint of checkpoints) files.push(["checkpoint", checkpoint.file]);
    return files.flatMap(([role, path]) => {
      try {
        const { bytes, sha256 } = hashFile(realOf(this.root, path));
        return [{ path, role, bytes, sha256 }];
      } catch (error) {
        if (all || role === "state" || !(error instanceof OrchestratorError)) throw error;
        return [];
      }
    });
  }

  #workflowId(): string {
    if (this.summary === null) throw this.error ?? new TypeError("a workflow without an id");
    return this.summary.workflowId;
  }
}

function summaryOf(
  state: Pick<LegacyState, "workflowId" | "task" | "status" | "currentPhase" | "updatedAt">,
): LegacySummary {
  return {
    workflowId: state.workflowId,
    session: importedSessionId(state.workflowId),
    task: state.task,
    status: state.status,
    phase: state.currentPhase,
    updatedAt: utc(state.updatedAt),
  };
}

function byTime(
  left: { readonly timestamp: string | null },
  right: { readonly timestamp: string | null },
): number {
  const [a, b] = [timeOf(left), timeOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function timeOf({ timestamp }: { readonly timestamp: string | null }): string {
  return utc(timestamp) ?? "";
}

function checkpointFiles(look: Look, directory: string): readonly string[] {
  if (look.at(directory, "directory") === null) return [];
  return look.entries(directory)
    .filter((entry) => entry.name.endsWith(".json"))
    .map((entry) => `${directory}/${entry.name}`)
    .filter((path) => look.at(path, "file") !== null);
}

/** Points to the newest checkpoint beside a damaged state: most hold a copy of the state. */
function withLastCheckpoint(
  error: OrchestratorError,
  root: string,
  origin: LegacyOrigin,
): OrchestratorError {
  const checkpoint = checkpointFiles(new Look(root), origin.checkpoints).at(-1);
  if (error.code !== "legacy_corrupt" || checkpoint === undefined) return error;
  return new OrchestratorError(error.code, error.message, {
    hint: origin.name === "root"
      ? "Run `orchestrator migrate`: it takes the newest checkpoint that has a copy of the state, and keeps the damaged file"
      : `"${checkpoint}" may contain a copy of the state: run \`orchestrator import-legacy ${checkpoint}\``,
    details: { ...error.details, checkpoint },
    cause: error.cause,
  });
}

function sizeOf(root: string, path: string): number {
  try {
    return statSync(`${root}/${path}`).size;
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** A file that was looked at: a link to it stays in the project. */
function realOf(root: string, path: string): string {
  try {
    return realpathSync(`${root}/${path}`);
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** A larger file holds no state. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

function readBytes(root: string, path: string): Uint8Array {
  const bytes = readWithin(null, `${root}/${path}`, MAX_FILE_BYTES);
  if (bytes !== null) return bytes;
  throw new OrchestratorError("file_unknown", `Cannot read "${path}": it does not exist`, {
    details: { path },
  });
}

function readText(root: string, path: string): string {
  const bytes = readBytes(root, path);
  try {
    // As a stream, so that a file cut off inside a character is reported as cut off.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: true,
    });
  } catch (error) {
    throw damaged(path, "not_text", "it is not UTF-8 text", { cause: error });
  }
}
