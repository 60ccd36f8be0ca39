/**
 * Machines for tests of `install.sh`: a shell, the programs on its PATH, a home; or a whole system of its
 * own.
 * @module
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKeys, type SigningKeys } from "../../scripts/release/signing.ts";
import { target as hostTarget } from "../../src/platform/runtime.ts";
import { type Result, runProcess } from "./running.ts";
import { makeSmallRelease } from "./small_release.ts";

/** The target of this machine. */
export const TARGET = hostTarget();

/** Programs the installer may use. Each machine of the tests has its own selection of them. */
const BASICS = [
  ...["uname", "mkdir", "mv", "rm", "chmod", "cat", "cp", "mktemp", "cut", "grep", "sort"],
  ...["head", "tail", "id", "rmdir"],
];
const CHOICE = ["curl", "wget", "sha256sum", "shasum", "openssl", "ssh-keygen", "gunzip", "zstd"];

/** A machine: a shell, and the programs on its PATH. */
export interface Machine {
  readonly name: string;
  readonly shell: readonly string[];
  readonly programs: readonly string[];
  /** Whether BusyBox is all there is for the basics. */
  readonly busybox?: boolean;
}

/** What most machines have. */
export const FULL = ["curl", "sha256sum", "openssl", "ssh-keygen", "gunzip", "zstd"];
/** Where a program is; empty when it is not installed. */
export const found = (program: string) =>
  spawnSync("which", [program], { encoding: "utf8" }).stdout?.trim() ?? "";

/** What a machine lacks to stand in here. */
export function missingOf({ shell, programs }: Machine): readonly string[] {
  return [...shell.slice(0, 1), ...programs].filter((program) => found(program) === "");
}

/** A folder with the releases all tests share, made once. */
export class Releases implements Disposable {
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
export class Place implements Disposable {
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

/** A system of its own, in which only BusyBox is, and a release. */
export class System {
  readonly root: string;
  readonly folder = "/release";

  /** @param files empty files that are there besides. */
  constructor(top: string, files: readonly string[]) {
    this.root = mkdtempSync(join(top, "system-"));
    for (const name of ["bin", "proc/self", "work", "tmp"]) {
      mkdirSync(join(this.root, name), { recursive: true });
    }
    cpSync(found("busybox"), join(this.root, "bin", "busybox"));
    const applets = spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.split("\n");
    for (const applet of applets.filter((name) => name !== "" && name !== "busybox")) {
      symlinkSync("busybox", join(this.root, "bin", applet));
    }
    spawnSync("mknod", ["-m", "666", this.make("dev/null"), "c", "1", "3"]);
    for (const file of files) writeFileSync(this.make(file), "");
  }

  /** A path in it, whose folder is there. */
  make(name: string): string {
    const path = join(this.root, name);
    mkdirSync(join(path, ".."), { recursive: true });
    return path;
  }

  install(): Promise<Result> {
    const command = `sh ${this.folder}/install.sh --base-url ${this.folder} --to /work`;
    return runProcess(found("chroot"), [this.root, "/bin/sh", "-c", command], {
      cwd: this.root,
      env: { PATH: "/bin" },
    });
  }
}
