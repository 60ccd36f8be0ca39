/** Locks within one process; between processes see `tests/concurrency/lock_test.ts`. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../../../src/errors.ts";
import type { LockHolder } from "../../../src/platform/file_lock.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { acquireLock, isHeld, lockState, openLocked, readHolder, tryLock } from "./own_places.ts";
import type { PlatformCase } from "./platform_case.ts";

const HOLDER = { operation: "complete", actor: "ada" } as const;

export const lockCases: readonly PlatformCase[] = [
  {
    name: "an exclusive lock excludes exclusive and shared ones until it is released",
    run(directory) {
      const path = `${directory}/lock`;
      const first = tryLock(path);
      assert.ok(first !== null);
      assert.equal(tryLock(path), null);
      assert.equal(tryLock(path, "shared"), null);
      first.release();
      first.release();
      const second = tryLock(path);
      assert.ok(second !== null);
      first.release();
      assert.equal(tryLock(path), null, "releasing the first again must not free the second");
      second.release();
    },
  },
  {
    name: "shared locks admit each other and exclude exclusive ones",
    run(directory) {
      const path = `${directory}/lock`;
      writeFileSync(path, "");
      const first = tryLock(path, "shared");
      const second = tryLock(path, "shared");
      assert.ok(first !== null && second !== null);
      first.release();
      assert.equal(tryLock(path), null);
      second.release();
      tryLock(path)?.release();
    },
  },
  {
    name: "a lock is released at the end of its block",
    run(directory) {
      const path = `${directory}/lock`;
      {
        using lock = tryLock(path);
        assert.ok(lock !== null);
        assert.equal(tryLock(path), null);
      }
      const again = tryLock(path);
      assert.ok(again !== null);
      again.release();
    },
  },
  {
    name: "locking creates the file as the umask says, keeps its content and never removes it",
    run(directory) {
      const path = `${directory}/lock`;
      tryLock(path)?.release();
      assert.ok(existsSync(path));
      writeFileSync(`${directory}/plain`, "");
      assert.equal(statSync(path).mode, statSync(`${directory}/plain`).mode);
      writeFileSync(path, "kept");
      tryLock(path)?.release();
      assert.equal(readFileSync(path, "utf8"), "kept");
    },
  },
  {
    name: "what the system says about the path reaches the caller",
    async run(directory) {
      const missing = `${directory}/gone/lock`;
      const noEntry = (error: unknown) => systemErrorCode(error) === "ENOENT";
      assert.throws(() => tryLock(missing), noEntry);
      assert.throws(() => tryLock(`${directory}/absent`, "shared"), noEntry);
      assert.equal(existsSync(`${directory}/absent`), false);
      await assert.rejects(acquireLock(missing, { holder: HOLDER, timeoutMs: 1000 }), noEntry);
      assert.equal(isHeld(missing), false);
      assert.equal(readHolder(missing), null);
    },
  },
  {
    name: "a lock on a file that was replaced does not count",
    run(directory) {
      const session = `${directory}/session`;
      const path = `${session}/lock`;
      mkdirSync(session);
      const old = openLocked(path, "exclusive");
      assert.ok(old !== null);
      assert.equal(old.isAt(path), true);
      renameSync(session, `${directory}/removed`);
      assert.equal(old.isAt(path), false);
      mkdirSync(session);
      writeFileSync(path, "");
      assert.equal(old.isAt(path), false);
      const current = tryLock(path);
      assert.ok(current !== null, "the new file is free");
      current.release();
      old.close();
    },
  },
  {
    name: "the holder's description can be read while the lock is held and is gone afterwards",
    async run(directory) {
      const path = `${directory}/lock`;
      writeFileSync(path, `${"x".repeat(5000)}\n`);
      const before = Date.now();
      const lock = await acquireLock(path, { holder: HOLDER, timeoutMs: 0 });
      assert.equal(isHeld(path), true);
      const holder = readHolder(path);
      assert.ok(holder !== null);
      const { id, since, ...rest } = holder;
      assert.deepEqual(rest, { ...HOLDER, pid: process.pid, host: hostname() });
      assert.match(id, /^[a-z2-7]{12}$/);
      assert.ok(Date.parse(since) >= before && Date.parse(since) <= Date.now());
      assert.ok(statSync(path).size < 1000, "nothing of a longer description before it stays");
      lock.release();
      assert.equal(statSync(path).size, 0);
      assert.equal(readHolder(path), null);
      assert.equal(isHeld(path), false);
    },
  },
  {
    name: "a description that a killed holder left does not make a lock held",
    run(directory) {
      const path = `${directory}/lock`;
      const dead: LockHolder = {
        id: "a",
        operation: "o",
        pid: 1,
        host: "h",
        actor: "a",
        since: "2026-01-01T00:00:00.000Z",
      };
      writeFileSync(path, `${JSON.stringify(dead)}\n`);
      assert.deepEqual(readHolder(path), dead);
      assert.equal(isHeld(path), false);
      writeFileSync(path, '{"id":"torn');
      assert.equal(readHolder(path), null);
      writeFileSync(path, "[1]\n");
      assert.equal(readHolder(path), null);
    },
  },
  {
    name: "waiting ends with lock_held, which names the holder; onWait is called once",
    async run(directory) {
      const path = `${directory}/lock`;
      const lock = await acquireLock(path, { holder: HOLDER, timeoutMs: 0 });
      const since = readHolder(path)?.since;
      const announced: (LockHolder | null)[] = [];
      const started = performance.now();
      await assert.rejects(
        acquireLock(path, {
          holder: { operation: "skip", actor: "bob" },
          timeoutMs: 400,
          onWait: (holder) => announced.push(holder),
        }),
        (error) => {
          assert.ok(error instanceof OrchestratorError);
          assert.equal(error.code, "lock_held");
          assert.equal(error.exitCode, 6);
          assert.equal(
            error.message,
            `Cannot lock "${path}": "complete" by ada (process ${process.pid} on ${hostname()}) ` +
              `has held the lock since ${since}`,
          );
          const holder = error.details?.["heldBy"] as LockHolder;
          assert.equal(holder.actor, "ada");
          return true;
        },
      );
      const waited = performance.now() - started;
      assert.ok(waited >= 400, `waited ${waited} ms`);
      assert.deepEqual(announced.map((holder) => holder?.operation), ["complete"]);
      assert.equal(readHolder(path)?.actor, "ada", "the loser has not touched the description");
      lock.release();
    },
  },
  {
    name: "a time-out of 0 tries once",
    async run(directory) {
      const path = `${directory}/lock`;
      using _lock = tryLock(path);
      let message: string | undefined;
      acquireLock(path, { holder: HOLDER, timeoutMs: 0 }).then(
        () => message = "got it",
        (error) => message = String(error),
      );
      // A few turns of the microtask queue: no timer can have fired.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      assert.match(String(message), /another process holds the lock$/);
    },
  },
  {
    name: "who waits gets the lock once it is free",
    async run(directory) {
      const path = `${directory}/lock`;
      const lock = tryLock(path);
      setTimeout(() => lock?.release(), 60);
      const waiting = await Promise.all(
        [1, 2, 3].map(async () => {
          using _lock = await acquireLock(path, { holder: HOLDER, timeoutMs: 5000 });
          await new Promise((resolve) => setTimeout(resolve, 5));
          return true;
        }),
      );
      assert.deepEqual(waiting, [true, true, true]);
    },
  },
  {
    name: "a lock without a description is held by an unknown program, not free",
    run(directory) {
      const path = `${directory}/lock`;
      assert.deepEqual(lockState(path), { state: "free" });
      const lock = tryLock(path);
      assert.ok(lock !== null);
      assert.deepEqual(lockState(path), { state: "held", holder: null });
      lock.release();
      assert.deepEqual(lockState(path), { state: "free" });
    },
  },
  {
    name: "the description of a holder that has ended on this machine is ignored",
    run(directory) {
      const path = `${directory}/lock`;
      const dead: LockHolder = {
        id: "a",
        operation: "o",
        // The largest there can be, and no system gives it out.
        pid: 2 ** 31 - 1,
        host: hostname(),
        actor: "a",
        since: "2026-01-01T00:00:00.000Z",
      };
      writeFileSync(path, `${JSON.stringify(dead)}\n`);
      using _lock = tryLock(path);
      assert.deepEqual(lockState(path), { state: "held", holder: null });
    },
  },
  {
    name: "whether a lock is held cannot be determined where something else lies",
    run(directory) {
      const state = lockState(directory);
      assert.equal(state.state, "unknown");
      assert.match("reason" in state ? state.reason : "", /^Cannot lock .*: it is a directory$/);
    },
  },
  {
    name: "isHeld writes nothing and sees a lock through a file that may only be read",
    applies: !isWindows,
    async run(directory) {
      const path = `${directory}/lock`;
      const lock = await acquireLock(path, { holder: HOLDER, timeoutMs: 0 });
      const before = readFileSync(path, "utf8");
      assert.equal(isHeld(path), true);
      assert.equal(readFileSync(path, "utf8"), before);
      lock.release();
      rmSync(path);
      assert.equal(isHeld(path), false);
      assert.equal(existsSync(path), false);
    },
  },
];
