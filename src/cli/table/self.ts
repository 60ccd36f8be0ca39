/**
 * Commands about this program itself.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const SELF_COMMANDS: readonly CommandSpec[] = [
  {
    path: "version",
    group: "tool",
    summary: "Show the version",
    details:
      "The same as --version. With --json it says the commit and the date of the build, too.",
    examples: [{ line: "version", means: "version, engine and system" }],
    changes: "nothing",
    load: () => import("../commands/version.ts"),
  },
  {
    path: "self update",
    group: "tool",
    summary: "Replace this program with another release",
    details:
      "Downloads the newest release, checks the project's signature on it, tries the new program, and only then puts it in the place of this one; the earlier program stays beside it for --rollback. An older release is installed only when --to names it. Never happens by itself. A copy that a package manager installed is left alone. ORCHESTRATOR_BASE_URL names a folder or server with a release, for machines without the network.",
    options: [
      { name: "check", summary: "Show whether there is a newer release, and change nothing" },
      { name: "to", value: "VERSION", summary: "Install this release instead of the newest" },
      { name: "rollback", summary: "Exchange this program with the one before the last update" },
    ],
    examples: [
      { line: "self update --check", means: "is there a newer release?" },
      { line: "self update", means: "install the newest release" },
      { line: "self update --to 0.2.0", means: "install a certain release" },
      { line: "self update --rollback", means: "return to the program before" },
    ],
    changes: "program",
    load: () => import("../commands/self/update.ts"),
  },
  {
    path: "self uninstall",
    destructive: true,
    group: "tool",
    summary: "Remove this program from this machine",
    details:
      "Removes the program, the earlier one that self update keeps, and the lines that the installer added to your shells' start files. State, configuration and secrets stay where they are.",
    options: [{ name: "yes", short: "y", summary: "Answer yes instead of being asked" }],
    examples: [{ line: "self uninstall", means: "after asking" }],
    changes: "program",
    load: () => import("../commands/self/uninstall.ts"),
  },
];
