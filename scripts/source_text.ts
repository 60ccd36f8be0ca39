/**
 * Reads TypeScript source as far as the checks need it: its code without comments and texts, and
 * what it imports.
 * @module
 */
import ts from "typescript";
import { lineOf, parseSource } from "./typescript_project.ts";

/** An import in a file. */
export interface Import {
  /** As written: `../errors.ts`, `node:fs`, `yaml`. */
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  /**
   * `static`: loaded with the file. `dynamic`: `import()`, loaded when it gets there. `type`: only
   * types, nothing is loaded.
   */
  readonly kind: "static" | "dynamic" | "type";
}

/** A source file, read. */
export interface SourceText {
  /**
   * The source with comments, and the insides of strings, regular expressions and the fixed parts of
   * templates, replaced by blanks. Line ends and all offsets are those of the source.
   */
  readonly code: string;
  readonly imports: readonly Import[];
  /** Lines (1-based) with an `import()` whose argument is not a plain string. */
  readonly computedImports: readonly number[];
}

/** Reads one file. */
export function readSourceText(source: string): SourceText {
  const file = parseSource("source.ts", source);
  const imports: Import[] = [];
  const computedImports: number[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, line: lineOf(node), kind: kindOf(node) });
    } else if (specifier !== undefined) computedImports.push(lineOf(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { code: codeOf(file, source), imports, computedImports };
}

/** What is imported from; undefined for a node that imports nothing. */
function specifierOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  return isImportCall(node) ? node.arguments[0] : undefined;
}

function isImportCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function kindOf(node: ts.Node): Import["kind"] {
  if (isImportCall(node)) return "dynamic";
  const isType = ts.isExportDeclaration(node)
    ? node.isTypeOnly || namesOnlyTypes(node.exportClause)
    : ts.isImportDeclaration(node) && isTypeClause(node.importClause);
  return isType ? "type" : "static";
}

function isTypeClause(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return clause.name === undefined && namesOnlyTypes(clause.namedBindings);
}

/** Whether a clause such as `{ type A, type B }` names something, and nothing but types. */
function namesOnlyTypes(clause: ts.NamedImportBindings | ts.NamedExportBindings | undefined) {
  if (clause === undefined || !(ts.isNamedImports(clause) || ts.isNamedExports(clause))) {
    return false;
  }
  return clause.elements.length > 0 && clause.elements.every((element) => element.isTypeOnly);
}

/** The source with blanks for all that is no code. */
function codeOf(file: ts.SourceFile, source: string): string {
  const output = source.split("");
  const erase = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      if (output[at] !== "\n" && output[at] !== "\r") output[at] = " ";
    }
  };
  const visit = (node: ts.Node): void => {
    const parts = node.getChildren(file).filter((part) => !ts.isJSDoc(part));
    if (parts.length > 0) return parts.forEach(visit);
    const start = node.getStart(file);
    erase(node.pos, start);
    const [before, behind] = marksOf(node);
    if (before > 0) erase(start + before, node.end - behind);
  };
  visit(file);
  return output.join("");
}

/** How many characters of a text, expression or template are its marks: in front, and behind. */
function marksOf(node: ts.Node): readonly [before: number, behind: number] {
  switch (node.kind) {
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
    case ts.SyntaxKind.TemplateTail:
      return [1, 1];
    case ts.SyntaxKind.TemplateHead:
    case ts.SyntaxKind.TemplateMiddle:
      return [1, 2];
    case ts.SyntaxKind.RegularExpressionLiteral:
      return [1, 0];
    default:
      return [0, 0];
  }
}
