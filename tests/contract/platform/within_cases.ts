/** What lies below a directory that others may fill. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { type ErrorCode, OrchestratorError } from "../../../src/errors.ts";
import { appendAndSync, fileStamp } from "../../../src/platform/append_file.ts";
import { removeTemporaries, replaceFile } from "../../../src/platform/atomic_file.ts";
import { acquireLock, lockState, tryLock } from "../../../src/platform/file_lock.ts";
import { isTracked, isTrackedLink } from "../../../src/platform/own_link.ts";
import { refuseLinks } from "../../../src/platform/plain_tree.ts";
import { removeTree } from "../../../src/platform/remove_tree.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { readPieces } from "../../../src/platform/stream_file.ts";
import {
  lookWithin,
  namesWithin,
  readTextWithin,
  readWithin,
} from "../../../src/platform/within.ts";
import type { PlatformCase } from "./platform_case.ts";

const HOLDER = { operation: "note", actor: "ada" } as const;

/** What a link leads to must stay as it is. */
const VICTIM = "precious\n";

function withCode(code: ErrorCode, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code, error.message);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}

/** A state directory, and beside it a file and a folder that a link may lead to. */
function places(directory: string): { readonly state: string; readonly victim: string } {
  const state = `${directory}/state`;
  mkdirSync(`${state}/folder`, { recursive: true });
  mkdirSync(`${directory}/elsewhere`);
  const victim = `${directory}/elsewhere/file`;
  writeFileSync(victim, VICTIM);
  return { state, victim };
}

/** Whatever opens, writes or removes a path below `within`. */
const ACTIONS: Readonly<Record<string, (within: string, path: string) => unknown>> = {
  look: (within, path) => lookWithin(within, path),
  read: (within, path) => readWithin(within, path, 1000),
  text: (within, path) => readTextWithin(within, path, 1000),
  stamp: (within, path) => fileStamp(path, within),
  append: (within, path) => appendAndSync(path, "x", { at: 0, within }),
  replace: (within, path) => replaceFile(path, "x", { within }),
  lock: (within, path) => tryLock(path, { within })?.release(),
  share: (within, path) => tryLock(path, { mode: "shared", within })?.release(),
};

async function refusesAll(
  within: string,
  path: string,
  expected: (error: unknown) => boolean,
): Promise<void> {
  for (const [name, act] of Object.entries(ACTIONS)) {
    // Looking alone opens nothing.
    if (name === "look" && lstatSync(path, { throwIfNoEntry: false })?.isFIFO() === true) continue;
    assert.throws(() => act(within, path), expected, `${name} ${path}`);
  }
  await assert.rejects(
    acquireLock(path, { holder: HOLDER, timeoutMs: 0, within }),
    expected,
    `acquireLock ${path}`,
  );
  await assert.rejects(
    async () => {
      for await (const _ of readPieces(path, { within }));
    },
    expected,
    `readPieces ${path}`,
  );
  assert.equal(lockState(path, within).state, "unknown", path);
}

const posix = !isWindows;

export const withinCases: readonly PlatformCase[] = [
  {
    name: "files below a directory are read, and absent is null at any depth",
    run(directory) {
      const { state } = places(directory);
      writeFileSync(`${state}/folder/file`, "text");
      assert.equal(readTextWithin(state, `${state}/folder/file`, 4), "text");
      assert.equal(readTextWithin(state, `${state}/folder/none`, 4), null);
      assert.equal(readTextWithin(state, `${state}/none/none`, 4), null);
      assert.equal(readTextWithin(state, `${state}/folder/file/below`, 4), null);
      assert.equal(readTextWithin(`${directory}/none`, `${directory}/none/file`, 4), null);
      assert.deepEqual(namesWithin(state, state), ["folder"]);
      assert.deepEqual(namesWithin(state, `${state}/none`), []);
    },
  },
  {
    name: "a file that is larger than its limit is not read",
    run(directory) {
      const { state } = places(directory);
      writeFileSync(`${state}/file`, "12345");
      assert.throws(
        () => readWithin(state, `${state}/file`, 4),
        withCode("limit_exceeded", /larger than 4 B$/),
      );
      assert.throws(() => readWithin(null, `${state}/file`, 4), withCode("limit_exceeded"));
    },
  },
  {
    name: "nothing is opened through a link in the place of a file",
    applies: posix,
    async run(directory) {
      const { state, victim } = places(directory);
      symlinkSync(victim, `${state}/file`);
      symlinkSync("../../elsewhere/file", `${state}/folder/file`);
      symlinkSync(`${directory}/elsewhere/new`, `${state}/dangling`);
      symlinkSync("/dev/zero", `${state}/zero`);
      for (const name of ["file", "folder/file", "dangling", "zero"]) {
        await refusesAll(
          state,
          `${state}/${name}`,
          withCode("link_refused", /it is a symbolic link$/),
        );
      }
      assert.equal(readFileSync(victim, "utf8"), VICTIM);
      assert.deepEqual(readdirSync(`${directory}/elsewhere`), ["file"]);
    },
  },
  {
    name: "nothing is reached through a folder that is a link",
    applies: posix,
    async run(directory) {
      const { state, victim } = places(directory);
      symlinkSync("../elsewhere", `${state}/link`);
      mkdirSync(`${state}/folder/deep`);
      symlinkSync(`${directory}/elsewhere`, `${state}/folder/deep/link`);
      writeFileSync(`${directory}/elsewhere/.tmp-1`, "temporary");
      for (const folder of ["link", "folder/deep/link"]) {
        const refused = withCode("link_refused", /link" is a symbolic link$/);
        await refusesAll(state, `${state}/${folder}/file`, refused);
        await refusesAll(state, `${state}/${folder}/new`, refused);
        assert.throws(() => namesWithin(state, `${state}/${folder}`), withCode("link_refused"));
        assert.throws(
          () => removeTemporaries(`${state}/${folder}`, state),
          withCode("link_refused"),
        );
        assert.throws(() => removeTree(`${state}/${folder}/file`, state), withCode("link_refused"));
      }
      assert.equal(readFileSync(victim, "utf8"), VICTIM);
      assert.deepEqual(readdirSync(`${directory}/elsewhere`).sort(), [".tmp-1", "file"]);
    },
  },
  {
    name: "a pipe and a device are never opened, under whatever name",
    applies: posix,
    async run(directory) {
      const { state } = places(directory);
      assert.equal(spawnSync("mkfifo", [`${state}/pipe`]).status, 0);
      const refused = withCode("io_failed", /it is not a regular file$/);
      await refusesAll(state, `${state}/pipe`, refused);
      // Where links are followed, too.
      symlinkSync("/dev/zero", `${directory}/zero`);
      assert.throws(() => readWithin(null, `${directory}/zero`, 1000), refused);
      assert.throws(() => readWithin(null, `${state}/pipe`, 1000), refused);
    },
  },
  {
    name: "a link is removed, not followed, and one on the way to it refused",
    applies: posix,
    run(directory) {
      const { state, victim } = places(directory);
      symlinkSync("../../elsewhere", `${state}/folder/link`);
      removeTree(`${state}/folder`, state);
      assert.equal(existsSync(`${state}/folder`), false);
      assert.equal(readFileSync(victim, "utf8"), VICTIM);
    },
  },
  {
    name: "a directory named like a temporary file stays, and causes no error",
    run(directory) {
      const { state } = places(directory);
      mkdirSync(`${state}/.tmp-x`);
      writeFileSync(`${state}/.tmp-y`, "");
      assert.deepEqual(removeTemporaries(state, state), [".tmp-y"]);
      assert.equal(existsSync(`${state}/.tmp-x`), true);
    },
  },
  {
    name: "a tree with a link in it is refused, whatever is skipped",
    applies: posix,
    run(directory) {
      const { state } = places(directory);
      mkdirSync(`${state}/skipped`);
      symlinkSync("nowhere", `${state}/skipped/link`);
      refuseLinks(state, "migrate", new Set(["skipped"]));
      symlinkSync("nowhere", `${state}/folder/link`);
      assert.throws(
        () => refuseLinks(state, "migrate", new Set(["skipped"])),
        withCode("link_refused", /^Cannot migrate .*folder\/link": it is a symbolic link$/),
      );
    },
  },
  {
    name: "the directory itself may be a link, unless git tracks it",
    applies: posix,
    run(directory) {
      const { state } = places(directory);
      writeFileSync(`${state}/file`, "text");
      symlinkSync("state", `${directory}/own`);
      assert.equal(readTextWithin(`${directory}/own`, `${directory}/own/file`, 10), "text");

      const repository = `${directory}/repository`;
      mkdirSync(repository);
      const git = (...args: readonly string[]) =>
        assert.equal(spawnSync("git", args, { cwd: repository }).status, 0, args.join(" "));
      git("init", "-q");
      symlinkSync("../state", `${repository}/tracked`);
      symlinkSync("../state", `${repository}/own`);
      git("add", "tracked");
      assert.equal(isTrackedLink(`${repository}/tracked`), true);
      assert.equal(isTrackedLink(`${repository}/own`), false);
      assert.throws(
        () => readTextWithin(`${repository}/tracked`, `${repository}/tracked/file`, 10),
        withCode("link_refused", /is a symbolic link that git tracks$/),
      );
      assert.equal(readTextWithin(`${repository}/own`, `${repository}/own/file`, 10), "text");
    },
  },
  {
    name: "what git tracks is told by its index, in a folder and in any case",
    applies: process.platform === "linux",
    run(directory) {
      const git = (...args: readonly string[]) =>
        assert.equal(spawnSync("git", args, { cwd: directory }).status, 0, args.join(" "));
      assert.equal(isTracked(`${directory}/file`), false);
      git("init", "-q");
      mkdirSync(`${directory}/Folder`);
      writeFileSync(`${directory}/Folder/file[1]`, "");
      writeFileSync(`${directory}/other`, "");
      git("add", "Folder");
      assert.equal(isTracked(`${directory}/folder`), true);
      assert.equal(isTracked(`${directory}/Folder/file[1]`), true);
      assert.equal(isTracked(`${directory}/other`), false);
    },
  },
];
