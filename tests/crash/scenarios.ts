/**
 * One scenario or more for each command that changes something.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { CONFIG_SCENARIOS } from "./config_scenarios.ts";
import type { Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";
import { SECRETS_SCENARIOS } from "./secrets_scenarios.ts";
import { STATE_SCENARIOS } from "./state_scenarios.ts";

/** An item of every kind, and a phase that a person must approve. */
const WORKFLOW = `name: crash
phases:
  - id: BUILD
    name: Build
    exit_gate: human_approval
    items:
      - { id: plain, name: Nothing to prove, required: false }
      - id: file
        name: A file
        required: false
        verification: { type: file_exists, path: proof.txt }
      - id: command
        name: A command
        required: false
        verification: { type: command, command: "cat proof.txt" }
      - id: failing
        name: A command that fails
        required: false
        verification: { type: command, command: "exit 3" }
      - { id: approval, name: A person decides, required: false, verification: { type: manual_gate } }
  - id: SHIP
    name: Ship
    items:
      - { id: last, name: The last, required: false }
`;

/** An environment in which commands run as an agent with its own session id. */
const AGENT = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "agent-1" };

/** A change that ended sessions accept too. */
const RENAME = ["session", "rename", "renamed"];

async function started(repository: Repository): Promise<void> {
  repository.write("workflow.yaml", WORKFLOW);
  repository.write("proof.txt", "here\n");
  await repository.must("start", "Survive", "--name", "main");
}

/** What still has a text, where the journal says that it was redacted. */
function secretLeft({ root }: Repository): Promise<readonly string[]> {
  const sessions = `${root}/.orchestrator/sessions`;
  const texts = readdirSync(sessions, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(`${parentPath}/${name}`, "utf8")] as const);
  const isRecorded = texts.some(([, text]) => text.includes('"text_redacted"'));
  return Promise.resolve(
    texts.filter(([, text]) => isRecorded && text.includes("hunter2"))
      .map(([name]) => `${name} still has the text that was redacted`),
  );
}

/** Two sessions; `main` is the current one. */
async function twoSessions(repository: Repository): Promise<void> {
  await started(repository);
  await repository.must("start", "Stand by", "--name", "other");
  await repository.must("session", "use", "main");
}

async function advanced(repository: Repository): Promise<void> {
  await started(repository);
  await repository.must("approve", "--phase", "BUILD", "--yes");
  await repository.must("advance");
}

/** One active session and two ended ones. */
async function endedSessions(repository: Repository): Promise<void> {
  await started(repository);
  for (const name of ["old-1", "old-2"]) {
    await repository.must("start", "Be over", "--name", name);
    await repository.must("session", "end", name, "--reason", "No longer wanted");
  }
  await repository.must("session", "use", "main");
}

/** A session is found by the name that it shows. */
async function namesAnswer(repository: Repository): Promise<readonly string[]> {
  const problems: string[] = [];
  const { code, stdout, stderr } = await repository.run(["session", "list", "--json"]);
  if (code !== 0) return [`session list ended with ${code}: ${stderr}`];
  const { data } = JSON.parse(stdout) as {
    readonly data: {
      readonly sessions: readonly { readonly session: string; readonly name: string | null }[];
    };
  };
  for (const { session: id, name } of data.sessions) {
    if (name === null) continue;
    const found = await repository.run(["status", "--session", name, "--json"]);
    const session = found.code === 0
      ? (JSON.parse(found.stdout) as { data: { session: string } }).data.session
      : found.stderr.trim();
    if (session !== id) problems.push(`session ${id} shows the name ${name}, but: ${session}`);
  }
  return problems;
}

function legacyFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/legacy/${name}`, import.meta.url), "utf8");
}

const LEGACY_LOG = ["workflow_started", "tide_turned"].map((type) =>
  JSON.stringify({
    timestamp: "2026-01-05T08:00:00Z",
    event_type: type,
    workflow_id: "wf_7ide7ab1",
    message: type,
  }) + "\n"
).join("");

/** An old workflow, its files scattered over the root. */
function scattered(repository: Repository): Promise<void> {
  repository.write(".workflow_state.json", legacyFixture("states/g4.json"));
  repository.write(".workflow_log.jsonl", LEGACY_LOG);
  repository.write(
    ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json",
    legacyFixture("checkpoint_v2.json"),
  );
  return Promise.resolve();
}

/** An old workflow in the old tool's own `.orchestrator/`. */
function oldDirectory(repository: Repository): Promise<void> {
  const session = ".orchestrator/sessions/0a1b2c3d";
  repository.write(`${session}/state.json`, legacyFixture("states/g8.json"));
  repository.write(`${session}/log.jsonl`, LEGACY_LOG);
  repository.write(`${session}/meta.json`, '{"session_id": "0a1b2c3d"}');
  repository.write(".orchestrator/current", "0a1b2c3d");
  repository.write(".orchestrator/.gitignore", "*\n");
  return Promise.resolve();
}

/** The journal of the only session. */
function journalOf({ root }: Repository): string {
  const [session = ""] = readdirSync(`${root}/.orchestrator/sessions`);
  return `.orchestrator/sessions/${session}/log.jsonl`;
}

const nothing = () => Promise.resolve();

export const SCENARIOS: readonly Scenario[] = [
  { name: "complete", command: "complete", prepare: started, argv: ["complete", "plain"] },
  {
    name: "complete with a file as proof",
    command: "complete",
    prepare: started,
    argv: ["complete", "file"],
  },
  {
    name: "complete with a command as proof",
    command: "complete",
    prepare: started,
    argv: ["complete", "command"],
  },
  {
    name: "complete with a command that fails",
    command: "complete",
    prepare: started,
    argv: ["complete", "failing"],
    code: 1,
  },
  {
    name: "recheck a command that passes again",
    command: "recheck",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("complete", "command");
    },
    argv: ["recheck", "command"],
  },
  {
    name: "skip",
    command: "skip",
    prepare: started,
    argv: ["skip", "plain", "--reason", "There is nothing to do here"],
  },
  {
    name: "approve an item",
    command: "approve",
    prepare: started,
    argv: ["approve", "approval", "--yes"],
  },
  {
    name: "approve a phase",
    command: "approve",
    prepare: started,
    argv: ["approve", "--phase", "BUILD", "--yes"],
  },
  {
    name: "reject",
    command: "reject",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("complete", "plain");
    },
    argv: ["reject", "plain", "--reason", "It is not what was asked for"],
  },
  {
    name: "reopen",
    command: "reopen",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("complete", "plain");
    },
    argv: ["reopen", "plain", "--reason", "It was the wrong branch"],
  },
  {
    name: "review add",
    command: "review add",
    prepare: started,
    argv: ["review", "add", "security", "--by", "Anna", "--findings", "Nothing"],
  },
  {
    name: "claim",
    command: "claim",
    prepare: started,
    argv: ["claim", "plain"],
  },
  {
    name: "handoff --run",
    command: "handoff run",
    prepare: started,
    argv: ["handoff", "--run", "--set", "claude_binary=true"],
    otherEvents: [["session_started", "handoff_started"]],
    otherSeqs: [2],
  },
  {
    name: "revoke an approval of an earlier phase",
    command: "revoke",
    prepare: advanced,
    argv: ["revoke", "--phase", "BUILD", "--reason", "The old plan was read"],
  },
  {
    name: "advance",
    command: "advance",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("approve", "--phase", "BUILD", "--yes");
    },
    argv: ["advance"],
  },
  { name: "finish", command: "finish", prepare: advanced, argv: ["finish"], next: RENAME },
  {
    name: "finish --abandon",
    command: "finish",
    prepare: started,
    argv: ["finish", "--abandon", "--reason", "No longer wanted"],
    next: RENAME,
  },
  { name: "note", command: "note", prepare: started, argv: ["note", "Remember"] },
  {
    name: "log accept",
    command: "log accept",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("note", "Lost again");
      const journal = journalOf(repository);
      const text = readFileSync(`${repository.root}/${journal}`, "utf8");
      repository.write(journal, text.slice(0, text.indexOf("\n") + 1));
    },
    argv: ["log", "accept", "--reason", "The disk was full", "--yes"],
    next: ["log", "accept", "--yes"],
  },
  {
    name: "log redact",
    command: "log redact",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("note", "The password is hunter2");
      await repository.must("checkpoint", "create", "--message", "The password is hunter2");
    },
    argv: ["log", "redact", "2", "--field", "text", "--reason", "It held a password", "--yes"],
    redacts: true,
    afterwards: secretLeft,
  },
  {
    name: "note by an agent that is not bound yet",
    command: "note",
    prepare: twoSessions,
    argv: ["note", "Remember"],
    env: AGENT,
  },
  {
    name: "note by an agent that is bound to another session than current",
    command: "note",
    prepare: async (repository) => {
      await twoSessions(repository);
      await repository.run(["session", "use", "other"], AGENT);
      await repository.must("session", "use", "main");
    },
    argv: ["note", "Remember"],
    env: AGENT,
  },
  {
    name: "checkpoint create",
    command: "checkpoint create",
    prepare: started,
    argv: ["checkpoint", "create", "--message", "Before it crashes"],
  },
  {
    name: "checkpoint restore",
    command: "checkpoint restore",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("checkpoint", "create");
      await repository.must("complete", "plain");
    },
    argv: ["checkpoint", "restore", "c", "--yes"],
  },
  {
    name: "feedback tool add, the first",
    command: "feedback tool add",
    prepare: started,
    argv: ["feedback", "tool", "add", "It survives"],
    next: ["feedback", "tool", "add", "It survived"],
  },
  {
    name: "feedback process add, the second",
    command: "feedback process add",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("feedback", "process", "add", "One");
    },
    argv: ["feedback", "process", "add", "Two"],
    next: ["feedback", "process", "add", "Three"],
  },
  {
    name: "session use",
    command: "session use",
    prepare: twoSessions,
    argv: ["session", "use", "other"],
  },
  {
    name: "session use by an agent",
    command: "session use",
    prepare: twoSessions,
    argv: ["session", "use", "other"],
    env: AGENT,
  },
  {
    name: "session rename",
    command: "session rename",
    prepare: twoSessions,
    argv: ["session", "rename", "better"],
    check: namesAnswer,
  },
  {
    name: "session end",
    command: "session end",
    prepare: twoSessions,
    argv: ["session", "end", "other", "--reason", "No longer wanted"],
    next: ["session", "rename", "renamed", "--session", "other"],
  },
  {
    name: "session remove",
    command: "session remove",
    prepare: endedSessions,
    argv: ["session", "remove", "old-1", "--yes"],
  },
  {
    name: "session remove of the current one",
    command: "session remove",
    prepare: async (repository) => {
      await endedSessions(repository);
      await repository.must("session", "use", "old-2");
    },
    argv: ["session", "remove", "old-2", "--yes"],
    next: ["session", "use", "main"],
  },
  {
    name: "session remove of all ended ones",
    command: "session remove",
    prepare: endedSessions,
    argv: ["session", "remove", "--ended", "--all", "--yes"],
  },
  {
    name: "deinit",
    command: "deinit",
    prepare: twoSessions,
    argv: ["deinit", "--yes"],
    next: ["init"],
    // The sessions go one after the other, before the project does.
    otherStandings: ["exit 4: no_session", "exit 4: session_unknown", "exit 4: no_project"],
  },
  {
    name: "init",
    command: "init",
    prepare: (repository) => {
      repository.write("package.json", '{"scripts": {"test": "node --test"}}\n');
      return Promise.resolve();
    },
    argv: ["init"],
    next: ["init"],
    // A file that may not be read recommends no test command.
    mayDiffer: { fault: "EACCES", file: "workflow.yaml" },
  },
  {
    name: "init --portable of a new project",
    command: "init",
    prepare: nothing,
    argv: ["init", "--portable"],
    next: ["init", "--portable"],
  },
  {
    name: "init with a damaged meta.json",
    command: "init",
    prepare: async (repository) => {
      await repository.must("init", "--portable");
      await started(repository);
      repository.write(".orchestrator/meta.json", '{"format":1,');
    },
    argv: ["init"],
  },
  {
    name: "init --portable of a normal project",
    command: "init",
    prepare: started,
    argv: ["init", "--portable"],
  },
  {
    name: "init --normal of a portable project",
    command: "init",
    prepare: async (repository) => {
      await repository.must("init", "--portable");
      await repository.must("start", "Survive");
    },
    argv: ["init", "--normal"],
  },
  {
    name: "start in a bare repository",
    command: "start",
    prepare: nothing,
    argv: ["start", "Survive", "--name", "main"],
    next: ["start", "Survive"],
    otherStandings: ["exit 4: no_session"],
    check: namesAnswer,
  },
  {
    name: "start of another session",
    command: "start",
    prepare: started,
    argv: ["start", "Survive", "--name", "second"],
    check: namesAnswer,
  },
  {
    name: "start by an agent",
    command: "start",
    prepare: started,
    argv: ["start", "Survive"],
    env: AGENT,
  },
  {
    name: "start in a portable project",
    command: "start",
    prepare: async (repository) => {
      await repository.must("init", "--portable");
      await repository.must("start", "Survive");
    },
    argv: ["start", "Survive"],
  },
  {
    name: "the first change after the old tool",
    command: "note",
    prepare: scattered,
    argv: ["note", "Moved in"],
    otherEvents: [["session_imported", "checkpoint_created"]],
  },
  {
    name: "the first change in an old .orchestrator",
    command: "note",
    prepare: oldDirectory,
    argv: ["note", "Moved in"],
    otherEvents: [["session_imported"]],
  },
  ...CONFIG_SCENARIOS,
  ...SECRETS_SCENARIOS,
  ...STATE_SCENARIOS,
];
