/**
 * This copy of the program, for the commands that replace or remove it.
 * @module
 */
import { realpathSync } from "node:fs";
import { OrchestratorError } from "../../errors.ts";
import { programPath } from "../../platform/runtime.ts";
import { managerOf } from "../../release/installation.ts";

/**
 * The real path of the program.
 * @param doing what is refused otherwise, e.g. `update`.
 * @throws `managed_copy` when it runs from source, or a package manager looks after it.
 */
export function ownCopy(doing: "update" | "remove"): string {
  const path = programPath();
  if (path === null) {
    throw new OrchestratorError(
      "managed_copy",
      `Cannot ${doing} this program: it runs from source`,
      doing === "update" ? { hint: "Fetch the newer source with git" } : {},
    );
  }
  const real = realpathSync(path);
  const manager = managerOf(real);
  if (manager === null) return real;
  const command = doing === "update" ? manager.update : null;
  throw new OrchestratorError(
    "managed_copy",
    `Cannot ${doing} "${real}": it was installed by ${manager.name}`,
    {
      hint: command === null
        ? `Use ${manager.name} for it`
        : `Run \`${command}\` where it was installed`,
      details: { path: real, manager: manager.name },
    },
  );
}
