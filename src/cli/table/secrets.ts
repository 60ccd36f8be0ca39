/**
 * Commands about secrets.
 * @module
 */
import type { CommandSpec } from "../command.ts";

const NAME = { name: "name", summary: "the secret's name, as for a variable" } as const;

const GLOBAL = {
  name: "global",
  summary: "Use your own folder, ~/.orchestrator/secrets, instead of the repository's",
} as const;

const HERE = {
  name: "here",
  summary: "Use your own folder for this repository alone, ~/.orchestrator/secrets/<its id>",
} as const;

const FORMS = [
  { name: "encrypt", summary: "Encrypt for secrets.recipients and the owner of secrets.identity" },
  { name: "passphrase", summary: "Encrypt with a passphrase" },
  { name: "plain", summary: "Do not encrypt, regardless of secrets.encrypt" },
] as const;

export const SECRETS_COMMANDS: readonly CommandSpec[] = [
  {
    path: "secrets list",
    aliases: ["ls"],
    group: "project",
    summary: "List secrets by name, with their locations",
    details:
      "Never shows a value. Never asks for a password: warns about secrets that cannot be decrypted.",
    examples: [{ line: "secrets list", means: "names, locations, and overridden locations" }],
    changes: "nothing",
    load: () => import("../commands/secrets/list.ts"),
  },
  {
    path: "secrets set",
    group: "project",
    summary: "Store a secret (read from stdin or a hidden prompt)",
    details:
      "Stored in a file with mode 0600 in .orchestrator/secrets/, which is never committed; as plain text, or encrypted in the age format. The value is never an argument, because other users could read it. A single line break at the end of stdin is not part of the value.",
    discreet: true,
    args: [NAME],
    options: [GLOBAL, HERE, ...FORMS],
    examples: [
      { line: "secrets set OPENAI_API_KEY", means: "from a hidden prompt" },
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
      "Uses the first location in secrets.order that has the secret. Refused (exit 7) if git tracks its file.",
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
    summary: "Remove a secret permanently",
    args: [NAME],
    options: [GLOBAL, HERE, { name: "yes", short: "y", summary: "Do not ask for confirmation" }],
    examples: [{ line: "secrets remove OPENAI_API_KEY", means: "after confirmation" }],
    changes: "project",
    load: () => import("../commands/secrets/remove.ts"),
  },
  {
    path: "secrets share",
    group: "project",
    summary: "Share the repository's secrets with the project's group",
    details:
      "For several users of one machine who work in one folder: the group that owns .orchestrator/ can read and change the secrets (mode 2770, files 0660), other users cannot. Only the owner of the folder can change this; the setting is stored in the folder's mode. --off restricts the secrets to their owner again.",
    options: [{ name: "off", summary: "Restrict access to the owner" }],
    examples: [
      { line: "secrets share", means: "the project's group may read and set secrets" },
      { line: "secrets share --off", means: "stop sharing" },
    ],
    changes: "project",
    load: () => import("../commands/secrets/share.ts"),
  },
  {
    path: "secrets run",
    group: "project",
    summary: "Run a command with the secrets in its environment",
    details:
      "Exits with the command's exit code. Passes all secrets, or those given with --only; a missing required secret is an error. The command's output is not redacted.",
    args: [{ name: "command", summary: "the command, after --", many: true }],
    options: [{ name: "only", value: "NAME", many: true, summary: "Pass only this secret" }],
    examples: [
      { line: "secrets run -- npm test", means: "with all secrets" },
      { line: "secrets run --only OPENAI_API_KEY -- node ask.js", means: "with one secret" },
    ],
    changes: "nothing",
    load: () => import("../commands/secrets/run.ts"),
  },
  {
    path: "secrets doctor",
    group: "project",
    summary: "Check existing and required secrets",
    details:
      "Required secrets are listed in secrets.required of the configuration and in required_secrets of the workflow's settings. Reports secrets that are missing, cannot be decrypted, are tracked by git, are readable by other users, are empty, or are placeholders. Exit code 1 if there is an error.",
    examples: [{ line: "secrets doctor", means: "problems, and what to do" }],
    changes: "nothing",
    load: () => import("../commands/secrets/doctor.ts"),
  },
  {
    path: "secrets test",
    group: "project",
    summary: "Show where a secret comes from, without showing its value",
    details:
      "Shows its location, length, and a fingerprint that is the same wherever the same name has the same value. With --live the provider is asked whether it accepts the secret: exit code 1 if it is rejected, 9 if this cannot be determined.",
    args: [NAME],
    options: [{ name: "live", summary: "Ask the provider" }],
    examples: [
      { line: "secrets test OPENAI_API_KEY", means: "where it is found" },
      { line: "secrets test OPENAI_API_KEY --live", means: "and whether it works" },
    ],
    changes: "nothing",
    load: () => import("../commands/secrets/test.ts"),
  },
  {
    path: "secrets import",
    group: "project",
    summary: "Convert the old tool's encrypted files to secrets",
    details:
      "Reads .secrets.enc (password from SECRETS_PASSWORD or a prompt) and SOPS files (with the sops program), at their old locations and in secrets/. The old files are kept.",
    options: [
      GLOBAL,
      HERE,
      { name: "dry-run", short: "n", summary: "Show what would be done, without doing it" },
      { name: "replace", summary: "Overwrite secrets with different values" },
      ...FORMS,
    ],
    examples: [{ line: "secrets import --dry-run", means: "preview" }],
    changes: "project",
    load: () => import("../commands/secrets/import.ts"),
  },
];
