/** What happens before a change: in one order, by the effect that is declared, for every command. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type Effect, mustBeOpened, PREPARATIONS } from "../../../src/app/declared_changes.ts";
import { LocalWorkspace } from "../../../src/app/local_workspace.ts";
import { openForChange, passGate, type Steps } from "../../../src/app/open_for_change.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import type { SessionChoice } from "../../../src/session/resolve.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const HERE: SessionChoice = { id: "kkkkkkkkkkkkk", origin: "current" };

/** A workspace of a declared effect in an empty folder. */
function workspaceOf(scratch: Scratch, effect: Effect): LocalWorkspace {
  return new LocalWorkspace({
    io: {
      env: {},
      cwd: scratch.root,
      home: scratch.home,
      now: () => new Date(0),
      userName: () => "anna",
      launchedBy: () => Promise.resolve({ terminal: "none", programs: [] }),
    },
    operation: "test",
    effect,
    root: scratch.root,
    session: undefined,
    configFlags: null,
    unsaid: [],
  });
}

/** Steps that do nothing but say that they were taken. */
function recording(
  found: { readonly chosen?: SessionChoice | null; readonly old?: SessionChoice | null } = {},
): { readonly steps: Steps; readonly taken: string[] } {
  const taken: string[] = [];
  const take = (name: string) => () => {
    taken.push(name);
    return Promise.resolve();
  };
  const give = (name: string, choice: SessionChoice | null) => () => {
    taken.push(name);
    return Promise.resolve(choice);
  };
  return {
    taken,
    steps: {
      recover: take("recover"),
      migrate: take("migrate"),
      finishImport: take("finish import"),
      bringIn: take("bring in"),
      choose: give("choose", found.chosen ?? null),
      importOld: give("import old", found.old ?? null),
      refuseInside: take("refuse inside"),
      bindAgent: take("bind agent"),
      releaseEnded: take("release ended"),
    },
  };
}

/** The steps before a change of an effect, in the order they are taken. */
async function stepsOf(
  effect: Effect,
  found?: Parameters<typeof recording>[0],
): Promise<readonly string[]> {
  using scratch = new Scratch();
  const workspace = workspaceOf(scratch, effect);
  const { steps, taken } = recording(found);
  await passGate(workspace, steps);
  await openForChange(workspace, undefined, steps);
  return taken;
}

const GATE = ["recover", "migrate"];

Deno.test("a change of a session: gate, import, branch, choice, old layout, agent, claims", async () => {
  assert.deepEqual(
    await stepsOf("session", { chosen: null, old: HERE }),
    [
      ...GATE,
      "finish import",
      "bring in",
      "choose",
      "import old",
      "refuse inside",
      "bind agent",
      "release ended",
    ],
  );
});

Deno.test("nothing old is imported where a session is chosen", async () => {
  assert.deepEqual(
    await stepsOf("session", { chosen: HERE, old: HERE }),
    [
      ...GATE,
      "finish import",
      "bring in",
      "choose",
      "refuse inside",
      "bind agent",
      "release ended",
    ],
  );
});

Deno.test("an agent is not bound to a session that was named", async () => {
  assert.deepEqual(
    await stepsOf("session", { chosen: { ...HERE, origin: "flag" } }),
    [...GATE, "finish import", "bring in", "choose", "refuse inside", "release ended"],
  );
});

Deno.test("a change of a session that is not there is refused", async () => {
  using scratch = new Scratch();
  const { steps } = recording();
  await assert.rejects(
    openForChange(workspaceOf(scratch, "session"), undefined, steps),
    { code: "no_project" },
  );
});

const OTHERS: Readonly<Record<Exclude<Effect, "session">, readonly string[]>> = {
  nothing: [],
  program: [],
  project: GATE,
  new_session: [...GATE, "finish import", "bring in"],
  state: [...GATE, "finish import"],
  old_layout: [],
  removal: ["recover", "finish import"],
};

Deno.test("what is taken for the other effects", async () => {
  const effects = Object.keys(PREPARATIONS).filter((effect) => effect !== "session");
  assert.deepEqual(effects.sort(), Object.keys(OTHERS).sort());
  for (const [effect, expected] of Object.entries(OTHERS)) {
    assert.deepEqual(await stepsOf(effect as Effect), expected, effect);
  }
});

Deno.test("sessions can be changed only once the change has been prepared", async () => {
  using scratch = new Scratch();
  for (const effect of Object.keys(PREPARATIONS) as Effect[]) {
    const { manager } = workspaceOf(scratch, effect);
    const change = manager.change("kkkkkkkkkkkkk", "test", () => ({ value: { events: [] } }));
    await assert.rejects(
      change,
      mustBeOpened(effect) ? { name: "TypeError" } : { code: "session_unknown" },
      effect,
    );
  }
  const opened = workspaceOf(scratch, "new_session");
  await opened.openForChange();
  await assert.rejects(
    opened.manager.change("kkkkkkkkkkkkk", "test", () => ({ value: { events: [] } })),
    { code: "session_unknown" },
  );
});

Deno.test("a session is chosen only for a change that is declared", async () => {
  using scratch = new Scratch();
  for (const effect of ["nothing", "project", "new_session"] as const) {
    await assert.rejects(workspaceOf(scratch, effect).sessionToChange(), { name: "TypeError" });
  }
});

/** What each command is called with: in order as far as it can be told before a session is there. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "complete": ["no_such_item"],
  "recheck": ["no_such_item"],
  "skip": ["no_such_item", "--reason", "it is not needed here"],
  "approve": ["no_such_item", "--yes"],
  "reject": ["no_such_item", "--reason", "it is wrong"],
  "claim": ["no_such_item"],
  "reopen": ["no_such_item", "--reason", "it is wrong"],
  "revoke": ["no_such_item", "--reason", "it is wrong"],
  "advance": [],
  "finish": [],
  "note": ["A note"],
  "review add": ["security", "--by", "Anna"],
  "checkpoint create": [],
  "checkpoint restore": ["no_such_checkpoint"],
  "feedback tool add": ["It works"],
  "feedback process add": ["It works"],
  "session use": ["1a2b3c4d"],
  "session rename": ["renamed"],
  "session end": ["--reason", "It was started by mistake"],
  "log accept": ["--yes"],
  "log redact": ["999", "--field", "text", "--reason", "It held a password", "--yes"],
};

const OLD_STATE = readFileSync(
  new URL("../../fixtures/legacy/states/g8.json", import.meta.url),
  "utf8",
);

/** All but what is refused inside an agent before anything else. */
const CHANGING = COMMANDS.filter(({ changes, path }) =>
  changes === "session" && path !== "handoff run"
);

Deno.test("every command that changes a session is among those tested", () => {
  assert.deepEqual(CHANGING.map(({ path }) => path).sort(), Object.keys(ARGUMENTS).sort());
});

for (const { path } of CHANGING) {
  Deno.test(`goes through it: ${path}`, async () => {
    using scratch = new Scratch({
      ".orchestrator/sessions/1a2b3c4d/state.json": OLD_STATE,
      ".orchestrator/current": "1a2b3c4d",
    });
    const env = {
      ...scratchEnvironment(scratch),
      CLAUDECODE: "1",
      CLAUDE_CODE_SESSION_ID: "a-session-of-the-agent",
    };
    const result = await runInProcess([...path.split(" "), ...ARGUMENTS[path] ?? []], {
      cwd: scratch.root,
      env,
    });
    const told = `${path}: ${result.stdout}${result.stderr}`;
    assert.notEqual(result.code, 70, told);
    // The old layout is imported last but one, the agent is bound last.
    assert.match(result.stderr, /was imported as session/, told);
    assert.equal(readdirSync(scratch.path(".orchestrator/bindings")).length, 1, told);
  });
}
