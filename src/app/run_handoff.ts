/**
 * Handing a session over to an agent that is started for it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { ForegroundRequest, ForegroundResult } from "../platform/foreground.ts";
import type { Change } from "../session/session_manager.ts";
import { decideEndHandoff, decideStartHandoff } from "../workflow/handoffs.ts";
import { confirmedValue } from "./confirmed_value.ts";
import type { Workspace } from "./workspace.ts";

/** As in "Cannot <doing>". */
const DOING = "hand the session over";

/** A longer prompt is not passed on as an argument: systems have limits. In UTF-8 bytes. */
const MOST_PROMPT_BYTES = 100_000;

/** How the program ended. */
export interface HandedOver extends ForegroundResult {
  readonly program: string;
  readonly change: Change;
}

/** What hands it over. */
export interface Handover {
  /** The session's id. */
  readonly session: string;
  readonly prompt: string;
  /** Runs a program that has the terminal to itself until it ends. */
  readonly run: (request: ForegroundRequest) => Promise<ForegroundResult>;
  readonly stdout: "stdout" | "stderr";
}

/**
 * Whether a handoff may be run here.
 * @returns the program.
 * @throws `agent_refused` inside an agent; `trust_needed`, `config_invalid`
 */
export async function programToRun(workspace: Workspace): Promise<string> {
  const { agent } = workspace.environment;
  if (agent !== null) {
    throw new OrchestratorError(
      "agent_refused",
      `Cannot ${DOING}: ${agent.name} is an agent (${agent.variable}), and agents do not start agents`,
      { hint: "Ask a person to run `orchestrator handoff --run`", details: { agent: agent.name } },
    );
  }
  return await confirmedValue(workspace, "claude_binary", DOING);
}

/**
 * Starts the program with the prompt as its only argument, in the session: commands that it runs mean that
 * one. Its start and its end are recorded.
 * @throws `workflow_ended`; `command_failed` where it cannot be started, which is recorded as its end
 */
export async function runHandoff(
  workspace: Workspace,
  program: string,
  { session, prompt, run, stdout }: Handover,
): Promise<HandedOver> {
  const { manager, io, paths } = workspace;
  const started = await manager.change(
    session,
    "handoff",
    (state) => decideStartHandoff(state, { kind: "start_handoff", program }),
  );
  const [event] = started.events;
  if (event === undefined) throw new TypeError("the start of a handoff is an event");
  const isLong = new TextEncoder().encode(prompt).length > MOST_PROMPT_BYTES;
  const request = {
    file: program,
    args: [isLong ? SHORT_PROMPT : prompt],
    cwd: io.cwd,
    env: { ...io.env, ORCHESTRATOR_ROOT: paths.root, ORCHESTRATOR_SESSION: session },
    stdout,
  };
  const end = (result: ForegroundResult) =>
    manager.change(
      session,
      "handoff",
      (state) => decideEndHandoff(state, { kind: "end_handoff", started: event.seq, ...result }),
    );
  let result: ForegroundResult;
  try {
    result = await run(request);
  } catch (error) {
    await end({ exitCode: NOT_STARTED, signal: null });
    throw error;
  }
  const { exitCode, signal } = result;
  return { program, exitCode, signal, change: await end({ exitCode, signal }) };
}

/** The prompt in place of one that is too long. */
const SHORT_PROMPT =
  "Run `orchestrator handoff` in this directory, and do what it says: you take over its session.";

/** What shells give for a program that is not there. */
const NOT_STARTED = 127;
