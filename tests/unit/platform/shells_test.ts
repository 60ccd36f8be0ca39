/** Which program runs a command, on machines that have this or that. */
import assert from "node:assert/strict";
import {
  changesShell,
  findShell,
  type ShellMachine,
  type ShellName,
  withoutShellVariables,
} from "../../../src/platform/shells.ts";

interface Made {
  readonly files: readonly string[];
  readonly pipefail?: boolean;
  readonly windows?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

function machine({ files, pipefail = false, windows = false, env = {}, links = {} }: Made) {
  const asked: string[] = [];
  const made: ShellMachine = {
    windows,
    env: { PATH: windows ? "" : "/usr/bin:/bin", ...env },
    canRun: (path) => files.includes(path),
    real: (path) => links[path] ?? path,
    takesPipefail: (sh) => {
      asked.push(sh);
      return Promise.resolve(pipefail);
    },
  };
  return { made, asked };
}

async function found(name: ShellName, of: Made) {
  const shell = await findShell(name, machine(of).made);
  return shell === null
    ? null
    : [shell.file, ...shell.args("x | y"), shell.name, shell.strict, shell.pipefail];
}

Deno.test("strict is bash, wherever it is, with what lets nothing fail unseen", async () => {
  const expected = (file: string) => [file, "-eo", "pipefail", "-c", "x | y", "bash", true, true];
  assert.deepEqual(await found("strict", { files: ["/bin/bash"] }), expected("/bin/bash"));
  assert.deepEqual(
    await found("strict", { files: ["/bin/bash", "/x/bash"], env: { PATH: "/x:/bin" } }),
    expected("/bin/bash"),
    "a fixed place comes before what stands first on PATH",
  );
  assert.deepEqual(
    await found("strict", { files: ["/x/bash"], env: { PATH: "/x:/bin" } }),
    expected("/x/bash"),
  );
  assert.equal(
    (await found("strict", { files: ["./bash", "bash", "bin/bash"], env: { PATH: ".:bin:" } }))
      ?.[0],
    "/bin/sh",
    "a folder below the working directory is not looked at",
  );
});

Deno.test("without bash strict is an sh that takes pipefail, or one that stops at failures", async () => {
  const links = { "/bin/sh": "/usr/bin/dash" };
  const { made, asked } = machine({ files: [], links });
  const shell = await findShell("strict", made);
  assert.deepEqual(asked, ["/bin/sh"]);
  assert.deepEqual(
    [shell?.file, shell?.args("x"), shell?.name, shell?.strict, shell?.pipefail],
    ["/bin/sh", ["-e", "-c", "x"], "dash", true, false],
  );
  assert.deepEqual(
    await found("strict", { files: [], pipefail: true, links: { "/bin/sh": "/bin/busybox" } }),
    ["/bin/sh", "-eo", "pipefail", "-c", "x | y", "busybox", true, true],
  );
});

Deno.test("the other shells are found where they are, or not at all", async () => {
  assert.deepEqual(
    await found("sh", { files: ["/bin/bash"], links: { "/bin/sh": "/usr/bin/dash" } }),
    ["/bin/sh", "-c", "x | y", "dash", false, false],
  );
  assert.deepEqual(
    await found("bash", { files: ["/bin/bash"] }),
    ["/bin/bash", "-c", "x | y", "bash", false, false],
  );
  assert.equal(await found("bash", { files: [] }), null);
  assert.equal(await found("cmd", { files: ["/bin/cmd"] }), null);
  assert.equal(await found("pwsh", { files: [] }), null);
  const pwsh = await findShell("pwsh", machine({ files: ["/usr/bin/pwsh"] }).made);
  const [, , , encoded = ""] = pwsh?.args('echo "ä"') ?? [];
  const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
  const text = new TextDecoder("utf-16le").decode(bytes);
  assert.match(text, /^\$ErrorActionPreference = 'stop'\necho "ä"\nif .*exit \$LASTEXITCODE/);
});

Deno.test("on Windows strict is the bash of Git, never that of Linux below Windows", async () => {
  const git = "C:\\Program Files\\Git";
  const bash = `${git}\\bin\\bash.exe`;
  const expected = [bash, "-eo", "pipefail", "-c", "x | y", "bash", true, true];
  const wsl = "C:\\Windows\\System32\\bash.exe";
  const windows = true;
  const PATH = `C:\\Windows\\System32;${git}\\cmd`;
  assert.deepEqual(
    await found("strict", {
      windows,
      files: [bash, wsl],
      env: { ProgramFiles: "C:\\Program Files" },
    }),
    expected,
  );
  assert.deepEqual(
    await found("strict", { windows, files: [bash, wsl, `${git}\\cmd\\git.exe`], env: { PATH } }),
    expected,
  );
  const mingw = `C:\\Windows\\System32;${git}\\mingw64\\bin`;
  assert.deepEqual(
    await found("strict", {
      windows,
      files: [bash, wsl, `${git}\\mingw64\\bin\\git.exe`],
      env: { PATH: mingw },
    }),
    expected,
  );
  const none = await findShell("strict", machine({ windows, files: [wsl], env: { PATH } }).made);
  assert.deepEqual(
    [none?.name, none?.strict, none?.args('echo "a"'), none?.verbatim],
    ["cmd", false, ["/d", "/s", "/c", '"echo "a""'], true],
  );
  assert.equal(await found("bash", { windows, files: [wsl], env: { PATH } }), null);
});

Deno.test("what decides how a shell judges does not reach a strict one", () => {
  const env = {
    PATH: "/bin",
    HOME: "/h",
    BASH_ENV: "/tmp/x",
    ENV: "/tmp/x",
    SHELLOPTS: "noexec",
    BASHOPTS: "x",
    CDPATH: "/tmp",
    PS4: "$(x)",
    "BASH_FUNC_make%%": "() { true; }",
    "BASH_FUNC_make()": "() { true; }",
    OLD: "() { true; }",
    ENVIRONMENT: "test",
    BASHFUL: "1",
    GONE: undefined,
  };
  assert.deepEqual(Object.keys(withoutShellVariables(env)).sort(), [
    "BASHFUL",
    "ENVIRONMENT",
    "GONE",
    "HOME",
    "PATH",
  ]);
  assert.ok(!changesShell("PATH", "/bin"));
});
