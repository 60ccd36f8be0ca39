/**
 * The notice about the old tool's files. Nothing is remembered: it is there as long as they are.
 * @module
 */
import { planToTell, warnOfInterruption } from "../../app/legacy/notice.ts";
import type { Plan } from "../../migration/plan.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { warningText } from "../output/error.ts";
import { lines, num, say, type Shown } from "../output/shown.ts";
import { sizeText } from "../output/size_text.ts";
import type { Style } from "../output/style.ts";
import { styleFor } from "../output/style_for.ts";
import { count, oneLine, pad, repeated, wrapLines } from "../output/text.ts";

/**
 * Says that there are old files, or that a migration was cut off. A person at a terminal gets a box for
 * the former, everybody else a line among the warnings.
 * @returns the box, for stderr; null where there is none.
 */
export async function tellOfOldFiles(
  what: "interrupted" | "there",
  context: Context,
  input: Input,
): Promise<Shown | null> {
  if (what === "there") return await notice(context, input);
  await warnOfInterruption(context);
  return null;
}

/** Warns, or gives what stderr gets: the box for a person at a terminal, a line with `--quiet`. */
async function notice(context: Context, input: Input): Promise<Shown | null> {
  const plan = await planToTell(context);
  if (plan === null) return null;
  const { worktreeNotice } = await import("../../app/legacy/old_files_in_worktree.ts");
  const here = await worktreeNotice(context, plan.total.files);
  if (here !== undefined) {
    if (here !== null) context.warn(here);
    return null;
  }
  const { io, environment } = context;
  const person = io.isTerminal("stderr") && !input.has("json") && !input.has("quiet") &&
    environment.agent === null && environment.ci === null;
  if (person) return box(plan, styleFor("stderr", input, io, context.colour));
  const { files } = plan.total;
  const line = `${files} ${files === 1 ? "file" : "files"} of the old tool ${
    files === 1 ? "lies" : "lie"
  } in this repository; "orchestrator migrate --dry-run" shows how ${
    files === 1 ? "it" : "they"
  } would move into .orchestrator/`;
  // --quiet leaves the other warnings out, not this one.
  if (input.has("quiet") && !input.has("json")) {
    const offer = plan.conflicts.length === 0
      ? ""
      : ", and --force-from-old or --force-from-new decides where old and new differ";
    return warningText(`${line}${offer}`, styleFor("stderr", input, io, context.colour));
  }
  context.warn(line);
  return null;
}

const MAX_WIDTH = 76;
const SHOWN_PLACES = 4;

function box(plan: Plan, style: Style): Shown {
  const width = Math.min(style.width, MAX_WIDTH);
  const inner = width - 4;
  const places = plan.moves.slice(0, SHOWN_PLACES).map(({ from, to }) =>
    oneLine(`${from} ${style.symbols.arrow} ${to}`, inner - 2, style)
  );
  const more = plan.moves.length - places.length;
  const found = say`${count(plan.total.files, say`file`)} (${sizeText(plan.total.bytes)})`;
  const text = [
    ...wrapLines(
      say`This repository still contains ${found} of the Python tool. They can be used in place, or moved to .orchestrator/:`,
      inner,
    ),
    say``,
    ...places.map((place) => say`  ${place}`),
    ...(more > 0 ? [say`  … and ${num(more)} more`] : []),
    say``,
    ...wrapLines(
      say`One directory instead of a dozen, safe with several agents, and one command to undo it.`,
      inner,
    ),
    say``,
    say`${style.bold(say`Preview`)} ${style.cyan(say`orchestrator migrate --dry-run`)}`,
    say`${style.bold(say`Migrate`)} ${style.cyan(say`orchestrator migrate`)}`,
    say`${style.bold(say`Undo`)}    ${style.cyan(say`orchestrator migrate --rollback`)}`,
    style.dim(say`To hide this notice: orchestrator config set migration_notice false`),
  ];
  const title = say` Old files `;
  const rule = (length: number) => repeated(say`─`, length);
  return say`${
    lines([
      say`┌─${title}${rule(width - 3 - title.length)}┐`,
      ...text.map((line) => say`│ ${pad(line, inner)} │`),
      say`└${rule(width - 2)}┘`,
    ])
  }\n`;
}
