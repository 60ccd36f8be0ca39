/**
 * What a line records of the project's files, changed by a person with an editor: the audit, or the
 * digest of the state, notices.
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../../src/platform/hash.ts";
import type { Command } from "../../../../src/workflow/commands.ts";
import { decide } from "../../../../src/workflow/decide.ts";
import type { NewEvent, SessionEvent } from "../../../../src/workflow/events.ts";
import { evolve } from "../../../../src/workflow/evolve.ts";
import { StateDigests } from "../../../../src/workflow/projection.ts";
import { RULES } from "../../../../src/workflow/rules.ts";
import type { SessionState } from "../../../../src/workflow/state.ts";
import type { FileFacts, RootRecord, WorkRecord } from "../../../../src/workflow/work_record.ts";
import type { ChangedFile, WorkTree } from "../../../../src/workflow/work_tree.ts";
import { CHECKED, item, PERSON, phase, timeOf, workflow } from "../session_builder.ts";
import { audited } from "./forged_fields_test.ts";

const HEAD = "a".repeat(40);
const ROOT: RootRecord = { machine: "m", path: "p", directory: "d", repository: "r" };
const ELSEWHERE: RootRecord = { ...ROOT, path: "q", directory: "e" };
const FILES: readonly ChangedFile[] = [
  { path: "docs/plan.md", mode: "100644", blob: "b".repeat(40) },
  { path: "src/a.ts", mode: null, blob: null },
];

function treeOf(changed: readonly ChangedFile[]): WorkTree {
  return {
    head: HEAD,
    branch: "main",
    tree: sha256Hex(JSON.stringify(changed)).slice(0, 40),
    committable: true,
    changed,
    changedCount: changed.length,
    ...(changed.length === 0 ? {} : { changedSha256: sha256Hex(JSON.stringify(changed)) }),
  };
}

const PLAN: FileFacts = { kind: "file", bytes: 7, sha256: "c".repeat(64) };

/** A session of `format: 2` whose every proof has a record. */
function journalOf(): readonly SessionEvent[] {
  const definition = {
    ...workflow([
      phase("A", [
        item("file", { verification: CHECKED.file_exists }),
        item("tests", { verification: CHECKED.command }),
        item("other"),
        item("review", { verification: CHECKED.manual_gate }),
      ], { exit_gate: "human_approval" }),
    ]),
    format: 2,
  } as const;
  const journal: SessionEvent[] = [];
  let state: SessionState | null = null;
  const add = (event: NewEvent) => {
    const seq = journal.length + 1;
    journal.push({ ...event, seq, time: timeOf(seq), actor: PERSON, rules: RULES });
    state = evolve(state, journal.at(-1) as SessionEvent);
  };
  const act = (command: Command) => {
    assert.ok(state !== null);
    const { value, error } = decide(state, command, { actor: PERSON });
    assert.equal(error, undefined, error?.message);
    for (const event of value?.events ?? []) add(event);
  };
  add({
    type: "session_started",
    data: {
      session: "s1",
      lineage: "l1",
      name: null,
      task: "t",
      project: null,
      constraints: [],
      definition,
      definitionSha256: "0".repeat(64),
      overriddenSettings: [],
      toolVersion: "0",
      work: { root: ROOT, tree: treeOf([]) },
      proofFiles: { "docs/plan.md": { kind: "missing" } },
    },
  });
  const files = treeOf(FILES);
  const found = PLAN;
  const approval = { how: "terminal", detection: "none" } as const;
  act({
    kind: "complete",
    item: "file",
    outcome: { type: "file_exists", passed: true, path: "docs/plan.md", found },
    work: { root: ROOT, tree: files },
  });
  const tests = {
    type: "command",
    passed: true,
    command: "npm test",
    expectedExitCode: 0,
    exitCode: 0,
    durationMs: 5,
    outputTail: "",
    shell: { name: "bash", path: "/bin/bash", version: "5.2.15", strict: true },
    program: "/usr/bin/npm",
    variables: ["NODE_OPTIONS"],
  } as const;
  const more = treeOf([...FILES, { path: "report.txt", mode: "100644", blob: "d".repeat(40) }]);
  act({
    kind: "complete",
    item: "tests",
    outcome: tests,
    work: {
      root: ELSEWHERE,
      tree: more,
      wrote: { head: HEAD, tree: files.tree, changed: more.changed.slice(2), changedCount: 1 },
    },
  });
  act({ kind: "complete", item: "other", work: { root: ROOT, tree: more } });
  act({ kind: "approve_item", item: "review", approval, work: { root: ROOT, tree: more } });
  act({ kind: "approve_phase", phase: "A", approval, work: { root: ROOT, tree: more } });
  act({ kind: "finish", work: { root: ROOT, tree: more } });
  return journal;
}

function workOf(event: SessionEvent | undefined): WorkRecord | undefined {
  return event !== undefined && "work" in event.data ? event.data.work : undefined;
}

Deno.test("records: a list is written once, and the root where it is another one", () => {
  const journal = journalOf();
  const [, file, tests, ...rest] = journal.map(workOf);
  assert.deepEqual(file?.tree, treeOf(FILES));
  assert.equal(file?.root, undefined);
  assert.deepEqual(tests?.root, ELSEWHERE);
  assert.equal(rest.length, 4);
  for (const work of rest) {
    assert.ok(work !== undefined && "changedCount" in work.tree);
    assert.deepEqual([work.root, work.tree.changed, work.tree.changedIn], [undefined, [], 3]);
    assert.equal(work.tree.changedCount, 3);
  }
  assert.deepEqual(audited(journal).contradictions, []);
});

Deno.test("the state has the mark of each proof", () => {
  const state = journalOf().reduce<SessionState | null>(evolve, null);
  const { tree, changedSha256: changed } = treeOf(FILES);
  const mark = { seq: 2, head: HEAD, tree, committable: true, changed };
  assert.deepEqual(state?.phases["A"]?.items["file"]?.proof, mark);
  assert.deepEqual(state?.phases["A"]?.items["tests"]?.proof?.root, ELSEWHERE);
  assert.equal(state?.phases["A"]?.items["review"]?.proof?.seq, 5);
  assert.equal(state?.phases["A"]?.approval?.proof?.seq, 6);
  assert.equal(state?.finished?.seq, 7);
  assert.deepEqual(state?.begun?.files, { "docs/plan.md": { kind: "missing" } });
  assert.equal(state?.begun?.tree, treeOf([]).tree);
});

/** Every field of a value, at any depth, with something else in it, and without it. */
function* eachForgery(value: unknown, path: string): Iterable<readonly [string, unknown]> {
  if (Array.isArray(value)) {
    yield [`${path} is empty`, []];
    for (const [index, entry] of value.entries()) {
      for (const [where, changed] of eachForgery(entry, `${path}.${index}`)) {
        yield [where, value.map((other: unknown, at) => at === index ? changed : other)];
      }
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield [`${path} without ${key}`, rest];
      for (const [where, changed] of eachForgery(entry, `${path}.${key}`)) {
        yield [where, { ...value, [key]: changed }];
      }
    }
  } else if (typeof value === "string") yield [path, `${value}x`];
  else if (typeof value === "number") yield [path, value + 1];
  else if (typeof value === "boolean") yield [path, !value];
  else yield [path, "x"];
}

/** What only says more about a record that is bound otherwise. */
const UNBOUND = /\.(?:branch|wrote|tree\.as)\b|without (?:branch|wrote)$|changedCount/;

Deno.test("each changed field of a record is a contradiction, or another state than its line says", () => {
  const journal = journalOf();
  const digests = new StateDigests(sha256Hex);
  const digestsOf = (events: readonly SessionEvent[]) => {
    let state: SessionState | null = null;
    return events.map((event) => digests.digest(state = evolve(state, event)));
  };
  const honest = digestsOf(journal);
  let count = 0;
  for (const [index, event] of journal.entries()) {
    for (const field of ["work", "proofFiles", "verification"]) {
      const value = (event.data as Record<string, unknown>)[field];
      if (value === undefined) continue;
      for (const [where, forged] of eachForgery(value, field)) {
        if (UNBOUND.test(where) || /durationMs|outputTail/.test(where)) continue;
        if (JSON.stringify(forged) === JSON.stringify(value)) continue;
        const lines = journal.with(index, {
          ...event,
          data: { ...event.data, [field]: forged },
        } as SessionEvent);
        const noticed = audited(lines).contradictions.length > 0 ||
          JSON.stringify(digestsOf(lines)) !== JSON.stringify(honest);
        assert.ok(noticed, `line ${index + 1}: ${where}`);
        count += 1;
      }
    }
  }
  assert.ok(count > 100, `${count}`);
});

/** The lines with one record changed. */
function forgedAt(seq: number, change: (work: WorkRecord) => unknown): readonly SessionEvent[] {
  return journalOf().map((event) =>
    event.seq === seq
      ? { ...event, data: { ...event.data, work: change(workOf(event) as WorkRecord) } }
      : event
  ) as readonly SessionEvent[];
}

const TREE = (work: WorkRecord) => work.tree as WorkTree;

Deno.test("the audit names what a record cannot be, also where the digests are forged too", () => {
  for (
    const [seq, change, instead] of [
      [
        2,
        (work) => ({ ...work, tree: { ...TREE(work), changed: FILES.toReversed() } }),
        "its list of changed files is not the one whose hash it records",
      ],
      [
        2,
        (work) => ({ ...work, tree: { ...TREE(work), changed: [] } }),
        "its list of changed files has not as many as it says",
      ],
      [
        2,
        (work) => ({ ...work, tree: { ...TREE(work), committable: false } }),
        `its list of changed files contradicts "committable"`,
      ],
      [
        5,
        (work) => ({ ...work, tree: { ...TREE(work), changedIn: 2 } }),
        "line 2 does not list the changed files of its tree",
      ],
      [
        5,
        (work) => ({ ...work, tree: { ...TREE(work), head: "f".repeat(40) } }),
        "line 3 does not list the changed files of its tree",
      ],
      [
        5,
        () => undefined,
        "it does not record the project's files, and the session's first line does",
      ],
      [5, () => 7, "its record of the project's files is none"],
    ] as const satisfies readonly (readonly [number, (work: WorkRecord) => unknown, string])[]
  ) {
    const found = audited(forgedAt(seq, change)).contradictions.find(({ line }) => line === seq);
    assert.equal(found?.instead, instead);
  }
});

Deno.test("the audit judges what was at a path again", () => {
  const lines = journalOf().map((event) =>
    event.type === "session_started"
      ? { ...event, data: { ...event.data, proofFiles: { "docs/plan.md": PLAN } } }
      : event
  );
  const [found] = audited(lines).contradictions;
  assert.equal(found?.line, 2);
  assert.match(found?.instead ?? "", /the line records the file "docs\/plan\.md"/);
});
