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
  summary: "The age identity that opens it, for what is encrypted to a recipient",
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
      "A tar.gz with every session's journal and files, to FILE or stdout. Others may go on writing: each session is taken at one event. Without secrets, locks and backups. --encrypt asks for a password, or takes it from --password-file or ORCHESTRATOR_SNAPSHOT_PASSWORD; any age program opens the file. --armor writes text, which gets through a terminal, a log or a message; `snapshot import` finds it in a copied log too.",
    options: [
      {
        name: "output",
        short: "o",
        value: "FILE",
        summary: "Write to FILE, which must not exist",
        complete: "file",
      },
      { name: "force", summary: "Let -o replace a file" },
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
      { name: "armor", short: "a", summary: "Write text instead of bytes" },
      { name: "include-secrets", summary: "The repository's secrets too; only when encrypted" },
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
    summary: "Show what a snapshot holds, and check it",
    args: [FILE],
    options: [PASSWORD_FILE, IDENTITY],
    examples: [
      { line: "snapshot inspect state.tar.gz", means: "whose, when, which sessions" },
      { line: "snapshot inspect < state.tar.gz", means: "from stdin" },
    ],
    changes: "nothing",
    load: () => import("../commands/snapshot/inspect.ts"),
  },
  {
    path: "snapshot import",
    group: "project",
    summary: "Take the sessions of a snapshot in",
    details:
      "Recognises what it is given by its content: encrypted or not, as bytes or as text. Checks everything first, then takes all of it or nothing. A session that is new here, or goes on where the copy here ends, is taken. Where the copy here has gone further, or another way, nothing is done unless --replace says that the snapshot's copy counts; the one here is then kept below .orchestrator/backups/.",
    args: [FILE],
    options: [
      SESSIONS,
      { name: "dry-run", short: "n", summary: "Only say what would happen" },
      { name: "replace", summary: "Take the snapshot's copy also of sessions that differ" },
      { name: "adopt", summary: "Take the sessions of another repository" },
      PASSWORD_FILE,
      IDENTITY,
    ],
    examples: [
      { line: "snapshot import state.tar.gz", means: "go on where the snapshot was taken" },
      { line: "snapshot import state.tar.gz --dry-run", means: "see first" },
      { line: "snapshot import state.tar.gz.age", means: "asks for the password" },
      { line: "snapshot import -", means: "paste what `snapshot export --armor` has printed" },
    ],
    changes: "project",
    load: () => import("../commands/snapshot/import.ts"),
  },
];
