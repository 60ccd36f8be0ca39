/**
 * What people should know of the program that a verification command was: no reason to refuse it.
 * @module
 */
import type { VerificationOutcome } from "./recorded.ts";
import type { SessionState } from "./state.ts";

type CommandOutcome = Extract<VerificationOutcome, { readonly type: "command" }>;

/** Folders that every account may write into, and that are emptied. */
const TEMPORARY = /^\/(?:private\/)?(?:tmp|var\/tmp|dev\/shm|var\/folders)\//;

/** A program that was looked for in PATH: its name, and where it was found. */
interface Found {
  readonly name: string;
  readonly path: string;
}

/**
 * Where the program was found, if the session found one of that name elsewhere, or if it is in a folder for
 * temporary files; undefined where nothing is remarkable.
 * @param before what the item's verification gave the last time.
 */
export function programRemark(
  state: SessionState,
  now: CommandOutcome,
  before: VerificationOutcome | undefined,
): string | undefined {
  const found = foundIn(now);
  if (found === undefined) return undefined;
  const last = before?.type === "command" ? before : undefined;
  const other = last === undefined || foundIn(last)?.path === found.path
    ? elsewhere(state, found)
    : foundIn(last);
  const was = `"${found.name}" was ${found.path}`;
  if (other !== undefined) return `${was}, and ${other.path} before`;
  // What was said of this program stays said.
  if (last?.remark !== undefined && last.program === now.program) return last.remark;
  return TEMPORARY.test(found.path) ? `${was}, in a folder for temporary files` : undefined;
}

/** Another program of that name that other items of the session were checked by. */
function elsewhere(state: SessionState, { name, path }: Found): Found | undefined {
  for (const phase of state.definition.phases) {
    for (const { id } of phase.items) {
      const outcome = state.phases[phase.id]?.items[id]?.verification;
      const found = outcome?.type === "command" ? foundIn(outcome) : undefined;
      if (found?.name === name && found.path !== path) return found;
    }
  }
  return undefined;
}

/** Undefined where the command names a path itself, or runs in a folder of its own. */
function foundIn({ command, program, dir }: CommandOutcome): Found | undefined {
  const path = typeof program === "string" && dir === undefined ? program : "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isAlone = name !== "" && command.split(/\s+/).includes(name);
  return isAlone ? { name, path } : undefined;
}
