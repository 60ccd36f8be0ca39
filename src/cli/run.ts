/**
 * One run of the program: argv in, exit code out. Everything it prints goes through `io`.
 * @module
 */
import type { Effect } from "../app/declared_changes.ts";
import { OrchestratorError } from "../errors.ts";
import type { CommandModule, CommandSpec, Input } from "./command.ts";
import { Context } from "./context.ts";
import type { Io } from "./io.ts";
import { onTerminals } from "./output/fitted.ts";
import { say, type Shown } from "./output/shown.ts";
import { styleFor } from "./output/style_for.ts";
import { parseRequest, type Request as Parsed } from "./parse.ts";
import { HOT_COMMANDS } from "./table/everyday.ts";

/**
 * Runs one command.
 * @param argv the words behind the program's name.
 * @returns the exit code (see `EXIT_CODES`). Never throws and never exits.
 */
export async function run(argv: readonly string[], surroundings: Io): Promise<number> {
  let input: Input | undefined;
  const io = onTerminals(surroundings, () => input?.has("json") ?? argv.includes("--json"));
  let context: Context | undefined;
  try {
    const table = await tableFor(argv);
    const request = await parseRequest(argv, table);
    input = request.input;
    if (request.kind === "command") {
      context = new Context(io, request.spec, request.input, table);
      await context.prepare();
      if (request.spec.changes !== "nothing" && !request.input.has("dry-run")) {
        await (await import("../app/open_for_change.ts")).passGate(context);
      }
      return await runCommand(request, context, io);
    }
    await (await import("./about_program.ts")).tellOfProgram(request, io, table);
    return 0;
  } catch (error) {
    const { fail } = await import("./fail.ts");
    return await fail(error, { argv, input, io, context });
  } finally {
    if (context?.opened === true && input !== undefined) {
      await (await import("./after_change.ts")).afterChange(context, input, io);
    }
  }
}

/** Runs the command itself, and prints its answer. @returns the exit code. */
async function runCommand(
  request: Extract<Parsed, { readonly kind: "command" }>,
  context: Context,
  io: Io,
): Promise<number> {
  const module = await request.spec.load();
  const answer = await answerOf(module, context, request.input);
  if (context.rootToLookFor !== null) {
    const { warnIfCopied } = await import("../app/copied_state.ts");
    await warnIfCopied(context, context.rootToLookFor);
  }
  const box = await oldFilesBox(context, request.input);
  if ("print" in answer) {
    const { printLong } = await import("./output/print_long.ts");
    await printLong(answer, context, request.input, await warningsOf(context));
    if (box !== null && !request.input.has("json")) io.err(box);
    return 0;
  }
  io.answered?.(request.spec.path, answer.data);
  if (request.input.has("json")) {
    const { answerEnvelope } = await import("./output/json.ts");
    const warnings = await warningsOf(context);
    await print(io, answerEnvelope(request.spec.path, answer.data, warnings), context);
  } else {
    const warnings = await warningsOf(context);
    if (warnings.length > 0) {
      const { printWarnings } = await import("./output/warnings.ts");
      await printWarnings(warnings, request.input, io, context.colour);
    }
    const quiet = request.input.has("quiet") && request.spec.changes !== "nothing";
    const text = quiet ? say`` : answer.text(styleFor("stdout", request.input, io, context.colour));
    if (text !== "") await print(io, ended(text), context, request.input);
    if (box !== null) io.err(box);
  }
  return answer.exitCode ?? 0;
}

/** A text whose last line is ended. */
function ended(text: Shown): Shown {
  return text.endsWith("\n") ? text : say`${text}\n`;
}

/** Prints an answer. @throws when it cannot be: an error that says that the command has succeeded. */
async function print(io: Io, text: Shown, context: Context, input?: Input): Promise<void> {
  try {
    if (input !== undefined && context.spec.paged === true && io.isTerminal("stdout")) {
      await (await import("./output/paged.ts")).printPaged(text, context, input);
    } else {
      io.out(text);
    }
  } catch (error) {
    const { unprinted } = await import("./output/unprinted.ts");
    throw unprinted(context.spec, error);
  }
}

/**
 * What a command answers. A reading one whose session is gone when it wants to read it looks once more:
 * a rollback takes a session away after the old files are back.
 */
async function answerOf(
  module: CommandModule,
  context: Context,
  input: Input,
): ReturnType<CommandModule["run"]> {
  try {
    return await module.run(context, input);
  } catch (error) {
    const gone = error instanceof OrchestratorError && error.code === "session_unknown";
    if (!gone || context.spec.changes !== "nothing" || input.has("follow")) throw error;
    await context.refresh();
    return await module.run(context, input);
  }
}

/** After these effects old files are not spoken of: they are nothing to them, or all they are about. */
const SILENT_ABOUT_OLD_FILES: readonly Effect[] = ["nothing", "program", "old_layout", "removal"];

/**
 * Says, after `status` and after a change, that there are old files, or that a migration was cut off.
 * @returns what stderr gets; null for nothing.
 */
async function oldFilesBox(context: Context, input: Input): Promise<Shown | null> {
  const { path, changes } = context.spec;
  if (path !== "status" && SILENT_ABOUT_OLD_FILES.includes(changes)) return null;
  const what = context.oldFiles;
  if (what === null) return null;
  return await (await import("./legacy/migration_notice.ts")).tellOfOldFiles(what, context, input);
}

/** The commands argv can mean: the whole table, unless its first word is one that is known without. */
async function tableFor(argv: readonly string[]): Promise<readonly CommandSpec[]> {
  const hot = HOT_COMMANDS.some((spec) => spec.path === argv[0]);
  return hot ? HOT_COMMANDS : (await import("./table.ts")).COMMANDS;
}

/** Warnings may repeat what stands in a file. */
async function warningsOf(context: Context): Promise<readonly string[]> {
  if (context.warnings.length === 0) return [];
  const redactor = await context.redactor();
  return context.warnings.map((warning) => redactor.redact(warning));
}
