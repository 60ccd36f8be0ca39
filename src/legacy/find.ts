/**
 * Where the old tool's workflow data lies: one cheap look, nothing opened but `current`.
 *
 * The old tool began by scattering files over the repository root and moved to one folder per
 * session under `.orchestrator/` later; both may be there at once. This room only ever reads.
 * Whatever a symbolic link leads out of the project is reported and not read, and so is any link below
 * `.orchestrator/`.
 * @module
 */
import {
  closeSync,
  type Dirent,
  lstatSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { ioError } from "../platform/io_error.ts";
import { LineSplitter } from "../platform/line_splitter.ts";
import { partBelow } from "../platform/path.ts";
import { type OpenFile, openWithin, readTextWithin } from "../platform/within.ts";
import { CURRENT_BESIDE_OLD, OLD_SESSION_ID, STATE_DIRECTORY } from "../project/paths.ts";
import { linkReason, seeLink } from "./links.ts";

/** The old tool's names, relative to the root. Its other files concern no workflow. */
export const LEGACY_PATHS = {
  state: ".workflow_state.json",
  log: ".workflow_log.jsonl",
  checkpoints: ".workflow_checkpoints",
  directory: ".orchestrator",
  sessions: ".orchestrator/sessions",
  current: ".orchestrator/current",
  /** The agent server's state, and a workflow's when the engine ran without a session. */
  bareState: ".orchestrator/state.json",
  bareLog: ".orchestrator/log.jsonl",
  bareCheckpoints: ".orchestrator/checkpoints",
  v4: ".orchestrator/v4",
} as const;

/** The names inside an old session's folder. */
export const SESSION_NAMES = {
  state: "state.json",
  log: "log.jsonl",
  meta: "meta.json",
  checkpoints: "checkpoints",
} as const;

/** An old session's folder name: the first eight digits of a UUID. */
const NEW_SESSION_ID = /^[a-z2-7]{13}$/;
/** A line of the old log is some hundred bytes long. A longer one than this is not read. */
const MAX_LINE_BYTES = 1024 * 1024;

/** How much of a log is read at a time. */
const PIECE_BYTES = 256 * 1024;

const V4_STATE = /^state_.*\.json$/;

/** Something found. */
export interface LegacyPlace {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Where it really is, when a symbolic link leads there: inside the root, relative to it. */
  readonly target?: string;
}

/** A folder under `.orchestrator/sessions/` that the old tool made. */
export interface OldSession {
  /** The folder's name. */
  readonly id: string;
  readonly directory: LegacyPlace;
  /** Null when the session has no state: it was opened and never got a workflow. */
  readonly state: LegacyPlace | null;
}

/** What `.orchestrator/current` says. */
export interface OldCurrent {
  readonly path: string;
  /** Its content, trimmed. */
  readonly value: string;
  /** Which layout's session id it is. `other`: neither, such as a path. */
  readonly layout: "old" | "new" | "other";
  /** An old id whose session folder is there and has a state. */
  readonly resolves: boolean;
}

/** Something about the old files that a person should know. */
export interface LegacyFinding {
  readonly code:
    | "link_in_state"
    | "link_outside"
    | "link_broken"
    | "wrong_kind"
    | "unreadable"
    | "log_cut"
    | "current_dangling"
    | "current_missing"
    | "current_invalid"
    | "session_empty"
    | "state_damaged"
    | "state_differs"
    | "state_repeated"
    | "checksum_mismatch"
    | "agent_server_state"
    | "foreign_file"
    | "v4_state";
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** A sentence without a full stop. */
  readonly message: string;
}

/** The answer of {@link findLegacy}. */
export interface LegacyPlaces {
  /** The root as given. */
  readonly root: string;
  readonly state: LegacyPlace | null;
  readonly log: LegacyPlace | null;
  readonly checkpoints: LegacyPlace | null;
  /** In the order of their names. */
  readonly sessions: readonly OldSession[];
  readonly current: OldCurrent | null;
  /** `.orchestrator/state.json`: the agent server's, rarely a workflow's; its content tells. */
  readonly bareState: LegacyPlace | null;
  /** State files of the old tool's `run` command, whose format is not a session's. */
  readonly v4: readonly LegacyPlace[];
  /** True when there is a state file that may hold a workflow. */
  readonly hasWorkflow: boolean;
  readonly findings: readonly LegacyFinding[];
}

/**
 * Looks where the old tool's workflows are.
 * @param root Absolute path of the project root.
 * @returns what is there; never throws for what it finds, only reports it in `findings`.
 * @throws OrchestratorError `io_failed` when the disk fails.
 */
export function findLegacy(root: string): LegacyPlaces {
  const look = new Look(root);
  const state = look.at(LEGACY_PATHS.state, "file");
  const log = look.at(LEGACY_PATHS.log, "file");
  const checkpoints = look.at(LEGACY_PATHS.checkpoints, "directory");
  const directory = look.at(LEGACY_PATHS.directory, "directory");
  const sessions = directory === null ? [] : oldSessions(look);
  const current = directory === null ? null : readCurrent(look, sessions);
  const bareState = directory === null ? null : look.at(LEGACY_PATHS.bareState, "file");
  const v4 = directory === null ? [] : v4States(look);
  return {
    root,
    state,
    log,
    checkpoints,
    sessions,
    current,
    bareState,
    v4,
    hasWorkflow: state !== null || bareState !== null ||
      sessions.some((session) => session.state !== null),
    findings: look.findings,
  };
}

/** Looks at single places, one `lstat` each, and collects what is odd about them. */
export class Look {
  readonly root: string;
  readonly findings: LegacyFinding[] = [];
  #realRoot: string | undefined;

  constructor(root: string) {
    this.root = root;
  }

  /**
   * What is at `path`, whose parent was looked at before.
   * @param kind What it must be; anything else (a folder, a pipe) is a finding and never opened.
   * @returns null when nothing usable is there.
   */
  at(path: string, kind: LegacyPlace["kind"]): LegacyPlace | null {
    try {
      const own = lstatSync(`${this.root}/${path}`);
      if (!own.isSymbolicLink()) return this.#checked(path, kind, own);
      return this.#behindLink(path, kind);
    } catch (error) {
      this.#report(path, error);
      return null;
    }
  }

  /** The entries of a directory that was looked at, by name; none when it cannot be read. */
  entries(path: string): readonly Dirent[] {
    try {
      return readdirSync(`${this.root}/${path}`, { withFileTypes: true })
        .sort((left, right) => left.name < right.name ? -1 : 1);
    } catch (error) {
      this.#report(path, error);
      return [];
    }
  }

  /** The text of a file that was looked at, or null; a longer one than `limit` is a finding. */
  text(path: string, limit: number): string | null {
    try {
      return readTextWithin(null, `${this.root}/${path}`, limit);
    } catch (error) {
      this.#report(path, error);
      return null;
    }
  }

  /**
   * Shows the last lines of a file that was looked at, at most `limit` bytes of them. What is left out
   * is a finding.
   * @param take is given each line, null for one of more than {@link MAX_LINE_BYTES}, and whether it
   * has its line feed. What it throws is thrown.
   */
  lastLines(
    path: string,
    limit: number,
    take: (line: string | null, ended: boolean) => void,
  ): void {
    let failure: unknown = null;
    const lines = new LineSplitter((line, ended) => {
      try {
        if (failure === null) take(line, ended);
      } catch (error) {
        failure = error;
      }
    }, MAX_LINE_BYTES);
    try {
      const file = openWithin(null, `${this.root}/${path}`);
      if (file === null) return;
      try {
        if (file.stat.size > limit) {
          const message = `"${path}" is larger than ${
            exactByteSize(limit)
          }; only its last lines are read`;
          this.find("log_cut", path, message);
        }
        for (const piece of lastPieces(file, limit)) lines.push(piece);
        lines.end();
      } finally {
        closeSync(file.descriptor);
      }
    } catch (error) {
      this.#report(path, error);
    }
    if (failure !== null) throw failure;
  }

  find(code: LegacyFinding["code"], path: string, message: string): void {
    this.findings.push({ code, path, message });
  }

  #checked(path: string, kind: LegacyPlace["kind"], stats: Stats): LegacyPlace | null {
    if (kind === "file" ? stats.isFile() : stats.isDirectory()) return { path, kind };
    this.find("wrong_kind", path, `"${path}" is not a ${kind}, so it is not read`);
    return null;
  }

  #behindLink(path: string, kind: LegacyPlace["kind"]): LegacyPlace | null {
    if (path.startsWith(`${LEGACY_PATHS.directory}/`)) {
      const message =
        `"${path}" is a symbolic link inside ${LEGACY_PATHS.directory}, so it is not read`;
      this.find("link_in_state", path, message);
      return null;
    }
    const link = seeLink(this.root, path);
    if (link.where !== "inside") {
      const broken = link.where === "broken";
      this.find(
        broken ? "link_broken" : "link_outside",
        path,
        `"${path}" ${linkReason(link).slice("it ".length)}${broken ? "" : ", so it is not read"}`,
      );
      return null;
    }
    const real = realpathSync(`${this.root}/${path}`);
    this.#realRoot ??= realpathSync(this.root);
    const target = inside(this.#realRoot, real) ?? "";
    const place = this.#checked(path, kind, statSync(real));
    return place === null ? null : { ...place, target };
  }

  #report(path: string, error: unknown): void {
    if (error instanceof OrchestratorError && error.code === "limit_exceeded") {
      return this.find("unreadable", path, error.message);
    }
    const code = systemErrorCode(error instanceof OrchestratorError ? error.cause : error);
    if (code === "ENOENT" || code === "ENOTDIR") return;
    if (code === undefined) throw error;
    // A failing disk is nothing that was found: who goes on without a file of it loses it.
    if (!NOT_OURS.has(code)) throw ioError("read", `${this.root}/${path}`, error);
    this.find("unreadable", path, `"${path}" cannot be read (${code})`);
  }
}

/** What says that something is not for us to read. */
const NOT_OURS: ReadonlySet<string> = new Set(["EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

/** `path` relative to `directory` with `/`, or null when it is not below it. Both are real paths. */
function inside(directory: string, path: string): string | null {
  const part = partBelow(directory, path);
  return part === "" ? null : part;
}

function oldSessions(look: Look): readonly OldSession[] {
  if (look.at(LEGACY_PATHS.sessions, "directory") === null) return [];
  const sessions: OldSession[] = [];
  for (const entry of look.entries(LEGACY_PATHS.sessions)) {
    // Files in this folder are transcripts, which the old tool also called sessions.
    if (!OLD_SESSION_ID.test(entry.name) || entry.isFile()) continue;
    const id = entry.name;
    const path = `${LEGACY_PATHS.sessions}/${id}`;
    const directory = look.at(path, "directory");
    if (directory === null) continue;
    const state = look.at(`${path}/${SESSION_NAMES.state}`, "file");
    if (state === null) look.find("session_empty", path, `"${path}" contains no state`);
    sessions.push({ id, directory, state });
  }
  return sessions;
}

/** An id, or at most a path. */
const MAX_CURRENT_BYTES = 64 * 1024;

/** The current session of the new layout, recorded beside the old tool's file. */
function currentBeside(look: Look): string | null {
  const path = `${STATE_DIRECTORY}/${CURRENT_BESIDE_OLD}`;
  return look.at(path, "file") === null ? null : look.text(path, MAX_CURRENT_BYTES)?.trim() ?? null;
}

function readCurrent(look: Look, sessions: readonly OldSession[]): OldCurrent | null {
  const path = LEGACY_PATHS.current;
  const place = look.at(path, "file");
  const value = place === null ? null : look.text(path, MAX_CURRENT_BYTES)?.trim() ?? null;
  if (value === null) {
    if (sessions.length > 0) {
      look.find(
        "current_missing",
        path,
        `"${path}" is missing, so the active old session is unknown`,
      );
    }
    return null;
  }
  const beside = OLD_SESSION_ID.test(value) ? currentBeside(look) : null;
  const ours = [value, beside].find((id) => id !== null && NEW_SESSION_ID.test(id)) ?? null;
  if (ours !== null) return { path, value: ours, layout: "new", resolves: false };
  if (!OLD_SESSION_ID.test(value)) {
    if (value !== "") {
      look.find(
        "current_invalid",
        path,
        `"${path}" contains "${shortened(value)}", which is not a session id`,
      );
    }
    return { path, value, layout: "other", resolves: false };
  }
  const resolves = sessions.some((session) => session.id === value && session.state !== null);
  if (!resolves) {
    look.find(
      "current_dangling",
      path,
      `"${path}" names the session "${value}", which does not exist`,
    );
  }
  return { path, value, layout: "old", resolves };
}

function v4States(look: Look): readonly LegacyPlace[] {
  if (look.at(LEGACY_PATHS.v4, "directory") === null) return [];
  return look.entries(LEGACY_PATHS.v4)
    .filter((entry) => V4_STATE.test(entry.name))
    .map((entry) => look.at(`${LEGACY_PATHS.v4}/${entry.name}`, "file"))
    .filter((place) => place !== null);
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/** The last bytes of a file, from the beginning of a line on; each piece good until the next one. */
function* lastPieces(
  { descriptor, stat: { size } }: Pick<OpenFile, "descriptor" | "stat">,
  limit: number,
): Iterable<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  let skipping = size > limit;
  for (let at = Math.max(0, size - limit); at < size;) {
    const count = readSync(descriptor, piece, 0, Math.min(piece.length, size - at), at);
    if (count === 0) return;
    at += count;
    const begin = skipping ? piece.subarray(0, count).indexOf(0x0a) + 1 : 0;
    if (skipping && begin === 0) continue;
    skipping = false;
    yield piece.subarray(begin, count);
  }
}
