/** Faults of the table of the state directory. */
import type { Mutant } from "../mutant.ts";

const TOTALITY = "tests/unit/state_layout/totality_test.ts";

export const LAYOUT: readonly Mutant[] = [
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
  {
    name: "in a linked worktree the current session of the main checkout is called missing",
    file: "src/snapshot/left_out.ts",
    search: 'why: isOfSession() ? "machine" : "no session"',
    replace: 'why: "no session"',
    killedBy: {
      file: "tests/unit/app/worktrees_test.ts",
      filter: "an export in a worktree without a session",
    },
  },
  {
    name: "the main checkout around a linked worktree is another project",
    file: "src/doctor/checks/project_nested.ts",
    search: " && state !== paths.stateDirectory",
    replace: "",
    killedBy: {
      file: "tests/unit/app/worktrees_test.ts",
      filter: "a worktree inside its main checkout",
    },
  },
  {
    name: "what is no boolean in YAML is told to lose quotes that it has not",
    file: "src/config/read_file.ts",
    search: 'const isPlain = type.kind !== "boolean" ||',
    replace: 'const isPlain = type.kind !== "" ||',
    killedBy: { file: "tests/unit/config/read_file_test.ts", filter: "wrong:" },
  },
  {
    name: "on Windows, a path with other separators than its folder is outside of it",
    file: "src/platform/path.ts",
    search: 'rules === "posix" ? path : path.replaceAll("\\\\", "/")',
    replace: 'rules === "posix" ? path : path.replaceAll("\\\\", "\\\\")',
    killedBy: { file: "tests/unit/platform/path_test.ts", filter: "partBelow" },
  },
  {
    name: "a folder whose name begins like another's is inside of that",
    file: "src/platform/path.ts",
    search: "same && /^(\\/|$)/.test(rest)",
    replace: "same && /^/.test(rest)",
    killedBy: { file: "tests/unit/platform/path_test.ts", filter: "partBelow" },
  },
];
