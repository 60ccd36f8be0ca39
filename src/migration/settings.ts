/**
 * The settings of the old `.orchestrator.yaml`, which overrode those of workflow.yaml at each start:
 * there they go, so that the next start does what the last one did.
 * @module
 */
import { isMap, isScalar, parseDocument } from "yaml";
import { readTextWithin } from "../platform/within.ts";

/** The old file. */
const OLD_SETTINGS = ".orchestrator.yaml";

/** A longer file is none of settings. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the old settings.
 * @param taken the files that move; nothing is read unless the old file is one of them.
 * @param warnings gets a sentence about what cannot be taken over.
 */
export function readOldSettings(
  root: string,
  taken: readonly string[],
  warnings: Set<string>,
): Readonly<Record<string, string | number | boolean>> {
  if (!taken.includes(OLD_SETTINGS)) return {};
  const text = readTextWithin(null, `${root}/${OLD_SETTINGS}`, MAX_BYTES) ?? "";
  const document = parseDocument(text);
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    warnings.add(`"${OLD_SETTINGS}" is not a map of settings; it is kept in the archive`);
    return {};
  }
  const settings: Record<string, string | number | boolean> = {};
  for (const [name, setting] of Object.entries(value)) {
    if (
      typeof setting === "string" || typeof setting === "number" || typeof setting === "boolean"
    ) {
      settings[name] = setting;
    } else {
      warnings.add(
        `The setting "${name}" of "${OLD_SETTINGS}" is not a plain value; it is kept in the archive`,
      );
    }
  }
  return settings;
}

/**
 * The text of workflow.yaml with the old settings in its `settings`; all else stays as it is,
 * comments too.
 * @returns null when nothing has to be changed, or the file cannot be understood.
 */
export function withSettings(
  present: string,
  settings: Readonly<Record<string, string | number | boolean>>,
): string | null {
  const document = parseDocument(present);
  if (document.errors.length > 0 || !isMap(document.contents)) return null;
  let changed = false;
  for (const [name, value] of Object.entries(settings)) {
    if (document.getIn(["settings", name]) === value) continue;
    const node = document.getIn(["settings", name], true);
    if (isScalar(node)) node.value = value;
    else document.setIn(["settings", name], value);
    changed = true;
  }
  return changed ? document.toString({ lineWidth: 0 }) : null;
}
