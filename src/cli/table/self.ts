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
      "Downloads the newest release, verifies its signature, tests the new program, and only then replaces this one; the previous program is kept for --rollback. An older release is only installed with --to. Updates never happen automatically. A copy installed by a package manager is not changed. ORCHESTRATOR_BASE_URL names a folder or server with a release, for machines without network access.",
    options: [
      { name: "check", summary: "Show whether there is a newer release, without installing it" },
      { name: "to", value: "VERSION", summary: "Install this release instead of the newest" },
      { name: "rollback", summary: "Switch back to the program before the last update" },
    ],
    examples: [
      { line: "self update --check", means: "is there a newer release?" },
      { line: "self update", means: "install the newest release" },
      { line: "self update --to 0.2.0", means: "install a specific release" },
      { line: "self update --rollback", means: "switch back to the previous program" },
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
      "Removes the program, the previous one that self update keeps, and the lines that the installer added to your shells' startup files. State, configuration and secrets are kept.",
    options: [
      { name: "dry-run", summary: "Show what would be removed, without removing it" },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [{ line: "self uninstall --dry-run", means: "what would be removed" }, {
      line: "self uninstall",
      means: "after confirmation",
    }],
    changes: "program",
    load: () => import("../commands/self/uninstall.ts"),
  },
];
