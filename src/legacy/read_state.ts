/**
 * Reads an old state file: which generation wrote it, whether its checksum fits, what it says.
 *
 * The old tool never numbered its formats before the last three, so a generation is told by the keys
 * it added. Its checksum has no key: it detects accidents, and one release that changed the algorithm
 * made every load complain; a mismatch is therefore a finding, never an error.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { isRecord } from "../workflow/record.ts";
import { isAgentServerState, isOldState } from "./ownership.ts";
import { type JsonNode, JsonSyntaxError, parseJson, pythonDumps, toPlain } from "./python_json.ts";
import { field, type Fields, fieldsField, textField } from "./values.ts";

/**
 * Who wrote a state, oldest first. What each added:
 * G0 the base · G1 `workflow_definition` · G2 `constraints` · G3 `files_modified` of an item ·
 * G4 `evidence`, `gate_result`, `skip_context_considered` of an item · G5 one folder per session ·
 * G6 `_version`, `_updated_at` and a `_checksum` of 16 digits · G7 one of 32 digits · G8 one that
 * leaves `_version` out.
 */
export type Generation = "G0" | "G1" | "G2" | "G3" | "G4" | "G5" | "G6" | "G7" | "G8";

/** Which algorithm a state's checksum fits; `none` when it has no checksum. */
export type ChecksumResult = "none" | "ok-g6" | "ok-g7" | "ok-g8" | "mismatch";

/** Why a file is not a state. In `details.reason` of the error. */
export type DamageReason =
  | "empty"
  | "truncated"
  | "not_json"
  | "not_text"
  | "not_object"
  | "missing_key"
  | "wrong_type"
  | "no_phases"
  | "not_state"
  | "link_text";

/** An old state, as far as it could be understood. */
export interface LegacyState {
  /** The file it was read from, relative to the root. */
  readonly file: string;
  readonly generation: Generation;
  readonly checksum: ChecksumResult;
  readonly workflowId: string;
  readonly task: string;
  readonly project: string | null;
  /** As written: `active`, `completed`, `abandoned`, `paused` or anything else. */
  readonly status: string;
  /** As written; null when absent. */
  readonly currentPhase: string | null;
  readonly updatedAt: string | null;
  /**
   * Everything, as written. A number no double can hold (an integer beyond 2^53, NaN) is the string
   * of its digits.
   */
  readonly raw: Fields;
  /** Sentences about what is odd but acceptable. */
  readonly findings: readonly string[];
}

/** A state that was read but whose checksum was not yet computed. */
export interface ReadState extends Omit<LegacyState, "generation" | "checksum"> {
  readonly node: JsonNode;
}

/**
 * Reads an old state.
 * @param text The file's content.
 * @param file Its path relative to the root; a path under `.orchestrator/sessions/` tells G5 from G4.
 * @throws OrchestratorError `legacy_corrupt`; `details` has `file`, `reason` ({@link DamageReason})
 * and, for a syntax error, `byte` (from 0), `line` and `column` (from 1).
 */
export function readLegacyState(text: string, file: string): LegacyState {
  const { node, ...state } = readWithoutChecksum(text, file);
  const checksum = checksumResult(node, state.raw);
  return {
    ...state,
    generation: generationOf(state.raw, file, checksum),
    checksum,
    findings: checksum === "mismatch"
      ? [...state.findings, "its checksum does not match its content"]
      : state.findings,
  };
}

/**
 * The state inside another document, such as a checkpoint's snapshot.
 * @param raw The value, as {@link toPlain} gives it; it has no checksum.
 * @throws OrchestratorError `legacy_corrupt` as {@link readLegacyState}.
 */
export function legacyStateOf(raw: unknown, file: string): LegacyState {
  const state = understood(raw, file);
  return { ...state, generation: generationOf(state.raw, file, "none"), checksum: "none" };
}

/** {@link readLegacyState} without the checksum, which costs more than the rest. */
export function readWithoutChecksum(text: string, file: string): ReadState {
  const node = parseLegacyJson(text, file);
  return { ...understood(toPlain(node), file), node };
}

/**
 * Parses one of the old tool's JSON files.
 * @throws OrchestratorError `legacy_corrupt` that says where the text stops being JSON.
 */
export function parseLegacyJson(text: string, file: string): JsonNode {
  // Some editors put a byte order mark in front; Python's reader would refuse it.
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const content = text.slice(mark);
  if (content.trim() === "") {
    const nothing = content === "" ? "it is empty" : "it contains only white space";
    throw damaged(file, "empty", nothing);
  }
  try {
    return parseJson(content);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const byte = error.byte + 3 * mark;
    const position = {
      byte,
      line: error.line,
      column: error.column + (error.line === 1 ? mark : 0),
    };
    const place = `at byte ${byte} (line ${position.line}, column ${position.column})`;
    if (error.truncated) {
      throw damaged(
        file,
        "truncated",
        `it is incomplete ${place}: ${error.message}`,
        { details: position, cause: error },
      );
    }
    const target = linkText(content);
    if (target !== null) {
      const text =
        `it contains only the text "${target}", like a symbolic link on a system without links`;
      throw damaged(file, "link_text", text, { details: { target }, cause: error });
    }
    throw damaged(file, "not_json", `it is not JSON ${place}: ${error.message}`, {
      details: position,
      cause: error,
    });
  }
}

/** The `legacy_corrupt` error for one of the old tool's files. */
export function damaged(
  file: string,
  reason: DamageReason,
  text: string,
  { details = {}, cause }: { readonly details?: Fields; readonly cause?: unknown } = {},
): OrchestratorError {
  return new OrchestratorError("legacy_corrupt", `Cannot read the old file "${file}": ${text}`, {
    hint: "The file was not changed; restore it from version control or a backup",
    details: { file, reason, ...details },
    cause,
  });
}

/** The target, when a whole file is one path: git writes a link so where it cannot make one. */
function linkText(text: string): string | null {
  return /^[\w./-]{1,255}$/.test(text) && /[./]/.test(text) ? text : null;
}

function understood(raw: unknown, file: string): Omit<ReadState, "node"> {
  // What is not its shape is another program's: the caller may leave it alone.
  const details: Fields = isOldState(raw)
    ? {}
    : { foreign: true, ...(isAgentServerState(raw) ? { server: true } : {}) };
  if (!isRecord(raw)) {
    const kind = Array.isArray(raw) ? "a list" : raw === null ? "null" : `a ${typeof raw}`;
    throw damaged(file, "not_object", `it contains ${kind} (expected an object)`, { details });
  }
  const hasId = field(raw, "workflow_id") !== undefined;
  const hasPhases = field(raw, "phases") !== undefined;
  if (!hasId && !hasPhases) {
    const text = 'it is not a workflow state: it has neither "workflow_id" nor "phases"';
    throw damaged(file, "not_state", text, { details });
  }
  if (!hasId || !hasPhases) {
    const key = hasId ? "phases" : "workflow_id";
    throw damaged(file, "missing_key", `the required key "${key}" is missing`, {
      details: { ...details, key },
    });
  }
  const workflowId = textField(raw, "workflow_id")?.trim() ?? "";
  if (workflowId === "") {
    const text = '"workflow_id" is not a text';
    throw damaged(file, "wrong_type", text, { details: { ...details, key: "workflow_id" } });
  }
  const phases = fieldsField(raw, "phases");
  if (phases === null) {
    throw damaged(file, "wrong_type", '"phases" is not an object', { details: { key: "phases" } });
  }
  if (Object.keys(phases).length === 0) throw damaged(file, "no_phases", "it has no phases");
  return {
    file,
    workflowId,
    task: textField(raw, "task_description") ?? "",
    project: textField(raw, "project"),
    status: textField(raw, "status") ?? "active",
    currentPhase: textField(raw, "current_phase_id"),
    updatedAt: textField(raw, "updated_at"),
    raw,
    findings: expectedKeys(raw),
  };
}

const EXPECTED = ["task_description", "status", "current_phase_id", "created_at", "updated_at"];

function expectedKeys(raw: Fields): readonly string[] {
  return EXPECTED.filter((key) => textField(raw, key) === null)
    .map((key) => `"${key}" is missing or not a text`);
}

const UNHASHED = ["_checksum", "_updated_at"] as const;

/** The three algorithms: which keys are left out, how many digits are kept. */
const ALGORITHMS = [
  { result: "ok-g8", omit: new Set([...UNHASHED, "_version"]), digits: 32 },
  { result: "ok-g7", omit: new Set(UNHASHED), digits: 32 },
  { result: "ok-g6", omit: new Set(UNHASHED), digits: 16 },
] as const;

function checksumResult(node: JsonNode, raw: Fields): ChecksumResult {
  const stored = field(raw, "_checksum");
  if (stored === undefined || stored === null) return "none";
  const fitting = ALGORITHMS.find((algorithm) => legacyChecksum(node, algorithm) === stored);
  return fitting?.result ?? "mismatch";
}

/** The old tool's checksum of a state: lower-case hex digits. */
function legacyChecksum(
  node: JsonNode,
  algorithm: { readonly omit: ReadonlySet<string>; readonly digits: number },
): string {
  return sha256Hex(pythonDumps(node, algorithm.omit)).slice(0, algorithm.digits);
}

const G4_ITEM_KEYS = ["evidence", "gate_result", "skip_context_considered"];

function generationOf(raw: Fields, file: string, checksum: ChecksumResult): Generation {
  if (checksum === "ok-g6") return "G6";
  if (checksum === "ok-g7") return "G7";
  if (checksum !== "none") return textField(raw, "_checksum")?.length === 16 ? "G6" : "G8";
  if (Object.hasOwn(raw, "_version")) return "G8";
  if (/(?:^|\/)\.orchestrator\//.test(file)) return "G5";
  const items = Object.values(fieldsField(raw, "phases") ?? {})
    .flatMap((phase) => isRecord(phase) ? Object.values(fieldsField(phase, "items") ?? {}) : [])
    .filter(isRecord);
  if (items.some((item) => G4_ITEM_KEYS.some((key) => Object.hasOwn(item, key)))) return "G4";
  if (items.some((item) => Object.hasOwn(item, "files_modified"))) return "G3";
  if (Object.hasOwn(raw, "constraints")) return "G2";
  return Object.hasOwn(raw, "workflow_definition") ? "G1" : "G0";
}
