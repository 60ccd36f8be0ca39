/**
 * Runs the command of an item.
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { runCommand } from "../platform/processes.ts";
import { thisMachine } from "../platform/this_machine.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { CommandSetup } from "../workflow/command_setup.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import { shellWord } from "../workflow/shell_word.ts";
import type { RunnableCommand, VerificationPlan } from "../workflow/verification_plan.ts";
import { changingVariables, programOf } from "./command_facts.ts";
import { commandShell, shellEnvironment, shellRecord } from "./command_shell.ts";
import { type StateWatch, watchState } from "./state_watch.ts";
import { isInside } from "../project/inside.ts";

/** How many bytes of a command's output an event keeps. */
const TAIL_BYTES = 4096;

/** What carrying out a verification needs. */
export interface VerificationRequest {
  readonly plan: VerificationPlan;
  readonly paths: OrchestratorPaths;
  readonly state: SessionState;
  readonly item: string;
  /** What was asked for, as messages have it. Default: to complete the item. */
  readonly asked?: { readonly verb: "complete" | "recheck"; readonly name: string };
  /** The environment to extend for a command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with a command's output as it comes. */
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined;
  /** Takes secrets out of the end of what a command printed. */
  readonly redactTail: (text: string) => string;
  /** Ends the command, with all it started. */
  readonly signal: AbortSignal;
}

type CommandOutcome = Extract<VerificationOutcome, { readonly type: "command" }>;

/**
 * Runs it as its item asks. A failure is an outcome.
 * @throws OrchestratorError `interrupted` when the signal fires while it runs; `command_failed` when
 * this machine has no shell for it.
 */
export async function verifyCommand(
  request: VerificationRequest,
  verification: RunnableCommand,
): Promise<CommandOutcome> {
  const { command, expect_exit_code: expectedExitCode, setup } = verification;
  if (command.trim() === "") return notRun(verification, "its definition names no command");
  const directory = commandDirectory(request.paths, setup.dir);
  if ("reason" in directory) return notRun(verification, directory.reason);
  const { onOutput, item, asked = { verb: "complete", name: item } } = request;
  const doing = `${asked.verb} "${asked.name}"`;
  const shellRequest = { command, setup, item, doing };
  const shell = await commandShell(shellRequest, thisMachine(request.env));
  // Its version is asked for while the command runs.
  const recorded = shellRecord(shell);
  const env = {
    ...shellEnvironment({ setup }, request.env),
    ...commandVariables(request.state, item, request.paths),
  };
  const facts = factsOf(request, { command, env, directory: directory.path });
  const state = watchState(request.paths, request.state.session);
  const result = await runCommand({
    command,
    shell,
    cwd: directory.path,
    env,
    timeoutMs: request.plan.timeout * 1000,
    tailBytes: TAIL_BYTES,
    signal: request.signal,
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  if (request.signal.aborted) {
    throw new OrchestratorError(
      "interrupted",
      `Cannot ${doing}: the command was interrupted`,
      {
        hint: `Run \`orchestrator ${asked.verb} ${shellWord(asked.name)}\` again`,
        details: { signal: String(request.signal.reason) },
      },
    );
  }
  const passed = result.exitCode === expectedExitCode && !result.timedOut;
  return {
    type: "command",
    passed,
    command,
    expectedExitCode,
    exitCode: result.exitCode,
    ...(result.signal === null ? {} : { signal: result.signal }),
    ...(result.timedOut ? { timedOut: true } : {}),
    durationMs: Math.round(result.durationMs),
    outputTail: request.redactTail(result.tail),
    ...(result.startError === undefined
      ? result.timedOut ? { reason: `it timed out after ${request.plan.timeout} s` } : {}
      : { reason: result.startError }),
    shell: await recorded,
    ...placeOf(setup),
    ...facts,
    ...wroteState(state),
  };
}

/** Files of the state that were edited while the command ran; nothing where none was. */
function wroteState({ edited }: StateWatch): Pick<CommandOutcome, "wroteState"> {
  const names = edited();
  return names.length === 0 ? {} : { wroteState: names };
}

/** What is recorded of the surroundings, as they were before the command ran. */
function factsOf(
  { paths, env: given }: VerificationRequest,
  { command, env, directory }: {
    readonly command: string;
    readonly env: VerificationRequest["env"];
    readonly directory: string;
  },
): Pick<CommandOutcome, "program" | "variables"> {
  const program = programOf(command, { env, directory, paths });
  // Also what a strict shell does not get: that it was set is worth a line.
  const variables = changingVariables({ ...given, ...env });
  return {
    ...(program === undefined ? {} : { program }),
    ...(variables.length === 0 ? {} : { variables }),
  };
}

function placeOf({ dir }: CommandSetup): Pick<CommandOutcome, "dir"> {
  return dir === undefined ? {} : { dir };
}

/** The outcome of a command that was not started. */
function notRun(
  { command, expect_exit_code: expectedExitCode, setup }: RunnableCommand,
  reason: string,
): CommandOutcome {
  return {
    type: "command",
    passed: false,
    command,
    expectedExitCode,
    exitCode: null,
    durationMs: 0,
    outputTail: "",
    reason,
    ...placeOf(setup),
  };
}

/** The directory that a command runs in, links followed; or why it cannot. */
function commandDirectory(
  paths: OrchestratorPaths,
  dir: string | undefined,
): { readonly path: string } | { readonly reason: string } {
  if (dir === undefined) return { path: paths.root };
  try {
    if (!isInside(paths.root, dir)) {
      return { reason: `its directory "${dir}" is outside the project` };
    }
    const path = realpathSync(resolve(paths.root, dir));
    if (statSync(path).isDirectory()) return { path };
    return { reason: `"${dir}", where it is to run, is not a directory` };
  } catch (error) {
    if (isAbsent(error)) return { reason: `its directory "${dir}" does not exist` };
    throw ioError("read", dir, error);
  }
}

/**
 * The variables a command gets: the only way by which task, phase or session reach it, so that
 * none of these texts is ever read as shell.
 */
function commandVariables(
  state: SessionState,
  item: string,
  paths: OrchestratorPaths,
): Readonly<Record<string, string>> {
  return {
    ORCHESTRATOR_ROOT: paths.root,
    ORCHESTRATOR_SESSION: state.session,
    ORCHESTRATOR_SESSION_NAME: state.name ?? "",
    ORCHESTRATOR_TASK: state.task,
    ORCHESTRATOR_PROJECT: state.project ?? "",
    ORCHESTRATOR_PHASE: state.phase ?? "",
    ORCHESTRATOR_ITEM: item,
    ORCHESTRATOR_IN_VERIFICATION: `${state.session}:${item}`,
    ORCHESTRATOR_CONSTRAINTS: state.constraints.join("\n"),
    ORCHESTRATOR_NOTES: state.notes.recent.map((note) => note.text).join("\n"),
  };
}
