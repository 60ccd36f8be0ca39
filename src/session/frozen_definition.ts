/**
 * Whether line 1 of a journal has the definition that its session was started with.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { type Difference, firstDifference } from "../workflow/audit/same.ts";
import type { SettingValue, WorkflowDefinition } from "../workflow/definition.ts";
import type { EventData, SessionEvent } from "../workflow/events.ts";
import { own } from "../workflow/record.ts";

/** What a comparison found. */
export type FrozenDefinition =
  | { readonly kind: "same" }
  /** Line 1 says something else than the file that it names by its hash. */
  | { readonly kind: "contradiction"; readonly instead: string }
  /** The file is not the one that line 1 names, so that nothing can be compared. */
  | { readonly kind: "remark"; readonly remark: string };

/** Compares line 1 with workflow.yaml in the session's folder. */
export async function compareFrozen(
  backend: StorageBackend,
  id: string,
  first: SessionEvent,
): Promise<FrozenDefinition> {
  let text: string | null;
  try {
    text = await backend.readText(KEYS.sessionWorkflow(id));
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { kind: "remark", remark: `cannot be compared with workflow.yaml: ${error.message}` };
  }
  if (text === null) {
    return {
      kind: "remark",
      remark: "cannot be compared with workflow.yaml in the session's folder: it is missing",
    };
  }
  if (first.type === "session_started") return await compareStarted(first.data, text);
  return first.type === "session_imported" ? compareImported(first.data, text) : { kind: "same" };
}

async function compareStarted(
  data: EventData["session_started"],
  text: string,
): Promise<FrozenDefinition> {
  const source = spellings(text).find((spelt) => sha256Hex(spelt) === data.definitionSha256);
  if (source === undefined) {
    return {
      kind: "remark",
      remark: "cannot be compared with workflow.yaml in the session's folder: " +
        "that file is not the one whose hash it records",
    };
  }
  const { parseDefinition } = await import("../workflow/parse_definition.ts");
  const { settings, name } = data.definition;
  const overrides: Record<string, SettingValue> = {};
  for (const setting of data.overriddenSettings) {
    const value = own(settings, setting);
    if (value !== undefined) overrides[setting] = value;
  }
  // A definition without a name has that of its file, which is not recorded.
  const { definition } = parseDefinition(source, { file: `${name}.yaml`, overrides });
  if (definition === null) {
    return {
      kind: "remark",
      remark: "cannot be compared with workflow.yaml in the session's folder: " +
        "this program finds no workflow in it",
    };
  }
  return compared(asJson(definition), data.definition);
}

/** What an import has as its workflow.yaml is the JSON of its definition. */
function compareImported(data: EventData["session_imported"], text: string): FrozenDefinition {
  // The other way of a session that diverged has the file of that session.
  if (typeof data.source["branchOf"] === "string") return { kind: "same" };
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    return {
      kind: "remark",
      remark: "cannot be compared with workflow.yaml in the session's folder: it was changed",
    };
  }
  const found = compared(definition, data.seed.definition);
  // No hash of the file is recorded, so that either of them may have been edited.
  return found.kind === "contradiction"
    ? { kind: "remark", remark: `does not have the definition of the session: ${found.instead}` }
    : found;
}

function compared(expected: unknown, recorded: WorkflowDefinition): FrozenDefinition {
  const difference = firstDifference(expected, recorded);
  if (difference === null) return { kind: "same" };
  return { kind: "contradiction", instead: differenceText(difference) };
}

function differenceText({ path, expected, recorded }: Difference): string {
  return `it records ${short(recorded)} as ${path} of the definition, and workflow.yaml has ${
    short(expected)
  }`;
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A value as it is read from a line. */
function asJson(value: WorkflowDefinition): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The text with the line ends that a checkout may have changed. */
function spellings(text: string): readonly string[] {
  const feeds = text.replaceAll("\r\n", "\n");
  return [text, feeds, feeds.replaceAll("\n", "\r\n")];
}
