/** Replacing and appending. */
import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { type ErrorCode, OrchestratorError } from "../../../src/errors.ts";
import { isTemporaryName, syncDirectory } from "../../../src/platform/atomic_file.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { appendAndSync, fileStamp, removeTemporaries, replaceFile } from "./own_places.ts";
import type { PlatformCase } from "./platform_case.ts";

const isLinux = process.platform === "linux";

/** A predicate for `assert.throws`: an OrchestratorError with this code. */
function withCode(code: ErrorCode, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}

export const fileCases: readonly PlatformCase[] = [
  {
    name: "replaceFile creates and replaces, text and bytes, and leaves no temporary",
    run(directory) {
      const path = `${directory}/file`;
      replaceFile(path, "first, and rather long");
      assert.equal(readFileSync(path, "utf8"), "first, and rather long");
      replaceFile(path, new Uint8Array([0, 255, 10]), { durable: false });
      assert.deepEqual([...readFileSync(path)], [0, 255, 10]);
      replaceFile(path, "");
      assert.equal(statSync(path).size, 0);
      const large = "ä".repeat(700_000);
      replaceFile(path, large);
      assert.equal(readFileSync(path, "utf8"), large);
      assert.deepEqual(readdirSync(directory), ["file"]);
    },
  },
  {
    name: "replaceFile makes a new file, so that who reads the old one is not disturbed",
    applies: !isWindows,
    run(directory) {
      const path = `${directory}/file`;
      replaceFile(path, "old");
      const before = statSync(path).ino;
      replaceFile(path, "new");
      assert.notEqual(statSync(path).ino, before);
    },
  },
  {
    name: "replaceFile sets the mode, whatever the umask and the old file's mode",
    applies: !isWindows,
    run(directory) {
      const path = `${directory}/file`;
      replaceFile(path, "a", { mode: 0o600 });
      assert.equal(statSync(path).mode & 0o777, 0o600);
      replaceFile(path, "b", { mode: 0o666 });
      assert.equal(statSync(path).mode & 0o777, 0o666);
      replaceFile(path, "c");
      writeFileSync(`${directory}/plain`, "");
      assert.equal(statSync(path).mode, statSync(`${directory}/plain`).mode);
    },
  },
  {
    name: "replaceFile with exclusive refuses a file that exists and leaves it alone",
    run(directory) {
      const path = `${directory}/file`;
      replaceFile(path, "first", { exclusive: true, mode: 0o600 });
      assert.throws(
        () => replaceFile(path, "second", { exclusive: true }),
        withCode("already_exists", /^Cannot write ".*file": it already exists$/),
      );
      assert.equal(readFileSync(path, "utf8"), "first");
      if (!isWindows) {
        assert.equal(statSync(path).mode & 0o777, 0o600);
        assert.equal(statSync(path).nlink, 1);
      }
      assert.deepEqual(readdirSync(directory), ["file"]);
    },
  },
  {
    name: "replaceFile replaces a symbolic link and leaves its target alone",
    applies: !isWindows,
    run(directory) {
      writeFileSync(`${directory}/target`, "target");
      symlinkSync("target", `${directory}/link`);
      replaceFile(`${directory}/link`, "new");
      assert.equal(readFileSync(`${directory}/target`, "utf8"), "target");
      assert.equal(lstatSync(`${directory}/link`).isSymbolicLink(), false);
    },
  },
  {
    name: "replaceFile leaves no temporary when a directory has the name",
    run(directory) {
      const path = `${directory}/taken`;
      mkdirSync(path);
      assert.throws(() => replaceFile(path, "x"), OrchestratorError);
      assert.throws(() => replaceFile(path, "x", { exclusive: true }), withCode("already_exists"));
      assert.deepEqual(readdirSync(directory), ["taken"]);
    },
  },
  {
    name: "replaceFile says when its directory is missing, or a file",
    run(directory) {
      writeFileSync(`${directory}/file`, "x");
      assert.throws(
        () => replaceFile(`${directory}/gone/file`, "x"),
        withCode("io_failed", /does not exist/),
      );
      assert.throws(() => replaceFile(`${directory}/file/below`, "x"), withCode("io_failed"));
      assert.deepEqual(readdirSync(directory), ["file"]);
    },
  },
  {
    name: "replaceFile fails with read_only where not even root may write",
    applies: isLinux,
    run() {
      // Not even root creates files here.
      assert.throws(() => replaceFile("/sys/kernel/new-file", "x"), withCode("read_only"));
    },
  },
  {
    name: "removeTemporaries removes what a killed writer left and nothing else",
    run(directory) {
      for (const name of [".tmp-123-abc", ".tmp-9", "state.json", ".gitignore", "x.tmp-1"]) {
        writeFileSync(`${directory}/${name}`, "");
      }
      assert.deepEqual(removeTemporaries(directory).sort(), [".tmp-123-abc", ".tmp-9"]);
      assert.deepEqual(readdirSync(directory).sort(), [".gitignore", "state.json", "x.tmp-1"]);
      assert.deepEqual(removeTemporaries(directory), []);
      assert.deepEqual(removeTemporaries(`${directory}/gone`), []);
      assert.equal(isTemporaryName(".tmp-1-a"), true);
      assert.equal(isTemporaryName("state.json"), false);
    },
  },
  {
    name: "syncDirectory works on a directory and says when there is none",
    applies: !isWindows,
    run(directory) {
      syncDirectory(directory);
      assert.throws(() => syncDirectory(`${directory}/gone`), withCode("io_failed"));
    },
  },
  {
    name: "appendAndSync writes behind `at` and returns the size and stamp that fileStamp sees",
    run(directory) {
      const path = `${directory}/log`;
      writeFileSync(path, "");
      const first = appendAndSync(path, "one\n", { at: 0 });
      assert.equal(first.size, 4);
      assert.deepEqual(fileStamp(path), first);
      const second = appendAndSync(path, new TextEncoder().encode("zwölf\n"), { at: 4 });
      assert.equal(second.size, 11);
      assert.deepEqual(fileStamp(path), second);
      assert.match(second.stamp, /^\d{19}$/);
      assert.equal(readFileSync(path, "utf8"), "one\nzwölf\n");
    },
  },
  {
    name: "appendAndSync cuts a torn tail, also one longer than what it writes",
    run(directory) {
      const path = `${directory}/log`;
      writeFileSync(path, 'one\n{"torn":"a long line that was never finished');
      assert.equal(appendAndSync(path, "two\n", { at: 4 }).size, 8);
      assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
      writeFileSync(path, "one\nto");
      assert.equal(appendAndSync(path, "", { at: 4 }).size, 4);
      assert.equal(readFileSync(path, "utf8"), "one\n");
    },
  },
  {
    name: "appendAndSync writes a megabyte whole",
    run(directory) {
      const path = `${directory}/log`;
      writeFileSync(path, "");
      const data = new Uint8Array(1 << 20).map((_, index) => index % 251);
      assert.equal(appendAndSync(path, data, { at: 0 }).size, data.length);
      assert.deepEqual(new Uint8Array(readFileSync(path)), data);
    },
  },
  {
    name: "appendAndSync refuses a file that is shorter than `at`, or absent",
    run(directory) {
      const path = `${directory}/log`;
      writeFileSync(path, "one\n");
      assert.throws(
        () => appendAndSync(path, "x", { at: 5 }),
        withCode("io_failed", /it is 4 B long \(expected at least 5 B\)/),
      );
      assert.equal(readFileSync(path, "utf8"), "one\n");
      const absent = `${directory}/absent`;
      assert.throws(() => appendAndSync(absent, "x", { at: 0 }), withCode("io_failed"));
      assert.equal(existsSync(absent), false);
    },
  },
  {
    name: "appendAndSync writes into no device",
    applies: isLinux,
    run() {
      assert.throws(
        () => appendAndSync("/dev/full", "x", { at: 0 }),
        withCode("io_failed", /it is not a regular file/),
      );
    },
  },
  {
    name: "fileStamp changes with the content and is null without a file",
    async run(directory) {
      const path = `${directory}/file`;
      assert.equal(fileStamp(path), null);
      assert.equal(fileStamp(`${directory}/gone/file`), null);
      writeFileSync(path, "a");
      const before = fileStamp(path);
      await new Promise((resolve) => setTimeout(resolve, 15));
      writeFileSync(path, "b");
      assert.notDeepEqual(fileStamp(path), before);
      if (isWindows) assert.equal(fileStamp(`${path}/below`), null);
      else assert.throws(() => fileStamp(`${path}/below`), withCode("file_unknown"));
    },
  },
];
