/** Faults of moving over. */
import type { Mutant } from "../mutant.ts";

const GUARDS = "tests/unit/migration/guards_test.ts";
const ORDER = "tests/crash/migration_order_test.ts";

export const MIGRATION: readonly Mutant[] = [
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
