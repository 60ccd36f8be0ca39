/**
 * Carries out what an item's verification asks for. Nothing is held while it runs.
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isAbsent } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import { fileFacts } from "../work_tree/file_facts.ts";
import { fileVerdict } from "../workflow/file_proof.ts";
import type { RunnableVerification } from "../workflow/verification_plan.ts";
import type { FileFacts } from "../workflow/work_record.ts";
import type { VerificationRequest } from "./verify_command.ts";
import { isInside } from "../project/inside.ts";

/**
 * Runs a verification.
 * @throws OrchestratorError `interrupted` when `signal` fires while a command runs; `command_failed`
 * when this machine has no shell for it; `io_failed` when the system cannot tell whether a file is there.
 */
export async function verify(request: VerificationRequest): Promise<VerificationOutcome> {
  const { plan } = request;
  switch (plan.verification.type) {
    case "none":
      return { type: "none", passed: true };
    case "file_exists":
      return verifyFile(request, plan.verification);
    case "command":
      return await (await import("./verify_command.ts")).verifyCommand(
        request,
        plan.verification,
      );
  }
}

function verifyFile(
  { paths, state }: Pick<VerificationRequest, "paths" | "state">,
  wanted: Extract<RunnableVerification, { readonly type: "file_exists" }>,
): VerificationOutcome {
  const { path } = wanted;
  if (path.trim() === "") {
    return { type: "file_exists", passed: false, path, reason: "its definition names no file" };
  }
  const file = resolve(paths.root, path);
  if (!isInProject(paths, path)) {
    const there = existsSync(file);
    const reason = `"${path}" ${there ? "is outside the project" : "is a broken link"}`;
    return { type: "file_exists", passed: false, path, reason };
  }
  const found = factsAt(paths.root, path);
  const verdict = fileVerdict(state, wanted, found);
  const passed = verdict.reason === undefined;
  return { type: "file_exists", passed, path, found, ...verdict };
}

/** Not being able to look proves nothing, neither that it is there nor that it is not: that throws. */
function factsAt(root: string, path: string): FileFacts {
  try {
    return fileFacts(root, path);
  } catch (error) {
    if (isAbsent(error)) return { kind: "missing" };
    throw ioError("read", resolve(root, path), error);
  }
}

function isInProject(paths: OrchestratorPaths, path: string): boolean {
  try {
    return isInside(paths.root, path);
  } catch (error) {
    throw ioError("read", paths.root, error);
  }
}
