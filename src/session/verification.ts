/**
 * Carries out what an item's verification asks for. Nothing is held while it runs.
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { pathExists } from "../platform/path.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import type { VerificationPlan } from "../workflow/verification_plan.ts";

/** How many bytes of a command's output an event keeps. */
const TAIL_BYTES = 4096;

/** What carrying out a verification needs. */
export interface VerificationRequest {
  readonly plan: VerificationPlan;
  readonly paths: OrchestratorPaths;
  readonly state: SessionState;
  readonly item: string;
  /** The environment to extend for a command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with a command's output as it comes. */
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined;
  /** Takes secrets out of the end of what a command printed. */
  readonly redactTail: (text: string) => string;
  /** Ends the command, with all it started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a verification.
 * @throws OrchestratorError `interrupted` when `signal` fires while a command runs; `io_failed` when
 * the system cannot tell whether a file is there.
 */
export async function verify(request: VerificationRequest): Promise<VerificationOutcome> {
  const { plan, paths } = request;
  switch (plan.verification.type) {
    case "none":
      return { type: "none", passed: true };
    case "file_exists":
      return verifyFile(paths, plan.verification.path);
    case "command":
      return await verifyCommand(request, plan.verification);
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
    ORCHESTRATOR_CONSTRAINTS: state.constraints.join("\n"),
    ORCHESTRATOR_NOTES: state.notes.recent.map((note) => note.text).join("\n"),
  };
}

function verifyFile(paths: OrchestratorPaths, path: string): VerificationOutcome {
  if (path.trim() === "") {
    return { type: "file_exists", passed: false, path, reason: "its definition names no file" };
  }
  const file = resolve(paths.root, path);
  if (!isInside(paths, path)) {
    const there = existsSync(file);
    const reason = `"${path}" ${there ? "is outside the project" : "is a broken link"}`;
    return { type: "file_exists", passed: false, path, reason };
  }
  // Not being able to look proves nothing, neither that it is there nor that it is not: that throws.
  return pathExists(file)
    ? { type: "file_exists", passed: true, path }
    : { type: "file_exists", passed: false, path, reason: `"${path}" does not exist` };
}

function isInside(paths: OrchestratorPaths, path: string): boolean {
  try {
    return paths.contains(path);
  } catch (error) {
    throw ioError("read", paths.root, error);
  }
}

async function verifyCommand(
  request: VerificationRequest,
  verification: { readonly command: string; readonly expect_exit_code: number },
): Promise<VerificationOutcome> {
  if (verification.command.trim() === "") {
    return {
      type: "command",
      passed: false,
      command: verification.command,
      expectedExitCode: verification.expect_exit_code,
      exitCode: null,
      durationMs: 0,
      outputTail: "",
      reason: "its definition names no command",
    };
  }
  const { runCommand } = await import("../platform/processes.ts");
  const { onOutput } = request;
  const result = await runCommand({
    command: verification.command,
    cwd: request.paths.root,
    env: { ...request.env, ...commandVariables(request.state, request.item, request.paths) },
    timeoutMs: request.plan.timeout * 1000,
    tailBytes: TAIL_BYTES,
    signal: request.signal,
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  if (request.signal.aborted) {
    throw new OrchestratorError(
      "interrupted",
      `Cannot complete "${request.item}": the command was interrupted`,
      { details: { signal: String(request.signal.reason) } },
    );
  }
  const passed = result.exitCode === verification.expect_exit_code && !result.timedOut;
  return {
    type: "command",
    passed,
    command: verification.command,
    expectedExitCode: verification.expect_exit_code,
    exitCode: result.exitCode,
    ...(result.signal === null ? {} : { signal: result.signal }),
    ...(result.timedOut ? { timedOut: true } : {}),
    durationMs: Math.round(result.durationMs),
    outputTail: request.redactTail(result.tail),
    ...(result.startError === undefined
      ? result.timedOut ? { reason: `it timed out after ${request.plan.timeout} s` } : {}
      : { reason: result.startError }),
  };
}
