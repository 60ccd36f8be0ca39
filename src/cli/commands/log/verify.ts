/**
 * `orchestrator log verify`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { sizeText } from "../../output/size_text.ts";
import {
  type LogVerification,
  verifyRepositoryLog,
} from "../../../session/repository_log/verify_log.ts";
import type { ChainHead } from "../../../session/repository_log/lines.ts";
import type { RememberedEnd } from "../../../session/witness.ts";
import { restoreText } from "../../../session/audit_session.ts";
import { lostText } from "../../../session/witness_text.ts";
import type { Verification } from "../../../session/verify_session.ts";
import { contradictionText } from "../../../workflow/audit/finding.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { chooseToRead } from "../../../app/choose_session.ts";
import { lostHere } from "../../../app/witness.ts";
import { lines, num, say, type Shown, shown } from "../../output/shown.ts";
import { problemLine, problemText } from "../../output/repository_text.ts";
import type { Style } from "../../output/style.ts";
import { count, hang } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"log verify">> {
  const ids = await wanted(context, input);
  const results: Verification[] = [];
  // Not a part of the answer.
  const ends = new Map<string, ChainHead>();
  for (const id of ids) {
    const result = await verified(context, id, {
      listed: input.has("all"),
      atEnd: (end) => void ends.set(id, end),
    });
    if (result !== null) results.push(result);
  }
  const repository = await verifiedRepository(context, input);
  const bad = results.filter((result) =>
    result.bad !== null || result.unknown !== null || result.history !== null ||
    result.contradictions.length > 0
  );
  if (bad.length > 0) throw untrustworthy(results, bad, repository);
  if (repository !== null && repository.findings.length > 0) {
    throw untrustworthyLog(results, repository);
  }
  const sessions: Checked[] = [];
  for (const result of results) {
    sessions.push({ ...result, ...await recordedHere(context, result.session, ends) });
  }
  const others = input.has("all") || input.has("repository")
    ? 0
    : (await context.manager.listSessions()).length - sessions.length;
  const data = { sessions, ...(repository === null ? {} : { repository }) };
  return {
    data,
    text: (style) =>
      lines([
        ...(results.length === 0 && !input.has("repository")
          ? [style.dim(say`No sessions.`)]
          : sessions.map((result) => lineOf(result, style))),
        ...(repository === null ? [] : repositoryLines(repository, style)),
        ...(others > 0 ? [style.dim(uncheckedText(others, sessions.length))] : []),
      ]),
  };
}

/** What was not asked for. @param others how many sessions were not checked. */
function uncheckedText(others: number, checked: number): Shown {
  return say`  ${num(checked)} of ${
    num(checked + others)
  } sessions; --all checks all of them and the repository's journal`;
}

/** A session, and an event that was recorded here and is not in its journal. */
interface Checked extends Verification {
  readonly recordedHere?: RememberedEnd;
}

/** The furthest event that was recorded here, where the journal does not hold it. */
async function recordedHere(
  context: Context,
  session: string,
  ends: ReadonlyMap<string, ChainHead>,
): Promise<Pick<Checked, "recordedHere">> {
  const head = ends.get(session);
  const end = head === undefined ? null : await lostHere(context, { state: { session }, head });
  return end === null ? {} : { recordedHere: end };
}

/** The journal of the repository, where it was asked for. */
async function verifiedRepository(
  context: Context,
  input: Input,
): Promise<LogVerification | null> {
  const { meta } = context;
  if (meta === null || !(input.has("all") || input.has("repository"))) return null;
  const isPortable = meta.mode === "portable";
  return await verifyRepositoryLog(context.manager.backend, { isPortable });
}

function repositoryLines(
  { writers, lines, remarks }: LogVerification,
  style: Style,
): readonly Shown[] {
  if (writers === 0) return [];
  const length = count(lines, say`line`);
  const chains = count(writers, say`writer`);
  return [
    say`${
      style.green(style.symbols.done)
    } repository: ${length} of ${chains}, the hash chains are intact`,
    ...remarks.map((remark) => say`  ${style.symbols.bullet} ${problemLine(remark)}`),
  ];
}

function untrustworthyLog(
  sessions: readonly Verification[],
  repository: LogVerification,
): OrchestratorError {
  const [first, ...others] = repository.findings.map(problemText);
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot trust the repository's journal: ${first}`,
    {
      hint: "Restore its files in log/ from a backup, from git or from the state branch",
      details: {
        sessions,
        repository,
        ...(others.length === 0 ? {} : { list: [first, ...others] }),
      },
    },
  );
}

/** @param how.listed it comes from a list, not from an argument: null when it was removed meanwhile. */
async function verified(
  { manager }: Context,
  id: string,
  { listed, atEnd }: { readonly listed: boolean; readonly atEnd: (end: ChainHead) => void },
): Promise<Verification | null> {
  try {
    return await manager.verify(id, { atEnd });
  } catch (error) {
    const removed = error instanceof OrchestratorError && error.code === "session_unknown";
    if (listed && removed && !await manager.backend.hasSession(id)) return null;
    throw error;
  }
}

function untrustworthy(
  results: readonly Verification[],
  bad: readonly Verification[],
  repository: LogVerification | null,
): OrchestratorError {
  const [first] = bad;
  const tooNew = bad.every(isTooNew);
  const one = results.length === 1;
  const list = [
    ...bad.flatMap((result) => wrongIn(result, one)),
    ...(repository?.findings ?? []).map(problemText),
  ];
  return new OrchestratorError(
    tooNew ? "format_too_new" : "journal_corrupt",
    one
      ? `Cannot ${tooNew ? "check" : "trust"} session "${first?.session}": ${reasonOf(first)}`
      : `Cannot ${tooNew ? "check" : "trust"} ${bad.length} of ${results.length} sessions`,
    {
      hint: tooNew
        ? "Use the newer version of orchestrator that wrote it"
        : restoreText(`sessions/${bad.length === 1 ? first?.session : "<id>"}/${fileOf(bad)}`) +
          (one ? orAccept(first) : ""),
      details: {
        sessions: results.map((result) => ({
          ...result,
          contradictions: result.contradictions.slice(0, MOST_LISTED),
        })),
        ...(repository === null ? {} : { repository }),
        ...(one && list.length === 1 ? {} : { list: shortened(list) }),
      },
    },
  );
}

/** Of more, a person reads no further. */
const MOST_LISTED = 50;

function shortened(list: readonly string[]): readonly string[] {
  const more = list.length - MOST_LISTED;
  return more > 0 ? [...list.slice(0, MOST_LISTED), `and ${more} more`] : list;
}

/** Everything that is wrong with a session. @param one whether it is the only one. */
function wrongIn(
  { session, bad, unknown, history, contradictions }: Verification,
  one: boolean,
) {
  const found = [
    ...[bad, unknown].flatMap((one) => one === null ? [] : [`line ${one.line}: ${one.reason}`]),
    ...contradictions.map(contradictionText),
    ...(history === null ? [] : [`the file of its history: ${history}`]),
  ];
  return one ? found : found.map((text) => `${session}, ${text}`);
}

/** What is wrong with a session, as a clause. */
function reasonOf(result: Verification | undefined): string {
  const { bad = null, unknown = null, history = null, contradictions = [] } = result ?? {};
  const [found, ...others] = contradictions;
  if (bad !== null) return `line ${bad.line} of its journal ${bad.reason}`;
  if (found === undefined && unknown !== null) {
    return `line ${unknown.line} of its journal ${unknown.reason}`;
  }
  if (found === undefined) return `the file of its history ${history}`;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `in its journal, ${contradictionText(found)}${more}`;
}

/** Whether nothing is wrong but that a newer program wrote it. */
function isTooNew({ bad, unknown, history, contradictions }: Verification): boolean {
  if (bad !== null) return bad.tooNew;
  return unknown !== null && history === null && contradictions.length === 0;
}

/** What is to be brought back, in the folder of a session. */
function fileOf(bad: readonly Verification[]): string {
  return bad.every(({ bad, unknown, contradictions }) =>
      bad === null && unknown === null && contradictions.length === 0
    )
    ? "history"
    : "log.jsonl";
}

/** No command: what has become of the journal is for a person to see first. */
const GO_ON = "; without a copy the work goes on in a new session, and this one stays as it is";

function orAccept(result: Verification | undefined): string {
  if (result === undefined || (result.lost === null && result.bad !== null)) return GO_ON;
  const { session, lost, contradictions } = result;
  if (lost === null && contradictions.length === 0) return GO_ON;
  const how = lost === null ? "let a person accept it" : "continue without the missing events";
  const why = lost === null ? ' --reason "<why>"' : "";
  return `, or ${how}: \`orchestrator log accept --session ${session}${why}\``;
}

async function wanted(context: Context, input: Input): Promise<readonly string[]> {
  if (input.has("all")) {
    await (await import("../../../app/state/read_with_branch.ts")).readWithBranch(context);
    return context.meta === null ? [] : [...await context.manager.listSessions()].sort();
  }
  if (input.has("repository")) return [];
  const { choice, view } = await chooseToRead(context);
  if (choice === null) {
    throw new OrchestratorError(
      "no_session",
      `Cannot verify the log of "${view.file}": logs of the old layout have no hash chain`,
      { hint: "The first command that changes the session imports it" },
    );
  }
  return [choice.id];
}

function lineOf(result: Checked, style: Style): Shown {
  const torn = result.tornBytes === 0
    ? say``
    : say`; followed by ${
      sizeText(result.tornBytes)
    } of an incomplete append that was never acknowledged`;
  const ends = {
    "line feeds": say``,
    "last one missing": say`; the last line feed is missing`,
    "carriage returns": say`; lines end with carriage returns`,
  }[result.lineEnds];
  const state = result.rebuilt === null
    ? say``
    : say`; state.json is ${shown(result.rebuilt)} and will be rebuilt`;
  const { beforeAudits: before, lines: total } = result;
  const old = before === 0
    ? say``
    : before === total
    ? say`; written before audits: nothing records what its lines led to`
    : say`; ${
      before === 1 ? say`line 1 was` : say`lines 1 to ${num(before)} were`
    } written before audits`;
  return lines([
    say`${style.green(style.symbols.done)} ${shown(result.session)}: ${
      count(total, say`line`)
    }, the hash chain is intact${old}${torn}${ends}${state}`,
    ...(result.undone ?? []).map((line) =>
      style.yellow(
        say`  ${style.symbols.bullet} line ${
          num(line)
        } still has a text that was redacted; the next change takes it out`,
      )
    ),
    ...(result.recordedHere === undefined ? [] : [
      style.yellow(
        say`  ${style.symbols.bullet} ${hang(lostText(result.recordedHere, total), style, 4)}`,
      ),
    ]),
    ...result.remarks.map(({ line, remark }) =>
      say`  ${style.symbols.bullet} ${hang(`line ${line} ${remark}`, style, 4)}`
    ),
  ]);
}
