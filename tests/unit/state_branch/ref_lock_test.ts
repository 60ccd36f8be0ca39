/** Locks on the program's own refs that a killed git left behind. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { clearRefLock } from "../../../src/state_branch/ref_lock.ts";

async function withLock(
  ref: string,
  test: (git: string, lock: string, said: string) => Promise<void>,
): Promise<void> {
  const git = Deno.makeTempDirSync({ prefix: "ref-lock-" });
  const lock = `${git}/${ref}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, "");
  try {
    await test(
      git,
      lock,
      `fatal: cannot lock ref '${ref}': Unable to create '${lock}': File exists.`,
    );
  } finally {
    rmSync(git, { recursive: true });
  }
}

Deno.test("a lock that has stood for long is removed", () =>
  withLock("refs/orchestrator/state/b", async (git, lock, said) => {
    const then = Date.now() / 1000 - 60;
    utimesSync(lock, then, then);
    assert.equal(await clearRefLock(git, said), true);
    assert.equal(existsSync(lock), false);
  }));

Deno.test("a lock that goes by itself is waited for", () =>
  withLock("refs/orchestrator/state/b", async (git, lock, said) => {
    const timer = setTimeout(() => rmSync(lock), 20);
    assert.equal(await clearRefLock(git, said), true);
    clearTimeout(timer);
    assert.equal(existsSync(lock), false);
  }));

Deno.test("a lock on a ref of the user's is left alone, however old", () =>
  withLock("refs/heads/main", async (git, lock, said) => {
    utimesSync(lock, 1, 1);
    assert.equal(await clearRefLock(git, said), false);
    assert.ok(existsSync(lock));
  }));

Deno.test("other trouble than a lock is none of it", async () => {
  assert.equal(await clearRefLock("/nowhere", "fatal: bad object"), false);
});
