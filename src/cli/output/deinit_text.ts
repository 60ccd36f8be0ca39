/**
 * What is said of giving the program up.
 * @module
 */
import { trustData } from "../trust/claim.ts";
import type { LeavingPlan } from "../../app/deinit_project.ts";
import { joined, lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { columns, count } from "./text.ts";

/** The payload of `--json`. */
export function leavingData({ state, hereOnly, git, trusted, left }: LeavingPlan) {
  return {
    sessions: state?.sessions ?? [],
    hereOnly,
    secrets: state?.secrets ?? [],
    files: state?.ours.length ?? 0,
    refs: git?.traces.refs.map(({ ref }) => ref) ?? [],
    gitFiles: git?.traces.files ?? [],
    trusted: trusted.map(trustData),
    left,
  };
}

/** What a question names: the losses first. */
export function removalWords(plan: LeavingPlan): Shown {
  const { state, hereOnly, git, trusted } = plan;
  const losses: Shown[] = [];
  if (state !== null) {
    const only = hereOnly.length === 0 ? say`` : say` (${num(hereOnly.length)} not elsewhere)`;
    if (state.sessions.length > 0) {
      losses.push(say`${count(state.sessions.length, say`session`)}${only}`);
    }
    if (state.secrets.length > 0) losses.push(count(state.secrets.length, say`secret`));
    losses.push(say`the rest of .orchestrator`);
  }
  const traces = git === null ? 0 : git.traces.refs.length + git.traces.files.length;
  if (traces > 0) losses.push(say`what is in git's directory`);
  if (trusted.length > 0) losses.push(count(trusted.length, say`confirmation`));
  const last = losses.pop() ?? say``;
  return losses.length === 0 ? last : say`${joined(losses, say`, `)} and ${last}`;
}

/** What was removed, or would be, and what is left. */
export function leavingText(plan: LeavingPlan, dryRun: boolean, style: Style): Shown {
  const { state, hereOnly, git, trusted, left } = plan;
  const rows: Shown[] = [];
  const add = (text: Shown) =>
    rows.push(
      dryRun
        ? say`${style.dim(style.symbols.bullet)} Would remove ${text}`
        : say`${style.green(style.symbols.done)} Removed ${text}`,
    );
  if (state !== null && state.ours.length > 0) {
    const held = [
      ...(state.sessions.length === 0 ? [] : [count(state.sessions.length, say`session`)]),
      ...(state.secrets.length === 0 ? [] : [count(state.secrets.length, say`secret`)]),
    ];
    const also = held.length === 0 ? say`` : say`, with ${joined(held, say` and `)}`;
    add(say`${count(state.ours.length, say`file`)} of .orchestrator${also}`);
  }
  for (const { ref } of git?.traces.refs ?? []) add(shown(ref));
  for (const name of git?.traces.files ?? []) {
    add(say`orchestrator/${shown(name)} in git's directory`);
  }
  for (const { kind, value } of trusted) {
    add(say`the confirmation of ${shown(kind)} "${shown(value)}"`);
  }
  if (plan.isEmpty) rows.push(style.dim(say`Nothing to remove.`));
  if (dryRun && hereOnly.length > 0) {
    const ids = shown(hereOnly.join(", "));
    rows.push(style.yellow(say`Not on the state branch as they are here: ${ids}`));
  }
  if (left.length > 0) {
    const table = left.map(({ where, what }) => [shown(where), style.dim(shown(what))]);
    rows.push(say``, style.bold(say`Left as it is`), columns(table, "  "));
  }
  return lines(rows);
}
