/** `install.sh` on systems of all kinds, and what it changes beside the executable. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import {
  found,
  FULL,
  type Machine,
  missingOf,
  Place,
  Releases,
  System,
  TARGET,
} from "../harness/installer_machine.ts";
import { answering, makeSmallRelease, writeSums } from "../harness/small_release.ts";
import { runProcess } from "../harness/running.ts";

const environmentPath = Deno.env.get("PATH") ?? "";
const releases = new Releases();
globalThis.addEventListener("unload", () => releases[Symbol.dispose]());
await Promise.all(["1.2.0", "1.3.0"].map((version) => releases.make(version)));

const HERE: Machine = { name: "dash", shell: ["dash"], programs: FULL };
const able = missingOf(HERE).length === 0 && Deno.build.os === "linux";
const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, ignore: !able, fn });
const own = () => join(releases.folder("1.2.0"), "install.sh");

test("install.sh says what is missing", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["sha256sum", "gunzip"], /neither curl nor wget/],
    [["curl", "gunzip"], /cannot check what is downloaded: there is no tool for SHA-256/],
    [["curl", "sha256sum"], /neither zstd nor gunzip/],
  ];
  for (const [programs, says] of cases) {
    using place = new Place({ name: "", shell: ["dash"], programs });
    const result = await place.run(own(), [], { ORCHESTRATOR_BASE_URL: "http://127.0.0.1:9" });
    assert.equal(result.code, 1);
    assert.match(result.stderr, says);
    assert.deepEqual(place.left, []);
  }
});

test("install.sh installs from a folder without curl and wget, also by its file: address", async () => {
  for (const base of [releases.folder("1.2.0"), `file://${releases.folder("1.2.0")}`]) {
    using place = new Place({ name: "", shell: ["dash"], programs: ["sha256sum", "gunzip"] });
    const result = await place.run(own(), ["--base-url", base, "--quiet"]);
    assert.deepEqual([result.code, result.stderr], [0, ""]);
    assert.match(place.installed ?? "", /orchestrator 1\.2\.0/);
  }
});

test("install.sh recognises the system", async () => {
  const folder = mkdtempSync(join(releases.top, "systems-"));
  const all = ["linux-x64", "linux-arm64", "linux-x64-musl", "macos-x64", "macos-arm64"];
  await makeSmallRelease({ folder, version: "1.2.0", keys: releases.keys, targets: all });
  const cases: readonly (readonly [uname: string, extra: string, expected: RegExp])[] = [
    [
      "Linux x86_64",
      "",
      new RegExp(`bun 1.0.0, ${TARGET.endsWith("musl") ? "linux-x64-musl" : "linux-x64"}\\)`),
    ],
    ["Linux aarch64", "", /bun 1\.0\.0, linux-arm64\)/],
    ["Darwin x86_64", "", /bun 1\.0\.0, macos-x64\)/],
    ["Darwin arm64", "", /bun 1\.0\.0, macos-arm64\)/],
    ["Darwin x86_64", "sysctl", /bun 1\.0\.0, macos-arm64\)/],
    ["Linux riscv64", "", /no executable for the processor "riscv64"/],
    ["FreeBSD amd64", "", /no executable for the system "FreeBSD"/],
    ["MINGW64_NT-10.0 x86_64", "", /Use install\.ps1/],
  ];
  for (const [uname, extra, expected] of cases) {
    using place = new Place(HERE);
    const [system, machine] = uname.split(" ");
    rmSync(join(place.path, "uname"));
    const answers = `#!/bin/sh\ncase $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac\n`;
    writeFileSync(join(place.path, "uname"), answers);
    chmodSync(join(place.path, "uname"), 0o755);
    if (extra !== "") {
      writeFileSync(join(place.path, extra), "#!/bin/sh\necho 1\n");
      chmodSync(join(place.path, extra), 0o755);
    }
    const result = await place.run(join(folder, "install.sh"), ["--base-url", folder]);
    assert.match(result.stderr, expected, uname + extra);
  }
});

const staticBusybox = spawnSync("ldd", [found("busybox")], { encoding: "utf8" });
const canMakeSystems = able && Deno.uid() === 0 && staticBusybox.status !== 0 &&
  TARGET.startsWith("linux-x64");

Deno.test({
  name: "install.sh tells glibc from musl, and says what the executable would miss",
  ignore: !canMakeSystems,
  fn: async () => {
    const targets = ["linux-x64", "linux-x64-musl"];
    const self = "proc/self/exe";
    const glibc = "lib64/ld-linux-x86-64.so.2";
    const musl = "lib/ld-musl-x86_64.so.1";
    const library = "usr/lib/libstdc++.so.6";
    const cases: readonly (readonly [files: readonly string[], says: RegExp])[] = [
      [[self, glibc], /bun 1\.0\.0, linux-x64\)/],
      [[self, glibc, musl], /bun 1\.0\.0, linux-x64\)/],
      [[self, musl, library], /bun 1\.0\.0, linux-x64-musl\)/],
      [[self, musl], /libstdc\+\+ is missing[^]*apk add libstdc\+\+/],
      // Alpine's gcompat puts a loader of glibc's name beside musl.
      [[self, glibc, musl, library, "etc/alpine-release"], /bun 1\.0\.0, linux-x64-musl\)/],
      [[glibc], /\/proc is not mounted/],
      [[self, glibc, "proc/cpuinfo"], /the processor is too old/],
    ];
    for (const [files, says] of cases) {
      const system = new System(releases.top, files);
      const folder = join(system.root, system.folder);
      await makeSmallRelease({ folder, version: "1.2.0", keys: releases.keys, targets });
      const { stderr, code } = await system.install();
      assert.match(stderr, says, files.join());
      const installed = existsSync(join(system.root, "work", "orchestrator"));
      assert.equal(installed, code === 0, stderr);
    }
  },
});

test("install.sh changes a start file only as much as it says, and takes it back", async () => {
  using place = new Place(HERE);
  const file = join(place.home, ".bashrc");
  writeFileSync(file, "alias ll='ls -l'");
  const args = ["--base-url", releases.folder("1.2.0")];
  await place.run(own(), [...args, "--no-modify-path"]);
  await place.run(own(), args, { ORCHESTRATOR_NO_MODIFY_PATH: "1" });
  assert.equal(readFileSync(file, "utf8"), "alias ll='ls -l'");
  for (let time = 0; time < 2; time++) await place.run(own(), args);
  assert.equal(
    readFileSync(file, "utf8"),
    `alias ll='ls -l'\nexport PATH="${place.bin}:$PATH" # added by the installer of orchestrator\n`,
  );
  await place.run(own(), ["--uninstall"]);
  assert.equal(readFileSync(file, "utf8"), "alias ll='ls -l'\n");
});

test("install.sh --to leaves start files alone, and works with a space and a relative path", async () => {
  using place = new Place(HERE);
  const args = ["--base-url", releases.folder("1.2.0"), "--to", "my tools"];
  const result = await place.run(own(), args);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /is not on PATH: run it as .*my tools\/orchestrator/);
  assert.deepEqual(readdirSync(place.home), ["my tools"]);
  assert.deepEqual(readdirSync(join(place.home, "my tools")), ["orchestrator"]);
});

test("install.sh needs no home where it is told where to install", async () => {
  for (const shell of ["/bin/zsh", "/bin/bash", "/usr/bin/fish", "/bin/sh"]) {
    using place = new Place(HERE);
    const script = join(place.top, "homeless.sh");
    writeFileSync(script, 'unset HOME\n. "$INSTALLER"\n');
    const args = ["--base-url", releases.folder("1.2.0"), "--to", "."];
    const env = { INSTALLER: own(), SHELL: shell };
    const result = await place.run(script, [...args, "--modify-path"], env);
    assert.equal(result.code, 0, `${shell}: ${result.stderr}`);
    assert.match(result.stderr, /is not on PATH: run it as/);
    assert.deepEqual(readdirSync(place.home), ["orchestrator"]);
  }
});

test("install.sh writes nothing into a start file that a shell would run", async () => {
  for (const name of ["a$(touch ran)", "a`touch ran`", 'a"; touch ran; "', "a\\", "a\nb", "a:b"]) {
    using place = new Place(HERE);
    const args = ["--base-url", releases.folder("1.2.0"), "--to", name, "--modify-path"];
    const result = await place.run(own(), args);
    assert.equal(result.code, 0, `${name}: ${result.stderr}`);
    assert.match(result.stderr, /is not on PATH: run it as/);
    assert.deepEqual(place.left.filter((file) => file.startsWith(".")), [], name);
  }
});

test("install.sh replaces a program in use, and keeps it when the new one does not run", async () => {
  using place = new Place(HERE);
  const broken = mkdtempSync(join(releases.top, "broken-"));
  await makeSmallRelease({
    folder: broken,
    version: "1.4.0",
    keys: releases.keys,
    targets: [TARGET],
    executable: new TextEncoder().encode("#!/bin/sh\necho Killed >&2\nexit 137\n"),
  });
  await place.run(own(), ["--base-url", releases.folder("1.2.0")]);
  const result = await place.run(join(broken, "install.sh"), ["--base-url", broken]);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /does not run here; nothing was installed\nIt says: Killed/);
  assert.match(place.installed ?? "", /orchestrator 1\.2\.0/);
  const newer = await place.run(own(), [
    "--version",
    "1.3.0",
    "--base-url",
    releases.folder("1.3.0"),
  ]);
  assert.equal(newer.code, 0, newer.stderr);
  assert.match(place.installed ?? "", /orchestrator 1\.3\.0/);
});

test("install.sh removes nothing that is not the program", async () => {
  using place = new Place(HERE);
  mkdirSync(place.bin, { recursive: true });
  writeFileSync(join(place.bin, "orchestrator"), "#!/bin/sh\necho another tool\n");
  chmodSync(join(place.bin, "orchestrator"), 0o755);
  const result = await place.run(own(), ["--uninstall"]);
  assert.equal(result.code, 1);
  assert.match(place.installed ?? "", /another tool/);
});

test("install.sh replaces only what is this program, unless it is told to", async () => {
  const base = releases.folder("1.2.0");
  const others: readonly (readonly [name: string, says: RegExp, make: (file: string) => void])[] = [
    ["a script", /is not this program/, (file) => {
      writeFileSync(file, "#!/bin/sh\necho orchestrator 1.2.0\n", { mode: 0o755 });
    }],
    ["a file that cannot run", /is not this program/, (file) => writeFileSync(file, "notes\n")],
    ["a link to a program", /is a link/, (file) => {
      const elsewhere = `${file}-elsewhere`;
      writeFileSync(elsewhere, answering("1.1.0", TARGET), { mode: 0o755 });
      symlinkSync(elsewhere, file);
    }],
    ["a link to a folder", /is a link/, (file) => {
      mkdirSync(`${file}-folder`);
      symlinkSync(`${file}-folder`, file);
    }],
    ["a link to nothing", /is a link/, (file) => symlinkSync("/nowhere", file)],
  ];
  for (const [name, says, make] of others) {
    using place = new Place(HERE);
    mkdirSync(place.bin, { recursive: true });
    const file = join(place.bin, "orchestrator");
    make(file);
    const { ino, size, mtimeMs } = lstatSync(file);
    const refused = await place.run(own(), ["--base-url", base]);
    assert.equal(refused.code, 1, name);
    assert.match(refused.stderr, says, name);
    assert.match(refused.stderr, /--to DIR, or replace it with --replace/);
    const after = lstatSync(file);
    assert.deepEqual([after.ino, after.size, after.mtimeMs], [ino, size, mtimeMs], name);
    const replaced = await place.run(own(), ["--base-url", base, "--replace"]);
    assert.equal(replaced.code, 0, replaced.stderr);
    assert.ok(lstatSync(file).isFile(), name);
    assert.match(place.installed ?? "", /orchestrator 1\.2\.0/, name);
    const again = await place.run(own(), [
      "--base-url",
      releases.folder("1.3.0"),
      "--version",
      "1.3.0",
    ]);
    assert.equal(again.code, 0, `another version of it: ${again.stderr}`);
  }
});

test("install.sh makes its own release executable where it is not", async () => {
  using place = new Place(HERE);
  const base = releases.folder("1.2.0");
  await place.run(own(), ["--base-url", base]);
  const file = join(place.bin, "orchestrator");
  chmodSync(file, 0o644);
  const again = await place.run(own(), ["--base-url", base]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /already installed/);
  assert.equal(statSync(file).mode & 0o777, 0o755);
});

test("install.sh tells folders from addresses, and asks no server for a folder", async () => {
  using place = new Place({ name: "", shell: ["dash"], programs: ["sha256sum", "gunzip"] });
  cpSync(releases.folder("1.2.0"), join(place.home, "a %41 mirror"), { recursive: true });
  const path = `${place.home}/a%20%2541%20mirror`;
  const good = ["a %41 mirror", "./a %41 mirror/", `file://${path}`, `file://localhost${path}`];
  for (const base of [...good, `file:${path}`]) {
    const result = await place.run(own(), ["--base-url", base]);
    assert.equal(result.code, 0, `${base}: ${result.stderr}`);
    assert.match(place.installed ?? "", /orchestrator 1\.2\.0/);
    rmSync(join(place.bin, "orchestrator"));
  }
  const bad: readonly (readonly [string, RegExp])[] = [
    ["mirror", /there is no folder "mirror"/],
    ["example.com", /there is no folder/],
    ["ftp://127.0.0.1/x", /cannot read "ftp:.*takes a folder, file:, http: or https:/],
    ["file://elsewhere/x", /does not name a folder of this machine/],
    ["file:mirror", /does not name a folder of this machine/],
    ["file:///x%2", /a % in it/],
    ["file:///x%zz", /a % in it/],
    ["file:///x%00", /a % in it/],
  ];
  for (const [base, says] of bad) {
    const result = await place.run(own(), ["--base-url", base, "--to", "new/folder"]);
    assert.equal(result.code, 1, base);
    assert.match(result.stderr, says, base);
    assert.equal(existsSync(join(place.home, "new")), false);
  }
});

test("install.sh leaves a folder that was there before it failed", async () => {
  using place = new Place(HERE);
  mkdirSync(join(place.home, "there"));
  const result = await place.run(own(), ["--base-url", place.path, "--to", "there/a/b"]);
  assert.equal(result.code, 1);
  assert.deepEqual(readdirSync(place.home, { recursive: true }), ["there"]);
});

test("what docs/install.md says to do by hand accepts a release, and no changed one", async () => {
  const page = readFileSync(resolve(import.meta.dirname ?? ".", "../../docs/install.md"), "utf8");
  const steps = /^<!-- tested: verify by hand -->\n\n```sh\n(?<steps>.*?)^```$/ms.exec(page)
    ?.groups;
  const script = `set -e\n${steps?.["steps"] ?? assert.fail("no steps were found")}`;
  // Of its steps, each alone has to notice the key that did not sign.
  const oneOf = (left: string) =>
    script.split("\n").filter((line) => !line.startsWith(left)).join("\n");
  const verify = async (text: string, harm: (folder: string) => void) => {
    const folder = mkdtempSync(join(releases.top, "by-hand-"));
    cpSync(releases.folder("1.2.0"), folder, { recursive: true });
    harm(folder);
    return await runProcess("/bin/sh", ["-c", text], {
      cwd: folder,
      env: { PATH: environmentPath },
    });
  };
  const good = await verify(script, () => {});
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^# orchestrator 1\.2\.0$/m);
  assert.match(good.stdout, /^install\.sh: OK$/m);
  const sums = (folder: string) => readFileSync(join(folder, "SHA256SUMS"), "utf8");
  for (const text of [script, oneOf("openssl"), oneOf("ssh-keygen")]) {
    const resigned = await verify(
      text,
      (folder) => writeSums(folder, sums(folder), releases.otherKeys),
    );
    assert.notEqual(resigned.code, 0, resigned.stdout);
  }
  const changed = await verify(
    script,
    (folder) => writeFileSync(join(folder, "install.ps1"), "changed"),
  );
  assert.notEqual(changed.code, 0, changed.stdout);
});

test("install.sh that was cut off anywhere does nothing", async () => {
  using place = new Place(HERE);
  const whole = readFileSync(own(), "utf8");
  const cut = join(place.top, "cut.sh");
  for (let part = 1; part < 40; part++) {
    writeFileSync(cut, whole.slice(0, Math.floor(whole.length * part / 40)));
    await place.run(cut, ["--base-url", releases.folder("1.2.0")]);
    assert.equal(place.installed, null, `cut at ${part}/40`);
    assert.deepEqual(place.left, [], `cut at ${part}/40`);
  }
});

test("install.sh orders versions as SemVer does", async () => {
  using place = new Place(HERE);
  const order = [
    ...["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"],
    ...["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-rc.1", "1.0.1", "1.0.10", "1.1.0", "2.0.0"],
  ];
  const functions = readFileSync(own(), "utf8").replace(/\nmain "\$@"\n$/, "\n");
  const asks = order.flatMap((left) =>
    order.map((right) => `if is_older ${left} ${right}; then echo older; else echo no; fi`)
  );
  const script = join(place.top, "order.sh");
  writeFileSync(script, `${functions}\n${asks.join("\n")}\n`);
  for (const shell of [["dash"], ["bash"], ["zsh"], ["busybox", "sh"]]) {
    if (found(shell[0] ?? "") === "") continue;
    using here = new Place({ ...HERE, shell });
    const { stdout, stderr } = await here.run(script, []);
    const expected = order.flatMap((_, left) =>
      order.map((_, right) => left < right ? "older" : "no")
    );
    assert.deepEqual(stdout.trim().split("\n"), expected, `${shell[0]}: ${stderr}`);
  }
});
