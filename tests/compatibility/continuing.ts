/**
 * How each of the frozen sessions goes on, to its end where it has one.
 * @module
 */
import assert from "node:assert/strict";
import type { Repository, Variables } from "../crash/repository.ts";
import type { RepositoryFacts, SessionFacts } from "./facts.ts";
import { pictureOf } from "../crash/repository.ts";
import { AGENT } from "./sessions.ts";

/** What is done next in a session, by its name, or its task where it has none. */
const NEXT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "login": [
    ["complete", "tests_pass"],
    ["complete", "security_review", "--notes", "None found"],
    ["checkpoint", "restore", "cp2", "--yes"],
    ["complete", "tests_pass"],
    ["complete", "security_review"],
    ["advance"],
    ["complete", "announce"],
    ["approve", "sign", "--yes"],
    ["finish", "--notes", "Finished by a later program"],
  ],
  "zero": [
    ["skip", "sketch", "--reason", "There is no screen in it"],
    ["checkpoint", "create"],
    ["feedback", "tool", "add", "It went on"],
  ],
  "release-1.0": [["complete", "notes"], ["finish"]],
  "built-in": [["session", "end", "built-in", "--reason", "No longer wanted"]],
  "mistake": [["session", "rename", "error"]],
  "done": [["session", "rename", "archived"]],
  "removed": [["session", "rename", "gone"]],
  "What an agent does": [["session", "rename", "of-an-agent"], ["checkpoint", "create"]],
};

/** Goes on with all sessions: each takes a note and what it is ready for. */
export async function continueAll(
  repository: Repository,
  { sessions }: RepositoryFacts,
): Promise<void> {
  const before = pictureOf(repository.root).sessions;
  for (const session of sessions) {
    const argvs = [...NEXT[session.name ?? session.task] ?? []];
    if (session.status === "active") argvs.unshift(["note", "Read by a later program"]);
    for (const argv of argvs) await must(repository, [...argv, "--session", session.id]);
  }
  const after = pictureOf(repository.root).sessions;
  for (const session of sessions) {
    const lines = before[session.id]?.lines ?? [];
    const now = after[session.id]?.lines ?? [];
    assert.deepEqual(now.slice(0, lines.length), lines, `${session.name}: what was acknowledged`);
    assert.ok(now.length > lines.length, `${session.name} went on`);
  }
  const verified = await repository.run(["log", "verify", "--all"]);
  assert.equal(verified.code, 0, verified.stderr);
  const finished = (await repository.must("session", "list"))["sessions"] as readonly {
    readonly session: string;
    readonly status: string;
  }[];
  for (const { id, name, status } of sessions) {
    const now = finished.find((one) => one.session === id)?.status;
    if (name === "login" || name === "release-1.0") assert.equal(now, "completed", name);
    if (name === "done") assert.equal(now, status);
  }
}

/** An agent finds the session it worked on. */
export async function requireBinding(
  repository: Repository,
  { sessions }: RepositoryFacts,
): Promise<void> {
  const { code, stdout, stderr } = await repository.run(["status", "--json"], AGENT);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).data.session, agentsSession(sessions).id);
}

function agentsSession(sessions: readonly SessionFacts[]): SessionFacts {
  const found = sessions.find(({ task }) => task === "What an agent does");
  assert.ok(found !== undefined);
  return found;
}

/** Runs a command, which must succeed. */
export async function must(
  repository: Repository,
  argv: readonly string[],
  variables?: Variables,
): Promise<void> {
  const { code, stderr } = await repository.run(argv, variables);
  assert.equal(code, 0, `${argv.join(" ")} ended with ${code}: ${stderr}`);
}
