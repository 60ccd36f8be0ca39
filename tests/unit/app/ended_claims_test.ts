/** Claims of agents that are gone: their binding was removed, or the worktree that they were bound in. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runInProcess } from "../../harness/running.ts";
import { Worktrees } from "../../harness/worktrees.ts";

/** Runs a command as an agent with this session id. */
function as(tree: Worktrees, id: string, cwd: string) {
  const env = { ...tree.env, CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: id };
  return (...argv: string[]) => runInProcess(argv, { cwd, env });
}

async function must(run: ReturnType<typeof as>, ...argv: string[]) {
  const { code, stdout, stderr } = await run(...argv, "--json");
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return JSON.parse(stdout).data;
}

/** One agent in a linked worktree has claimed an item, and one in the main checkout works, too. */
async function shared(tree: Worktrees) {
  const worktree = tree.add("first");
  const [first, second] = [as(tree, "aaa", worktree), as(tree, "bbb", tree.main)];
  await must(first, "start", "Share it", "--name", "shared");
  await must(second, "session", "use", "shared");
  await must(first, "claim", "one");
  return { worktree, first, second };
}

const claimant = (data: { items: { id: string; claim?: unknown }[] }) =>
  data.items.find(({ id }) => id === "one")?.claim;

Deno.test("a claim from a linked worktree ends with the worktree, at once", async () => {
  using tree = new Worktrees();
  const { worktree, second } = await shared(tree);
  const before = await must(second, "status");
  assert.ok(claimant(before));
  assert.deepEqual(before.next.argv, ["complete", "two"]);
  assert.equal((await second("complete", "one")).code, 7);
  tree.git(tree.main, "worktree", "remove", "--force", worktree);
  const files = readdirSync(join(tree.main, ".orchestrator"), { recursive: true }).sort();
  for (const command of ["status", "handoff"]) {
    const after = await must(second, command);
    assert.equal(claimant(after), undefined, command);
    assert.deepEqual(after.next.argv, ["complete", "one"]);
  }
  assert.deepEqual(
    readdirSync(join(tree.main, ".orchestrator"), { recursive: true }).sort(),
    files,
  );
  await must(second, "complete", "one");
  const { events } = await must(second, "log");
  const types = events.map(({ type }: { type: string }) => type);
  assert.deepEqual(types.slice(-2), ["claim_released", "item_completed"]);
  await must(second, "log", "verify");
});

Deno.test("a claim ends when the binding of its agent was removed, and another one can claim the item", async () => {
  using tree = new Worktrees();
  const [first, second] = [as(tree, "aaa", tree.main), as(tree, "bbb", tree.main)];
  await must(first, "start", "Share it", "--name", "shared");
  await must(first, "claim", "one");
  const [own = ""] = readdirSync(join(tree.main, ".orchestrator/bindings"));
  await must(second, "session", "use", "shared");
  assert.equal((await second("claim", "one")).code, 7);
  rmSync(join(tree.main, ".orchestrator/bindings", own));
  const { events } = await must(second, "claim", "one");
  assert.equal(events.length, 1);
  const status = await must(second, "status");
  assert.ok(claimant(status));
});

Deno.test("a live worktree, a claim without a binding and another copy of the state keep their claims", async () => {
  using tree = new Worktrees();
  const { first, second } = await shared(tree);
  // The agent that claims has never used the session: it is named on the command line.
  await must(first, "start", "Its own", "--name", "own", "--bind");
  assert.equal(claimant(await must(second, "status")), undefined, "it has left");
  const named = as(tree, "ccc", tree.main);
  await must(named, "claim", "one", "--session", "shared");
  assert.ok(claimant(await must(second, "status")));
  assert.equal((await second("complete", "one")).code, 7);
  await must(named, "claim", "one", "--release", "--session", "shared");
  await must(second, "claim", "one");
  const copy = tree.beside("copy");
  mkdirSync(copy);
  cpSync(tree.main, copy, { recursive: true });
  rmSync(join(copy, ".orchestrator/bindings"), { recursive: true });
  const there = as(tree, "ddd", copy);
  await must(there, "session", "use", "shared");
  assert.ok(claimant(await must(there, "status")));
  assert.equal((await there("complete", "one")).code, 7);
});
