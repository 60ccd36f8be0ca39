/**
 * The calls by which a program touches a project, and stopping it at one of them.
 * @module
 */
import { rmSync } from "node:fs";
import { type Call, canFailCheaply, type Injection, touches, type Trace } from "./strace.ts";

/** What a call is stopped by. */
export type Fault = Injection["fault"];

/** All of them. */
export const FAULTS: readonly Fault[] = ["SIGKILL", "EIO", "ENOSPC", "EACCES"];

/** A call to stop at. */
export interface Target {
  readonly call: Call;
  /** Its place among the calls that touch the project. */
  readonly index: number;
  /** Its place among the first thread's calls of its name, 1-based. */
  readonly when: number;
  /** Comparable from run to run. */
  readonly signature: string;
  /** Its place among the calls of its signature. */
  readonly nth: number;
}

/** How often a run that was stopped elsewhere is tried again: a busy machine moves calls about. */
export const ATTEMPTS = 48;

/** As many of them are tried the cheap way. */
const CHEAP_ATTEMPTS = 3;

/** Whether {@link canFailCheaply}; asked once. */
let cheap: boolean | undefined;

/**
 * The calls of a trace's first thread that touch what is at or below `root`.
 * @param elsewhere another place that counts; one for all runs.
 */
export function targetsOf(trace: Trace, root: string, elsewhere = root): readonly Target[] {
  const seen = new Map<string, number>();
  const touching = new Map<string, number>();
  const targets: Target[] = [];
  const first = trace.calls[0]?.tid ?? null;
  for (const call of trace.calls) {
    if (call.tid !== first) continue;
    const when = (seen.get(call.name) ?? 0) + 1;
    seen.set(call.name, when);
    if (!touches(call, root) && !touches(call, elsewhere)) continue;
    const signature = signatureOf(call, root);
    const nth = touching.get(signature) ?? 0;
    touching.set(signature, nth + 1);
    targets.push({ call, index: targets.length, when, nth, signature });
  }
  return targets;
}

/** A call by its name and paths, without what differs from run to run. */
export function signatureOf(call: Call, root: string): string {
  const paths = call.paths.map((path) =>
    path.replace(root, ".")
      .replace(/\.(tmp|staging|removed|replacing)-[^/]*/g, ".$1-*")
      .replace(/\/[a-z2-7]{13}(?=\/|\.jsonl$|$)/g, "/<id>")
      .replace(/orchestrator-state-[a-z2-7]{26}/g, "orchestrator-state-<id>")
      .replace(/bindings\/[0-9a-f]{32}/g, "bindings/*")
      // A commit has the time in it, and its name with that.
      .replace(/objects\/[0-9a-f]{2}\/[0-9a-f]{38}/g, "objects/*/*")
      .replace(/objects\/[0-9a-f]{2}(?=\/|$)/g, "objects/*")
      .replace(/\/([a-z]+-)?\d{8}T\d{6}Z[^/]*/g, "/$1<time>")
  );
  return `${call.name}(${paths.join(", ")})`;
}

/**
 * Runs a program until it was stopped at the very call that was meant.
 * @param run makes a fresh repository at `root` and runs the program there, stopped as told; cheaply
 *   means by `straceFailingArguments`.
 * @returns that run, its repository still there; null when the call was never met.
 */
export async function runStopped<Run extends { readonly trace: Trace }>(
  { target, fault, root, elsewhere, startsPrograms }: {
    readonly target: Target;
    readonly fault: Fault;
    readonly root: string;
    readonly elsewhere?: string;
    /** Whether the program starts others, of which strace can spare none a failing call. */
    readonly startsPrograms: boolean;
  },
  run: (injection: Injection, cheaply: boolean) => Promise<Run>,
): Promise<Run | null> {
  const cheaply = fault !== "SIGKILL" && !startsPrograms && (cheap ??= canFailCheaply());
  let { when } = target;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const alone = cheaply && attempt < CHEAP_ATTEMPTS;
    const done = await run({ syscall: target.call.name, when, fault }, alone);
    const met = targetsOf(done.trace, root, elsewhere).find(({ signature, nth }) =>
      signature === target.signature && nth === target.nth
    );
    if (met !== undefined && wasStopped(done.trace, met.call, fault)) return done;
    rmSync(root, { recursive: true });
    // The runtime makes a call more or less of its own: the place in this run is the best guess.
    when = met?.when ?? target.when + attempt % 3;
  }
  return null;
}

/** Whether a run was stopped at this call, and at no other. */
function wasStopped(trace: Trace, call: Call, fault: Fault): boolean {
  if (fault === "SIGKILL") return trace.killed && trace.calls.at(-1) === call;
  return call.injected && call.result.includes(fault) && trace.injections === 1;
}
