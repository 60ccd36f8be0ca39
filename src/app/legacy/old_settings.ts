/**
 * The settings of the old tool's `.orchestrator.yaml`, as a start uses them until they are moved over.
 * @module
 */
import {
  OLD_SETTINGS_FILE,
  overridesFor,
  type PlainSetting,
  readOldSettings,
} from "../../legacy/old_settings.ts";
import type { SettingsFile } from "../../workflow/definition_origin.ts";
import type { Configuration, Project, Warnings } from "../workspace.ts";

/** What the file changes of a definition. */
export interface OldOverrides {
  /** By name: those that say something else than the definition does. */
  readonly values: Readonly<Record<string, PlainSetting>>;
  /** What is recorded of them; null where they change nothing. */
  readonly file: SettingsFile | null;
}

const NONE: OldOverrides = { values: {}, file: null };

/**
 * The settings of the old file that count for a definition. Warns of a file of that name that does not
 * count.
 * @param text of the definition.
 * @param replaced names of settings that something stronger sets.
 */
export function oldOverrides(
  workspace: Project & Warnings,
  text: string,
  replaced: readonly string[] = [],
): OldOverrides {
  const old = readOldSettings(workspace.paths.root, text);
  if (old.kind === "absent") return NONE;
  if (old.kind === "foreign") {
    workspace.warn(`"${OLD_SETTINGS_FILE}" is not used: ${old.why}`);
    return NONE;
  }
  const values = Object.fromEntries(
    Object.entries(overridesFor(old.values, text)).filter(([name]) => !replaced.includes(name)),
  );
  const settings = Object.keys(values).sort();
  const file = { path: OLD_SETTINGS_FILE, settings, sha256: old.sha256 };
  return settings.length === 0 ? NONE : { values, file };
}

/** One setting that the old file replaces, and what it replaces. */
export interface ReplacedSetting {
  readonly name: string;
  readonly value: PlainSetting;
  /** The definition's own; null where it has none that is plain. */
  readonly over: PlainSetting | null;
}

/**
 * What the old file replaces in the definition that a start would use; null where there is no such
 * file, or it is not the old tool's, which is warned of.
 */
export async function replacedSettings(
  workspace: Project & Configuration & Warnings,
): Promise<{ readonly definition: string; readonly settings: readonly ReplacedSetting[] } | null> {
  const { paths } = workspace;
  if (readOldSettings(paths.root, null).kind === "absent") return null;
  const { readWorkflowFile, workflowFile } = await import("../workflow_file.ts");
  const { defaultWorkflow } = await import("../default_workflow.ts");
  const found = await workflowFile(workspace, undefined, "show the settings");
  const written = readWorkflowFile(found);
  const text = written ?? defaultWorkflow(paths.root);
  const { values, file } = oldOverrides(workspace, text);
  if (file === null) return null;
  const { parseDefinition } = await import("../../workflow/parse_definition.ts");
  const own = parseDefinition(text, { file: found.shown }).definition?.settings ?? {};
  return {
    definition: written === null ? "the built-in workflow" : found.shown,
    settings: file.settings.flatMap((name) => {
      const value = values[name];
      const over = own[name];
      const isPlain = typeof over === "string" || typeof over === "number" ||
        typeof over === "boolean";
      return value === undefined ? [] : [{ name, value, over: isPlain ? over : null }];
    }),
  };
}

/** What the file replaces, for a command that starts nothing. */
export function overridesText({ path, settings }: SettingsFile): string {
  const [what, them] = settings.length === 1 ? ["setting", "it"] : ["settings", "them"];
  return `${path} replaces ${what} ${settings.join(", ")} at start; ` +
    `orchestrator migrate moves ${them} to the workflow`;
}
