/**
 * The settings of the old `.orchestrator.yaml`, which overrode those of the workflow at each start:
 * they go into the project's definition, so that the next start does what the last one did. Where they
 * cannot go there, the file stays, and `start` goes on reading it.
 * @module
 */
import { lstatSync } from "node:fs";
import {
  OLD_SETTINGS_FILE,
  type OldSettings,
  type PlainSetting,
  readOldSettings,
} from "../legacy/old_settings.ts";
import { oldYamlRemarks } from "../legacy/old_yaml.ts";
import { readTextWithin } from "../platform/within.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { usualWorkflow } from "../project/usual_workflow.ts";
import { editSettings } from "../workflow/edit_settings.ts";

/** What becomes of the old settings. */
export interface PlannedSettings {
  /** Those that the definition gets; empty where there are none, or where they stay. */
  readonly values: Readonly<Record<string, PlainSetting>>;
  /** The definition that gets them, from the root; null where none does. */
  readonly file: string | null;
  /** Why the old file stays, as a clause about "it"; null when it moves. */
  readonly stays: string | null;
  /** True when it stays with settings that go on counting. */
  readonly counts: boolean;
}

/** A definition has at most 1 MiB. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;

/**
 * Decides what becomes of the old settings.
 * @param warnings gets a sentence about what cannot be taken over.
 * @param options.remarks whether warnings say too what the old tool read otherwise in these files.
 */
export function planSettings(
  paths: OrchestratorPaths,
  warnings: Set<string>,
  options: { readonly remarks: boolean } = { remarks: true },
): PlannedSettings {
  const none = { values: {}, file: null, stays: null, counts: false } as const;
  const { name, text, why } = definitionOf(paths);
  const old = readOldSettings(paths.root, text);
  if (options.remarks && text !== null) remark(text, name, warnings);
  if (options.remarks && old.kind === "settings") remark(old.text, OLD_SETTINGS_FILE, warnings);
  if (old.kind === "absent") return none;
  if (old.kind === "foreign") return { ...none, stays: old.why };
  if (Object.keys(old.values).length === 0) {
    for (const odd of old.odd) warnings.add(oddText(odd));
    return none;
  }
  const cannot = why ??
    (text === null
      ? `there is no ${name}`
      : editSettings(text, old.values).kind === "impossible"
      ? `${name} cannot be edited without changing more than its settings`
      : null);
  if (cannot !== null) return { ...none, stays: keptText(old, cannot), counts: true };
  for (const odd of old.odd) warnings.add(oddText(odd));
  return { values: old.values, file: name, stays: null, counts: false };
}

/** Says what the old tool read otherwise in a file. */
function remark(text: string, name: string, warnings: Set<string>): void {
  for (const { line, column, message, file, hint } of oldYamlRemarks(text, name)) {
    warnings.add(`${file}:${line}:${column}: ${message} (${hint})`);
  }
}

/** The text of the definition with the old settings in it; null when it need not change. */
export function withSettings(
  present: string,
  settings: Readonly<Record<string, PlainSetting>>,
): string | null {
  const edited = editSettings(present, settings);
  return edited.kind === "edited" ? edited.text : null;
}

/** The project's usual definition; `why` says what keeps it from being edited. */
function definitionOf(paths: OrchestratorPaths): {
  readonly name: string;
  readonly text: string | null;
  readonly why: string | null;
} {
  const { name, path, otherTool } = usualWorkflow(paths);
  if (otherTool !== null) return { name, text: null, why: `${name} belongs to another tool` };
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return { name, text: null, why: null };
  if (!there.isFile()) return { name, text: null, why: `${name} is not a regular file` };
  return { name, text: readTextWithin(null, path, MAX_WORKFLOW_BYTES), why: null };
}

function keptText({ values }: Extract<OldSettings, { kind: "settings" }>, why: string): string {
  const names = Object.keys(values).join(", ");
  return `start goes on using its settings (${names}), which cannot be moved: ${why}`;
}

function oddText(name: string): string {
  return `The setting "${name}" of "${OLD_SETTINGS_FILE}" is not a plain value; it is kept in the archive`;
}
