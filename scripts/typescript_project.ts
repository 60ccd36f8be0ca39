/**
 * The project's source as the TypeScript compiler reads it, for the checks that need more than text.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import process from "node:process";
import ts from "typescript";

/** Folders with TypeScript of this project. */
export type SourceFolder = "src" | "scripts" | "tests";

/** Paths of the project's TypeScript files, relative to its root, with `/`; `main.ts` first. */
export function sourcePaths(root: string, folders: readonly SourceFolder[]): readonly string[] {
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.split(sep).join("/")}`)
      .filter((path) => !path.startsWith("tests/fixtures/"))
  );
  return ["main.ts", ...found.sort()];
}

/** Reads files without types: a tree of each, by its path. */
export function parseSources(
  root: string,
  paths: readonly string[],
): ReadonlyMap<string, ts.SourceFile> {
  return new Map(
    paths.map((path) => [path, parseSource(path, readFileSync(join(root, path), "utf8"))]),
  );
}

/** Reads one file without types. */
export function parseSource(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** What decides a type here and in `deno.json` alike. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ESNext,
  lib: ["lib.esnext.d.ts"],
  types: ["node"],
};

const TYPES = resolve(import.meta.dirname ?? ".", "../node_modules/@types");

/** The project with types, as the compiler's program. Deno's own types come from `deno types`. */
export function projectProgram(root: string, paths: readonly string[]): ts.Program {
  const folder = mkdtempSync(join(tmpdir(), "deno-types-"));
  try {
    const engine = join(folder, "deno.d.ts");
    writeFileSync(engine, denoTypes());
    const files = [...paths.map((path) => resolve(root, path)), engine];
    const program = ts.createProgram(files, { ...OPTIONS, typeRoots: [TYPES] });
    const unread = files.filter((file) => program.getSourceFile(file) === undefined);
    if (unread.length > 0) throw new Error(`the compiler did not read ${unread.join(", ")}`);
    return program;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function denoTypes(): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["types"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`deno types failed: ${stderr}`);
  return stdout.replaceAll(/^\/\/\/ <reference lib="deno.*$/gm, "");
}

/** 1-based line of a node. */
export function lineOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}
