/**
 * Carries out what an item's verification asks for. Nothing is held while it runs.
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ioError } from "../platform/io_error.ts";
import { pathExists } from "../platform/path.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import type { VerificationRequest } from "./verify_command.ts";

/**
 * Runs a verification.
 * @throws OrchestratorError `interrupted` when `signal` fires while a command runs; `command_failed`
 * when this machine has no shell for it; `io_failed` when the system cannot tell whether a file is there.
 */
export async function verify(request: VerificationRequest): Promise<VerificationOutcome> {
  const { plan, paths } = request;
  switch (plan.verification.type) {
    case "none":
      return { type: "none", passed: true };
    case "file_exists":
      return verifyFile(paths, plan.verification.path);
    case "command":
      return await (await import("./verify_command.ts")).verifyCommand(
        request,
        plan.verification,
      );
  }
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
