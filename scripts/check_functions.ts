/**
 * `deno task ok` (functions): what a reader has to hold in mind at once stays small. No function of
 * the program or its scripts has more than 60 lines or four positional parameters, but those that
 * are named below with their reason.
 * @module
 */
import { dirname, resolve } from "node:path";
import process from "node:process";
import ts from "typescript";
import { lineOf, parseSources, sourcePaths } from "./typescript_project.ts";

/** The most lines of a function, its head and its last brace included. */
export const MOST_LINES = 60;

/** The most positional parameters; an object of options is one. */
export const MOST_PARAMETERS = 4;

/** The most exceptions: one that is added has to replace another. */
export const MOST_EXCEPTIONS = 15;

/** Functions that are larger, as `file: name`, and why that is easier to read. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "scripts/release.ts: release": "the steps of a release, each a call, in the order of its page",
  "src/cli/commands/secrets/import.ts: run": "two thirds are what it answers, for each outcome",
  "src/cli/commands/state/status.ts: run": "two thirds are what it answers, a row for each fact",
  "src/cli/output/event_text.ts: whatHappened": "a table: what is said of each kind of event",
  "src/app/state/find_branch.ts: findStateBranch":
    "a chain of fallbacks; what each finds decides the next",
  "src/legacy/inventory.ts: row": "a table whose columns have no names, or it would be 400 lines",
  "src/migration/migrate.ts: migrateHeld": "the journaled steps; their order is what makes it safe",
  "src/platform/processes.ts: runCommand": "the states of one child process, which share variables",
  "src/platform/processes.ts: runProgram": "the states of one child process, which share variables",
  "src/snapshot/import.ts: importInto": "the steps of an import; their order is what makes it safe",
  "src/workflow/definition_schema.ts: buildSchemas": "the schema: a value with descriptions",
  "src/workflow/evolve.ts: evolve": "a table: what each kind of event does to a session",
};

/** A function that is too large. */
export interface LargeFunction {
  /** `file: name`. */
  readonly id: string;
  /** 1-based. */
  readonly line: number;
  /** As in "it has <…>". */
  readonly what: string;
}

/** Finds the functions of a file that are too large. */
export function largeFunctions(path: string, source: ts.SourceFile): readonly LargeFunction[] {
  const found: LargeFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) {
      const what = excess(node, source);
      if (what !== null) found.push({ id: `${path}: ${nameOf(node)}`, line: lineOf(node), what });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunction(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function excess(node: FunctionNode, source: ts.SourceFile): string | null {
  const last = source.getLineAndCharacterOfPosition(node.end).line + 1;
  const lines = last - lineOf(node) + 1;
  if (lines > MOST_LINES) return `${lines} lines (limit ${MOST_LINES})`;
  const parameters = node.parameters.filter(({ name }) => name.getText() !== "this").length;
  if (parameters <= MOST_PARAMETERS) return null;
  return `${parameters} positional parameters (limit ${MOST_PARAMETERS})`;
}

/** The name of a function, or of what it is given to. */
function nameOf(node: ts.Node): string {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const named = node as { readonly name?: ts.Node };
  if (named.name !== undefined) return named.name.getText();
  if (node.parent === undefined || ts.isSourceFile(node.parent)) return "(anonymous)";
  return `in ${nameOf(node.parent)}`.replace(/^(in )+(?=in )/, "");
}

/**
 * What is wrong, one line each: large functions without an exception, exceptions without a large
 * function or a reason, too many exceptions.
 */
export function problemsOf(
  found: readonly LargeFunction[],
  exceptions: Readonly<Record<string, string>>,
): readonly string[] {
  const ids = new Set(found.map(({ id }) => id));
  const names = Object.keys(exceptions);
  const problems = found.filter(({ id }) => !Object.hasOwn(exceptions, id))
    .map(({ id, line, what }) => `${id} (line ${line}) has ${what}`);
  for (const name of names) {
    if (!ids.has(name)) problems.push(`${name}: no exception is needed any more`);
    else if (exceptions[name]?.trim() === "") problems.push(`${name}: its exception has no reason`);
  }
  if (names.length > MOST_EXCEPTIONS) {
    problems.push(`${names.length} exceptions (limit ${MOST_EXCEPTIONS})`);
  }
  return problems;
}

if (import.meta.main) {
  const root = resolve(dirname(import.meta.filename ?? ""), "..");
  const sources = parseSources(root, sourcePaths(root, ["src", "scripts"]));
  const found = [...sources].flatMap(([path, source]) => largeFunctions(path, source));
  const problems = problemsOf(found, EXCEPTIONS);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else {
    console.log(`${sources.size} files, ${Object.keys(EXCEPTIONS).length} functions are larger`);
  }
}
