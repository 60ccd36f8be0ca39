/**
 * Whose a file is that has one of the old tool's names: one table of shapes. Other programs use some of
 * these names too, and what is theirs is named and left alone.
 *
 * A file that cannot be parsed at all is taken for the old tool's damaged one: its name speaks for it.
 * So it does for one that cannot be read; the code that needs its content reports why.
 * @module
 */
import { closeSync, readSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { openWithin, readTextWithin } from "../platform/within.ts";
import { isRecord } from "../workflow/record.ts";
import { DEPTH_LIMIT } from "./python_json.ts";

/** What a file at an old place has to be; `name`: the name alone decides. */
export type Ownership =
  | "name"
  | "workflow state"
  | "workflow or agent server state"
  | "event log"
  | "SOPS file"
  | "PRD state"
  | "squad sessions"
  | "jobs of a PRD"
  | "prompt of a known task"
  | "pattern index"
  | "cache of the old tool"
  | "settings map";

/** What is looked at: one file, or a folder with all files below it. Paths start at the root. */
export interface Candidate {
  readonly root: string;
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

interface Shape {
  readonly fits: (candidate: Candidate) => boolean;
  /** Why it is not the old tool's: a clause about "it". */
  readonly not: string;
}

/**
 * Why a file or folder is not the old tool's although it has its name, as a clause about "it"; null
 * when it is.
 */
export function foreignReason(owned: Ownership, candidate: Candidate): string | null {
  const shape = SHAPES[owned];
  return shape === null || shape.fits(candidate) ? null : shape.not;
}

const SHAPES: Readonly<Record<Ownership, Shape | null>> = {
  name: null,
  "settings map": null,
  "workflow state": {
    fits: (candidate) => fitsJson(candidate, isOldState),
    not: "it is not a workflow state of the old tool",
  },
  "workflow or agent server state": {
    fits: (candidate) =>
      fitsJson(candidate, (value) => isOldState(value) || isAgentServerState(value)),
    not: "it is not a state of the old tool",
  },
  "event log": {
    fits: (candidate) => {
      const line = parsed(firstLine(`${candidate.root}/${candidate.path}`));
      return line === undefined ||
        (isRecord(line) && ("event_type" in line || "workflow_id" in line));
    },
    not: "it is not an event log of the old tool",
  },
  "SOPS file": {
    fits: (candidate) => /^sops:/m.test(textOf(candidate)),
    not: "it is not a SOPS file",
  },
  "PRD state": {
    fits: (candidate) => isPrdState(jsonOf(candidate)),
    not: "it is not a PRD state of the old tool",
  },
  "squad sessions": {
    fits: (candidate) => isSquad(jsonOf(candidate)),
    not: "it is not a list of squad sessions of the old tool",
  },
  "jobs of a PRD": {
    fits: ({ root, files }) =>
      files.every(({ path }) => {
        if (!/\/(?:pending|processing|completed|failed)\/[^/]+$/.test(path)) return false;
        const value = parsed(textAt(root, path));
        return isRecord(value) && "job_id" in value;
      }),
    not: "it does not contain jobs of the old tool",
  },
  "prompt of a known task": {
    fits: (candidate) => {
      const name = /\/prompt_([^/]+)\.md$/.exec(candidate.path)?.[1] ?? "";
      return knownTasks(candidate.root).has(name) || PROMPT_MARK.test(textOf(candidate));
    },
    not: "it is not the prompt of a task that the old tool started",
  },
  "pattern index": {
    fits: ({ root, path, files }) => {
      const index = `${path}/index.json`;
      if (!files.some((file) => file.path === index)) return false;
      const value = parsed(textAt(root, index));
      return value === undefined ||
        (isRecord(value) && isRecord(value["patterns"]) && isRecord(value["by_type"]));
    },
    not: "its index.json is not an index of patterns of the old tool",
  },
  "cache of the old tool": {
    fits: (candidate) => {
      if (candidate.path.includes(".sqlite")) return true;
      return fitsJson(
        candidate,
        (value) =>
          isRecord(value) &&
          (candidate.path.endsWith("/strategy_stats.json")
            ? isRecord(value["global_stats"]) && isRecord(value["contexts"])
            : isRecord(value["by_agent"])),
      );
    },
    not: "it is not a cache of the old tool",
  },
};

/** Keys of a workflow's state. Other programs' states have one of them at most. */
const STATE_KEYS = [
  "workflow_id",
  "workflow_type",
  "workflow_version",
  "task_description",
  "current_phase_id",
  "phases",
];

/** Whether a JSON value is a workflow's state of the old tool, be it whole or damaged. */
export function isOldState(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const id = value["workflow_id"];
  if (typeof id === "string" && id.startsWith("wf_")) return true;
  return STATE_KEYS.filter((key) => key in value).length > 1;
}

/**
 * Whether a JSON value is what the old tool's agent server kept in `.orchestrator/state.json`: its tasks,
 * and nothing but what it kept beside them.
 */
export function isAgentServerState(value: unknown): boolean {
  if (!isRecord(value) || !("tasks" in value)) return false;
  const beside = Object.keys(value).filter((key) => key !== "tasks");
  return beside.length === 0 || beside.some((key) => SERVER_KEYS.includes(key));
}

const SERVER_KEYS = ["dependencies", "completed", "blockers"];

function isPrdState(value: unknown): value is Readonly<{ tasks: readonly unknown[] }> {
  return isRecord(value) && "prd_id" in value && Array.isArray(value["tasks"]);
}

function isSquad(
  value: unknown,
): value is Readonly<Record<string, Readonly<{ task_id: unknown }>>> {
  return isRecord(value) &&
    Object.values(value).every((entry) => isRecord(entry) && "task_id" in entry);
}

/** What the old tool added to the prompts of its parallel agents. */
const PROMPT_MARK = /^## Approval Gate Integration\b|\bfrom src\.approval_gate import\b/m;

/** Task ids of the PRD and of its squad, in the form in which they are part of a file's name. */
function knownTasks(root: string): ReadonlySet<string> {
  const known = new Set<string>();
  const prd = parsed(textAt(root, ".claude/prd_state.json"));
  if (isPrdState(prd)) {
    for (const task of prd.tasks) {
      if (isRecord(task) && typeof task["id"] === "string") known.add(inName(task["id"]));
    }
  }
  const squad = parsed(textAt(root, ".claude/squad_sessions.json"));
  if (isSquad(squad)) { for (const id of Object.keys(squad)) known.add(inName(id)); }
  return known;
}

function inName(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "-").slice(0, 50);
}

/** Files that are told apart by their content are small. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

function fitsJson(candidate: Candidate, fits: (value: unknown) => boolean): boolean {
  const value = jsonOf(candidate);
  return value === undefined || fits(value);
}

function jsonOf(candidate: Candidate): unknown {
  return parsed(textOf(candidate));
}

function textOf({ root, path }: Candidate): string {
  return textAt(root, path);
}

function textAt(root: string, path: string): string {
  return orEmpty(() => readTextWithin(null, `${root}/${path}`, MAX_TEXT_BYTES));
}

/** A line of the old log is some hundred bytes long. */
const MAX_LINE_BYTES = 64 * 1024;

function firstLine(path: string): string {
  return orEmpty(() => {
    const file = openWithin(null, path);
    if (file === null) return null;
    try {
      const head = new Uint8Array(Math.min(file.stat.size, MAX_LINE_BYTES));
      const count = readSync(file.descriptor, head, 0, head.length, 0);
      return new TextDecoder().decode(head.subarray(0, count)).trimStart().split("\n", 1)[0] ?? "";
    } finally {
      closeSync(file.descriptor);
    }
  });
}

function orEmpty(read: () => string | null): string {
  try {
    return read() ?? "";
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return "";
  }
}

/** The value of a JSON text; undefined when it is none. */
function parsed(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a text opens more brackets than the readers of old files follow, which would take memory. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= DEPTH_LIMIT; at++) {
    const char = text[at];
    if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
  }
  return depth > DEPTH_LIMIT;
}
