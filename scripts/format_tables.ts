/**
 * Tables of the format on disk that follow from the source: which events there are, with their fields,
 * and in which order a digest takes the fields of a state.
 * @module
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { parseSource } from "./typescript_project.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** A type of line, as the interface of all of them says it. */
export interface LineType {
  readonly name: string;
  /** Names of fields; those that may be absent with `?`. */
  readonly fields: readonly string[];
  /** The first sentence of what the source says of it. */
  readonly means: string;
}

function fileOf(path: string): ts.SourceFile {
  return parseSource(path, readFileSync(join(ROOT, path), "utf8"));
}

/** The types of lines that an interface lists, a property for each. */
export function lineTypes(path: string, name: string): readonly LineType[] {
  const file = fileOf(path);
  const found = file.statements.find((node): node is ts.InterfaceDeclaration =>
    ts.isInterfaceDeclaration(node) && node.name.text === name
  );
  if (found === undefined) throw new Error(`Cannot find interface ${name} in ${path}`);
  return found.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(file),
    fields: member.type === undefined ? [] : fieldsOf(member.type, file),
    means: sentenceOf(member, file),
  }));
}

/** Fields of a type: of a literal its own, of an intersection all, of a name those of its interface. */
function fieldsOf(type: ts.TypeNode, file: ts.SourceFile): readonly string[] {
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => fieldsOf(part, file));
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap((member) => fieldOf(member, file));
  return ts.isTypeReferenceNode(type) ? fieldsOfNamed(type.typeName.getText(file), file) : [];
}

/** Fields of an interface of the file, those of what it extends first. */
function fieldsOfNamed(name: string, file: ts.SourceFile): readonly string[] {
  const found = file.statements.find((node): node is ts.InterfaceDeclaration =>
    ts.isInterfaceDeclaration(node) && node.name.text === name
  );
  if (found === undefined) return [];
  const bases = (found.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap(({ expression }) => fieldsOfNamed(expression.getText(file), file))
  );
  return [...bases, ...found.members.flatMap((member) => fieldOf(member, file))];
}

function fieldOf(member: ts.TypeElement, file: ts.SourceFile): readonly string[] {
  if (!ts.isPropertySignature(member)) return [];
  return [`${member.name.getText(file)}${member.questionToken === undefined ? "" : "?"}`];
}

/** The comment in front of a member, on one line. */
function sentenceOf(member: ts.Node, file: ts.SourceFile): string {
  const comments = ts.getLeadingCommentRanges(file.text, member.getFullStart()) ?? [];
  const last = comments.at(-1);
  if (last === undefined) return "";
  return file.text.slice(last.pos, last.end).replace(/^\/\*\*|\*\/$/g, "").replace(
    /^\s*\* ?/gm,
    " ",
  )
    .replace(/\s+/g, " ").trim();
}

/** The texts of a constant's array, through calls and `as const` around it. */
export function listedNames(path: string, constant: string): readonly string[] {
  const file = fileOf(path);
  let names: readonly string[] | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText(file) === constant) {
      ts.forEachChild(node, function inside(child): void {
        if (ts.isArrayLiteralExpression(child)) {
          names ??= child.elements.filter(ts.isStringLiteral).map(({ text }) => text);
        } else ts.forEachChild(child, inside);
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (names === undefined || names.length === 0) {
    throw new Error(`Cannot find the names of ${constant} in ${path}`);
  }
  return names;
}
