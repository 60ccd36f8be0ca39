/** Faults of workflows and their journals. */
import type { Mutant } from "../mutant.ts";

export const WORKFLOW: readonly Mutant[] = [
  {
    name: "a gate's command does not see its caller's environment",
    file: "src/session/verify_command.ts",
    search: "...shellEnvironment({ setup }, request.env),",
    replace: 'PATH: request.env["PATH"],',
    killedBy: { file: "tests/unit/cli/verification_environment_test.ts" },
  },
  {
    name: "a phase is approved twice",
    file: "src/workflow/decide.ts",
    search: `  if (current.value.state.approval !== undefined) {
    return { value: { events: [], already: \`Phase "\${id}" is already approved\` } };
  }
`,
    replace: "",
    killedBy: { file: "tests/unit/workflow/decide_moves_test.ts", filter: "once" },
  },
  {
    name: "a line of a newer journal is called damaged",
    file: "src/session/journal.ts",
    search: "{ tooNew: true },",
    replace: "{ tooNew: false },",
    killedBy: {
      file: "tests/compatibility/newer_test.ts",
      filter: "to restore a checkpoint of a session whose journal is newer",
    },
  },
  {
    name: "a cached state counts without the digest of the last line",
    file: "src/session/proof.ts",
    search: "return stateDigests().digest(state) === event.state;",
    replace: "return true;",
    killedBy: { file: "tests/unit/session/forged_state_test.ts", filter: "a longer one" },
  },
  {
    name: "a line without a digest counts behind lines with one",
    file: "src/session/journal.ts",
    search: "if (rules !== undefined || this.#audited === null) return null;",
    replace: "if (rules === undefined || this.#audited !== null) return null;",
    killedBy: { file: "tests/e2e/forged_record_test.ts", filter: "not taken behind" },
  },
  {
    name: "the digest of a line is not compared with the state it leads to",
    file: "src/session/rebuild.ts",
    search: "if (this.#digests.digest(state) === event.state) return null;",
    replace: "if (this.#digests.digest(state) !== null) return null;",
    killedBy: { file: "tests/e2e/forged_record_test.ts", filter: "digest of another state" },
  },
  {
    name: "a journal is written to of which only a newer program knows all",
    file: "src/session/session_manager.ts",
    search: "if (newer === null) return;",
    replace: "if (newer !== null) return;\n    if (newer === null) return;",
    killedBy: { file: "tests/e2e/forged_record_test.ts", filter: "not written to: rules" },
  },
  {
    name: "an imported state says since when lines record their rules",
    file: "src/workflow/evolve.ts",
    search: "const { audited: _, ...first } = begin(event);",
    replace: "const first = begin(event);",
    killedBy: { file: "tests/unit/workflow/evolve_test.ts", filter: "names its rules" },
  },
  {
    name: "a digest is another item's",
    file: "src/workflow/projection.ts",
    search: "before.items[at] !== now.items[at] || ",
    replace: "",
    killedBy: { file: "tests/unit/workflow/projection_test.ts", filter: "follow each other" },
  },
  {
    name: "the file of a history is not compared with its hash",
    file: "src/session/history.ts",
    search: 'return hash.hex() === history.sha256 ? null : "was changed";',
    replace: "return null;",
    killedBy: { file: "tests/unit/session/history_test.ts", filter: "too large is said" },
  },
  {
    name: "secrets stay in the file of a history",
    file: "src/session/history_file.ts",
    search: "file.add(JSON.stringify(scrubWords(value, clean)))",
    replace: "file.add(JSON.stringify(value))",
    killedBy: { file: "tests/unit/session/history_test.ts", filter: "first event names" },
  },
  {
    name: "a session with a history does not raise the format of the repository",
    file: "src/session/create_session.ts",
    search: "    await raiseFormat(backend);\n",
    replace: "",
    killedBy: { file: "tests/unit/session/history_test.ts", filter: "first event names" },
  },
  {
    name: "a key that changes what runs is only warned of",
    file: "src/workflow/definition_shape.ts",
    search: "  if (unsupported !== undefined) {",
    replace: "  if (unsupported === null) {",
    killedBy: {
      file: "tests/unit/workflow/definition_format_test.ts",
      filter: "would change what runs is an error",
    },
  },
  {
    name: "a misspelt key is only warned of in format 2",
    file: "src/workflow/definition_shape.ts",
    search: "if (format === 1 || !binds && misspelt === undefined) {",
    replace: "if (format === 1 || !binds) {",
    killedBy: { file: "tests/unit/workflow/definition_format_test.ts", filter: "one edit away" },
  },
  {
    name: "requires is not held against the program's version",
    file: "src/workflow/parse_definition.ts",
    search: "if (version === undefined || satisfies(",
    replace: "if (version !== null || satisfies(",
    killedBy: {
      file: "tests/unit/workflow/definition_format_test.ts",
      filter: "outside the range",
    },
  },
  {
    name: "a definition of a new branch counts as the project's",
    file: "src/app/definition_origin.ts",
    search: 'const main = (["differs", "same", "absent"] as const)',
    replace: 'const main = (["same"] as const)',
    killedBy: {
      file: "tests/unit/app/definition_origin_test.ts",
      filter: "committed on a new branch, now",
    },
  },
  {
    name: "git replace makes an easy definition the committed one",
    file: "src/project/ask_git.ts",
    search: '        GIT_NO_REPLACE_OBJECTS: "1",\n',
    replace: "",
    killedBy: { file: "tests/unit/app/definition_origin_test.ts", filter: "object is replaced" },
  },
  {
    name: "what a configuration that is not committed names is the project's",
    file: "src/app/definition_origin.ts",
    search: "if (path !== null && path !== WORKFLOW_FILE) named.set(revision, path);",
    replace: 'if (path === null) named.set(revision, project.paths.relative(""));',
    killedBy: {
      file: "tests/unit/app/definition_origin_test.ts",
      filter: "nothing is said of a committed configuration",
    },
  },
  {
    name: "what is not committed yet is a deviation",
    file: "src/workflow/definition_origin.ts",
    search: '    : path !== usual && folder === "differs";',
    replace: '    : folder !== "absent";',
    killedBy: { file: "tests/unit/app/definition_origin_test.ts", filter: "mild words" },
  },
  {
    name: "the log does not say where a definition came from",
    file: "src/cli/output/event_text.ts",
    search: "[row, ...originRows(event.data.origin, event.data.overriddenSettings, style)]",
    replace: "[row]",
    killedBy: {
      file: "tests/unit/app/definition_origin_test.ts",
      filter: "on the command line, now",
    },
  },
  {
    name: "BASH_ENV and its like reach a strict shell",
    file: "src/session/command_shell.ts",
    search: 'setup.shell === "strict" ? withoutShellVariables(env) : env',
    replace: "env",
    killedBy: { file: "tests/unit/session/verify_command_test.ts", filter: "no variable makes" },
  },
  {
    name: "a pipe runs without pipefail where nothing has it",
    file: "src/session/command_shell.ts",
    search: "if (isWeaker && pipesOf(command)) {",
    replace: "if (isWeaker && pipesOf(command) && false) {",
    killedBy: { file: "tests/unit/app/required_shells_test.ts", filter: "with the way out" },
  },
  {
    name: "a command runs in a directory behind a link out of the project",
    file: "src/session/verify_command.ts",
    search: "if (!paths.contains(dir))",
    replace: "if (!paths.contains(paths.root))",
    killedBy: { file: "tests/unit/session/verify_command_test.ts", filter: "outside the project" },
  },
  {
    name: "any shell counts for any item",
    file: "src/workflow/completion.ts",
    search: "!shellFits(planned.setup, outcome)",
    replace: "false",
    killedBy: { file: "tests/unit/workflow/audit/forged_fields_test.ts", filter: "every field" },
  },
];
