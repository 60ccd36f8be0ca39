/**
 * `install.sh` over the shells and tools it may meet, against a server on loopback: what is good is
 * installed, and whatever is wrong with a release installs nothing.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { target as hostTarget } from "../../src/platform/runtime.ts";
import { makeKeys, type SigningKeys } from "../../scripts/release/signing.ts";
import { answering, FileServer, makeSmallRelease, writeSums } from "../harness/small_release.ts";
import { type Result, runProcess } from "../harness/running.ts";

const TARGET = hostTarget();

/** Programs the installer may use. Each machine of the tests has its own selection of them. */
const BASICS = [
  ...["uname", "mkdir", "mv", "rm", "chmod", "cat", "cp", "mktemp", "cut", "grep", "sort"],
  ...["head", "tail", "id"],
];
const CHOICE = ["curl", "wget", "sha256sum", "shasum", "openssl", "ssh-keygen", "gunzip", "zstd"];

/** A machine: a shell, and the programs on its PATH. */
interface Machine {
  readonly name: string;
  readonly shell: readonly string[];
  readonly programs: readonly string[];
  /** Whether BusyBox is all there is for the basics. */
  readonly busybox?: boolean;
}

const FULL = ["curl", "sha256sum", "openssl", "ssh-keygen", "gunzip", "zstd"];
const MACHINES: readonly Machine[] = [
  { name: "dash", shell: ["dash"], programs: FULL },
  { name: "bash", shell: ["bash"], programs: FULL },
  { name: "zsh", shell: ["zsh"], programs: FULL },
  { name: "busybox sh", shell: ["busybox", "sh"], programs: FULL },
  {
    name: "dash, wget, shasum, no zstd",
    shell: ["dash"],
    programs: ["wget", "shasum", "openssl", "gunzip"],
  },
  {
    name: "bash, ssh-keygen only",
    shell: ["bash"],
    programs: ["curl", "sha256sum", "ssh-keygen", "gunzip"],
  },
  {
    name: "dash, openssl is all for sums too",
    shell: ["dash"],
    programs: ["curl", "openssl", "zstd"],
  },
  {
    name: "busybox, nothing to check signatures",
    shell: ["busybox", "sh"],
    programs: ["curl"],
    busybox: true,
  },
  { name: "busybox and nothing else", shell: ["busybox", "sh"], programs: [], busybox: true },
];

const found = (program: string) =>
  spawnSync("which", [program], { encoding: "utf8" }).stdout?.trim() ?? "";

/** What a machine lacks to stand in here. */
function missingOf({ shell, programs }: Machine): readonly string[] {
  return [...shell.slice(0, 1), ...programs].filter((program) => found(program) === "");
}

/** A folder with the releases all tests share, made once. */
class Releases implements Disposable {
  readonly top = realpathSync(mkdtempSync(join(tmpdir(), "orchestrator-install-")));
  readonly keys: SigningKeys;
  readonly otherKeys: SigningKeys;

  constructor() {
    mkdirSync(join(this.top, "keys"));
    mkdirSync(join(this.top, "other-keys"));
    this.keys = makeKeys(join(this.top, "keys"));
    this.otherKeys = makeKeys(join(this.top, "other-keys"));
  }

  folder(version: string): string {
    return join(this.top, version);
  }

  async make(version: string): Promise<void> {
    await makeSmallRelease({
      folder: this.folder(version),
      version,
      keys: this.keys,
      targets: [TARGET],
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

/** A home and a PATH of its own. */
class Place implements Disposable {
  readonly top = realpathSync(mkdtempSync(join(tmpdir(), "orchestrator-install-")));
  readonly home = join(this.top, "home");
  readonly bin = join(this.home, ".local", "bin");
  readonly path = join(this.top, "path");
  readonly #shell: readonly string[];

  constructor({ shell, programs, busybox }: Machine) {
    mkdirSync(this.home);
    mkdirSync(this.path);
    const [name = "", ...args] = shell;
    this.#shell = [found(name), ...args];
    const own = busybox === true ? [] : BASICS;
    for (const program of [...own, ...programs, ...(programs.includes("gunzip") ? ["gzip"] : [])]) {
      symlinkSync(found(program), join(this.path, program));
    }
    // The executable that tests install is a script of sh; gunzip is one too, on Debian.
    symlinkSync(found("dash") || "/bin/sh", join(this.path, "sh"));
    if (busybox === true) {
      const applets = [...BASICS, ...CHOICE].filter((applet) => !programs.includes(applet));
      const known = spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.split("\n");
      for (const applet of applets.filter((applet) => known.includes(applet))) {
        symlinkSync(found("busybox"), join(this.path, applet));
      }
    }
  }

  run(
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    const [shell = "", ...before] = this.#shell;
    return runProcess(shell, [...before, script, ...args], {
      cwd: this.home,
      env: { PATH: this.path, HOME: this.home, SHELL: "/bin/bash", LC_ALL: "C", ...env },
    });
  }

  get installed(): string | null {
    const file = join(this.bin, "orchestrator");
    return existsSync(file) ? readFileSync(file, "utf8") : null;
  }

  /** All that is in the home, the executable aside. */
  get left(): readonly string[] {
    return readdirSync(this.home, { recursive: true, encoding: "utf8" })
      .filter((name) => ![".local", ".local/bin", ".local/bin/orchestrator"].includes(name)).sort();
  }

  [Symbol.dispose](): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

/** Something wrong with a mirror. */
interface Harm {
  readonly name: string;
  readonly do: (folder: string, releases: Releases) => void | Promise<void>;
  /** What the installer says. */
  readonly says: RegExp;
}

const packed = (folder: string) =>
  readdirSync(folder).filter((name) => name.includes(TARGET)).map((name) => join(folder, name));

const change = (file: string) => {
  const data = readFileSync(file);
  data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, data);
};

/** What can be wrong with the files of the script's own release. */
const FILE_HARMS: readonly Harm[] = [
  {
    name: "a changed executable",
    do: (folder) => packed(folder).forEach(change),
    says: /its SHA-256 differs/,
  },
  {
    name: "a truncated executable",
    do: (folder) => packed(folder).forEach((file) => truncateSync(file, 100)),
    says: /its SHA-256 differs/,
  },
  {
    name: "an empty executable",
    do: (folder) => packed(folder).forEach((file) => truncateSync(file, 0)),
    says: /its SHA-256 differs/,
  },
  {
    name: "a missing executable",
    do: (folder) => packed(folder).forEach((file) => rmSync(file)),
    says: /cannot download/,
  },
  {
    name: "the executable of an older release under the new name",
    do: (folder, releases) => {
      for (const file of packed(releases.folder("1.1.0"))) {
        cpSync(file, file.replace(releases.folder("1.1.0"), folder).replaceAll("1.1.0", "1.3.0"));
      }
    },
    says: /its SHA-256 differs/,
  },
];

const BAD = /the signature of \S+ is bad/;

/** What else can be wrong when another release than the script's own is asked for. */
const SIGNED_HARMS: readonly Harm[] = [
  ...FILE_HARMS,
  {
    name: "changed sums",
    do: (folder) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeFileSync(
        join(folder, "SHA256SUMS"),
        text.replace(/^[0-9a-f]/m, (digit) => digit === "0" ? "1" : "0"),
      );
    },
    says: BAD,
  },
  {
    name: "truncated sums",
    do: (folder) => truncateSync(join(folder, "SHA256SUMS"), 40),
    says: BAD,
  },
  { name: "empty sums", do: (folder) => truncateSync(join(folder, "SHA256SUMS"), 0), says: BAD },
  {
    name: "missing sums",
    do: (folder) => rmSync(join(folder, "SHA256SUMS")),
    says: /cannot download/,
  },
  {
    name: "empty signatures",
    do: (folder) => {
      truncateSync(join(folder, "SHA256SUMS.sig"), 0);
      truncateSync(join(folder, "SHA256SUMS.sshsig"), 0);
    },
    says: BAD,
  },
  {
    name: "missing signatures",
    do: (folder) => {
      rmSync(join(folder, "SHA256SUMS.sig"));
      rmSync(join(folder, "SHA256SUMS.sshsig"));
    },
    says: /cannot check the signature of the release/,
  },
  {
    name: "changed signatures",
    do: (folder) => {
      change(join(folder, "SHA256SUMS.sig"));
      change(join(folder, "SHA256SUMS.sshsig"));
    },
    says: BAD,
  },
  {
    name: "the signatures of another release",
    do: (folder, releases) => {
      for (const name of ["SHA256SUMS.sig", "SHA256SUMS.sshsig"]) {
        cpSync(join(releases.folder("1.1.0"), name), join(folder, name));
      }
    },
    says: BAD,
  },
  {
    name: "signatures by another key",
    do: (folder, releases) =>
      writeSums(folder, readFileSync(join(folder, "SHA256SUMS"), "utf8"), releases.otherKeys),
    says: BAD,
  },
  {
    name: "sums of another program",
    do: (folder, releases) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replace("# orchestrator 1.3.0", "# conductor 1.3.0"), releases.keys);
    },
    says: /does not say which release/,
  },
  {
    name: "an executable that is not the one in the sums",
    do: (folder, releases) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replace(/executable [0-9a-f]{4}/, "executable 0000"), releases.keys);
    },
    says: /the executable in \S+ is not what was published/,
  },
];

const releases = new Releases();
globalThis.addEventListener("unload", () => releases[Symbol.dispose]());
await Promise.all(["1.1.0", "1.2.0", "1.3.0"].map((version) => releases.make(version)));

/** A copy of a release with something wrong. */
async function harmed(version: string, harm: Harm): Promise<string> {
  const folder = mkdtempSync(join(releases.top, "harmed-"));
  cpSync(releases.folder(version), folder, { recursive: true });
  await harm.do(folder, releases);
  return folder;
}

for (const machine of MACHINES) {
  const missing = missingOf(machine);
  const checksSignatures = machine.programs.includes("openssl") ||
    machine.programs.includes("ssh-keygen");
  Deno.test({
    name: `install.sh on ${machine.name}${
      missing.length > 0 ? ` (skipped: no ${missing.join()})` : ""
    }`,
    ignore: missing.length > 0 || Deno.build.os !== "linux",
    fn: async (t) => {
      const script = join(releases.folder("1.2.0"), "install.sh");
      await t.step("installs its own release, and is a no-op the second time", async () => {
        using place = new Place(machine);
        await using server = new FileServer(releases.folder("1.2.0"));
        const base = await server.listen();
        const first = await place.run(script, [], { ORCHESTRATOR_BASE_URL: base });
        assert.equal(first.code, 0, first.stderr);
        assert.equal(first.stdout, "");
        assert.equal(place.installed, new TextDecoder().decode(answering("1.2.0", TARGET)));
        assert.equal(statSync(join(place.bin, "orchestrator")).mode & 0o777, 0o755);
        assert.deepEqual(place.left, [".bashrc"]);
        assert.deepEqual(server.asked.length, 1, server.asked.join());
        const again = await place.run(script, [], { ORCHESTRATOR_BASE_URL: base });
        assert.equal(again.code, 0, again.stderr);
        assert.match(again.stderr, /already installed/);
        assert.equal(server.asked.length, 1, "nothing is downloaded");
        const gone = await place.run(script, ["--uninstall"]);
        assert.equal(gone.code, 0, gone.stderr);
        assert.equal(place.installed, null);
        assert.equal(readFileSync(join(place.home, ".bashrc"), "utf8"), "");
      });

      for (const harm of FILE_HARMS) {
        await t.step(`its own release: ${harm.name} installs nothing`, async () => {
          using place = new Place(machine);
          const own = join(releases.folder("1.3.0"), "install.sh");
          await using server = new FileServer(await harmed("1.3.0", harm));
          const base = await server.listen();
          const result = await place.run(own, ["--unsigned", "--base-url", base]);
          assert.equal(result.code, 1, result.stderr);
          assert.match(result.stderr, harm.says);
          assert.equal(place.installed, null);
          assert.deepEqual(place.left, []);
        });
      }

      if (!checksSignatures) {
        await t.step("another release is refused, as its signature cannot be checked", async () => {
          using place = new Place(machine);
          const newer = releases.folder("1.3.0");
          const refused = await place.run(script, ["--version", "latest", "--base-url", newer]);
          assert.equal(refused.code, 1);
          assert.match(
            refused.stderr,
            /cannot check the signature of the release: there is neither/,
          );
          assert.equal(place.installed, null);
          const accepted = await place.run(script, ["--version", "latest", "--base-url", newer], {
            ORCHESTRATOR_UNSIGNED: "1",
          });
          assert.equal(accepted.code, 0, accepted.stderr);
          assert.match(accepted.stderr, /warning: the signature of the release was not checked/);
          assert.match(place.installed ?? "", /orchestrator 1\.3\.0/);
        });
        return;
      }

      await t.step("a newer release is verified and installed", async () => {
        using place = new Place(machine);
        await using server = new FileServer(releases.folder("1.3.0"));
        const base = await server.listen();
        const result = await place.run(script, ["--version", "latest", "--base-url", base]);
        assert.equal(result.code, 0, result.stderr);
        assert.match(result.stderr, /The signature of the release is good/);
        assert.match(place.installed ?? "", /orchestrator 1\.3\.0/);
      });

      for (const harm of SIGNED_HARMS) {
        await t.step(`a newer release: ${harm.name} installs nothing`, async () => {
          using place = new Place(machine);
          await using server = new FileServer(await harmed("1.3.0", harm));
          const base = await server.listen();
          // What is bad stays refused, whatever is accepted without a signature.
          const args = harm.name === "missing signatures" ? [] : ["--unsigned"];
          const result = await place.run(script, [
            "--version",
            "latest",
            "--base-url",
            base,
            ...args,
          ]);
          assert.equal(result.code, 1, result.stderr);
          assert.match(result.stderr, harm.says);
          assert.equal(place.installed, null);
          assert.deepEqual(place.left, []);
        });
      }

      await t.step(
        "an older release that is given as the newest is refused, by name it is not",
        async () => {
          using place = new Place(machine);
          await using server = new FileServer(releases.folder("1.1.0"));
          const base = await server.listen();
          const replayed = await place.run(script, ["--version", "latest", "--base-url", base]);
          assert.equal(replayed.code, 1);
          assert.match(replayed.stderr, /the newest release there is 1\.1\.0, older than 1\.2\.0/);
          assert.equal(place.installed, null);
          const other = await place.run(script, ["--version", "1.3.0", "--base-url", base]);
          assert.match(other.stderr, /has release 1\.1\.0, not 1\.3\.0/);
          assert.equal(place.installed, null);
          const named = await place.run(script, ["--version", "v1.1.0", "--base-url", base]);
          assert.equal(named.code, 0, named.stderr);
          assert.match(place.installed ?? "", /orchestrator 1\.1\.0/);
        },
      );
    },
  });
}

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
