/**
 * The command that looks after the project.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const DOCTOR_COMMANDS: readonly CommandSpec[] = [
  {
    path: "doctor",
    group: "project",
    summary: "Look for what is wrong, and what can be put right",
    details:
      "Changes nothing without --fix. Works on a damaged project and on a read-only disk. What it prints can be pasted in public: the home directory is shortened and credentials are taken out. Exit code 1 when an error was found, with --strict also for warnings.",
    options: [
      { name: "fix", summary: "Put right what can be put right without losing anything" },
      { name: "dry-run", summary: "With --fix: say what would be done, and do nothing" },
      { name: "check", value: "ID", many: true, summary: "Only this check, or all of an area" },
      { name: "deep", summary: "Read every journal from its beginning" },
      { name: "offline", summary: "Leave out what asks the network" },
      { name: "strict", summary: "Count warnings as errors" },
      { name: "verbose", summary: "Show what is in order too" },
    ],
    examples: [
      { line: "doctor", means: "what is wrong, why it matters, what to do" },
      { line: "doctor --fix --dry-run", means: "what could be put right" },
      { line: "doctor --check sessions --json", means: "one area, for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/doctor.ts"),
  },
];
