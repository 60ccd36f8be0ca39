/**
 * Carrying out an item's verification, and looking at the project before and after its command, which
 * may change it.
 * @module
 */
import { verify } from "../session/verification.ts";
import type { VerificationRequest } from "../session/verify_command.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import type { OutputTaker, Watching } from "./watching.ts";
import { filesNow, workNow } from "./work.ts";
import type { Workspace } from "./workspace.ts";

/** What is carried out, and for what. */
export type ProofRequest = Pick<VerificationRequest, "plan" | "state" | "item" | "asked">;

/** The outcome, and what the project is then, as commands of the engine take them. */
export interface Proved {
  readonly outcome: VerificationOutcome;
  readonly work?: WorkRecord;
}

/**
 * Carries it out while the caller watches what its command prints.
 * @returns what it gave, and what to do once a failure is recorded.
 * @throws as {@link verify}.
 */
export async function prove(
  workspace: Pick<Workspace, "paths" | "io" | "redactor">,
  request: ProofRequest,
  { signal, takeOutput }: Watching,
): Promise<{ readonly proved: Proved; readonly failed: OutputTaker["failed"] }> {
  const redactor = await workspace.redactor();
  const output = await takeOutput(redactor);
  try {
    const proved = await carryOut({
      ...request,
      paths: workspace.paths,
      env: workspace.io.env,
      signal,
      onOutput: output.push,
      redactTail: (text) => redactor.redactTail(text),
    });
    return { proved, failed: output.failed };
  } finally {
    // What was held back belongs to what was seen, also when the command was interrupted.
    output.close();
  }
}

async function carryOut(request: VerificationRequest): Promise<Proved> {
  const { plan: { verification, inputs }, state, paths, env } = request;
  const project = { paths, io: { env } };
  const named = verification.type === "file_exists" ? [verification.path] : [];
  const before = verification.type === "command"
    ? await filesNow(project, named, state)
    : undefined;
  const outcome = await verify(request);
  const work = await workNow(project, {
    state,
    named,
    inputs,
    ...(before === undefined ? {} : { before }),
  });
  return { outcome, ...work };
}
