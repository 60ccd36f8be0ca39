/** What is a failure of the machine, and what may be a mistake in the program. */
import assert from "node:assert/strict";
import { machineFailure } from "../../../src/platform/io_error.ts";

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, path: "a/b" });
}

Deno.test("a failing disk or a missing permission is said as such, by what was tried", () => {
  for (
    const [code, syscall, expected, message] of [
      ["EIO", "lstat", "io_failed", 'Cannot read "a/b": the disk reported an input/output error'],
      ["EACCES", "scandir", "io_failed", 'Cannot read "a/b": permission is denied'],
      ["EACCES", "rm", "read_only", 'Cannot remove "a/b": permission is denied'],
      ["EFAULT", "rm", "io_failed", 'Cannot remove "a/b": the disk reported an error'],
      ["ENOSPC", "mkdir", "no_space", 'Cannot write "a/b": no space is left on the device'],
      ["EROFS", "rename", "read_only", 'Cannot move "a/b": the file system is read-only'],
    ] as const
  ) {
    const cause = systemError(code, syscall);
    const error = machineFailure(cause);
    assert.equal(error?.code, expected);
    assert.equal(error?.message, message);
    assert.equal(error?.cause, cause);
  }
});

Deno.test("a failing disk is said even where the system names no file", () => {
  const error = machineFailure(Object.assign(new Error("EIO"), { code: "EIO", syscall: "read" }));
  assert.equal(error?.code, "io_failed");
  assert.equal(
    error?.message,
    "Cannot finish the command: the disk reported an input/output error",
  );
});

Deno.test("what a mistake in the program may have caused stays unexpected", () => {
  for (const code of ["ENOENT", "EEXIST", "EINVAL", "ERR_INVALID_ARG_TYPE"]) {
    assert.equal(machineFailure(systemError(code, "open")), null);
  }
  assert.equal(machineFailure("EIO"), null);
});
