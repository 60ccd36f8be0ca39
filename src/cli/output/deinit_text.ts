/**
 * What is said of giving the program up.
 * @module
 */
import type { LeavingPlan } from "../deinit/plan.ts";
import type { Style } from "./style.ts";
import { columns, printable } from "./text.ts";

/** The payload of `--json`. */
export function leavingData({ state, hereOnly, git, trusted, left }: LeavingPlan) {
  return {
    sessions: state?.sessions ?? [],
    hereOnly,
    secrets: state?.secrets ?? [],
    files: state?.ours.length ?? 0,
    refs: git?.traces.refs.map(({ ref }) => ref) ?? [],
    gitFiles: git?.traces.files ?? [],
    trusted,
    left,
  };
}

/** What a question names: the losses first. */
export function removalWords(plan: LeavingPlan): string {
  const { state, hereOnly, git, trusted } = plan;
  const words: string[] = [];
  if (state !== null) {
    const only = hereOnly.length === 0 ? "" : ` (${hereOnly.length} not elsewhere)`;
    if (state.sessions.length > 0) {
      words.push(`${plural(state.sessions.length, "session")}${only}`);
    }
    if (state.secrets.length > 0) words.push(plural(state.secrets.length, "secret"));
    words.push("the rest of .orchestrator");
  }
  const traces = git === null ? 0 : git.traces.refs.length + git.traces.files.length;
  if (traces > 0) words.push("what is in git's directory");
  if (trusted.length > 0) words.push(plural(trusted.length, "confirmation"));
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** What was removed, or would be, and what is left. */
export function leavingText(plan: LeavingPlan, dryRun: boolean, style: Style): string {
  const { state, hereOnly, git, trusted, left } = plan;
  const lines: string[] = [];
  const add = (text: string) =>
    lines.push(
      dryRun
        ? `${style.dim(style.symbols.bullet)} Would remove ${text}`
        : `${style.green(style.symbols.done)} Removed ${text}`,
    );
  if (state !== null && state.ours.length > 0) {
    const held = [
      ...(state.sessions.length === 0 ? [] : [plural(state.sessions.length, "session")]),
      ...(state.secrets.length === 0 ? [] : [plural(state.secrets.length, "secret")]),
    ];
    const files = plural(state.ours.length, "file");
    add(`${files} of .orchestrator${held.length === 0 ? "" : `, with ${held.join(" and ")}`}`);
  }
  for (const { ref } of git?.traces.refs ?? []) add(printable(ref));
  for (const name of git?.traces.files ?? []) {
    add(`orchestrator/${printable(name)} in git's directory`);
  }
  for (const { kind, value } of trusted) {
    add(`the confirmation of ${printable(`${kind} "${value}"`)}`);
  }
  if (plan.isEmpty) lines.push(style.dim("Nothing to remove."));
  if (dryRun && hereOnly.length > 0) {
    lines.push(
      style.yellow(`Not on the state branch as they are here: ${hereOnly.join(", ")}`),
    );
  }
  if (left.length > 0) {
    lines.push("", style.bold("Left as it is"));
    lines.push(
      columns(left.map(({ where, what }) => [printable(where), style.dim(printable(what))]))
        .replace(/^/gm, "  "),
    );
  }
  return lines.join("\n");
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
