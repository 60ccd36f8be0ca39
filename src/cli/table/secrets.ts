/**
 * Commands about secrets.
 * @module
 */
import type { CommandSpec } from "../command.ts";

const NAME = { name: "name", summary: "the secret's name, like a variable's" } as const;

const GLOBAL = {
  name: "global",
  summary: "Your own folder, ~/.orchestrator/secrets, instead of the repository's",
} as const;

const FORMS = [
  { name: "encrypt", summary: "Encrypt for secrets.recipients and the owner of secrets.identity" },
  { name: "passphrase", summary: "Encrypt with a passphrase" },
  { name: "plain", summary: "Do not encrypt, whatever secrets.encrypt says" },
] as const;

export const SECRETS_COMMANDS: readonly CommandSpec[] = [
  {
    path: "secrets list",
    aliases: ["ls"],
    group: "project",
    summary: "List secrets by name, and where they are",
    details: "Never shows a value. Asks for no password: what does not open is warned of.",
    examples: [{ line: "secrets list", means: "names, places, and what stands behind them" }],
    changes: "nothing",
    load: () => import("../commands/secrets/list.ts"),
  },
  {
    path: "secrets set",
    group: "project",
    summary: "Keep a secret, read from stdin or a hidden prompt",
    details:
      "One file of mode 0600 in .orchestrator/secrets/, which is never committed; plain, or encrypted in the age format. The value is never an argument: others could read it there. One line end at the end of stdin is not part of it.",
    discreet: true,
    args: [NAME],
    options: [GLOBAL, ...FORMS],
    examples: [
      { line: "secrets set OPENAI_API_KEY", means: "asks, and shows nothing of what is typed" },
      { line: "secrets set DEPLOY_KEY --global < key.pem", means: "from a file, for all projects" },
      { line: "secrets set OPENAI_API_KEY --encrypt", means: "as NAME.age" },
    ],
    changes: "project",
    load: () => import("../commands/secrets/set.ts"),
  },
  {
    path: "secrets get",
    group: "project",
    summary: "Print the value of a secret",
    details:
      "From the first place of secrets.order that has it. Refused (exit 7) when git tracks its file.",
    args: [NAME],
    examples: [{ line: "secrets get OPENAI_API_KEY", means: "for a script; secrets run is safer" }],
    changes: "nothing",
    load: () => import("../commands/secrets/get.ts"),
  },
  {
    path: "secrets remove",
    destructive: true,
    aliases: ["rm"],
    group: "project",
    summary: "Remove a secret for good",
    args: [NAME],
    options: [GLOBAL, { name: "yes", short: "y", summary: "Answer yes instead of being asked" }],
    examples: [{ line: "secrets remove OPENAI_API_KEY", means: "after asking" }],
    changes: "project",
    load: () => import("../commands/secrets/remove.ts"),
  },
  {
    path: "secrets share",
    group: "project",
    summary: "Share the repository's secrets with the project's group",
    details:
      "For several users of one machine who work in one folder: the group that owns .orchestrator/ may read and change the secrets (mode 2770, files 0660), others may not. Only the owner of the folder can decide it; the folder's mode is where it is kept. --off makes them one person's again.",
    options: [{ name: "off", summary: "Only the owner may read them" }],
    examples: [
      { line: "secrets share", means: "the project's group may read and set secrets" },
      { line: "secrets share --off", means: "take it back" },
    ],
    changes: "project",
    load: () => import("../commands/secrets/share.ts"),
  },
  {
    path: "secrets run",
    group: "project",
    summary: "Run a command with the secrets in its environment",
    details:
      "Ends with the command's exit code. All secrets, or those of --only; one that is required and missing stops it. What the command prints is its own: nothing is taken out of it.",
    args: [{ name: "command", summary: "the command, behind --", many: true }],
    options: [{ name: "only", value: "NAME", many: true, summary: "Only this secret" }],
    examples: [
      { line: "secrets run -- npm test", means: "with all of them" },
      { line: "secrets run --only OPENAI_API_KEY -- node ask.js", means: "with one" },
    ],
    changes: "nothing",
    load: () => import("../commands/secrets/run.ts"),
  },
  {
    path: "secrets doctor",
    group: "project",
    summary: "Check the secrets that are there and those that must be",
    details:
      "Required are secrets.required of the configuration and required_secrets of the workflow's settings. Looks for what is missing, cannot be opened, is tracked by git, open to others, empty, or a placeholder. Exit 1 with errors.",
    examples: [{ line: "secrets doctor", means: "what is wrong, and what to do" }],
    changes: "nothing",
    load: () => import("../commands/secrets/doctor.ts"),
  },
  {
    path: "secrets test",
    group: "project",
    summary: "Say where a secret comes from, without showing it",
    details:
      "Its place, length, and a fingerprint that is the same wherever the same value has the same name. With --live its provider is asked whether it knows it: exit 1 when it is rejected, 9 when nobody could say.",
    args: [NAME],
    options: [{ name: "live", summary: "Ask the provider" }],
    examples: [
      { line: "secrets test OPENAI_API_KEY", means: "which place answers" },
      { line: "secrets test OPENAI_API_KEY --live", means: "and whether it works" },
    ],
    changes: "nothing",
    load: () => import("../commands/secrets/test.ts"),
  },
  {
    path: "secrets import",
    group: "project",
    summary: "Turn the old tool's encrypted files into secrets",
    details:
      "Reads .secrets.enc (password from SECRETS_PASSWORD, or asked for) and SOPS files (by the sops program), at their old places and in secrets/. The old files stay.",
    options: [
      GLOBAL,
      { name: "dry-run", short: "n", summary: "Only say what would be done" },
      { name: "replace", summary: "Replace secrets that differ" },
      ...FORMS,
    ],
    examples: [{ line: "secrets import --dry-run", means: "look first" }],
    changes: "project",
    load: () => import("../commands/secrets/import.ts"),
  },
];
