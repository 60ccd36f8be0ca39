import { existsSync } from "node:fs";
import { isWindows } from "../../platform/runtime.ts";
import { type Check, ok } from "../check.ts";

export const installationShell: Check = {
  id: "installation.shell",
  area: "installation",
  title: "Shell",
  why: "Verification commands are run by the system's shell",
  run({ options }) {
    const shell = isWindows ? options.env["ComSpec"] ?? "cmd.exe" : "/bin/sh";
    if (isWindows || existsSync(shell)) return ok(shell);
    return {
      level: "error",
      seen: `${shell} is not there`,
      todo: "Install a POSIX shell: items with a command cannot be completed without one",
    };
  },
};
