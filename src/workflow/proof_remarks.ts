/**
 * What people should know of the proofs of a session although each of them holds.
 * @module
 */
import { shellOf } from "./command_setup.ts";
import { describe, type Progress } from "./progress.ts";
import type { Actor, ShellRecord } from "./recorded.ts";
import type { SessionState } from "./state.ts";
import { workRemarks } from "./work_remarks.ts";

/** A session's progress, with what is remarkable of its proofs among the remarks. */
export function describeWithProofs(state: SessionState, actor?: Actor): Progress {
  const progress = describe(state, actor);
  const more = [...workRemarks(state), ...shellRemarks(state)];
  return more.length === 0
    ? progress
    : { ...progress, remarks: [...(progress.remarks ?? []), ...more] };
}

/** A command that counts, and what ran it. */
interface Ran {
  readonly item: string;
  readonly shell: ShellRecord;
}

/**
 * Where commands that ask for the same shell were run by different ones, as on another machine, and
 * where none was strict although the workflow asks for it.
 */
function shellRemarks(state: SessionState): readonly string[] {
  const byChoice = new Map<string, Ran[]>();
  for (const phase of state.definition.phases) {
    for (const item of phase.items) {
      const outcome = state.phases[phase.id]?.items[item.id]?.verification;
      if (outcome?.type !== "command" || outcome.shell === undefined) continue;
      const choice = shellOf(item, state.definition);
      const ran = byChoice.get(choice) ?? [];
      ran.push({ item: `${phase.id}/${item.id}`, shell: outcome.shell });
      byChoice.set(choice, ran);
    }
  }
  return [...byChoice].flatMap(([choice, ran]) => {
    const weak = choice === "strict" ? ran.filter(({ shell }) => !shell.strict) : [];
    return [
      ...differentShells(ran),
      ...(weak.length === 0 ? [] : [
        `No strict shell was there to run ${listed(weak.map(({ item }) => item))}: ${
          kindOf(weak[0]?.shell)
        } reports only how its last command ended`,
      ]),
    ];
  });
}

function differentShells(ran: readonly Ran[]): readonly string[] {
  const byKind = new Map<string, string[]>();
  for (const { item, shell } of ran) {
    const kind = kindOf(shell);
    byKind.set(kind, [...(byKind.get(kind) ?? []), item]);
  }
  if (byKind.size < 2) return [];
  const parts = [...byKind].map(([kind, items]) => `${kind} (${listed(items)})`);
  return [`Different shells ran the commands: ${parts.join(", ")}`];
}

/** A shell without what may differ though it is the same: `bash 5.2`, `dash`. */
function kindOf(shell: ShellRecord | undefined): string {
  if (shell === undefined) return "the shell";
  const release = shell.version?.split(".").slice(0, 2).join(".");
  return release === undefined ? shell.name : `${shell.name} ${release}`;
}

/** How many names are listed. */
const MOST_NAMES = 5;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
