/**
 * Commands about snapshots: archives of the state.
 * @module
 */
import type { CommandSpec, OptionSpec } from "../command.ts";

const SESSIONS: OptionSpec = {
  name: "session",
  short: "s",
  value: "SESSION",
  many: true,
  summary: "Only this session",
  complete: "session",
};

const PASSWORD_FILE: OptionSpec = {
  name: "password-file",
  value: "FILE",
  summary: "Read the password from the first line of FILE",
  complete: "file",
};

const IDENTITY: OptionSpec = {
  name: "identity",
  short: "i",
  value: "FILE",
  many: true,
  summary: "The age identity to decrypt with, if the snapshot is encrypted to a recipient",
  complete: "file",
};

const FILE = {
  name: "file",
  summary: "the snapshot; - for stdin, or to paste its text",
  optional: true,
  complete: "file",
} as const;

export const SNAPSHOT_COMMANDS: readonly CommandSpec[] = [
  {
    path: "snapshot export",
    group: "project",
    summary: "Write the state to an archive",
    details:
      "Writes a tar.gz with every session's journal and files to FILE or stdout. Other commands may write during the export: each session is exported as of one event. Secrets, locks and backups are not included. --encrypt asks for a password, or reads it from --password-file or ORCHESTRATOR_SNAPSHOT_PASSWORD; any age program can decrypt the file. --armor writes text that can be sent through a terminal, a log or a message; `snapshot import` also finds it in a copied log.",
    options: [
      {
        name: "output",
        short: "o",
        value: "FILE",
        summary: "Write to FILE, which must not exist",
        complete: "file",
      },
      { name: "force", summary: "Overwrite the file given with -o" },
      SESSIONS,
      { name: "encrypt", summary: "Encrypt with a password" },
      {
        name: "recipient",
        short: "r",
        value: "AGE1…",
        many: true,
        summary: "Encrypt to an age recipient instead",
      },
      PASSWORD_FILE,
      { name: "armor", short: "a", summary: "Write text instead of binary data" },
      { name: "include-secrets", summary: "Include the repository's secrets; only when encrypted" },
    ],
    examples: [
      { line: "snapshot export -o state.tar.gz", means: "everything" },
      { line: "snapshot export --encrypt > state.tar.gz.age", means: "with a password" },
      {
        line: "snapshot export -r age1… --session login -o login.age",
        means: "one session, for one person",
      },
      { line: "snapshot export --armor", means: "as text, to copy from the terminal" },
    ],
    changes: "nothing",
    load: () => import("../commands/snapshot/export.ts"),
  },
  {
    path: "snapshot inspect",
    group: "project",
    summary: "Show the contents of a snapshot, and verify it",
    args: [FILE],
    options: [PASSWORD_FILE, IDENTITY],
    examples: [
      { line: "snapshot inspect state.tar.gz", means: "origin, time, sessions" },
      { line: "snapshot inspect < state.tar.gz", means: "from stdin" },
    ],
    changes: "nothing",
    load: () => import("../commands/snapshot/inspect.ts"),
  },
  {
    path: "snapshot import",
    group: "project",
    summary: "Import sessions from a snapshot",
    details:
      "Detects the format by content: encrypted or not, binary or text. Verifies everything first, then imports all of it or nothing. Imports sessions that are new here, and sessions that continue the local copy. If the local copy is newer or has diverged, nothing is imported unless --replace is given; the local copy is then kept in .orchestrator/backups/.",
    args: [FILE],
    options: [
      SESSIONS,
      { name: "dry-run", short: "n", summary: "Show what would be done, without doing it" },
      { name: "replace", summary: "Also replace sessions that differ with the snapshot's copy" },
      { name: "adopt", summary: "Import sessions of another repository" },
      PASSWORD_FILE,
      IDENTITY,
    ],
    examples: [
      { line: "snapshot import state.tar.gz", means: "continue where the snapshot was taken" },
      { line: "snapshot import state.tar.gz --dry-run", means: "preview" },
      { line: "snapshot import state.tar.gz.age", means: "asks for the password" },
      { line: "snapshot import -", means: "paste the output of `snapshot export --armor`" },
    ],
    changes: "project",
    load: () => import("../commands/snapshot/import.ts"),
  },
];
