/** What git and servers say, as this program reads it: git has no codes for it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { Git, Trouble, type TroubleKind } from "../../../src/state_branch/git.ts";
import { fetchBranch, pushCommit, serverBranches } from "../../../src/state_branch/server.ts";
import {
  git,
  GitHttpServer,
  httpBackend,
  makeBare,
  refuseBranches,
} from "../../harness/git_server.ts";
import { GIT_ENVIRONMENT } from "../../harness/scratch.ts";

const INTO = "refs/orchestrator/seen/x";

async function withClone(
  test: (clone: Git, bare: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "git-messages-" });
  try {
    const bare = makeBare(folder);
    git(folder, "clone", "--quiet", bare, "clone");
    await test(await opened(join(folder, "clone"), folder), bare, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function opened(root: string, home: string, env = {}): Promise<Git> {
  const path = Deno.env.get("PATH") ?? "";
  const found = await Git.open(root, { PATH: path, HOME: home, ...GIT_ENVIRONMENT, ...env }, 5000);
  assert.ok(found !== null);
  return found;
}

function troubled(task: Promise<unknown>, kind: TroubleKind): Promise<void> {
  return assert.rejects(task, (error) => {
    assert.ok(error instanceof Trouble, String(error));
    assert.deepEqual([error.trouble, error.code], [kind, "git_failed"], error.message);
    return true;
  });
}

Deno.test("a branch that is not there is absent", () =>
  withClone(async (clone, bare) => {
    assert.equal(await fetchBranch(clone, bare, { branch: "none", into: INTO }), false);
    const fetch = ["fetch", bare, `+refs/heads/none:${INTO}`];
    await troubled(clone.run(fetch, { network: true }), "absent");
    await troubled(clone.run(["push", bare, ":none"], { network: true }), "absent");
  }));

Deno.test("a branch that has moved on makes a push stale", () =>
  withClone(async (clone, bare) => {
    const [head, before] = [git(bare, "rev-parse", "main"), git(bare, "rev-parse", "main~1")];
    const push = { commit: before, branch: "main" };
    await troubled(pushCommit(clone, bare, { ...push, expected: before }), "stale");
    await troubled(pushCommit(clone, bare, { ...push, expected: null }), "stale");
    await troubled(
      clone.run(["push", "--porcelain", bare, `${before}:refs/heads/main`], { network: true }),
      "stale",
    );
    assert.equal(git(bare, "rev-parse", "main"), head);
  }));

Deno.test("a branch that a hook or a setting of the server refuses is rejected", () =>
  withClone(async (clone, bare) => {
    const commit = git(bare, "rev-parse", "main");
    refuseBranches(bare, "state");
    await troubled(
      pushCommit(clone, bare, { commit, branch: "state", expected: null }),
      "rejected",
    );
    git(bare, "config", "receive.denyDeletes", "true");
    await troubled(clone.run(["push", bare, ":main"], { network: true }), "rejected");
  }));

Deno.test("a server that is not there is unreachable", () =>
  withClone(async (clone, _, folder) => {
    await troubled(serverBranches(clone, "http://127.0.0.1:1/x.git", "*"), "unreachable");
    await troubled(serverBranches(clone, join(folder, "nothing.git"), "*"), "unreachable");
  }));

Deno.test({
  name: "a server that asks for a login, or says no, forbids; one that fails is unreachable",
  ignore: httpBackend === null,
  fn: () =>
    withClone(async (clone, bare) => {
      const commit = git(bare, "rev-parse", "main");
      await using server = new GitHttpServer(bare);
      server.mood = "forbids pushes";
      const push = pushCommit(clone, server.url, { commit, branch: "state", expected: null });
      await troubled(push, "forbidden");
      server.mood = "forbids all";
      await troubled(serverBranches(clone, server.url, "*"), "forbidden");
      for (const [status, kind] of [[401, "forbidden"], [500, "unreachable"]] as const) {
        const headers = { "www-authenticate": 'Basic realm="x"' };
        await using other = Deno.serve(
          { port: 0, hostname: "127.0.0.1", onListen: () => {} },
          () => new Response("", { status, headers: status === 401 ? headers : {} }),
        );
        const url = `http://127.0.0.1:${other.addr.port}/x.git`;
        await troubled(serverBranches(clone, url, "*"), kind);
      }
    }),
});

Deno.test({
  name: "no repository is told from one that belongs to another user",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withClone(async (clone, _, folder) => {
      const path = Deno.env.get("PATH") ?? "";
      const env = { HOME: folder, PATH: path, ...GIT_ENVIRONMENT };
      assert.equal(await Git.open(folder, env, 5000), null);
      const foreign = { ...env, PATH: `${gitOfOthers(folder)}:${path}` };
      await assert.rejects(Git.open(clone.root, foreign, 5000), (error) => {
        assert.ok(error instanceof OrchestratorError);
        assert.equal(error.code, "git_failed");
        assert.match(error.hint ?? "", /safe\.directory/);
        return true;
      });
    }),
});

/** A folder with the real git, to which everything belongs to another user: git's own tests ask so. */
function gitOfOthers(folder: string): string {
  const bin = join(folder, "bin");
  Deno.mkdirSync(bin);
  Deno.writeTextFileSync(
    join(bin, "git"),
    `#!/bin/sh\nPATH=$(printf %s "$PATH" | cut -d: -f2-)\n` +
      `GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n`,
    { mode: 0o755 },
  );
  return bin;
}

Deno.test("what git says of an object that is gone or damaged is a complaint", () =>
  withClone(async (clone) => {
    const blob = git(clone.root, "rev-parse", "HEAD:README");
    const path = join(clone.commonDirectory, "objects", blob.slice(0, 2), blob.slice(2));
    const pack = ["cat-file", "-p", blob];
    await clone.run(pack);
    assert.equal(clone.takeComplaints(), "");
    Deno.chmodSync(path, 0o644);
    Deno.writeTextFileSync(path, "rubbish");
    await assert.rejects(clone.run(pack));
    assert.notEqual(clone.takeComplaints(), "");
    Deno.writeTextFileSync(path, "");
    await assert.rejects(clone.run(pack));
    assert.notEqual(clone.takeComplaints(), "");
    Deno.removeSync(path);
    await assert.rejects(clone.run(["log", "-p", "--all"]));
    assert.notEqual(clone.takeComplaints(), "");
  }));
