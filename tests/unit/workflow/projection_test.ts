import assert from "node:assert/strict";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { knownProjection, StateDigests } from "../../../src/workflow/projection.ts";
import { redactedText, textHash } from "../../../src/workflow/redacted_text.ts";
import type { Actor, SessionEvent } from "../../../src/workflow/events.ts";
import { evolve } from "../../../src/workflow/evolve.ts";
import type { ItemState, SessionState } from "../../../src/workflow/state.ts";
import type { WorkMark } from "../../../src/workflow/work_record.ts";
import { eachChange } from "../../harness/each_change.ts";
import { item, phase, timeOf, workflow } from "./session_builder.ts";

const BY: Actor = { kind: "agent", name: "ada", agent: "claude-code" };
const AT = "2026-01-31T09:30:00.000Z";
const HASH = "a".repeat(64);

/** With every field that items of projection 1 always had. */
const ITEM: Required<
  Omit<
    ItemState,
    | "proof"
    | "rejections"
    | "withdrawn"
    | "withdrawnReason"
    | "needsAgain"
    | "fileBefore"
    | "rechecked"
    | "claim"
  >
> = {
  status: "skipped",
  touched: 3,
  failures: 1,
  at: AT,
  by: BY,
  notes: "n",
  evidence: { "9": -0, "1": [null, 1e21], text: "\ud800 🌊" },
  verification: { type: "file_exists", passed: false, path: "docs/plan.md", reason: "r" },
  skipReason: "s",
  forced: true,
  automatic: "zero_human",
  approval: { how: "flag", detection: "none", byAgent: true },
  legacy: { old: { field: 1 } },
};

/** A state with every field that projection 1 has, and nothing in pairs. */
const FULL: Required<
  Omit<
    SessionState,
    | "earlier"
    | "begun"
    | "listed"
    | "finished"
    | "redactions"
    | "odd"
    | "compared"
    | "ranOver"
    | "outerChanged"
    | "handoffs"
    | "reviews"
  >
> = {
  session: "s1",
  lineage: "l1",
  seq: 9,
  name: "login",
  task: "Add login",
  project: "p",
  constraints: ["c"],
  definition: workflow([phase("A", ["a", "b"]), phase("B", ["__proto__"])], { tests_dir: "t" }),
  overriddenSettings: ["tests_dir"],
  definitionOrigin: {
    path: "easy.yaml",
    outside: true,
    chosen: "argument",
    blob: "b",
    usual: "workflow.yaml",
    git: "unknown",
    committed: false,
    head: "differs",
    main: { branch: "main", is: "absent" },
    folder: "same",
    olderFormat: true,
    sha256: HASH,
  },
  namesakes: {
    count: 2,
    recent: [{ session: "s0", same: "name", status: "abandoned" }],
  },
  status: "active",
  phase: "B",
  phases: {
    A: {
      status: "completed",
      startedAt: AT,
      completedAt: AT,
      approval: { how: "terminal", detection: "none", byAgent: true, at: AT, by: BY, notes: "n" },
      items: { a: ITEM, b: { status: "pending", touched: 0, failures: 0 } },
    },
    B: {
      status: "active",
      items: JSON.parse('{"__proto__":{"status":"pending","touched":0,"failures":0}}'),
    },
  },
  createdAt: AT,
  createdBy: BY,
  updatedAt: AT,
  endedAt: AT,
  endedBy: BY,
  endNotes: "e",
  abandonReason: "a",
  notes: { count: 2, recent: [{ seq: 2, time: AT, by: BY, text: "t", phase: "A" }] },
  checkpoints: { count: 1, recent: [{ id: "cp", seq: 4, time: AT, message: "m", phase: "A" }] },
  bypasses: [
    { kind: "forced", phase: "A", item: "a", count: 2, seq: 5, time: AT, by: BY, reason: "r" },
  ],
  accepted: {
    count: 1,
    recent: [{ seq: 6, time: AT, by: BY, known: { seq: 7, hash: HASH }, found: 5, reason: "r" }],
  },
  history: { sha256: HASH, lines: 1, bytes: 2 },
  imported: "v4",
  legacy: { more: [1] },
  audited: 3,
};

const digestOf = (state: SessionState) => new StateDigests(sha256Hex).digest(state);

Deno.test("projection 1: what it gives is fixed for ever", () => {
  assert.equal(
    digestOf(FULL),
    "1:76029988cc08bb8c9561e1080b24194201da901835e03941d5be26355fc82839",
  );
});

const MARK: Required<Omit<WorkMark, "inputs">> = {
  seq: 4,
  head: "b".repeat(40),
  tree: "c".repeat(40),
  committable: true,
  changed: HASH,
  missing: "too_slow",
  named: { "docs/plan.md": { kind: "file", bytes: 7, sha256: HASH } },
  root: { machine: "m", path: "p", directory: "d", repository: "r" },
};

/** The same with every field in pairs. */
const WITH_PAIRS: Required<
  Omit<SessionState, "earlier" | "redactions" | "ranOver" | "outerChanged" | "handoffs" | "reviews">
> = {
  ...FULL,
  begun: { ...MARK, files: { "docs/plan.md": { kind: "missing" } } },
  listed: { seq: 4, head: "b".repeat(40), tree: "c".repeat(40), changed: HASH },
  finished: MARK,
  odd: true,
  compared: {
    seq: 8,
    time: AT,
    proofs: [{
      phase: "A",
      item: "a",
      seq: 4,
      verdict: "stale",
      changed: 2,
    }],
  },
  phases: {
    ...FULL.phases,
    A: {
      status: "completed",
      startedAt: AT,
      completedAt: AT,
      approval: {
        how: "terminal",
        detection: "none",
        byAgent: true,
        at: AT,
        by: BY,
        notes: "n",
        proof: MARK,
      },
      items: {
        a: { ...ITEM, proof: MARK, rechecked: { count: 2, seq: 7, at: AT, by: BY } },
        b: { status: "pending", touched: 0, failures: 0 },
      },
    },
  },
};

/** The same of a journal from which texts were taken out. */
const REDACTED: Required<
  Omit<SessionState, "earlier" | "ranOver" | "outerChanged" | "handoffs" | "reviews">
> = {
  ...WITH_PAIRS,
  redactions: { count: 1, recent: [{ seq: 9, time: AT, by: BY, line: 4, field: "text" }] },
};

Deno.test("projection 1: redactions come behind the other pairs", () => {
  assert.equal(
    digestOf(REDACTED),
    "1:7adfa3edf77ed22f97170900a194f1099d43a30d9fef2bdf89713482f1ce4b0a",
  );
  assert.notEqual(digestOf(REDACTED), digestOf(WITH_PAIRS));
});

/** The same where files and rules changed beside the proofs. */
const NOTICED: Required<Omit<SessionState, "earlier" | "handoffs" | "reviews">> = {
  ...REDACTED,
  ranOver: [{ phase: "A", item: "a", seq: 4, files: ["src/a.ts"], more: true }],
  outerChanged: { ignore: 4, attributes: 5 },
};

Deno.test("projection 1: what changed beside the proofs is the last pairs", () => {
  assert.equal(
    digestOf(NOTICED),
    "1:a3eff70098ab118571112de3be8ed073f7695ca2ef9995e5429f7acfc3eaefdf",
  );
  const { outerChanged: _, ...others } = NOTICED;
  assert.notEqual(digestOf(NOTICED), digestOf(others));
  const { ranOver: _r, ...rest } = NOTICED;
  assert.notEqual(digestOf(NOTICED), digestOf(rest));
});

const REVIEWS = [{ review: "security", verdict: "passed", at: AT, by: BY, seq: 8 }] as const;

Deno.test("projection 1: reviews that were recorded are the last pair of a state", () => {
  const handoffs = [{ seq: 8, at: AT, by: BY, program: "claude" }];
  assert.equal(
    digestOf({ ...NOTICED, handoffs, reviews: REVIEWS }),
    "1:1ff5788526ee62e8864d65b66c72560de6d370d2bfe38d4d933d89eca18e33ba",
  );
});

Deno.test("projection 1: handoffs that run stand behind what is noticed, and claims of items are their last pair", () => {
  const handoffs = [{ seq: 8, at: AT, by: BY, program: "claude" }];
  const running = { ...NOTICED, handoffs };
  assert.equal(
    digestOf(running),
    "1:70fd77e73cbfd9b707541a538f8f6e46480031b31cec10787c368d995be8d446",
  );
  const { A } = running.phases;
  assert.ok(A !== undefined);
  const items = { ...A.items, b: { ...ITEM, claim: { seq: 9, at: AT, by: BY } } };
  const claimed = { ...running, phases: { ...running.phases, A: { ...A, items } } };
  assert.equal(
    digestOf(claimed),
    "1:34a2e39c942a53cf84cb5f19c1258d716d70f4ae36810e8c79be92ff5a2d79c6",
  );
});

Deno.test("projection 1: a pair stands behind the fields, and what it gives is fixed for ever", () => {
  assert.equal(
    digestOf(WITH_PAIRS),
    "1:c640147cac36fee4901f0b7de9b9e08433852c222f4f6a4a8576a4428e57c97b",
  );
});

const FILE = { path: "docs/plan.md", size: 5, sha256: HASH, blob: "b".repeat(40) };

/** The same with the pairs that an item, a phase and its approval may have behind their fields. */
const WITH_WITHDRAWALS: SessionState = {
  ...FULL,
  phases: {
    ...FULL.phases,
    A: {
      ...FULL.phases["A"],
      status: "active",
      withdrawn: { how: "revoked", seq: 8, at: AT, by: BY, because: "a" },
      withdrawnReason: "r",
      approval: {
        how: "terminal",
        detection: "none",
        at: AT,
        by: BY,
        place: { terminal: "/dev/pts/3", programs: ["bash"] },
        file: FILE,
      },
      items: {
        a: {
          ...ITEM,
          rejections: 2,
          withdrawn: { how: "rejected", seq: 8, at: AT, by: BY },
          withdrawnReason: "r",
          needsAgain: "b",
          fileBefore: FILE,
        },
      },
    },
  },
};

Deno.test("projection 1: what pairs give is fixed for ever", () => {
  assert.equal(
    digestOf(WITH_WITHDRAWALS),
    "1:4184a8497b6600418d00f1fa3a88b7e92426987614e6e9889defa18040ba3db4",
  );
});

/** The same with what projection 2 adds. */
const WITH_EARLIER: SessionState & Pick<Required<SessionState>, "earlier"> = {
  ...FULL,
  earlier: {
    count: 1,
    recent: [{
      what: "removed",
      session: "s0",
      name: "login",
      task: "Add login",
      status: "abandoned",
      seq: 7,
      hash: HASH,
      done: 1,
      total: 2,
      time: AT,
      by: BY,
      why: "w",
    }],
  },
};

Deno.test("projection 2: what it gives is fixed for ever, and only states that need it have it", () => {
  assert.equal(
    digestOf(WITH_EARLIER),
    "2:b0b7003ee9bc5cba3108a50e18e9deb4e12136b99fb018a2551810b773d203cb",
  );
  assert.notEqual(digestOf(FULL).slice(2), digestOf(WITH_EARLIER).slice(2));
  assert.equal(knownProjection(digestOf(WITH_EARLIER)), "2");
});

Deno.test("whatever of a state is changed or missing, its digest is another", () => {
  const whole: Required<SessionState> = {
    ...NOTICED,
    handoffs: [{ seq: 8, at: AT, by: BY, program: "claude" }],
    reviews: REVIEWS,
    earlier: WITH_EARLIER.earlier,
  };
  const seen = new Map([[digestOf(whole), "the state itself"]]);
  let count = 0;
  for (const [name, changed] of eachChange(whole, "state")) {
    if (JSON.stringify(changed) === JSON.stringify(whole)) continue;
    count += 1;
    let digest: string;
    try {
      digest = digestOf(changed as SessionState);
    } catch (error) {
      // What is no state has no digest.
      assert.ok(error instanceof TypeError, name);
      continue;
    }
    const same = seen.get(digest);
    // Of one value there are two ways to say that it is another.
    assert.ok(same === undefined || same === name, `${name} gives the digest of: ${same}`);
    seen.set(digest, name);
  }
  assert.ok(count > 200);
});

Deno.test("whatever of a pair is changed or missing, the digest is another", () => {
  const changes = [...eachChange(WITH_WITHDRAWALS.phases, "phases")];
  const pairs = /withdrawn|rejections|needsAgain|fileBefore|place|file/;
  const named = changes.filter(([name]) => pairs.test(name));
  assert.ok(named.length > 40);
  for (const [name, phases] of named) {
    const changed = { ...WITH_WITHDRAWALS, phases } as SessionState;
    if (JSON.stringify(changed) === JSON.stringify(WITH_WITHDRAWALS)) continue;
    assert.notEqual(digestOf(changed), digestOf(WITH_WITHDRAWALS), name);
  }
});

Deno.test("a reason that was taken out of a journal does not change a digest", () => {
  const reason = redactedText(textHash("r", sha256Hex));
  const text = JSON.stringify(WITH_WITHDRAWALS)
    .replaceAll('"withdrawnReason":"r"', `"withdrawnReason":"${reason}"`);
  assert.ok(text.includes(reason));
  assert.equal(digestOf(JSON.parse(text)), digestOf(WITH_WITHDRAWALS));
});

Deno.test("projection 1: more phases and items than the definition has change the digest", () => {
  const { A } = FULL.phases;
  assert.ok(A !== undefined);
  const more: SessionState = { ...FULL, phases: { ...FULL.phases, C: A } };
  const moreItems = { ...A, items: { ...A.items, c: ITEM } };
  assert.notEqual(digestOf(more), digestOf(FULL));
  assert.notEqual(digestOf({ ...FULL, phases: { ...FULL.phases, A: moreItems } }), digestOf(FULL));
});

Deno.test("projection 1: a state that was read from JSON has the same digest", () => {
  assert.equal(digestOf(JSON.parse(JSON.stringify(FULL))), digestOf(FULL));
});

Deno.test("digests of states that follow each other are those of each alone", () => {
  const ids = Array.from({ length: 70 }, (_, index) => `item_${index}`);
  const definition = workflow([phase("A", ids.map((id) => item(id))), phase("B", ["x"])]);
  const data = { definition, definitionSha256: HASH, overriddenSettings: [], toolVersion: "0" };
  let seq = 1;
  const stamp = () => ({ seq, time: timeOf(seq), actor: BY, rules: 1 });
  const events: ((index: number) => Pick<SessionEvent, "type" | "data">)[] = [
    (index) => ({
      type: "item_completed",
      data: {
        phase: "A",
        item: ids[(index * 31) % ids.length] ?? "",
        verification: { type: "none", passed: true },
      },
    }),
    (index) => ({ type: "note_added", data: { text: `${index}`, phase: null } }),
    () => ({ type: "phase_advanced", data: { from: "A", to: "B" } }),
    () => ({
      type: "checkpoint_restored",
      data: {
        checkpoint: "c",
        checkpointSeq: 1,
        snapshot: { status: "active", phase: "A", phases: {} },
      },
    }),
  ];
  const digests = new StateDigests(sha256Hex);
  let state = evolve(null, {
    type: "session_started",
    data: {
      ...data,
      session: "s",
      lineage: "l",
      name: null,
      task: "t",
      project: null,
      constraints: [],
    },
    ...stamp(),
  });
  for (let index = 0; index < 200; index += 1) {
    seq += 1;
    const made = events[index % 7 === 6 ? 3 : index % 5 === 4 ? 2 : index % 2]?.(index);
    state = evolve(state, { ...made, ...stamp() } as SessionEvent);
    assert.equal(digests.digest(state), digestOf(state), `event ${seq}`);
    // One of another line of states in between.
    if (index % 13 === 0) digests.digest(FULL);
  }
});

Deno.test("digests of states that share items under other ids, or fewer of them, are their own", () => {
  const pending: ItemState = { status: "pending", touched: 0, failures: 0 };
  const having = (...ids: string[]): SessionState => ({
    ...FULL,
    phases: {
      A: { status: "active", items: Object.fromEntries(ids.map((id) => [id, pending])) },
    },
  });
  const digests = new StateDigests(sha256Hex);
  const states = [having("a", "b"), having("a", "c"), having("a"), having("a", "b")];
  for (const state of states) assert.equal(digests.digest(state), digestOf(state));
});

Deno.test("a digest of a projection to come, or of no projection, is not known", () => {
  assert.equal(knownProjection(`1:${HASH}`), "1");
  for (const digest of [`3:${HASH}`, HASH, `1:${HASH}a`, `1:${HASH.toUpperCase()}`, "1:", ""]) {
    assert.equal(knownProjection(digest), null, digest);
  }
});

/** {@link FULL} with a command's verification. */
function withOutput(tail: string): SessionState {
  const { A } = FULL.phases;
  assert.ok(A !== undefined);
  const a: ItemState = {
    ...ITEM,
    verification: {
      type: "command",
      passed: false,
      command: "make",
      expectedExitCode: 0,
      exitCode: 2,
      durationMs: 1,
      outputTail: tail,
    },
  };
  return { ...FULL, phases: { ...FULL.phases, A: { ...A, items: { ...A.items, a } } } };
}

/** A value with one field, at a path, replaced by its marker. */
function redacted<Value>(value: Value, path: readonly (string | number)[]): Value {
  const [key, ...rest] = path;
  if (key === undefined) return redactedText(textHash(value, sha256Hex)) as Value;
  if (Array.isArray(value)) {
    return value.map((entry, index) => index === key ? redacted(entry, rest) : entry) as Value;
  }
  return Object.fromEntries(
    Object.entries(value as object).map((
      [name, entry],
    ) => [name, name === key ? redacted(entry, rest) : entry]),
  ) as Value;
}

Deno.test("projection 1: a text may be replaced by the marker that has its hash", () => {
  const state = withOutput("token 1234\n");
  for (
    const path of [
      ["task"],
      ["constraints", 0],
      ["endNotes"],
      ["abandonReason"],
      ["notes", "recent", 0, "text"],
      ["checkpoints", "recent", 0, "message"],
      ["bypasses", 0, "reason"],
      ["accepted", "recent", 0, "reason"],
      ["phases", "A", "approval", "notes"],
      ["phases", "A", "items", "a", "notes"],
      ["phases", "A", "items", "a", "evidence"],
      ["phases", "A", "items", "a", "skipReason"],
      ["phases", "A", "items", "a", "verification", "outputTail"],
    ]
  ) {
    const changed = redacted(state, path);
    assert.notDeepEqual(changed, state, path.join("."));
    assert.equal(digestOf(changed), digestOf(state), path.join("."));
  }
});

Deno.test("projection 1: what decides is no text, and a marker in its place is another state", () => {
  const state = withOutput("x");
  for (
    const path of [
      ["name"],
      ["phases", "A", "status"],
      ["phases", "A", "approval", "how"],
      ["phases", "A", "items", "a", "status"],
      ["phases", "A", "items", "a", "by", "name"],
      ["phases", "A", "items", "a", "approval", "detection"],
      ["phases", "A", "items", "a", "verification", "command"],
      ["phases", "A", "items", "a", "verification", "exitCode"],
    ]
  ) assert.notEqual(digestOf(redacted(state, path)), digestOf(state), path.join("."));
});

Deno.test("projection 1: the marker of another text is another state", () => {
  const other = redactedText(textHash("another text", sha256Hex));
  assert.notEqual(digestOf({ ...FULL, task: other }), digestOf(FULL));
});
