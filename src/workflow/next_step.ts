/**
 * The exact next command of a session.
 * @module
 */
import { agentsMayApprove, isZeroHuman } from "./approval_rules.ts";
import { advanceBlockers, type Blocker, finishBlockers } from "./blockers.ts";
import { claimantText, holds } from "./claims.ts";
import type { ItemDefinition, PhaseDefinition } from "./definition.ts";
import { currentPhase, isLastPhase, itemName, itemState, type LocatedPhase } from "./locate.ts";
import { openNeeds } from "./needs.ts";
import type { Actor } from "./recorded.ts";
import { isDone, reviewOnlyBy } from "./reviews.ts";
import { revokedText } from "./revocations.ts";
import { shellWord } from "./shell_word.ts";
import type { ItemState, SessionState } from "./state.ts";

/** What to run next, and why. */
export interface NextStep {
  /** Words after `orchestrator`. A word in angle brackets is to be filled in: `<task>`, `<json>`. */
  readonly argv: readonly string[];
  /** True when only a person may run it. */
  readonly byPerson: boolean;
  /** One sentence without a full stop. */
  readonly why: string;
}

/**
 * The next step of a session; always one.
 * @param actor who asks: what another one has claimed is proposed only where nothing else can be done, and
 * then to people only. Without it claims do not count.
 */
export function nextStep(state: SessionState, actor?: Actor): NextStep {
  if (state.status !== "active") {
    const end = state.status === "completed" ? "finished" : "abandoned";
    const revoked = revokedText(state);
    const since = revoked === null ? "" : `; ${revoked}`;
    return step(["start", "<task>"], `The workflow is ${end}${since}`);
  }
  const phase = currentPhase(state);
  if (phase === undefined) {
    return step(["log", "verify"], "The current phase of the session is not in its workflow");
  }
  const last = isLastPhase(state, phase);
  const blockers = last ? finishBlockers(state, phase) : advanceBlockers(state, phase);
  const [first] = blockers;
  const own = first === undefined ? undefined : blockerStep(state, phase, first);
  if (own !== undefined) {
    return actor === undefined ? own : besideClaims(state, phase, { own, blockers, actor });
  }
  return last
    ? step(["finish"], `Everything is done${stillOpen(phase)}`)
    : step(["advance"], `Phase "${phase.definition.id}" is done${stillOpen(phase)}`);
}

/** The step itself, or another one where its item is another one's. */
function besideClaims(
  state: SessionState,
  phase: LocatedPhase,
  { own, blockers, actor }: {
    readonly own: NextStep;
    readonly blockers: readonly Blocker[];
    readonly actor: Actor;
  },
): NextStep {
  const claimOf = ({ argv: [command = "", id] }: NextStep) => {
    const claim = ["complete", "approve"].includes(command) && id !== undefined
      ? phase.state.items[id]?.claim
      : undefined;
    return holds(actor, claim) ? undefined : claim;
  };
  const claim = claimOf(own);
  if (claim === undefined) return own;
  const required = blockers.flatMap((one) =>
    one.kind === "item_open" && one.phase === phase.definition.id ? [one.item] : []
  );
  const optional = phase.definition.items.filter(({ id }) =>
    !required.includes(id) && !isDone(itemState(phase.state, id))
  ).map(({ id }) => id);
  for (const id of [...required, ...optional]) {
    const other = stepOf(state, phase, id);
    // What a person decides is asked for in its turn, and `status` shows no work.
    const isWork = !other.byPerson && other.argv[0] === "complete";
    if (isWork && claimOf(other) === undefined) return other;
  }
  const who = `${claimantText(claim.by)} has claimed "${own.argv[1]}" since ${
    claim.at.slice(0, "2026-11-27T09:30".length).replace("T", " ")
  } UTC`;
  return actor.kind === "person"
    ? { ...own, why: `${own.why}; ${who}` }
    : step(["wait", "--for", "change"], `${who}, and nothing else can be done now`);
}

/** What removes a blocker of the current phase; undefined for one that `advance` or `finish` explains. */
export function blockerStep(
  state: SessionState,
  phase: LocatedPhase,
  blocker: Blocker,
): NextStep | undefined {
  switch (blocker.kind) {
    case "item_open":
      if (blocker.phase !== phase.definition.id && blocker.status === "failed") {
        return recheckStep(
          capital(blocker.message),
          itemName(state, blocker.phase, blocker.item),
        );
      }
      return stepOf(state, phase, blocker.item);
    case "item_stale":
      return stepOf(state, phase, blocker.item);
    case "approval_revoked": {
      const what = blocker.item === undefined
        ? ["--phase", blocker.phase]
        : [itemName(state, blocker.phase, blocker.item)];
      return step(["approve", ...what], capital(blocker.message), !agentsMayApprove(state));
    }
    case "review_missing":
      if (blocker.by !== undefined) return stepOf(state, phase, blocker.by.item);
      return step(["review", "add", blocker.review, "--by", "<name>"], capital(blocker.message));
    case "approval_missing":
      return step(
        ["approve", "--phase", blocker.phase],
        capital(blocker.message),
        !agentsMayApprove(state),
      );
    default:
      return undefined;
  }
}

/** A step as a hint: `Run …`, or whom to ask. Words that a shell would not take as they are, quoted. */
export function asHint(step: NextStep): string {
  const line = ["orchestrator", ...step.argv.map(shellWord)].join(" ");
  return `${step.byPerson ? "Ask a person to run" : "Run"} \`${line}\``;
}

/** The command that completes an open item of the current phase, or first what the item needs. */
export function itemStep(
  state: SessionState,
  phase: LocatedPhase,
  item: ItemDefinition,
): NextStep {
  return firstStep(state, phase, { item, seen: [] });
}

/** @param seen items that need this one: what a stored definition says may go round in a circle. */
function firstStep(
  state: SessionState,
  phase: LocatedPhase,
  { item, seen }: { readonly item: ItemDefinition; readonly seen: readonly ItemDefinition[] },
): NextStep {
  const [need] = openNeeds(state, phase.definition, item);
  if (need === undefined) return ownStep(state, phase, item);
  const needed = need.phase === phase.definition.id
    ? phase.definition.items.find(({ id }) => id === need.item)
    : undefined;
  if (needed === undefined || seen.includes(needed)) {
    return step(["status"], `"${item.name}" needs "${need.item}" of phase "${need.phase}"`);
  }
  return firstStep(state, phase, { item: needed, seen: [...seen, item] });
}

function ownStep(state: SessionState, phase: LocatedPhase, item: ItemDefinition): NextStep {
  const standing = itemState(phase.state, item.id);
  const evidence = item.step_type === "documented" ? ["--evidence", "<json>"] : [];
  if (skipsItself(state, phase, item)) {
    return step(["complete", item.id], `"${item.name}" is open and needs no supervision`);
  }
  if (item.verification.type === "manual_gate") {
    const again = rejectedWork(phase, item);
    if (again !== undefined) {
      return step(
        ["reopen", again, "--reason", "<why>"],
        `"${item.name}" was rejected: do the work again`,
      );
    }
    return step(
      ["approve", item.id, ...evidence],
      `"${item.name}" needs approval`,
      !agentsMayApprove(state),
    );
  }
  const argv = ["complete", item.id, ...evidence];
  if (standing.status === "failed") {
    const failure = failureOf(standing);
    return step(
      argv,
      `"${item.name}" failed${failure === undefined ? "" : ` (${failure})`}: ` +
        "fix the failure, then complete it again",
    );
  }
  const needs = evidence.length > 0 ? " and needs evidence" : "";
  const { needsAgain } = standing;
  const open = needsAgain === undefined
    ? "is open"
    : `must be completed again after "${needsAgain}"`;
  return step(argv, `"${item.name}" ${open}${needs}`);
}

/** The last item that is done of the work that was rejected; undefined where there is none, or some was touched since. */
function rejectedWork(
  phase: LocatedPhase,
  item: ItemDefinition,
): string | undefined {
  const { how, seq = 0, because } = itemState(phase.state, item.id).withdrawn ?? {};
  const work = workBefore(phase.definition, item);
  const isOpen = how !== "rejected" || because !== undefined ||
    work.some((id) => itemState(phase.state, id).touched > seq);
  return isOpen ? undefined : work.findLast((id) => isDone(itemState(phase.state, id)));
}

/** Ids of the items whose work an approval is about: those before it in its phase that are none. */
export function workBefore({ items }: PhaseDefinition, item: ItemDefinition): readonly string[] {
  return items.slice(0, items.indexOf(item))
    .filter(({ verification }) => verification.type !== "manual_gate").map(({ id }) => id);
}

/**
 * True when `complete` skips the item because the workflow is unsupervised. A required review is
 * not skipped.
 */
export function skipsItself(
  state: SessionState,
  phase: LocatedPhase,
  item: ItemDefinition,
): boolean {
  return item.verification.type === "manual_gate" && isZeroHuman(state) &&
    reviewOnlyBy(state, phase, item.id) === undefined;
}

/** Why an item's last verification failed; undefined if it has not failed. */
export function failureOf(item: ItemState): string | undefined {
  const outcome = item.verification;
  if (outcome === undefined || outcome.type === "none" || outcome.passed) return undefined;
  if (outcome.type === "file_exists") return outcome.reason ?? `"${outcome.path}" does not exist`;
  if (outcome.timedOut) return "the command timed out";
  if (outcome.reason !== undefined) return outcome.reason;
  if (outcome.exitCode === null) {
    return `the command was terminated by ${outcome.signal ?? "a signal"}`;
  }
  return `exit code ${outcome.exitCode}, expected ${outcome.expectedExitCode}`;
}

function stepOf(state: SessionState, phase: LocatedPhase, id: string): NextStep {
  const item = phase.definition.items.find((candidate) => candidate.id === id);
  return item === undefined
    ? step(["status"], `"${id}" is in another phase`)
    : itemStep(state, phase, item);
}

/** Checks again what has been proved: one item, or all that is stale. */
export function recheckStep(why: string, item?: string): NextStep {
  return step(["recheck", ...(item === undefined ? [] : [item])], why);
}

function step(argv: readonly string[], why: string, byPerson = false): NextStep {
  return { argv, byPerson, why };
}

/** Lists the optional items that are still open, as a reminder. */
function stillOpen(phase: LocatedPhase): string {
  const open = phase.definition.items.filter((item) => !isDone(itemState(phase.state, item.id)));
  if (open.length === 0) return "";
  return `; optional and still open: ${open.map((item) => item.id).join(", ")}`;
}

function capital(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
