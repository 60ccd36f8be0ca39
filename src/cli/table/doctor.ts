/**
 * The command that looks after the project.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const DOCTOR_COMMANDS: readonly CommandSpec[] = [
  {
    path: "doctor",
    group: "project",
    summary: "Check for problems, and fix those that can be fixed",
    details:
      "Changes nothing without --fix. Works on a damaged project and on a read-only disk. The output is safe to share: the home directory is shortened and credentials are removed. Exit code 1 if there is an error, with --strict also if there is a warning.",
    options: [
      { name: "fix", summary: "Fix what can be fixed without losing anything" },
      { name: "dry-run", summary: "With --fix: show what would be fixed, without fixing it" },
      {
        name: "check",
        value: "ID",
        many: true,
        summary: "Run only this check, or all checks of an area",
        complete: "check",
      },
      { name: "deep", summary: "Read every journal from the beginning" },
      { name: "offline", summary: "Skip checks that use the network" },
      { name: "strict", summary: "Treat warnings as errors" },
      { name: "verbose", summary: "Also show checks that passed" },
    ],
    examples: [
      { line: "doctor", means: "problems, why they matter, and what to do" },
      { line: "doctor --fix --dry-run", means: "what would be fixed" },
      { line: "doctor --check sessions --json", means: "one area, for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/doctor.ts"),
  },
];
