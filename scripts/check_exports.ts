/**
 * `deno task ok` (exports): what a file of the program offers is used by another file: of the
 * program, its scripts or its tests. A function or value that only its own file uses is not
 * exported; one that nothing uses goes. A type may be exported beside the function it belongs to.
 * @module
 */
import { dirname, posix, resolve } from "node:path";
import process from "node:process";
import ts from "typescript";
import { lineOf, parseSources, sourcePaths } from "./typescript_project.ts";

/** An export that no other file uses. */
export interface DeadExport {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly name: string;
}

/** Files that are loaded by something else than an import, and what it takes from them. */
const LOADED: readonly { readonly files: RegExp; readonly names: readonly string[] }[] = [
  // `cli/table/` loads the file of a command through import().
  { files: /^src\/cli\/commands\//, names: ["run"] },
];

/** Finds dead exports of `src/`. @param sources trees by their path from the root, with `/`. */
export function deadExports(sources: ReadonlyMap<string, ts.SourceFile>): readonly DeadExport[] {
  const used = new Set<string>();
  for (const [path, source] of sources) takeUses(path, source, used);
  return [...sources].filter(([path]) => path.startsWith("src/")).flatMap(([path, source]) => {
    const loaded = LOADED.filter(({ files }) => files.test(path)).flatMap(({ names }) => names);
    return exportsOf(source).filter(({ name }) =>
      !loaded.includes(name) && !used.has(`${path} ${name}`) && !used.has(`${path} *`)
    ).filter(({ name, node }) => !isTypeOf(source, name, node)).map(({ name, node }) => ({
      file: path,
      line: lineOf(node),
      name,
    }));
  });
}

interface Export {
  readonly name: string;
  readonly node: ts.Node;
}

function exportsOf(source: ts.SourceFile): readonly Export[] {
  return source.statements.flatMap((statement): readonly Export[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
      return exportClause.elements.map((node) => ({ name: node.name.text, node }));
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap((node) =>
        ts.isIdentifier(node.name) ? [{ name: node.name.text, node }] : []
      );
    }
    const { name } = statement as { readonly name?: ts.Identifier };
    return name === undefined ? [] : [{ name: name.text, node: statement }];
  });
}

/** Whether an export is a type that its own file needs. */
function isTypeOf(source: ts.SourceFile, name: string, node: ts.Node): boolean {
  if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return false;
  let count = 0;
  const visit = (part: ts.Node): void => {
    if (ts.isIdentifier(part) && part.text === name && part.parent !== node) count += 1;
    ts.forEachChild(part, visit);
  };
  visit(source);
  return count > 0;
}

/** Notes what a file takes from others, as `file name`; `file *` where it takes all. */
function takeUses(path: string, source: ts.SourceFile, used: Set<string>): void {
  const take = (specifier: ts.Node | undefined, names: readonly string[]) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    if (!specifier.text.startsWith(".")) return;
    const file = posix.join(posix.dirname(path), specifier.text);
    for (const name of names) used.add(`${file} ${name}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) take(node.moduleSpecifier, importedNames(node));
    else if (ts.isExportDeclaration(node)) {
      const { exportClause } = node;
      const named = exportClause !== undefined && ts.isNamedExports(exportClause);
      take(node.moduleSpecifier, named ? exportClause.elements.map(sourceName) : ["*"]);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      take(node.argument.literal, ["*"]);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      take(node.arguments[0], lazyNames(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function importedNames({ importClause }: ts.ImportDeclaration): readonly string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  return ts.isNamedImports(bindings) ? bindings.elements.map(sourceName) : ["*"];
}

function sourceName({ name, propertyName }: ts.ImportSpecifier | ts.ExportSpecifier): string {
  return (propertyName ?? name).text;
}

/** What is taken of `await import(…)`: the names of a pattern or a property; `*` for all else. */
function lazyNames(call: ts.CallExpression): readonly string[] {
  if (!ts.isAwaitExpression(call.parent)) return ["*"];
  let node: ts.Node = call.parent;
  while (ts.isParenthesizedExpression(node.parent)) node = node.parent;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return [parent.name.text];
  if (!ts.isVariableDeclaration(parent) || !ts.isObjectBindingPattern(parent.name)) return ["*"];
  return parent.name.elements.map(({ propertyName, name }) => (propertyName ?? name).getText());
}

if (import.meta.main) {
  const root = resolve(dirname(import.meta.filename ?? ""), "..");
  const sources = parseSources(root, sourcePaths(root, ["src", "scripts", "tests"]));
  const dead = deadExports(sources);
  for (const { file, line, name } of dead) {
    console.error(`${file}:${line}: no other file uses the export "${name}"`);
  }
  if (dead.length > 0) process.exitCode = 1;
  else console.log(`${sources.size} files, every export of src/ is used`);
}
