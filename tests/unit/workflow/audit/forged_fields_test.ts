/**
 * A journal with one event of every kind, and every field of each changed in turn.
 * @module
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../../src/platform/hash.ts";
import { Auditor } from "../../../../src/workflow/audit/audit.ts";
import type { AuditReport } from "../../../../src/workflow/audit/finding.ts";
import { anyEvidence } from "../../../../src/workflow/audit/stand_in.ts";
import type { SessionEvent } from "../../../../src/workflow/events.ts";
import { evolve } from "../../../../src/workflow/evolve.ts";
import { RULES } from "../../../../src/workflow/rules.ts";
import type { SessionState } from "../../../../src/workflow/state.ts";
import {
  AGENT,
  CHECKED,
  item,
  LONG_REASON,
  outcomeOf,
  phase,
  Session,
  skip,
  workflow,
} from "../session_builder.ts";

/** What an audit of events under the newest rules finds. */
export function audited(
  events: readonly SessionEvent[],
  rules: number | undefined = RULES,
): AuditReport {
  const auditor = new Auditor({
    digest: sha256Hex,
    now: new Date(Date.UTC(2026, 0, 2)),
    rules: RULES,
  });
  let state: SessionState | null = null;
  for (const event of events) {
    const line = (rules === undefined ? event : { ...event, rules }) as SessionEvent;
    auditor.take(state, line);
    try {
      state = evolve(state, line);
    } catch {
      break;
    }
  }
  return auditor.report;
}

const APPROVAL = { how: "terminal", detection: "none" } as const;

const evidence = anyEvidence("CodeAnalysisEvidence");

function everyKind(): readonly SessionEvent[] {
  const session = new Session(workflow([
    phase("PLAN", [
      item("gate", { step_type: "gate", verification: CHECKED.command }),
      item("file", { verification: CHECKED.file_exists }),
      item("spare", { step_type: "gate" }),
      item("read", { step_type: "documented", evidence_schema: "CodeAnalysisEvidence" }),
      item("strict", { verification: CHECKED.command, shell: "strict", dir: "api" }),
      item("later", { needs: ["file", "read"] }),
      item("flexible"),
    ], { exit_gate: "human_approval" }),
    phase("LAST", [item("manual", { verification: CHECKED.manual_gate })]),
  ]));
  const shell = { name: "bash", path: "/bin/bash", version: "5.2.15", strict: true };
  const complete = (id: string, passed = true, more = {}) => {
    const { phases } = session.state.definition;
    const found = phases.flatMap(({ items }) => items).find((other) => other.id === id);
    const basis = session.state.phases[session.state.phase ?? ""]?.items[id]?.touched;
    assert.ok(found !== undefined && basis !== undefined);
    session.do({
      kind: "complete",
      item: id,
      basis,
      notes: "It was done",
      evidence,
      outcome: { ...outcomeOf(found.verification, passed), ...more },
    }, AGENT);
  };
  session.do({ kind: "note", text: "Began" });
  session.do({
    kind: "review",
    review: "security",
    by: "Anna",
    verdict: "passed",
    findings: "Nothing",
    evidence,
  }, AGENT);
  session.do({ kind: "start_handoff", program: "claude" });
  session.do({ kind: "end_handoff", started: 4, exitCode: 0, signal: null });
  session.do({ kind: "claim", item: "gate" }, AGENT);
  session.do({ kind: "release", item: "gate", force: true });
  complete("gate", false);
  session.do({
    kind: "create_checkpoint",
    checkpoint: "cp1",
    message: "Before the rest",
    decisions: ["Use a table"],
    files: ["src/table.ts"],
  });
  complete("gate");
  session.do({
    kind: "restore_checkpoint",
    checkpoint: "cp1",
    checkpointSeq: 9,
    snapshot: checkpointOf(session.journal),
  });
  complete("gate");
  complete("file");
  complete("read");
  complete("strict", false, { shell, dir: "api" });
  complete("strict", true, { shell, dir: "api" });
  session.do({ kind: "reject", item: "file", reason: "It is empty" });
  complete("file");
  session.do({ kind: "reopen", item: "read", reason: "It was another file" }, AGENT);
  complete("read");
  complete("later");
  session.do(skip("spare", LONG_REASON, true));
  session.do(skip("flexible", "Not a part of it"));
  session.do({ kind: "approve_phase", phase: "PLAN", approval: APPROVAL, notes: "Fine" });
  session.do({ kind: "advance" });
  session.do({ kind: "approve_item", item: "manual", approval: APPROVAL, notes: "Fine", evidence });
  session.do({ kind: "finish", notes: "Done" });
  session.do({ kind: "revoke", what: { item: "manual" }, reason: "It was not read" }, AGENT);
  session.do({ kind: "rename", name: "Table" });
  return session.journal;
}

function checkpointOf(journal: readonly SessionEvent[]) {
  const created = journal.find((event) => event.type === "checkpoint_created");
  assert.ok(created?.type === "checkpoint_created");
  return created.data.snapshot;
}

type Path = readonly string[];

/** Every field of a value, at any depth. */
function fieldsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, [...path, key])),
  ];
}

/** What a field may be forged to. */
function forgeriesOf(value: unknown): readonly unknown[] {
  if (typeof value === "string" && value.endsWith("Z")) {
    return [value.replace("2026", "2025"), `${value}Z`];
  }
  if (typeof value === "string") {
    return ["Forged, and long enough for every rule that there is here", "x"];
  }
  if (typeof value === "number") return [value + 1, -1];
  if (typeof value === "boolean") return [!value];
  if (Array.isArray(value)) return [[], [...value, "more"]];
  return value === null ? ["something"] : [{}, { ...value, more: 1 }];
}

function withField(value: unknown, [key, ...rest]: Path, made: unknown): unknown {
  if (key === undefined) return made;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...value as object };
  const inner = (copy as Record<string, unknown>)[key];
  const changed = withField(inner, rest, made);
  if (changed === undefined) delete (copy as Record<string, unknown>)[key];
  else (copy as Record<string, unknown>)[key] = changed;
  return copy;
}

/** Which kinds of a field an audit cannot know to be forged: only what is outside of the journal can. */
const UNKNOWABLE: ReadonlySet<string> = new Set([
  // Who it was, and when.
  "time",
  "actor.name",
  "actor.agent",
  "actor.instance",
  // What people and agents say.
  "item_completed.notes",
  "item_completed.evidence",
  "item_failed.notes",
  "item_failed.evidence",
  "item_skipped.reason",
  "item_approved.notes",
  "item_approved.evidence",
  "phase_approved.notes",
  "item_rejected.reason",
  "item_reopened.reason",
  "approval_revoked.reason",
  "note_added.text",
  // What a reviewer says, of what.
  "review_recorded.review",
  "review_recorded.by",
  "review_recorded.findings",
  "review_recorded.evidence",
  "session_renamed.name",
  "workflow_completed.notes",
  "checkpoint_created.message",
  "checkpoint_created.decisions",
  "checkpoint_created.files",
  // A name that a later line refers to: then that one is named.
  "checkpoint_created.checkpoint",
  // Which program it was, and how it ended.
  "handoff_started.program",
  "handoff_ended.exitCode",
  "handoff_ended.signal",
  // How a command ran and what it printed.
  "item_failed.verification.exitCode",
  "item_completed.verification.durationMs",
  "item_completed.verification.outputTail",
  "item_failed.verification.durationMs",
  "item_failed.verification.outputTail",
  // Which program of that machine the strict shell was.
  "item_completed.verification.shell.name",
  "item_completed.verification.shell.path",
  "item_completed.verification.shell.version",
  "item_failed.verification.shell.name",
  "item_failed.verification.shell.path",
  "item_failed.verification.shell.version",
]);

/** The entry of {@link UNKNOWABLE} that a field falls under. */
function entryOf(type: string, path: Path): string | undefined {
  const at = path[0] === "data" ? [type, ...path.slice(1)] : path;
  return at.map((_, index) => at.slice(0, index + 1).join(".")).find((entry) =>
    UNKNOWABLE.has(entry)
  );
}

Deno.test("an honest journal with events of every kind is possible", () => {
  const { contradictions, remarks, decided } = audited(everyKind());
  assert.deepEqual([contradictions, remarks], [[], []]);
  assert.equal(decided, everyKind().length);
});

Deno.test("every field of every event that is forged is named, but for what a journal cannot know", () => {
  const journal = everyKind();
  const unnoticed = new Set<string>();
  const missed: string[] = [];
  for (const [index, event] of journal.entries()) {
    // Line 1 is compared with the definition's file elsewhere.
    if (index === 0) continue;
    const { type, time, actor, data } = event;
    for (const path of fieldsOf({ time, actor, data })) {
      const [top, ...rest] = path;
      const whole: Readonly<Record<string, unknown>> = { time, actor, data };
      const before = path.reduce<unknown>(
        (value, key) => (value as Record<string, unknown>)[key],
        whole,
      );
      // A line without them is no event at all.
      const absent = path.length === 1 ? [] : [undefined];
      for (
        const made of [
          ...forgeriesOf(before).slice(top === "data" && rest.length === 0 ? 1 : 0),
          ...absent,
        ]
      ) {
        const forged = withField(whole, [top ?? "", ...rest], made) as Partial<SessionEvent>;
        const { time, actor, data } = forged;
        const changed = { ...event, time, actor, data } as SessionEvent;
        const report = audited([...journal.slice(0, index), changed, ...journal.slice(index + 1)]);
        if (report.contradictions.some(({ line }) => line === index + 1)) continue;
        const entry = entryOf(type, path);
        if (entry === undefined) {
          missed.push(`${type}: ${path.join(".")} = ${JSON.stringify(made)}`);
        } else unnoticed.add(entry);
      }
    }
  }
  assert.deepEqual(missed, []);
  assert.deepEqual([...UNKNOWABLE].filter((entry) => !unnoticed.has(entry)), []);
});

Deno.test("a checkpoint of one's own that claims another time or author is named", () => {
  const journal = everyKind();
  const index = journal.findIndex(({ type }) => type === "checkpoint_created");
  const created = journal[index];
  assert.ok(created?.type === "checkpoint_created");
  for (
    const more of [{ made: { time: "2020-01-01T00:00:00.000Z" } }, { imported: true as const }]
  ) {
    const forged = { ...created, data: { ...created.data, ...more } };
    const report = audited([...journal.slice(0, index), forged, ...journal.slice(index + 1)]);
    assert.ok(report.contradictions.some(({ line }) => line === index + 1), JSON.stringify(more));
  }
});
