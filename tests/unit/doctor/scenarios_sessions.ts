/** What can be wrong with sessions and the workflow definition. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bindAgent } from "../../../src/session/bindings.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const OLD_STATE = new URL("../../fixtures/legacy/states/g4.json", import.meta.url);

const DAY_MS = 86_400_000;

/** Puts another definition in the project. */
function withWorkflow(text: string) {
  return (world: World): void => world.scratch.write("workflow.yaml", text);
}

const WITH_GATE = `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - id: check
        name: Check
        step_type: gate
        verification: { type: file_exists, path: nowhere.txt }
`;

function withCommand(command: string) {
  return withWorkflow(`name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: check, name: Check, verification: { type: command, command: "${command}" } }
`);
}

async function bound(world: World, session: string): Promise<void> {
  const manager = world.manager();
  await manager.withRepositoryLock(
    "test",
    () => bindAgent(manager, { variable: "X", value: "1" }, session),
  );
}

/** meta.json of the session as the journal tells it. */
function assertDescribed(world: World): void {
  const meta = JSON.parse(readFileSync(world.ofSession("meta.json"), "utf8"));
  assert.equal(meta.id, world.session);
  assert.equal(meta.task, "Add login");
  assert.equal(meta.actor.name, "anna");
}

export const SESSIONS: readonly Scenario[] = [
  {
    check: "sessions.readable",
    when: "a journal is a folder",
    level: "error",
    seen: /^1 session cannot be read: [a-z2-7]{13}$/,
    make: (world) => {
      rmSync(world.ofSession("log.jsonl"));
      mkdirSync(world.ofSession("log.jsonl"));
    },
  },
  {
    check: "sessions.readable",
    when: "the sessions cannot be listed",
    level: "error",
    seen: /^Cannot read .*sessions": /,
    make: (world) => {
      const manager = world.manager();
      manager.backend.sessions = () => world.manager().backend.readText("sessions").then(() => []);
      world.manager = () => manager;
    },
  },
  {
    check: "sessions.chain",
    when: "a line was changed",
    level: "error",
    seen: /^1 journal of 1 cannot be trusted: [a-z2-7]{13}$/,
    todo: /Restore log\.jsonl/,
    make: (world) =>
      world.edit(world.ofSession("log.jsonl"), (text) => text.replace('"prev":"0', '"prev":"1')),
  },
  {
    check: "sessions.chain",
    when: "the journal is empty",
    level: "error",
    seen: /^1 journal of 1 cannot be trusted/,
    make: (world) => world.edit(world.ofSession("log.jsonl"), () => ""),
  },
  {
    check: "sessions.remembered",
    when: "the end of a journal was cut off with state.json",
    level: "warning",
    seen: /^1 journal shorter than recorded here$/,
    git: true,
    make: async (world) => {
      await world.done("note", "gone soon");
      world.edit(world.ofSession("log.jsonl"), (text) => text.slice(0, text.indexOf("\n") + 1));
      rmSync(world.ofSession("state.json"));
    },
  },
  {
    check: "sessions.remembered",
    when: "a session's folder was deleted",
    level: "warning",
    seen: /^1 session gone without a removal: [a-z2-7]{13}.*, 2 events, last changed /,
    git: true,
    make: async (world) => {
      await world.done("note", "gone soon");
      rmSync(dirname(world.ofSession("log.jsonl")), { recursive: true });
    },
  },
  {
    check: "sessions.lost",
    when: "the last event is gone",
    level: "error",
    seen: /^1 journal of 1 lack events that were recorded: [a-z2-7]{13}$/,
    todo: /backup, or continue .*: `orchestrator log accept --session [a-z2-7]{13}`$/,
    make: async (world) => {
      await world.done("note", "gone soon");
      world.edit(world.ofSession("log.jsonl"), (text) => text.slice(0, text.indexOf("\n") + 1));
    },
  },
  {
    check: "sessions.lost",
    when: "another line stands where the last one stood",
    level: "error",
    seen: /^1 journal of 1 lack events that were recorded/,
    make: async (world) => {
      const [journal, state] = ["log.jsonl", "state.json"].map((name) => world.ofSession(name));
      assert.ok(journal !== undefined && state !== undefined);
      const before = [journal, state].map((path) => readFileSync(path));
      await world.done("note", "one");
      const derived = readFileSync(state);
      for (const [index, path] of [journal, state].entries()) {
        writeFileSync(path, before[index] ?? "");
      }
      await world.done("note", "another");
      writeFileSync(state, derived);
    },
  },
  {
    check: "sessions.chain",
    when: "the last line was changed",
    level: "error",
    seen: /^1 journal of 1 cannot be trusted/,
    make: (world) =>
      world.edit(world.ofSession("log.jsonl"), (text) => text.replace("Add login", "Add logout")),
  },
  {
    check: "sessions.line-ends",
    when: "an editor took the last line feed",
    level: "info",
    seen: /^wrong line endings in 1 journal: [a-z2-7]{13}$/,
    make: (world) => world.edit(world.ofSession("log.jsonl"), (text) => text.trimEnd()),
    fixable: true,
    after: (world) => assert.match(readFileSync(world.ofSession("log.jsonl"), "utf8"), /\}\n$/),
  },
  {
    check: "sessions.line-ends",
    when: "a checkout gave it carriage returns",
    level: "info",
    seen: /^wrong line endings in 1 journal/,
    make: async (world) => {
      await world.done("note", "a second line");
      world.edit(world.ofSession("log.jsonl"), (text) => text.replaceAll("\n", "\r\n"));
    },
    fixable: true,
    after: (world) => {
      const text = readFileSync(world.ofSession("log.jsonl"), "utf8");
      assert.equal(text.includes("\r"), false);
      assert.equal(text.split("\n").length, 3);
    },
  },
  {
    check: "sessions.state",
    when: "state.json is missing",
    level: "warning",
    seen: /^state\.json is missing or outdated in 1 session: [a-z2-7]{13}$/,
    make: (world) => rmSync(world.ofSession("state.json")),
    fixable: true,
  },
  {
    check: "sessions.state",
    when: "state.json was cut off",
    level: "warning",
    seen: /^state\.json is missing or outdated in 1 session/,
    make: (world) => truncateSync(world.ofSession("state.json"), 100),
    fixable: true,
  },
  {
    check: "sessions.state",
    when: "state.json is behind",
    level: "warning",
    seen: /^state\.json is missing or outdated in 1 session/,
    make: async (world) => {
      const before = readFileSync(world.ofSession("state.json"), "utf8");
      await world.done("note", "Going on");
      world.edit(world.ofSession("state.json"), () => before);
    },
    fixable: true,
    after: async (world) => {
      const status = JSON.parse((await world.done("status", "--json")).stdout);
      assert.equal(status.data.session.id ?? status.data.session, world.session);
    },
  },
  {
    check: "sessions.bindings",
    when: "an agent is bound to a session that is gone",
    level: "info",
    seen: /^1 binding to sessions that no longer exist$/,
    make: (world) => bound(world, "aaaaaaaaaaaaa"),
    fixable: true,
    after: (world) => assert.deepEqual(readdirSync(world.state("bindings")), []),
  },
  {
    check: "sessions.bypasses",
    when: "a gate was skipped by force",
    level: "info",
    seen: /^skipped by force: [a-z2-7]{13}: PLAN\/check: no one needs it here today, and/,
    make: async (world) => {
      withWorkflow(WITH_GATE)(world);
      await world.start("Fix search");
      await world.done(
        "skip",
        "check",
        "--force",
        "--reason",
        "no one needs it here today, and the file is made by hand",
      );
    },
  },
  {
    check: "sessions.current",
    when: "it names no session",
    level: "warning",
    seen: /^the file "current" contains "aaaaaaaaaaaaa", which is not a session$/,
    make: (world) => world.write(world.state("current"), "aaaaaaaaaaaaa\n"),
  },
  {
    check: "sessions.current",
    when: "it is missing",
    level: "warning",
    seen: /^no current session$/,
    make: (world) => rmSync(world.state("current")),
  },
  {
    check: "sessions.current",
    when: "it is missing and no work is left",
    level: "info",
    seen: /^no current session$/,
    make: async (world) => {
      await world.done("session", "end", world.session, "--reason", "no longer wanted");
      rmSync(world.state("current"));
    },
  },
  {
    check: "sessions.current",
    when: "it is a folder",
    level: "error",
    seen: /^Cannot read .*current"/,
    make: (world) => {
      rmSync(world.state("current"));
      mkdirSync(world.state("current"));
    },
  },
  {
    check: "sessions.frozen",
    when: "the copy was changed",
    level: "warning",
    seen: /^changed since the start of the session: [a-z2-7]{13}: changed$/,
    make: (world) => appendFileSync(world.ofSession("workflow.yaml"), "# mine\n"),
  },
  {
    check: "sessions.frozen",
    when: "the copy is missing",
    level: "warning",
    seen: /^changed since the start of the session: [a-z2-7]{13}: missing$/,
    make: (world) => rmSync(world.ofSession("workflow.yaml")),
  },
  {
    check: "sessions.frozen",
    when: "the copy of a session that is over was changed, looked at closely",
    level: "warning",
    seen: /^changed since the start of the session: [a-z2-7]{13}: changed$/,
    make: async (world) => {
      await world.done("session", "end", world.session, "--reason", "no longer wanted");
      appendFileSync(world.ofSession("workflow.yaml"), "# mine\n");
      world.deep = true;
    },
  },
  {
    check: "sessions.audit",
    when: "there is nothing to compare line 1 with",
    level: "info",
    seen: /^odd, but possible: [a-z2-7]{13}: line 1 cannot be compared with workflow\.yaml/,
    make: (world) => rmSync(world.ofSession("workflow.yaml")),
  },
  {
    check: "sessions.history",
    when: "the log from before an import is missing",
    level: "error",
    seen: /^does not match the journal: [a-z2-7]{13}: the file is missing$/,
    todo: /^Restore sessions\/[a-z2-7]{13}\/history from a backup or from git$/,
    make: async (world) => {
      const old = join(world.root, "old");
      const state = readFileSync(OLD_STATE, "utf8");
      world.write(join(old, ".workflow_state.json"), state);
      const event = { event_type: "error", workflow_id: JSON.parse(state).workflow_id };
      world.write(join(old, ".workflow_log.jsonl"), `${JSON.stringify(event)}\n`);
      const { stdout } = await world.done("import-legacy", "old", "--json");
      const { session } = JSON.parse(stdout).data;
      rmSync(world.state("sessions", session, "history"), { recursive: true });
    },
  },
  {
    check: "sessions.repository",
    when: "the repository's journal lacks what this clone wrote",
    level: "error",
    seen:
      /^cannot be trusted: log\/[a-z2-7]{13}\.jsonl, line 1: is missing \(this clone refers to line 2\)$/,
    todo: /^Restore the files from a backup, from git or from the state branch$/,
    make: (world) => rmSync(world.state("log"), { recursive: true }),
  },
  {
    check: "sessions.repository",
    when: "a line of it was changed",
    level: "error",
    seen: /^cannot be trusted: log\/[a-z2-7]{13}\.jsonl, line 2: does not follow line 1/,
    make: (world) => {
      const [name = ""] = readdirSync(world.state("log"));
      const path = world.state("log", name);
      world.write(path, readFileSync(path, "utf8").replace('"opened"', '"closed"'));
    },
  },
  {
    check: "sessions.repository",
    when: "a newer program wrote to it",
    level: "info",
    seen: /^not all of it was compared: log\/[a-z2-7]{13}\.jsonl, line 1: has format 9/,
    make: (world) => world.write(world.state("log", "aaaaaaaaaaaaa.jsonl"), '{"v":9}\n'),
  },
  {
    check: "sessions.meta",
    when: "meta.json is missing",
    level: "warning",
    seen: /^meta\.json is missing or damaged in 1 session: [a-z2-7]{13}$/,
    make: (world) => rmSync(world.ofSession("meta.json")),
    fixable: true,
    after: assertDescribed,
  },
  {
    check: "sessions.meta",
    when: "meta.json is damaged",
    level: "warning",
    seen: /^meta\.json is missing or damaged in 1 session: [a-z2-7]{13}$/,
    make: (world) => truncateSync(world.ofSession("meta.json"), 20),
    fixable: true,
    after: (world) => {
      assertDescribed(world);
      const kept = readdirSync(world.ofSession()).filter((name) => name.startsWith("meta.damaged"));
      assert.equal(kept.length, 1, "the damaged file is kept");
      assert.equal(readFileSync(world.ofSession(kept[0] ?? ""), "utf8").length, 20);
    },
  },
  {
    check: "sessions.meta",
    when: "meta.json is another session's",
    level: "warning",
    seen: /^meta\.json is missing or damaged in 1 session/,
    make: (world) =>
      world.edit(
        world.ofSession("meta.json"),
        (text) => text.replace(world.session, "aaaaaaaaaaaaa"),
      ),
    fixable: true,
    after: assertDescribed,
  },
  {
    check: "sessions.names",
    when: "two have one name",
    level: "warning",
    seen: /^used more than once: twin$/,
    make: async (world) => {
      const first = world.session;
      await world.start("Fix search");
      await world.done("session", "rename", "twin");
      // Two clones of one repository could both have given it.
      const name = (text: string) => text.replace('"name": null', '"name": "twin"');
      world.edit(world.state("sessions", first, "meta.json"), name);
    },
  },
  {
    check: "sessions.orphans",
    when: "a folder has no journal",
    level: "warning",
    seen: /^1 folder without log\.jsonl: [a-z2-7]{13}$/,
    make: (world) => rmSync(world.ofSession("log.jsonl")),
  },
  {
    check: "sessions.size",
    when: "a journal is very large",
    level: "info",
    seen: /^large journals: [a-z2-7]{13}: 51 MiB$/,
    // Sparse: it takes no room.
    make: (world) => truncateSync(world.ofSession("log.jsonl"), 51 * 1024 * 1024),
  },
  {
    check: "sessions.stale",
    when: "a session has had no event for a long time",
    level: "info",
    seen: /^1 active session without an event for 30 days: [a-z2-7]{13}$/,
    make: (world) => {
      world.now = new Date(world.now.getTime() + 31 * DAY_MS);
    },
  },
  {
    check: "sessions.torn",
    when: "an append was cut off",
    level: "info",
    seen: /^incomplete bytes at the end of 1 journal: [a-z2-7]{13}$/,
    make: (world) => appendFileSync(world.ofSession("log.jsonl"), '{"v":1,"se'),
    fixable: true,
    after: (world) => {
      const [name = ""] = readdirSync(world.ofSession("set_aside"));
      assert.equal(readFileSync(world.ofSession(join("set_aside", name)), "utf8"), '{"v":1,"se');
    },
  },
  {
    check: "sessions.torn",
    when: "the power went while it appended",
    level: "info",
    seen: /^incomplete bytes at the end of 1 journal/,
    make: (world) => appendFileSync(world.ofSession("log.jsonl"), '\0\0\0\0"prev":"12"}\n'),
    fixable: true,
  },
];

export const WORKFLOWS: readonly Scenario[] = [
  {
    check: "workflow.present",
    when: "there is none",
    level: "info",
    seen: /^the project has no definition$/,
    make: (world) => rmSync(world.scratch.path("workflow.yaml")),
  },
  {
    check: "workflow.present",
    when: "it is a folder",
    level: "error",
    seen: /^Cannot read .*workflow\.yaml"/,
    project: "nothing",
    make: (world) => {
      mkdirSync(world.scratch.path("workflow.yaml"));
    },
  },
  {
    check: "workflow.present",
    when: "the configuration names one that is not there",
    level: "error",
    seen: /^the configuration names flows\/mine\.yaml, which does not exist$/,
    make: (world) => world.write(world.state("config.yaml"), "workflow: flows/mine.yaml\n", 0o644),
  },
  {
    check: "workflow.present",
    when: "the configuration cannot tell which it is",
    level: "error",
    seen: /^Cannot look at the workflow: \.orchestrator\/config\.yaml:1:11: /,
    make: (world) => world.write(world.state("config.yaml"), "workflow: [x]\n", 0o644),
  },
  {
    check: "workflow.valid",
    when: "it is broken",
    level: "error",
    seen: /^it has \d+ errors?$/,
    todo: /^Run `orchestrator validate`$/,
    make: withWorkflow("name: [\n"),
  },
  {
    check: "workflow.valid",
    when: "it has a word that means nothing",
    level: "warning",
    seen: /^it has 1 warning: /,
    make: (world) => appendFileSync(world.scratch.path("workflow.yaml"), "colour: red\n"),
  },
  {
    check: "workflow.format",
    when: "the file has no format",
    level: "info",
    seen: /^1; the file is ready for format 2$/,
    todo: /^Add the line "format: 2" at the top of workflow\.yaml$/,
    make: withWorkflow("steps: [{name: x, command: ls}]\n"),
  },
  {
    check: "workflow.format",
    when: "something would be an error with it",
    level: "info",
    seen: /^1; with format 2, 1 remark would be an error$/,
    todo: /^Correct it, then add the line "format: 2" at its top$/,
    make: withWorkflow("steps: [{name: x, verfication: {type: none}}]\n"),
  },
  {
    check: "workflow.commands",
    when: "a command does not exist",
    level: "warning",
    seen: /^not found: no-such-program-of-ours \(check\)$/,
    make: withCommand("A=1 no-such-program-of-ours --all"),
    ignore: Deno.build.os === "windows",
  },
  {
    check: "workflow.commands",
    when: "a script does not exist",
    level: "warning",
    seen: /^not found: \.\/scripts\/check\.sh \(check\)$/,
    make: withCommand("./scripts/check.sh"),
    ignore: Deno.build.os === "windows",
  },
  {
    check: "workflow.drift",
    when: "it was edited since",
    level: "info",
    seen: /^active sessions use another definition: [a-z2-7]{13}$/,
    make: (world) => appendFileSync(world.scratch.path("workflow.yaml"), "# later\n"),
  },
  {
    check: "workflow.gates",
    when: "a command always passes",
    level: "info",
    seen: /^these always pass: check \(exit 0\)$/,
    make: withCommand("exit 0"),
  },
  {
    check: "workflow.gates",
    when: "a gate has no proof",
    level: "info",
    seen: /^to report these is enough: ship \(no verification\)$/,
    make: withWorkflow(`name: Bare
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: ship, name: Ship, step_type: gate }
      - { id: docs, name: Docs, step_type: required }
      - { id: free, name: Free }
      - { id: seen, name: Seen, step_type: gate, verification: { type: manual_gate } }
`),
  },
];
