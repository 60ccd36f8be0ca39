/**
 * Keeping the state where it outlives this machine: pushed after a change, once its answer is printed.
 *
 * What is not on the server yet decides, not what the command has just done: what a killed or refused
 * push has left behind goes with the next one.
 * @module
 */
import { eventsFrom } from "../../session/read_events.ts";
import type { StateBranch } from "../../state_branch/branch.ts";
import type { PushRecord } from "../../state_branch/places.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { remembered } from "./known_branch.ts";
import { orWarn } from "./or_warn.ts";
import { type PushRule, type WantedPush, wantedPush } from "./push_policy.ts";
import { isUnwritable } from "./unwritable.ts";
import { rememberFetch, webMode } from "./when_to_fetch.ts";

/**
 * Commits and pushes the state, with `web_mode`, when the rule of `state_push` wants it. Never fails the
 * command, and takes `state_push_timeout` for all that a server is asked.
 * @param session the one that was changed.
 * @param options.to name on the server of the branch that another machine looks at: it is pushed there
 *   whatever the rule and `web_mode` say.
 */
export async function pushAfterChange(
  workspace: Workspace,
  session: string,
  { to }: { readonly to?: string } = {},
): Promise<void> {
  const always = to !== undefined;
  if (!always && !await webMode(workspace)) return;
  await orWarn(workspace, "The state was not pushed", async () => {
    const { state } = await workspace.manager.load(session);
    const record = await remembered(workspace);
    const rule = always ? "every" : (await workspace.config()).get("state_push") as PushRule;
    const wanted = async (there: number) =>
      await wantedFrom(workspace, state, { there, record, rule });
    const known = always ? undefined : record?.there?.[session];
    if (known !== undefined && await wanted(known) === null) return;
    const { findStateBranch, warnOfNowhere } = await import("./find_branch.ts");
    const branch = await findStateBranch(
      workspace,
      to === undefined ? { hurried: true } : { branch: to, offline: true },
    );
    if (branch === null) {
      workspace.warn("State is only on this machine: not a git repository");
      return;
    }
    if (known === undefined) await branch.rememberThere(await branch.knownTip(), [session]);
    const push = await wanted(branch.record.there?.[session] ?? 0);
    if (push === null) return;
    try {
      await pushNow(workspace, branch, { session, state, push, alone: always });
    } catch (error) {
      if (!isUnwritable(error, workspace.paths, branch.git.commonDirectory)) throw error;
      workspace.warn(
        `The state was not pushed: git cannot write here; orchestrator state push prints the state, to be saved`,
      );
    }
    if (branch.nowhere !== null) warnOfNowhere(workspace, branch);
  });
}

async function wantedFrom(
  { manager, io }: Workspace,
  state: SessionState,
  { there, record, rule }: {
    readonly there: number;
    readonly record: Partial<PushRecord> | null;
    readonly rule: PushRule;
  },
): Promise<WantedPush | null> {
  if (there >= state.seq) return null;
  const events = await eventsFrom(manager.backend, state.session, there + 1);
  const triedAt = record?.triedAt ?? null;
  const failed = (record?.problem ?? null) !== null;
  return wantedPush(rule, { state, events, triedAt, failed }, io.now());
}

async function pushNow(
  workspace: Workspace,
  branch: StateBranch,
  { session, state, push, alone }: {
    readonly session: string;
    readonly state: SessionState;
    readonly push: WantedPush;
    /** What else is here is not asked to leave this machine. */
    readonly alone: boolean;
  },
): Promise<void> {
  rememberFetch(workspace);
  const { pushState } = await import("../../state_branch/push.ts");
  const { warnOfPush } = await import("./warnings.ts");
  const report = await pushState(branch, push.reason, { patient: !push.urgent, session, alone });
  if (branch.nowhere !== null) return;
  const there = branch.record.there?.[session] ?? 0;
  warnOfPush(report, (text) => workspace.warn(text), Math.max(0, state.seq - there));
}
