import { type Check, ok } from "../check.ts";

export const installationShell: Check = {
  id: "installation.shell",
  area: "installation",
  title: "Shell",
  why: "Verification commands run in the system's shell",
  run({ options: { system, env } }) {
    const windows = system.platform === "win32";
    const shell = windows ? env["ComSpec"] ?? "cmd.exe" : "/bin/sh";
    // Without ComSpec the system finds cmd.exe itself.
    if (shell === "cmd.exe" || system.exists(shell)) return ok(shell);
    return {
      level: "error",
      seen: `${shell} does not exist`,
      todo: windows
        ? "Set ComSpec to the path of cmd.exe"
        : "Install a POSIX shell: items with a command cannot be completed without one",
    };
  },
};
