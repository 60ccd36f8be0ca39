/**
 * Telling a person that a session waits for them, or has ended: by a program or an address of their own.
 *
 * Whether it has just begun to wait is in the state, for then the last event is the one that it waits
 * since. When a person was told is remembered beside it (`told.ts`), so that they are told again in time.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { runProgram } from "../platform/processes.ts";
import { isWindows } from "../platform/runtime.ts";
import type { SessionState } from "../workflow/state.ts";
import { type Waiting, waitingFor } from "../workflow/waiting.ts";
import { remember, toldOf } from "./told.ts";
import type { Workspace } from "./workspace.ts";

/** How long the program, or the server, may take. */
const LIMIT_MS = 5000;

/** What has happened. */
type Occasion = "waiting" | "still_waiting" | "ended";

/** What a change of a session is to be told as; null for nothing. */
function occasionOf(state: SessionState): Occasion | null {
  if (state.status !== "active") return state.endedAt === state.updatedAt ? "ended" : null;
  const [first] = waitingFor(state);
  return first !== undefined && first.since === state.updatedAt ? "waiting" : null;
}

/**
 * Whether a person is to be told again, because a whole number of pauses has passed within a time.
 * @param minutes between two times that a person is told; 0 for never.
 */
export function isAgain(
  { since }: Pick<Waiting, "since">,
  { from, to, minutes }: { readonly from: Date; readonly to: Date; readonly minutes: number },
): boolean {
  const pauses = (time: Date) =>
    Math.floor((time.getTime() - Date.parse(since)) / 60_000 / minutes);
  return minutes > 0 && pauses(to) > pauses(from);
}

/** Tells of a change of a session, where it is one to tell of. Failures are warnings. */
export async function notifyOfChange(workspace: Workspace, session: string): Promise<void> {
  if ((await workspace.config()).get("notify") === null) return;
  const { state } = await workspace.manager.load(session);
  const occasion = occasionOf(state);
  const now = workspace.io.now();
  if (occasion !== null) {
    const told = occasion === "waiting" ? now : null;
    remember(workspace.paths.root, new Map([[session, told]]), now);
    await notify(workspace, state, occasion);
  }
  const others = [...toldOf(workspace.paths.root)?.keys() ?? []].filter((id) => id !== session);
  const states = [state, ...await Promise.all(others.map((id) => stateHere(workspace, id)))];
  await tellAgain(workspace, states.flatMap((one) => one ?? []));
}

/** Null where it is not here, or cannot be read: it is told of where it is. */
async function stateHere({ manager }: Workspace, session: string): Promise<SessionState | null> {
  try {
    return (await manager.load(session)).state;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

/**
 * Tells again of those that still wait for as long as `notify_again` says since a person was last told.
 * Without git, or where that cannot be remembered, nothing.
 */
export async function tellAgain(
  workspace: Workspace,
  states: readonly SessionState[],
): Promise<void> {
  const config = await workspace.config();
  const told = toldOf(workspace.paths.root);
  if (config.get("notify") === null || told === null) return;
  const now = workspace.io.now();
  const minutes = config.get("notify_again");
  const due = states.filter((state) => {
    const [first] = waitingFor(state);
    return first !== undefined && isDue(first, { told: told.get(state.session), now, minutes });
  });
  const times = new Map<string, Date | null>(due.map(({ session }) => [session, now]));
  for (const state of states) {
    if (told.has(state.session) && waitingFor(state).length === 0) times.set(state.session, null);
  }
  if (times.size === 0 || !remember(workspace.paths.root, times, now)) return;
  await Promise.all(due.map((state) => notify(workspace, state, "still_waiting")));
}

/**
 * Whether it is time to tell again.
 * @param told when a person was last told; what was before it began to wait does not count.
 * @param minutes between two times that a person is told; 0 for never.
 */
export function isDue(
  { since }: Pick<Waiting, "since">,
  { told, now, minutes }: {
    readonly told: Date | undefined;
    readonly now: Date;
    readonly minutes: number;
  },
): boolean {
  const begun = Date.parse(since);
  const last = told === undefined || told > now ? begun : Math.max(begun, told.getTime());
  return minutes > 0 && now.getTime() - last >= minutes * 60_000;
}

/** Tells again of what still waits at the end of a time that was spent with waiting. */
export async function notifyAgain(
  workspace: Workspace,
  state: SessionState,
  from: Date,
): Promise<void> {
  if (toldOf(workspace.paths.root) !== null) return await tellAgain(workspace, [state]);
  const [first] = waitingFor(state);
  const minutes = (await workspace.config()).get("notify_again");
  if (first === undefined || !isAgain(first, { from, to: workspace.io.now(), minutes })) return;
  await notify(workspace, state, "still_waiting");
}

/** Tells of something. Never throws for what the program or the server does: that is a warning. */
async function notify(
  workspace: Workspace,
  state: SessionState,
  occasion: Occasion,
): Promise<void> {
  const target = (await workspace.config()).get("notify");
  if (target === null) return;
  const redactor = await workspace.redactor();
  const text = redactor.redact(JSON.stringify(messageOf(state, occasion)));
  try {
    await (/^https?:\/\//i.test(target) ? post(target, text) : run(workspace, target, text));
  } catch (error) {
    const why = error instanceof OrchestratorError ? error.message : reasonOf(error);
    workspace.warn(`No person was notified: ${redactor.redact(why.replaceAll(target, "notify"))}`);
  }
}

/** What the program reads on stdin, and the server as its body. */
function messageOf(state: SessionState, event: Occasion): object {
  const { session, name, task, status, phase } = state;
  return {
    schemaVersion: 1,
    event,
    session,
    name,
    task,
    status,
    phase,
    time: state.updatedAt,
    waiting: waitingFor(state).map(({ argv, title, why, since, by, path, description }) => ({
      title,
      why,
      since,
      actor: by,
      ...(description === undefined ? {} : { description }),
      ...(path === undefined ? {} : { read: path }),
      command: ["orchestrator", ...argv, "--session", session].join(" "),
    })),
  };
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
}

async function run({ paths, io }: Workspace, command: string, input: string): Promise<void> {
  const [shell, flag] = isWindows ? ["cmd", "/c"] as const : ["sh", "-c"] as const;
  const { exitCode } = await runProgram(shell, [flag, command], {
    cwd: paths.root,
    env: io.env,
    timeoutMs: LIMIT_MS,
    group: true,
    input,
    mostBytes: 1024 * 1024,
  });
  if (exitCode !== 0) throw new Error(`the command ends with exit code ${exitCode}`);
}

/** Without the address: it may be a secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "TimeoutError" ? `no answer within ${LIMIT_MS / 1000} s` : error.message;
}
