/**
 * Commands about the configuration and the environment.
 * @module
 */
import { CONFIG_KEY_NAMES } from "../../config/keys.ts";
import type { CommandSpec } from "../command.ts";

const KEY = { name: "key", summary: "a configuration key", complete: CONFIG_KEY_NAMES };

const GLOBAL = {
  name: "global",
  summary: "Use your own file, ~/.orchestrator/config.yaml, instead of the repository's",
};

export const CONFIG_COMMANDS: readonly CommandSpec[] = [
  {
    path: "config show",
    group: "project",
    summary: "Show the configuration and the origin of each value",
    details:
      "Layers, lowest precedence first: defaults, the files in your home directory, .orchestrator/config.yaml, ORCHESTRATOR_* variables, the command line (--set key=value on every command). Each value is shown with its origin (file, line and column; variable; flag) and with the values that it overrides. Values of secret keys are never shown.",
    options: [
      { name: "effective", summary: "Also show keys that have their default value" },
      {
        name: "key",
        value: "KEY",
        summary: "Show only this key, or the keys of this group",
        complete: CONFIG_KEY_NAMES,
      },
    ],
    examples: [
      { line: "config show", means: "keys that are set" },
      { line: "config show --effective --json", means: "every key, for programs" },
      { line: "config show --key secrets", means: "the keys that begin with secrets." },
    ],
    changes: "nothing",
    load: () => import("../commands/config/show.ts"),
  },
  {
    path: "config get",
    group: "project",
    summary: "Print the value of a key",
    args: [KEY],
    examples: [{ line: "config get state_branch", means: "only the value" }],
    changes: "nothing",
    load: () => import("../commands/config/get.ts"),
  },
  {
    path: "config set",
    group: "project",
    summary: "Set a key in the repository's configuration or your own",
    details:
      "Comments, order and layout of the file are preserved. A file that cannot be read is never overwritten. Separate the entries of a list with commas.",
    args: [KEY, { name: "value", summary: "the new value", complete: "config_value" }],
    options: [GLOBAL],
    examples: [
      { line: "config set web_mode true", means: "for this repository" },
      { line: "config set --global migration_notice false", means: "for you, everywhere" },
      { line: "config set secrets.order environment,repository", means: "a list" },
    ],
    changes: "project",
    load: () => import("../commands/config/set.ts"),
  },
  {
    path: "config unset",
    destructive: true,
    group: "project",
    summary: "Remove a key from the repository's configuration or your own",
    args: [KEY],
    options: [GLOBAL],
    examples: [{ line: "config unset web_mode", means: "use the value of the lower layers again" }],
    changes: "project",
    load: () => import("../commands/config/unset.ts"),
  },
  {
    path: "config path",
    group: "project",
    summary: "Print the paths of the configuration files",
    options: [GLOBAL],
    examples: [
      { line: "config path", means: "the repository's file" },
      { line: "config path --json", means: "all of them, and whether they exist" },
    ],
    changes: "nothing",
    load: () => import("../commands/config/path.ts"),
  },
  {
    path: "config validate",
    group: "project",
    summary: "Check all layers of the configuration",
    details: "Reports file, line and column, the expected value, and the closest valid word.",
    examples: [{ line: "config validate", means: "exit code 3 if there is an error" }],
    changes: "nothing",
    load: () => import("../commands/config/validate.ts"),
  },
  {
    path: "config edit",
    group: "project",
    summary: "Edit a configuration file in your editor",
    details:
      "Opens a copy in $VISUAL or $EDITOR and saves it only if it is valid. Needs a terminal.",
    options: [GLOBAL],
    examples: [{ line: "config edit --global", means: "your own file" }],
    changes: "project",
    load: () => import("../commands/config/edit.ts"),
  },
  {
    path: "schema config",
    group: "project",
    summary: "Print the JSON Schema of config.yaml, for editors",
    examples: [
      { line: "schema config > config.schema.json", means: "then configure the editor to use it" },
    ],
    changes: "nothing",
    load: () => import("../commands/schema/config.ts"),
  },
  {
    path: "schema answer",
    group: "tool",
    summary: "Print the JSON Schema of what a command answers with --json",
    details:
      "Without a command it lists the names that have a schema: every command, error (what any command prints on stderr when it fails) and event (a line of log --follow).",
    args: [{ name: "command", summary: "a command, error or event", optional: true, many: true }],
    options: [{ name: "all", summary: "Print all schemas, by name" }],
    examples: [
      { line: "schema answer session list", means: "the answer of session list --json" },
      { line: "schema answer error", means: "what a command that fails prints" },
      { line: "schema answer --all > answers.schema.json", means: "all of them in one file" },
    ],
    changes: "nothing",
    load: () => import("../commands/schema/answer.ts"),
  },
  {
    path: "env",
    group: "tool",
    summary: "Show what is known about the environment",
    details:
      "Shows whether an agent is running the command, whether the disk is ephemeral and whether this is CI, each with the variable that was detected, never its value. Also shows how to keep the state, and engine, target, root and mode.",
    examples: [
      { line: "env", means: "for people" },
      { line: "env --json", means: "for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/env.ts"),
  },
];
