/**
 * Carrying out an item's verification, and looking at the project before and after its command, which
 * may change it.
 * @module
 */
import { verify } from "../session/verification.ts";
import type { VerificationRequest } from "../session/verify_command.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import { filesNow, workNow } from "./work.ts";

/** The outcome, and what the project is then, as `complete` of the engine takes them. @throws as {@link verify}. */
export async function prove(
  request: VerificationRequest,
): Promise<{ readonly outcome: VerificationOutcome; readonly work?: WorkRecord }> {
  const { plan: { verification }, state, paths, env } = request;
  const project = { paths, io: { env } };
  const named = verification.type === "file_exists" ? [verification.path] : [];
  const before = verification.type === "command"
    ? await filesNow(project, named, state)
    : undefined;
  const outcome = await verify(request);
  const work = await workNow(project, {
    state,
    named,
    ...(before === undefined ? {} : { before }),
  });
  return { outcome, ...work };
}
