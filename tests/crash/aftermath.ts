/**
 * What must hold once a command was stopped: nothing acknowledged is lost, its change is there whole
 * or not at all, and the next commands work without help.
 * @module
 */
import { createHash } from "node:crypto";
import { leftovers, type Picture, type Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";

/** What `status --json` shows, reduced to what does not differ from run to run. */
export interface Standing {
  /** Comparable: session, seq, phase, progress …, or the error's code. */
  readonly key: string;
  readonly warnings: readonly string[];
}

/** How a scenario's repository looks before and after its command, undisturbed. */
export interface Baseline {
  readonly scenario: Scenario;
  readonly before: Picture;
  readonly after: Picture;
  readonly standingBefore: Standing;
  readonly standingAfter: Standing;
  /** Lines of `git status --porcelain` before and after. */
  readonly gitLines: ReadonlySet<string>;
}

/** The payload of `log verify --json`. */
interface VerifyData {
  readonly sessions: readonly {
    readonly session: string;
    readonly rebuilt: string | null;
    readonly tornBytes: number;
  }[];
}

/** What a warning may say of a repository in which something was stopped. */
const PUT_RIGHT =
  /^([\d.]+ [KM]?i?B after line \d+ of the journal of session [a-z2-7]{13} was never acknowledged(: it was moved to a file in the session's folder$|; the next change moves it to a file$)|state\.json (was missing|was damaged|was behind the journal) in session |Finished an interrupted import$|A snapshot import was interrupted: |\.orchestrator\/meta\.json was [^:]+: it was restored with )/;

/** Reads the standing. Ids that `known` does not have are made alike. */
export async function standingOf(repository: Repository, known: Picture): Promise<Standing> {
  const { code, stdout, stderr } = await repository.run(["status", "--json"]);
  if (code !== 0) {
    let error = stderr;
    try {
      error = (JSON.parse(stderr) as { error: { code: string } }).error.code;
    } catch {
      // Shown as it is.
    }
    return { key: `exit ${code}: ${error}`, warnings: [] };
  }
  const { data, warnings } = JSON.parse(stdout) as {
    readonly data: Readonly<Record<string, unknown>>;
    readonly warnings: readonly string[];
  };
  const { session, seq, name, phase, status, progress, items, notes } = data;
  const noteCount = (notes as { readonly count?: number } | undefined)?.count;
  const key = JSON.stringify({
    session: aliasOf(String(session), known),
    seq,
    name,
    phase,
    status,
    progress,
    items: (items as readonly { readonly id: string; readonly status: string }[]).map((item) =>
      `${item.id} ${item.status}`
    ),
    noteCount,
  });
  return { key, warnings };
}

/** `git status --porcelain`, one entry a line, with new session ids made alike. */
export async function gitLinesOf(
  repository: Repository,
  known: Picture,
): Promise<readonly string[]> {
  const text = await repository.git("status", "--porcelain", "--untracked-files=all");
  return text.split("\n").filter((line) => line !== "").map((line) =>
    line.replace(/sessions\/([a-z2-7]{13})\//g, (_, id) => `sessions/${aliasOf(id, known)}/`)
  );
}

/** The part of a picture that the repository's journal is: a list of types. */
export const REPOSITORY_JOURNAL = "the repository's journal";

/**
 * Whether a list of types has all that one has, and nothing that the other has not: lines of other clones
 * arrive before this one's own line, and sessions go one after the other.
 */
export function isBetween(
  value: string | undefined,
  before: string | undefined,
  after: string | undefined,
): boolean {
  const [now, old, next] = [value, before, after].map((text): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const type of JSON.parse(text ?? "[]") as readonly string[]) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return counts;
  });
  const has = (more: Map<string, number> | undefined, less: Map<string, number> | undefined) =>
    [...less ?? []].every(([type, count]) => (more?.get(type) ?? 0) >= count);
  return has(now, old) && has(next, now);
}

/** The parts of a picture that must each be as before or as after, as comparable text. */
export function partsOf(picture: Picture, known: Picture): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  const put = (name: string, value: unknown) => parts.set(name, JSON.stringify(value) ?? "");
  put("mode in meta.json", picture.mode);
  put(".gitignore", picture.gitignore);
  put("current", picture.current === null ? null : aliasOf(picture.current, known));
  // Of several chains none comes before the other.
  put(REPOSITORY_JOURNAL, [...picture.recorded].sort());
  put("bindings", picture.bindings.map((id) => aliasOf(id, known)));
  for (const [id, session] of Object.entries(picture.sessions)) {
    const alias = known.sessions[id] === undefined ? `<new ${session.name}>` : id;
    put(`events of session ${alias}`, session.lines.map(typeOf));
    put(`name of session ${alias}`, session.name);
    for (const [name, lines] of Object.entries(session.feedback)) {
      // An empty file says as much as none.
      if (lines.length > 0) put(`${name} of session ${alias}`, lines.map(textOf));
    }
  }
  for (const [path, content] of Object.entries(picture.project)) put(`file ${path}`, content);
  return parts;
}

/**
 * Looks at a repository in which the command was stopped, then works on in it.
 * @returns sentences about what is wrong; none when all is well.
 */
export async function lookAfter(
  repository: Repository,
  baseline: Baseline,
): Promise<readonly string[]> {
  const { scenario, before } = baseline;
  const problems: string[] = [];
  for (const line of await gitLinesOf(repository, before)) {
    // Until .gitignore stands in a new state directory, git sees what precedes it there.
    const first = before.gitignore === null && FIRST_FILES.test(line);
    if (!first && !baseline.gitLines.has(line)) problems.push(`git status shows "${line}"`);
  }
  const usual = new Set([...baseline.standingBefore.warnings, ...baseline.standingAfter.warnings]);
  const standing = await standingOf(repository, before);
  const standings = [
    baseline.standingBefore.key,
    baseline.standingAfter.key,
    ...scenario.otherStandings ?? [],
    ...(scenario.otherSeqs ?? []).map((seq) =>
      baseline.standingBefore.key.replace(/"seq":\d+/, `"seq":${seq}`)
    ),
  ];
  if (!standings.includes(standing.key)) {
    problems.push(
      `status shows ${standing.key}, neither what was before (${baseline.standingBefore.key}) nor after (${baseline.standingAfter.key})`,
    );
  }
  for (const warning of standing.warnings) {
    if (!usual.has(warning) && !PUT_RIGHT.test(warning)) problems.push(`status warns: ${warning}`);
  }
  problems.push(...await scenario.check?.(repository) ?? []);
  problems.push(...await workOn(repository, baseline, usual));
  problems.push(...await scenario.afterwards?.(repository) ?? []);
  return problems;
}

/**
 * Compares the files of a stopped repository with what stood before and what would stand after.
 * @returns sentences as {@link lookAfter}.
 */
export function wholeOrNothing(
  picture: Picture,
  baseline: Baseline,
  fault?: string,
): readonly string[] {
  const { before, after } = baseline;
  const problems: string[] = [];
  for (const [id, { lines }] of Object.entries(before.sessions)) {
    const now = picture.sessions[id];
    if (now === undefined) {
      if (after.sessions[id] !== undefined) problems.push(`session ${id} is gone`);
      else if (after.removals[id] !== undefined && picture.removals[id] === undefined) {
        problems.push(`session ${id} is gone, and nothing records its removal`);
      }
    } else if (baseline.scenario.replaces === true && isBackedUp(picture, lines)) {
      continue;
    } else if (baseline.scenario.diverges === true && goesOnApart(picture, id, lines)) {
      continue;
    } else if (
      baseline.scenario.redacts === true && isRedacted(now.lines, lines, after.sessions[id]?.lines)
    ) {
      continue;
    } else if (lines.some((line, index) => now.lines[index] !== line)) {
      problems.push(`acknowledged events of session ${id} are gone or changed`);
    }
  }
  for (const [id, session] of Object.entries(picture.sessions)) {
    const bad = brokenLink(session.lines);
    if (bad !== null) problems.push(`line ${bad} of session ${id} does not fit the one before`);
  }
  const now = partsOf(picture, before);
  const [old, next] = [partsOf(before, before), partsOf(after, before)];
  const others = new Set(baseline.scenario.otherEvents?.map((types) => JSON.stringify(types)));
  for (const name of new Set([...now.keys(), ...old.keys(), ...next.keys()])) {
    const value = now.get(name);
    if (name.startsWith("events of ") && others.has(value ?? "")) continue;
    if (isAllowed(baseline.scenario, fault, name)) continue;
    if (name === REPOSITORY_JOURNAL && isBetween(value, old.get(name), next.get(name))) continue;
    if (value !== old.get(name) && value !== next.get(name)) {
      problems.push(
        `${name} is ${value ?? "absent"}, neither as before (${
          old.get(name) ?? "absent"
        }) nor as after (${next.get(name) ?? "absent"})`,
      );
    }
  }
  return problems;
}

function isBackedUp(picture: Picture, lines: readonly string[]): boolean {
  return picture.backups.includes(lines.map((line) => `${line}\n`).join(""));
}

/** Whether another session has all of a copy in its history that the session itself has not. */
function goesOnApart(picture: Picture, id: string, lines: readonly string[]): boolean {
  const now = new Set(picture.sessions[id]?.lines);
  const own = lines.filter((line) => !now.has(line));
  return Object.values(picture.sessions).some((session) => {
    const { data } = JSON.parse(session.lines[0] ?? "{}") as {
      readonly data?: { readonly source?: { branchOf?: string }; readonly history?: unknown[] };
    };
    const history = new Set(data?.history?.map((event) => JSON.stringify(event)));
    return data?.source?.branchOf === id && own.every((line) => history.has(line));
  });
}

/** Whether a part may differ because of an error that was taken for another fact. */
export function isAllowed(scenario: Scenario, fault: string | undefined, part: string): boolean {
  const { mayDiffer } = scenario;
  return mayDiffer !== undefined && mayDiffer.fault === fault && part === `file ${mayDiffer.file}`;
}

/** Goes on working: the next change, then everything must be spotless. */
async function workOn(
  repository: Repository,
  baseline: Baseline,
  usual: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { scenario, before } = baseline;
  const problems: string[] = [];
  const next = scenario.next ?? ["note", "work goes on"];
  const { code, stdout, stderr } = await repository.run([...next, "--json"], scenario.env);
  const doing = next.join(" ");
  if (code !== 0) {
    problems.push(`the next command, ${doing}, ended with ${code}: ${stderr.trim()}`);
    return problems;
  }
  const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly string[] };
  for (const warning of warnings) {
    if (usual.has(warning) || PUT_RIGHT.test(warning) || IMPORTED.test(warning)) continue;
    problems.push(`the next command, ${doing}, warns: ${warning}`);
  }
  const inSession = (path: string) => /^\.orchestrator\/sessions\/[a-z2-7]{13}\//.test(path);
  let left = leftovers(repository.root);
  for (const path of left.filter(inSession)) problems.push(`${doing} left ${path} behind`);
  if (left.some((path) => !inSession(path))) {
    const started = await repository.run(["start", "Sweep up"]);
    if (started.code !== 0) problems.push(`start ended with ${started.code}: ${started.stderr}`);
    const inBackup = (path: string) =>
      scenario.replaces === true && path.startsWith(".orchestrator/backups/");
    left = leftovers(repository.root).filter((path) => !inBackup(path));
    for (const path of left.filter((path) => !inSession(path))) {
      problems.push(`start left ${path} behind`);
    }
  }
  const verified = await repository.run(["log", "verify", "--all", "--json"]);
  if (verified.code !== 0) {
    problems.push(`log verify ended with ${verified.code}: ${verified.stderr.trim()}`);
    return problems;
  }
  const { data } = JSON.parse(verified.stdout) as { readonly data: VerifyData };
  for (const { session, rebuilt, tornBytes } of data.sessions) {
    // A session that was just made by the stopped command may wait for its first change.
    if (before.sessions[session] === undefined) continue;
    if (rebuilt !== null) problems.push(`at last state.json of session ${session} is ${rebuilt}`);
    if (tornBytes > 0) problems.push(`at last ${tornBytes} torn bytes are in session ${session}`);
  }
  return problems;
}

const FIRST_FILES = /^\?\? \.orchestrator\/(lock|\.tmp-[^/]+)$/;

/** The first change says what it brought in: from the old tool's files, or from the state branch. */
const IMPORTED =
  /^(The old workflow in .* was imported as session |Imported (\d+ sessions?|session [a-z2-7]{13}) from branch )/;

/** 1-based number of the first line whose `prev` is not the hash of the one before; null when none. */
function brokenLink(lines: readonly string[]): number | null {
  let hash = "0".repeat(64);
  for (const [index, line] of lines.entries()) {
    let prev: unknown;
    try {
      prev = (JSON.parse(line) as { readonly prev: unknown }).prev;
    } catch {
      return index + 1;
    }
    if (prev !== hash) return index + 1;
    hash = originalOf(line) ?? createHash("sha256").update(line).digest("hex");
  }
  return null;
}

/** The hash of a redacted line as it was; null for any other line. */
function originalOf(line: string): string | null {
  const { v, original } = JSON.parse(line) as { readonly v: number; readonly original?: string };
  return v === 3 ? original ?? null : null;
}

/** Whether all lines are as a redaction leaves them, with its event behind them. */
function isRedacted(
  now: readonly string[],
  before: readonly string[],
  after: readonly string[] = [],
): boolean {
  return now.length > before.length &&
    before.every((_, index) => now[index] === after[index]);
}

function aliasOf(id: string, known: Picture): string {
  return known.sessions[id] === undefined && /^[a-z2-7]{13}$/.test(id) ? "<new>" : id;
}

function typeOf(line: string): string {
  try {
    return (JSON.parse(line) as { readonly type: string }).type;
  } catch {
    return "not an event";
  }
}

function textOf(line: string): string {
  try {
    return (JSON.parse(line) as { readonly text: string }).text;
  } catch {
    return "not an entry";
  }
}
