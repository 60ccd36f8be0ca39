/**
 * Reads an old checkpoint: a note of where the work stood, most with a full copy of the state.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isRecord } from "../workflow/record.ts";
import { toPlain } from "./python_json.ts";
import { damaged, type LegacyState, legacyStateOf, parseLegacyJson } from "./read_state.ts";
import { field, textField, textsField } from "./values.ts";

/** An old checkpoint. */
export interface LegacyCheckpoint {
  /** Relative to the root. */
  readonly file: string;
  readonly id: string;
  /** `v2`: `cp_<date>_<time>_<6 hex>`; `v3`: with microseconds and a random part; else `other`. */
  readonly form: "v2" | "v3" | "other";
  readonly workflowId: string;
  readonly phaseId: string | null;
  readonly itemId: string | null;
  /** As written; null when absent. */
  readonly timestamp: string | null;
  readonly message: string | null;
  readonly contextSummary: string | null;
  readonly keyDecisions: readonly string[];
  readonly fileManifest: readonly string[];
  readonly parent: string | null;
  /** Its copy of the state, without checksum; null when it has none. */
  readonly snapshot: LegacyState | null;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly findings: readonly string[];
}

const V2_ID = /^cp_\d{8}_\d{6}_[0-9a-f]{6}$/;
const V3_ID = /^cp_\d{8}_\d{6}_\d{6}_[0-9a-f]{4}_[0-9a-f]{4}$/;

/**
 * Reads an old checkpoint.
 * @param text The file's content.
 * @param file Its path relative to the root; its name is the id of a checkpoint that does not say one.
 * @throws OrchestratorError `legacy_corrupt` with the reasons of `readLegacyState`. A checkpoint whose
 * snapshot alone is unusable is read without it, with a finding.
 */
export function readLegacyCheckpoint(text: string, file: string): LegacyCheckpoint {
  const raw = toPlain(parseLegacyJson(text, file));
  if (!isRecord(raw)) {
    throw damaged(file, "not_object", "it is not a JSON object");
  }
  const workflowId = textField(raw, "workflow_id") ?? "";
  if (workflowId === "") {
    const text = 'the required key "workflow_id" is missing or not a text';
    throw damaged(file, "missing_key", text, { details: { key: "workflow_id" } });
  }
  const findings: string[] = [];
  const written = textField(raw, "checkpoint_id");
  const id = written ?? nameOf(file);
  if (written === null) findings.push('"checkpoint_id" is missing; the file name is used');
  return {
    file,
    id,
    form: V2_ID.test(id) ? "v2" : V3_ID.test(id) ? "v3" : "other",
    workflowId,
    phaseId: textField(raw, "phase_id"),
    itemId: textField(raw, "item_id"),
    timestamp: textField(raw, "timestamp"),
    message: textField(raw, "message"),
    contextSummary: textField(raw, "context_summary"),
    keyDecisions: textsField(raw, "key_decisions"),
    fileManifest: textsField(raw, "file_manifest"),
    parent: textField(raw, "parent_checkpoint_id"),
    snapshot: snapshotOf(field(raw, "workflow_state_snapshot"), file, findings),
    raw,
    findings,
  };
}

function snapshotOf(value: unknown, file: string, findings: string[]): LegacyState | null {
  if (value === undefined || value === null) return null;
  try {
    return legacyStateOf(value, file);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    findings.push(`its copy of the state is unusable (${String(error.details?.reason)})`);
    return null;
  }
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.json$/, "");
}
