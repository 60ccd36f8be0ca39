/**
 * `deno task ok` (promises): no promise is dropped. Its failure would be lost, or would end the
 * program as an unhandled rejection, and what it does would go on behind the caller's back.
 *
 * An expression that stands as a statement and gives a promise must be awaited, returned, have its
 * failure handled (`.catch(…)`, `.then(…, …)`), or say `void` where it is awaited elsewhere. A
 * function that gives a promise must not be passed where its result is thrown away.
 * @module
 */
import { dirname, relative, resolve, sep } from "node:path";
import process from "node:process";
import ts from "typescript";
import { lineOf, projectProgram, sourcePaths } from "./typescript_project.ts";

/** A promise that is dropped. */
export interface DroppedPromise {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The expression, shortened. */
  readonly code: string;
}

/** Finds dropped promises in those files of a program that it reads as source. */
export function droppedPromises(program: ts.Program): readonly DroppedPromise[] {
  const checker = program.getTypeChecker();
  const found: DroppedPromise[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && drops(checker, node.expression)) add(node.expression);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      for (const argument of node.arguments ?? []) {
        if (isDroppedByReceiver(checker, argument)) add(argument);
      }
    }
    ts.forEachChild(node, visit);
  };
  const add = (node: ts.Expression) => {
    const code = node.getText().replaceAll(/\s+/g, " ").slice(0, 80);
    found.push({ file: node.getSourceFile().fileName, line: lineOf(node), code });
  };
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file)) visit(file);
  }
  return found;
}

/** Whether an expression whose value is not used gives a promise that it does not handle. */
function drops(checker: ts.TypeChecker, node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return drops(checker, node.expression);
  if (ts.isConditionalExpression(node)) {
    return drops(checker, node.whenTrue) || drops(checker, node.whenFalse);
  }
  if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.CommaToken) {
      return drops(checker, node.left) || drops(checker, node.right);
    }
    const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
    const chooses = [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(kind);
    return chooses && drops(checker, node.right);
  }
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return false;
  return isPromise(checker, checker.getTypeAtLocation(node)) && !isHandled(checker, node);
}

/** Whether the failure of a promise goes somewhere: `.catch(…)`, `.then(…, …)`, and `.finally` behind. */
function isHandled(checker: ts.TypeChecker, node: ts.Expression): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression } = node.expression;
  if (!isPromise(checker, checker.getTypeAtLocation(expression))) return false;
  if (name.text === "catch") return node.arguments.length > 0;
  if (name.text === "then") return node.arguments.length > 1;
  return name.text === "finally" && isHandled(checker, expression);
}

/** Whether a function that gives a promise is passed where a function without a result is expected. */
function isDroppedByReceiver(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const expected = checker.getContextualType(node);
  if (expected === undefined) return false;
  const expects = signatures(expected);
  const isVoid = (signature: ts.Signature) =>
    (checker.getReturnTypeOfSignature(signature).flags & ts.TypeFlags.Void) !== 0;
  if (expects.length === 0 || !expects.every(isVoid)) return false;
  return signatures(checker.getTypeAtLocation(node)).some((signature) =>
    isPromise(checker, checker.getReturnTypeOfSignature(signature))
  );
}

function signatures(type: ts.Type): readonly ts.Signature[] {
  return type.isUnion() ? type.types.flatMap(signatures) : type.getCallSignatures();
}

function isPromise(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some((part) => isPromise(checker, part));
  const then = checker.getPropertyOfType(type, "then");
  return then !== undefined && checker.getTypeOfSymbol(then).getCallSignatures().length > 0;
}

if (import.meta.main) {
  const root = resolve(dirname(import.meta.filename ?? ""), "..");
  const paths = sourcePaths(root, ["src", "scripts", "tests"]);
  const found = droppedPromises(projectProgram(root, paths));
  for (const { file, line, code } of found) {
    const path = relative(root, file).split(sep).join("/");
    console.error(`${path}:${line}: a promise is dropped: ${code}`);
  }
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${paths.length} files, no promise is dropped`);
}
