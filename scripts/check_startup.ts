/**
 * `deno task ok` (start-up): what is loaded before a command runs its first line stays small.
 *
 * Follows the static imports from `main.ts` and the files of the commands that agents call all day.
 * What is reached through `import()` is loaded only when it is needed and does not count.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import process from "node:process";
import ts from "typescript";
import { readSourceText } from "./source_text.ts";

/** A command whose start-up is watched. */
interface HotPath {
  readonly command: string;
  readonly entries: readonly string[];
  /** The most it may load: files of this repository, and the {@link loadedBytes} of their code. */
  readonly budget: { readonly files: number; readonly bytes: number };
}

/** Raise a budget only after `deno task bench` says that the addition is worth its time. */
export const HOT_PATHS: readonly HotPath[] = [
  {
    command: "status",
    entries: ["main.ts", "src/cli/commands/status.ts"],
    budget: { files: 53, bytes: 138_000 },
  },
  {
    command: "complete",
    entries: ["main.ts", "src/cli/commands/complete.ts"],
    budget: { files: 74, bytes: 181_450 },
  },
];

/**
 * Modules from outside that may be loaded at start: they cost next to nothing. All others have a
 * price, measured inside a Bun executable: `yaml` 7 ms, `zod` 6 ms, `zod/mini` 2 ms, `node:crypto`
 * 2 ms, `node:child_process` 2 ms, `@clack/prompts` more.
 */
export const CHEAP: readonly string[] = ["node:fs", "node:path", "node:process"];

/** What a command loads at its start. */
export interface StartupGraph {
  /** Files with their size in bytes, in the order they are reached. */
  readonly files: ReadonlyMap<string, number>;
  readonly outside: ReadonlySet<string>;
  /** One line for each import of a module that is not in {@link CHEAP}. */
  readonly violations: readonly string[];
}

/**
 * Follows static imports.
 * @param read gives the source of a file, null when there is none. Names are relative to the
 * repository's root, with `/`.
 */
export function startupGraph(
  entries: readonly string[],
  read: (file: string) => string | null,
): StartupGraph {
  const files = new Map<string, number>();
  const outside = new Set<string>();
  const violations: string[] = [];
  const visit = (file: string, chain: readonly string[]) => {
    if (files.has(file)) return;
    const source = read(file);
    if (source === null) {
      violations.push(`${[...chain, file].join(" → ")}: there is no such file`);
      return;
    }
    files.set(file, loadedBytes(source));
    violations.push(...slowLiterals(file, source));
    for (const { specifier, kind, line } of readSourceText(source).imports) {
      if (kind !== "static") continue;
      if (specifier.startsWith(".")) {
        visit(posix.join(posix.dirname(file), specifier), [...chain, file]);
        continue;
      }
      outside.add(specifier);
      if (CHEAP.includes(specifier)) continue;
      violations.push(
        `${file}:${line}: "${specifier}" is loaded at start: reach it through import() ` +
          `(${[...chain, file].join(" → ")})`,
      );
    }
  };
  for (const entry of entries) visit(entry, []);
  return { files, outside, violations };
}

/**
 * Literals of regular expressions that no hot file may have: with one that computes with sets (`--`,
 * `&&`) in such a file, every command of Bun's executable takes 2.5 ms longer to start, as measured,
 * used or not. `new RegExp(…)` in a function costs only those that call it.
 */
export function slowLiterals(file: string, source: string): readonly string[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node) && /(--|&&).*\/[a-z]*v[a-z]*$/s.test(node.text)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      found.push(
        `${file}:${
          line + 1
        }: a literal that computes with sets slows every start: make it by new RegExp() where it is used`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Bytes of a source that a machine loads: no comments, types or indentation. */
export function loadedBytes(source: string): number {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      removeComments: true,
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  const code = outputText.split("\n").map((line) => line.trim()).join("\n").trim();
  return new TextEncoder().encode(code).length;
}

/** Checks one command's graph against its budget. */
export function budgetViolations(hot: HotPath, graph: StartupGraph): readonly string[] {
  const bytes = totalBytes(graph);
  const violations: string[] = [];
  if (graph.files.size > hot.budget.files) {
    violations.push(
      `${hot.command} loads ${graph.files.size} files, more than ${hot.budget.files}`,
    );
  }
  if (bytes > hot.budget.bytes) {
    violations.push(`${hot.command} loads ${bytes} bytes of code, more than ${hot.budget.bytes}`);
  }
  return violations;
}

function totalBytes(graph: StartupGraph): number {
  return [...graph.files.values()].reduce((sum, size) => sum + size, 0);
}

if (import.meta.main) {
  const root = resolve(dirname(import.meta.filename ?? ""), "..");
  const read = (file: string) =>
    existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : null;
  const violations: string[] = [];
  for (const hot of HOT_PATHS) {
    const graph = startupGraph(hot.entries, read);
    violations.push(...graph.violations, ...budgetViolations(hot, graph));
    console.log(
      `${hot.command}: ${graph.files.size} of at most ${hot.budget.files} files, ` +
        `${totalBytes(graph)} of at most ${hot.budget.bytes} bytes of code, ` +
        `and ${[...graph.outside].sort().join(", ")}`,
    );
    if (process.argv.includes("--list")) {
      for (const [file, size] of [...graph.files].sort((left, right) => right[1] - left[1])) {
        console.log(`  ${String(size).padStart(6)}  ${file}`);
      }
    }
  }
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}
