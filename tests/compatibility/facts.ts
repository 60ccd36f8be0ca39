/**
 * What a program says of a repository, reduced to what must never be lost or change by itself.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Repository, Variables } from "../crash/repository.ts";

/** A session, as `session show` and its companions tell of it. */
export interface SessionFacts {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
  readonly project: string | null;
  readonly workflow: string;
  readonly status: string;
  readonly phase: string | null;
  readonly lineage: string;
  readonly seq: number;
  readonly createdAt: string;
  readonly done: number;
  readonly total: number;
  /** `id status` of each phase. */
  readonly phases: readonly string[];
  /** `id status` of each item of the phase. */
  readonly items: readonly string[];
  readonly constraints: readonly string[];
  /** JSON of each. */
  readonly skips: readonly string[];
  readonly bypasses: readonly string[];
  readonly notes: number;
  readonly checkpoints: readonly string[];
  /** JSON of each, by kind. */
  readonly feedback: Readonly<Record<"tool" | "process", readonly string[]>>;
  /** Types of all events. */
  readonly events: readonly string[];
  /** SHA-256 of what all events say. */
  readonly journal: string;
}

/** A repository. */
export interface RepositoryFacts {
  readonly current: string | null;
  /** By id. */
  readonly sessions: readonly SessionFacts[];
  /** Values by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

// deno-lint-ignore no-explicit-any -- answers of programs of any age
type Data = any;

/** Asks a program for everything. Fails when one answer does. */
export async function factsOf(
  repository: Repository,
  variables: Variables = {},
): Promise<RepositoryFacts> {
  const ask = (...argv: readonly string[]) => answerOf(repository, argv, variables);
  const { sessions } = await ask("session", "list");
  const ids: readonly string[] = sessions.map(sessionOf).sort();
  const { secrets } = await ask("secrets", "list");
  const values: Record<string, string> = {};
  for (const { name } of secrets) {
    const { code, stdout, stderr } = await repository.run(["secrets", "get", name], variables);
    if (code !== 0) throw new Error(`secrets get ${name} ended with ${code}: ${stderr}`);
    values[name] = stdout.replace(/\n$/, "");
  }
  return {
    current: sessions.filter(({ current }: Data) => current).map(sessionOf)[0] ?? null,
    sessions: await Promise.all(ids.map((id) => sessionFacts(id, ask))),
    secrets: values,
  };
}

async function sessionFacts(
  id: string,
  ask: (...argv: readonly string[]) => Promise<Data>,
): Promise<SessionFacts> {
  const of = (...argv: readonly string[]) => ask(...argv, "--session", id);
  const shown = await ask("session", "show", id);
  const { events } = await of("log");
  const { checkpoints } = await of("checkpoint", "list");
  const told = async (kind: string) => texts((await of("feedback", kind, "list")).entries);
  const texts = (values: readonly Data[]) => values.map((value) => JSON.stringify(value));
  return {
    ...pick(shown, "name", "task", "project", "workflow", "status", "phase", "lineage", "seq"),
    id,
    createdAt: shown.createdAt,
    done: shown.progress.done,
    total: shown.progress.total,
    phases: shown.phases.map(({ id, status }: Data) => `${id} ${status}`),
    items: shown.items.map(({ id, status }: Data) => `${id} ${status}`),
    constraints: shown.constraints,
    skips: texts(shown.skips),
    bypasses: texts(shown.bypasses.filter(isRecorded).map(asRecorded)),
    notes: shown.notes.count,
    checkpoints: checkpoints.map(({ checkpoint, id }: Data) => checkpoint ?? id),
    feedback: { tool: await told("tool"), process: await told("process") },
    events: events.map(({ type }: Data) => type),
    journal: createHash("sha256").update(JSON.stringify(
      events.map((event: Data) => pick(event, "seq", "time", "type", "actor", "data")),
    )).digest("hex"),
  } as SessionFacts;
}

/** The id in a row of a session list; builds up to 0.1.0 call it `id`. */
function sessionOf(row: Data): string {
  return row.session ?? row.id;
}

/** Whether 0.1.0 told of it, too: not of when a line was written, and of what was done before an import. */
function isRecorded({ kind }: Data): boolean {
  return kind !== "before_audits" && kind !== "before_import";
}

/** A bypass as 0.1.0 shows it: with `by` behind `time`, where later builds have `actor`. */
function asRecorded({ actor, ...bypass }: Data): Data {
  if (actor === undefined) return bypass;
  return Object.fromEntries(
    Object.entries(bypass).flatMap((entry) =>
      entry[0] === "time" ? [entry, ["by", actor]] : [entry]
    ),
  );
}

/** Runs a command, which must succeed, and gives its `--json` payload. */
export async function answerOf(
  repository: Repository,
  argv: readonly string[],
  variables: Variables = {},
): Promise<Data> {
  const { code, stdout, stderr } = await repository.run([...argv, "--json"], variables);
  if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with ${code}: ${stderr}`);
  return JSON.parse(stdout).data;
}

function pick(value: Data, ...names: readonly string[]): Data {
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}

/** The whole lines of a session's journal. */
export function journalLines(repository: Repository, session: string): readonly string[] {
  const file = `${repository.root}/.orchestrator/sessions/${session}/log.jsonl`;
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}
