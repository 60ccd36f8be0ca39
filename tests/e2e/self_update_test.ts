/**
 * The executable replaces itself by a verified release, goes back, and removes itself; whatever is
 * wrong with a release changes nothing.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { compile } from "../../scripts/compile.ts";
import { makeKeys, publicKeysOf, type SigningKeys } from "../../scripts/release/signing.ts";
import { isWindows, target } from "../../src/platform/runtime.ts";
import { executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { FileServer, makeSmallRelease, sha256, writeSums } from "../harness/small_release.ts";

const PROGRAM = "orchestrator";

/** Executables and releases that all steps share. */
class Stage implements Disposable {
  readonly scratch = new Scratch();
  readonly keys: SigningKeys;
  readonly otherKeys: SigningKeys;

  constructor() {
    for (const name of ["keys", "other-keys"]) mkdirSync(this.path(name));
    this.keys = makeKeys(this.path("keys"));
    this.otherKeys = makeKeys(this.path("other-keys"));
  }

  path(name: string): string {
    return join(this.scratch.top, name);
  }

  /** Builds the program as another version, which trusts {@link keys}. */
  async build(version: string): Promise<string> {
    const keys = publicKeysOf(this.keys);
    const { path } = await compile({
      engine: "bun",
      outdir: this.path(`built-${version}`),
      replaced: {
        "src/version.ts": `export const VERSION = "${version}";\n`,
        "src/release/keys.ts": `export const RELEASE_KEYS = ${JSON.stringify(keys)};\n`,
      },
    });
    return path;
  }

  /** Makes a release; without an executable, of a script that answers as the program does. */
  async release(version: string, executable?: string): Promise<string> {
    const folder = this.path(`release-${version}`);
    await makeSmallRelease({
      folder,
      version,
      keys: this.keys,
      targets: [target()],
      forms: ["zst"],
      ...(executable === undefined ? {} : { executable: readFileSync(executable) }),
    });
    return folder;
  }

  /** A copy of a release, to do harm to. */
  copy(folder: string): string {
    const copy = Deno.makeTempDirSync({ dir: this.scratch.top });
    cpSync(folder, copy, { recursive: true });
    return copy;
  }

  /** A folder with a copy of the program. */
  install(executable: string, ...folders: readonly string[]): Installed {
    const folder = join(Deno.makeTempDirSync({ dir: this.scratch.top }), ...folders);
    mkdirSync(folder, { recursive: true });
    // By a process of its own: what this one has open for writing, a child that is just being
    // started has open too, and then the system refuses to run it.
    execFileSync("cp", [executable, join(folder, PROGRAM)]);
    return new Installed(folder, this.scratch);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

class Installed {
  readonly folder: string;
  readonly scratch: Scratch;
  readonly program: string;

  constructor(folder: string, scratch: Scratch) {
    this.folder = folder;
    this.scratch = scratch;
    this.program = join(folder, PROGRAM);
  }

  run(base: string, ...args: readonly string[]): Promise<Result> {
    return runProcess(this.program, args, {
      cwd: this.scratch.root,
      env: scratchEnvironment(this.scratch, base === "" ? {} : { ORCHESTRATOR_BASE_URL: base }),
    });
  }

  async version(): Promise<string> {
    const { stdout, stderr } = await this.run("", "--version");
    return /^orchestrator (\S+)/.exec(stdout)?.[1] ?? `none: ${stderr}`;
  }

  /** Names and hashes of all that is in the folder. */
  get content(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      readdirSync(this.folder).sort().map((name) => [
        name,
        sha256(readFileSync(join(this.folder, name))),
      ]),
    );
  }
}

const change = (file: string) => {
  const data = readFileSync(file);
  data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, data);
};

Deno.test({
  name: "self update: what is verified is installed, and can be taken back",
  ignore: !executableAvailable || isWindows,
  fn: async (t) => {
    using stage = new Stage();
    const old = await stage.build("1.2.0");
    const newer = await stage.release("1.3.0", await stage.build("1.3.0"));

    await t.step("--check changes nothing", async () => {
      const copy = stage.install(old);
      const before = copy.content;
      const checked = await copy.run(newer, "self", "update", "--check", "--json");
      assert.equal(checked.code, 0, checked.stderr);
      assert.deepEqual(JSON.parse(checked.stdout).data, {
        updated: false,
        current: "1.2.0",
        found: "1.3.0",
        available: true,
      });
      assert.deepEqual(copy.content, before);
    });

    await t.step("the program is replaced, rolled back, and rolled back again", async () => {
      const copy = stage.install(old);
      await using server = new FileServer(newer);
      const updated = await copy.run(await server.listen(), "self", "update");
      assert.equal(updated.code, 0, updated.stderr);
      assert.match(updated.stdout, /orchestrator 1\.3\.0 replaced 1\.2\.0/);
      assert.equal(await copy.version(), "1.3.0");
      assert.deepEqual(Object.keys(copy.content), [".orchestrator-previous", PROGRAM]);
      const again = await copy.run(newer, "self", "update");
      assert.match(again.stdout, /1\.3\.0 is the wanted release/);
      for (const version of ["1.2.0", "1.3.0", "1.2.0"]) {
        const back = await copy.run("", "self", "update", "--rollback");
        assert.equal(back.code, 0, back.stderr);
        assert.equal(await copy.version(), version);
      }
      assert.deepEqual(Object.keys(copy.content), [".orchestrator-previous", PROGRAM]);
    });

    await t.step("an older release is installed only by name", async () => {
      const older = await stage.release("1.1.0");
      const copy = stage.install(old);
      const before = copy.content;
      const replayed = await copy.run(older, "self", "update");
      assert.equal(replayed.code, 0, replayed.stderr);
      assert.match(replayed.stdout, /newest release, 1\.1\.0, is older than this program/);
      assert.deepEqual(copy.content, before);
      const other = await copy.run(older, "self", "update", "--to", "1.3.0");
      assert.equal(other.code, 1);
      assert.match(other.stderr, /it is version 1\.1\.0, not 1\.3\.0/);
      assert.deepEqual(copy.content, before);
      const named = await copy.run(older, "self", "update", "--to", "v1.1.0");
      assert.equal(named.code, 0, named.stderr);
      assert.equal(await copy.version(), "1.1.0");
    });

    await t.step("without an earlier program there is nothing to roll back to", async () => {
      const copy = stage.install(old);
      const { code, stderr } = await copy.run("", "self", "update", "--rollback");
      assert.equal(code, 4);
      assert.match(stderr, /no previous program/);
    });
  },
});

/** What can be wrong with a release, and what is said of it. */
const HARMS: Readonly<
  Record<string, readonly [harm: (folder: string, stage: Stage) => void, says: RegExp]>
> = {
  "a changed executable": [(folder) => packed(folder).forEach(change), /its SHA-256 differs/],
  "a truncated executable": [
    (folder) => packed(folder).forEach((file) => truncateSync(file, 50)),
    /its SHA-256 differs/,
  ],
  "a missing executable": [(folder) => packed(folder).forEach((file) => rmSync(file)), /not found/],
  "changed sums": [(folder) => change(join(folder, "SHA256SUMS")), /signature is invalid/],
  "truncated sums": [
    (folder) => truncateSync(join(folder, "SHA256SUMS"), 30),
    /signature is invalid/,
  ],
  "missing sums": [(folder) => rmSync(join(folder, "SHA256SUMS")), /has no SHA256SUMS/],
  "a changed signature": [
    (folder) => change(join(folder, "SHA256SUMS.sig")),
    /signature is invalid/,
  ],
  "an empty signature": [
    (folder) => truncateSync(join(folder, "SHA256SUMS.sig"), 0),
    /signature is invalid/,
  ],
  "no signature": [(folder) => rmSync(join(folder, "SHA256SUMS.sig")), /it has no signature/],
  "a signature by another key": [
    (folder, stage) =>
      writeSums(folder, readFileSync(join(folder, "SHA256SUMS"), "utf8"), stage.otherKeys),
    /signature is invalid/,
  ],
  "sums of something else": [
    (folder, stage) => writeSums(folder, "# conductor 1.3.0\n", stage.keys),
    /line 1 is not valid/,
  ],
  "an executable that is not the one in the sums": [
    (folder, stage) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replace(/executable [0-9a-f]{4}/, "executable 0000"), stage.keys);
    },
    /its SHA-256 differs/,
  ],
  "sums without this system": [
    (folder, stage) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replaceAll(target(), "plan9-mips"), stage.keys);
    },
    /it has no executable for/,
  ],
  "sums without an end": [
    (folder) => writeFileSync(join(folder, "SHA256SUMS"), "#".repeat(100_000)),
    /larger than 64 KiB/,
  ],
};

const packed = (folder: string) =>
  readdirSync(folder).filter((name) => name.endsWith(".zst")).map((name) => join(folder, name));

Deno.test({
  name: "self update: whatever is wrong with a release changes nothing",
  ignore: !executableAvailable || isWindows,
  fn: async (t) => {
    using stage = new Stage();
    const old = await stage.build("1.2.0");
    const newer = await stage.release("1.3.0");
    const copy = stage.install(old);
    const before = copy.content;
    const refused = async (base: string, says: RegExp) => {
      const { code, stderr, stdout } = await copy.run(base, "self", "update");
      assert.match(stderr, says);
      assert.ok(code === 1 || code === 9, `exit code ${code}`);
      assert.equal(stdout, "");
      assert.deepEqual(copy.content, before);
    };
    for (const [name, [harm, says]] of Object.entries(HARMS)) {
      await t.step(name, async () => {
        const folder = stage.copy(newer);
        harm(folder, stage);
        await using server = new FileServer(folder);
        await refused(await server.listen(), says);
        await refused(folder, says);
      });
    }
    const programs: Readonly<Record<string, string>> = {
      "a program that does not run": "#!/bin/sh\necho Killed >&2\nexit 137\n",
      "a program that is another one": "#!/bin/sh\necho conductor 1.3.0\n",
      "a program of another version":
        `#!/bin/sh\necho '{"data":{"version":"1.0.0","target":"x"}}'\n`,
    };
    for (const [name, text] of Object.entries(programs)) {
      await t.step(name, async () => {
        const folder = Deno.makeTempDirSync({ dir: stage.scratch.top });
        const executable = new TextEncoder().encode(text);
        const { keys } = stage;
        const version = "1.3.0";
        await makeSmallRelease({ folder, version, keys, targets: [target()], executable });
        await refused(folder, /does not run here|reports version 1\.0\.0/);
      });
    }
    await t.step("a server that is not there, and a release without an address", async () => {
      await refused("http://127.0.0.1:9", /Cannot download/);
      const { code, stderr } = await copy.run("", "self", "update", "--check");
      assert.equal(code, 1, stderr);
    });
    await t.step("killed at any moment, there is a whole program", async () => {
      for (let delay = 0; delay < 400; delay += 20) {
        const here = stage.install(old);
        const child = spawn(here.program, ["self", "update"], {
          cwd: stage.scratch.root,
          env: scratchEnvironment(stage.scratch, { ORCHESTRATOR_BASE_URL: newer }),
          stdio: "ignore",
        });
        const ended = new Promise((resolve) => child.on("close", resolve));
        await new Promise((resolve) => setTimeout(resolve, delay));
        child.kill("SIGKILL");
        await ended;
        assert.match(await here.version(), /^1\.[23]\.0$/, `killed after ${delay} ms`);
        rmSync(here.folder, { recursive: true });
      }
    });
  },
});

Deno.test({
  name: "self: copies of package managers are left alone, and an own one removes itself",
  ignore: !executableAvailable || isWindows,
  fn: async () => {
    using stage = new Stage();
    const executable = await stage.build("1.2.0");
    const newer = await stage.release("1.3.0");
    const managed = [
      [["node_modules", "pkg", "bin"], /installed by npm\n.*`npm update`/],
      [["Cellar", "orchestrator", "1.2.0", "bin"], /installed by Homebrew\n.*`brew upgrade/],
      [["mise", "installs", "orchestrator"], /installed by mise\n.*`mise upgrade`/],
    ] as const;
    for (const [folders, says] of managed) {
      const copy = stage.install(executable, ...folders);
      const before = copy.content;
      const updated = await copy.run(newer, "self", "update");
      assert.equal(updated.code, 7, updated.stderr);
      assert.match(updated.stderr, says);
      assert.equal((await copy.run(newer, "self", "update", "--check")).code, 0);
      assert.equal((await copy.run("", "self", "uninstall", "--yes")).code, 7);
      assert.deepEqual(copy.content, before);
    }

    const copy = stage.install(executable);
    const bashrc = join(stage.scratch.home, ".bashrc");
    const own = "alias ll='ls -l'\n";
    writeFileSync(bashrc, `${own}export PATH="x:$PATH" # added by the installer of orchestrator\n`);
    chmodSync(bashrc, 0o640);
    writeFileSync(join(copy.folder, ".orchestrator-previous"), "old");
    const installed = copy.content;
    const dry = await copy.run("", "self", "uninstall", "--dry-run");
    assert.equal(dry.code, 0, dry.stderr);
    for (const name of [copy.program, ".orchestrator-previous", bashrc]) {
      assert.ok(dry.stdout.includes(name), dry.stdout);
    }
    assert.deepEqual(copy.content, installed);
    assert.match(readFileSync(bashrc, "utf8"), /added by the installer/);
    const asked = await copy.run("", "self", "uninstall");
    assert.equal(asked.code, 2, asked.stderr);
    assert.match(asked.stderr, /self uninstall --dry-run` .*--yes/);
    assert.ok(existsSync(copy.program));
    const removed = await copy.run("", "self", "uninstall", "--yes");
    assert.equal(removed.code, 0, removed.stderr);
    assert.deepEqual(copy.content, {});
    assert.equal(readFileSync(bashrc, "utf8"), own);
    assert.equal((Deno.statSync(bashrc).mode ?? 0) & 0o777, 0o640);
  },
});
