/**
 * Every fault that was removed once, or that must never come in, and the test that sees it.
 * @module
 */
import type { Mutant } from "./mutant.ts";

const GUARDS = "tests/unit/migration/guards_test.ts";
const ORDER = "tests/crash/migration_order_test.ts";
const SHOWN = "tests/unit/cli/shown_test.ts";
const ESCAPES = "tests/transcripts/escapes_test.ts";
const REDACTION = "tests/unit/cli/redaction_test.ts";

const MIGRATION: readonly Mutant[] = [
  {
    name: "moving over does not read its copies back",
    file: "src/migration/stage.ts",
    search: "  await verifyCopies(input, files);\n",
    replace: "",
    killedBy: { file: GUARDS, filter: "a copy that is not what was written" },
  },
  {
    name: "moving over takes any copy of the right size",
    file: "src/migration/stage.ts",
    search: "copy.sha256 !== file.sha256 || copy.bytes !== file.bytes",
    replace: "copy.bytes !== file.bytes",
    killedBy: { file: GUARDS, filter: "a copy that is not what was written" },
  },
  {
    name: "moving over does not see that an original changed",
    file: "src/migration/stage.ts",
    search: "  requireUnchanged(paths, plan.files);\n",
    replace: "",
    killedBy: { file: GUARDS, filter: "an original that the old tool goes on writing" },
  },
  {
    name: "moving over does not sync its copies",
    file: "src/migration/stage.ts",
    search: `  syncFiles(
    inState(paths, input.staging),
    files.map((file) => stagedPath(input, file.to)),
  );
`,
    replace: "",
    killedBy: { file: ORDER, filter: "moving over in order: scattered files" },
  },
  {
    name: "moving over does not sync the folders of its copies",
    file: "src/migration/stage.ts",
    search: "  syncFolders(input, files);\n",
    replace: "",
    killedBy: { file: ORDER, filter: "moving over in order: scattered files" },
  },
  {
    name: "states are moved last",
    file: "src/migration/publish.ts",
    search: `    ...originals.filter(({ path }) => HAS_STATE.test(path)),
    ...originals.filter(({ path }) => !HAS_STATE.test(path)),
`,
    replace: `    ...originals.filter(({ path }) => !HAS_STATE.test(path)),
    ...originals.filter(({ path }) => HAS_STATE.test(path)),
`,
    killedBy: { file: ORDER, filter: "moving over in order: scattered files" },
  },
  {
    name: "recovery undoes a migration although originals have moved",
    file: "src/migration/recover.ts",
    search: 'journal.phase === "staging" && !moved',
    replace: 'journal.phase === "staging"',
    killedBy: { file: GUARDS, filter: "a commit that a power cut took back" },
  },
];

const TRAVEL: readonly Mutant[] = [
  {
    name: "an import replaces a copy that has moved on since",
    file: "src/snapshot/plan.ts",
    search: 'step.action === "replace" && local.hash === step.replaces',
    replace: 'step.action === "replace"',
    killedBy: { file: "tests/unit/snapshot/moved_on_test.ts" },
  },
  {
    name: "secrets on the server's branch are carried on",
    file: "src/state_branch/commit.ts",
    search: 'contentOf(path)?.kind !== "secret"',
    replace: 'contentOf(path)?.kind !== "nothing"',
    killedBy: { file: "tests/e2e/state_branch_test.ts", filter: "a secret that somebody put" },
  },
  {
    name: "what is not here counts as removed",
    file: "src/state_branch/commit.ts",
    search: "if (!removed.has(id)) kept.set(id, oid);",
    replace: 'if (id === "") kept.set(id, oid);',
    killedBy: {
      file: "tests/e2e/state_branch_test.ts",
      filter: "a folder of sessions that is gone",
    },
  },
  {
    name: "a branch of a newer program is merged",
    file: "src/state_branch/branch.ts",
    search: "    await refuseNewer(git, tree.files);\n",
    replace: "",
    killedBy: {
      file: "tests/compatibility/newer_test.ts",
      filter: "a state branch that is newer, from clones that know it",
    },
  },
];

const LOCKS: readonly Mutant[] = [
  {
    name: "a lock on a file that has lost its name counts",
    file: "src/platform/file_lock.ts",
    search: "      named = file.isAt(path);\n",
    replace: "      named = true;\n",
    killedBy: { file: "tests/crash/lock_race_test.ts" },
  },
];

const TRUST: readonly Mutant[] = [
  {
    name: "a repository's file sets what is for a person to decide, read the fast way",
    file: "src/config/plain_text.ts",
    search: '    if (file.layer === "repository" && row.personal === true) return null;\n',
    replace: "",
    killedBy: { file: "tests/property/config_plain_text_test.ts" },
  },
  {
    name: "a repository's file sets what is for a person to decide, read by the library",
    file: "src/config/read_file.ts",
    search: 'this.#file.layer === "repository" && row.personal === true',
    replace: 'this.#file.layer === "repository" && row.personal === undefined',
    killedBy: { file: "tests/property/config_plain_text_test.ts" },
  },
];

const SECRECY: readonly Mutant[] = [
  {
    name: "warnings of a command that succeeds are not redacted",
    file: "src/cli/run.ts",
    search: "context.warnings.map((warning) => redactor.redact(warning))",
    replace: "context.warnings",
    killedBy: { file: REDACTION, filter: "a warning of a command that succeeds" },
  },
  {
    name: "warnings of a command that fails are not redacted",
    file: "src/cli/fail.ts",
    search: "(context?.warnings ?? []).map((warning) => redactor.redact(warning))",
    replace: "(context?.warnings ?? [])",
    killedBy: { file: REDACTION, filter: "a warning of a command that fails" },
  },
  {
    name: "an error's details are not redacted",
    file: "src/cli/secrets/redactor.ts",
    search: "redactDeep(error.details, clean) as Readonly<Record<string, unknown>>",
    replace: "error.details",
    killedBy: { file: REDACTION, filter: "message, hint and details" },
  },
  {
    name: "a secret in base64 for addresses is not known",
    file: "src/secrets/known_forms.ts",
    search: '    ...bases.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),\n',
    replace: "",
    killedBy: { file: "tests/unit/secrets/redactor_test.ts" },
  },
];

const WORKFLOW: readonly Mutant[] = [
  {
    name: "a gate's command does not see its caller's environment",
    file: "src/session/verification.ts",
    search: "env: { ...request.env, ...commandVariables(",
    replace: 'env: { PATH: request.env["PATH"], ...commandVariables(',
    killedBy: { file: "tests/unit/cli/verification_environment_test.ts" },
  },
  {
    name: "a phase is approved twice",
    file: "src/workflow/decide.ts",
    search: `  if (current.value.state.approval !== undefined) {
    return { events: [], already: \`Phase "\${id}" is already approved\` };
  }
`,
    replace: "",
    killedBy: { file: "tests/unit/workflow/decide_moves_test.ts", filter: "once" },
  },
  {
    name: "a line of a newer journal is called damaged",
    file: "src/session/journal.ts",
    search: "      tooNew: true,\n",
    replace: "      tooNew: false,\n",
    killedBy: {
      file: "tests/compatibility/newer_test.ts",
      filter: "to restore a checkpoint of a session whose journal is newer",
    },
  },
];

const TOTALITY = "tests/unit/state_layout/totality_test.ts";

const LAYOUT: readonly Mutant[] = [
  {
    name: "secrets with capitals do not travel",
    file: "src/snapshot/contents.ts",
    search: "if (meaning === null || !takes(carrier, meaning.entry)) return null;",
    replace:
      "if (meaning === null || !takes(carrier, meaning.entry) || /^secrets.*[A-Z]/.test(name)) return null;",
    killedBy: { file: TOTALITY, filter: "/named: encrypted snapshot$/" },
  },
  {
    name: "the old tool's files are left behind without a word",
    file: "src/snapshot/left_out.ts",
    search: "    if (taken.names.has(name)) return;\n",
    replace: '    if (taken.names.has(name) || name.includes("/legacy/")) return;\n',
    killedBy: { file: TOTALITY, filter: "named: snapshot" },
  },
  {
    name: "an import forgets the repository's own lines",
    file: "src/snapshot/place_files.ts",
    search: "      note(null, name, await placeLines(backend, name, content.read(file)));\n",
    replace: "",
    killedBy: { file: TOTALITY, filter: "named: snapshot" },
  },
  {
    name: "git is shown what must never be committed",
    file: "src/state_layout/git_files.ts",
    search: 'LAYOUT.filter((entry) => !takes("git", entry)).map(ignorePattern)',
    replace:
      'LAYOUT.filter((entry) => !takes("git", entry) && !entry.path.startsWith("prd")).map(ignorePattern)',
    killedBy: {
      file: "tests/unit/state_layout/table_test.ts",
      filter: "git ignores exactly what it must never carry",
    },
  },
  {
    name: "a file's limit is another one without the table",
    file: "src/state_layout/limits.ts",
    search: '  ["removed", LIMITS.removals],\n',
    replace: "",
    killedBy: {
      file: "tests/unit/state_layout/table_test.ts",
      filter: "what may be read of a file is told without the table",
    },
  },
  {
    name: "a secret takes the place of one that differs in capitals only",
    file: "src/secrets/folder.ts",
    search: "  if (other === null) return;\n",
    replace: "  return;\n",
    killedBy: {
      file: "tests/unit/secrets/store_test.ts",
      filter: "a name that some file systems take for another secret's is refused",
    },
  },
  {
    name: "an import is decided that the disk has no room for",
    file: "src/snapshot/import.ts",
    search: `      requireRoom(
        bytesToPut(request.paths, decided, files),
        freeBytes(request.paths.stateDirectory),
      );
`,
    replace: "",
    killedBy: {
      file: "tests/e2e/full_disk_test.ts",
      filter: "an import that could not be finished",
    },
  },
];

const PRINTING: readonly Mutant[] = [
  {
    name: "nothing is spelled out",
    file: "src/cli/output/shown.ts",
    search: "UNUSUAL.test(text) && TRICKY.test(text) ? spelled(text) : text",
    replace: "text",
    killedBy: { file: SHOWN, filter: "what cannot be seen" },
  },
  {
    name: "direction marks reach the terminal",
    file: "src/cli/output/spelled.ts",
    search: "\\\\u200b-\\\\u200f",
    replace: "\\\\u200b-\\\\u200d",
    killedBy: { file: SHOWN, filter: "what cannot be seen" },
  },
  {
    name: "what is said to be a number is printed as it is",
    file: "src/cli/output/shown.ts",
    search: 'typeof value === "number" ? String(value) : "?"',
    replace: "String(value)",
    killedBy: { file: SHOWN, filter: "own words and what is shown" },
  },
  {
    name: "JSON has characters that cannot be seen",
    file: "src/cli/output/json.ts",
    search: "(TRICKY.test(text) ? escaped(text) : text)",
    replace: "text",
    killedBy: { file: SHOWN, filter: "JSON says the same" },
  },
  {
    name: "a line that goes on has no bar",
    file: "src/cli/output/text.ts",
    search: '${" ".repeat(Math.max(0, indent - GUTTER_WIDTH))}${style.symbols.gutter}',
    replace: '${" ".repeat(indent)}',
    killedBy: { file: "tests/unit/cli/text_test.ts", filter: "stands behind a bar" },
  },
  {
    name: "a text of many lines has no bar",
    file: "src/cli/output/text.ts",
    search: "const lead = indent + style.symbols.gutter;",
    replace: "const lead = indent;",
    killedBy: { file: "tests/unit/cli/text_test.ts", filter: "stands behind a bar" },
  },
  {
    name: "messages are printed as they are",
    file: "src/cli/output/error.ts",
    search: "    ? shown(text)\n",
    replace: "    ? text as Shown\n",
    killedBy: { file: ESCAPES, filter: "escapes in a snapshot" },
  },
  {
    name: "the lines of a failed command have no bar",
    file: "src/cli/output/error.ts",
    search: "say`  ${gutter}${fit(String(entry), style, 4)}`",
    replace: "say`  ${fit(String(entry), style, 4)}`",
    killedBy: { file: ESCAPES, filter: "what a command of a workflow prints" },
  },
  {
    name: "a terminal begins rows itself",
    file: "src/cli/run.ts",
    search: "const io = onTerminals(surroundings);",
    replace: "const io = surroundings;",
    killedBy: { file: ESCAPES, filter: "escapes in a snapshot" },
  },
  {
    name: "a command's output keeps its sequences",
    file: "src/cli/output/command_output.ts",
    search: "final !== undefined && keep(parameters",
    replace: "final !== undefined || keep(parameters",
    killedBy: { file: "tests/unit/cli/command_output_test.ts", filter: "cursor, screen, modes" },
  },
];

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  ...MIGRATION,
  ...TRAVEL,
  ...LOCKS,
  ...TRUST,
  ...SECRECY,
  ...WORKFLOW,
  ...LAYOUT,
  ...PRINTING,
];
