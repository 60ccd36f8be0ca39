/**
 * Recognises a file with the name of a definition that belongs to another tool: more than a thousand
 * public repositories have one. By its shape, also where it is no YAML: no `phases`, and keys at its
 * top that a definition does not have.
 *
 * Whatever may be a definition with a mistake in it is none: it is complained about.
 * @module
 */
import { nearest } from "./nearest.ts";

/** Keys of a definition, of its older form, and of what is planned for it. */
const OURS: ReadonlySet<string> = new Set([
  ...["phases", "name", "description", "version", "format", "requires", "settings", "roles"],
  ...["proofs", "shell", "env", "dir", "include", "extends", "template", "repos", "items"],
]);

/** Keys that steps of other tools have, and ours have not. */
const OTHER_STEPS: ReadonlySet<string> = new Set([
  ...["prompt", "uses", "run", "call", "assign", "call_function", "next_on_success"],
  ...["llm_call", "node_type", "model", "action"],
]);

/** Keys of list entries that are meant as phases or steps. */
const OUR_ENTRIES: ReadonlySet<string> = new Set(["id", "name", "items", "command"]);

/** Keys that only steps of this program have. */
const OUR_STEPS: ReadonlySet<string> = new Set([
  ...["verification", "step_type", "skippable", "skip_conditions", "required"],
  ...["evidence_schema", "expect_exit_code"],
]);

const TOP_KEY = /^["']?([A-Za-z_$][\w.$-]*)["']?[ \t]*:(?:[ \t]|$)/gm;
const ENTRY_KEY = /^- ["']?([A-Za-z_][\w.-]*)["']?[ \t]*:(?:[ \t]|$)/gm;
const INNER_KEY = /^[ \t-]+["']?([A-Za-z_][\w.-]*)["']?[ \t]*:(?:[ \t]|$)/gm;

/**
 * The keys that show that a text is another tool's; null where it may be a definition.
 * @returns at most three, `-` for a list.
 */
export function keysOfOtherTool(text: string): readonly string[] | null {
  const keys = keysIn(text, TOP_KEY);
  if (keys.length === 0) {
    return keysIn(text, ENTRY_KEY).some((key) => !OUR_ENTRIES.has(key)) ? ["-"] : null;
  }
  if (keys.some((key) => key === "workflow" || nearest(key, ["phases"]) !== undefined)) return null;
  if (keys.includes("steps")) {
    const inner = keysIn(text, INNER_KEY);
    const others = inner.filter((key) => OTHER_STEPS.has(key));
    if (others.length > 0 && !inner.some((key) => OUR_STEPS.has(key))) {
      return ["steps", ...others].slice(0, 3);
    }
    return null;
  }
  const strange = keys.filter((key) => !OURS.has(key) && !key.startsWith("x-"));
  return strange.length === 0 ? null : strange.slice(0, 3);
}

function keysIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, key = ""]) => key))];
}
