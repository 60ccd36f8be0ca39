/**
 * What a release consists of, made for real: the same bytes in two folders, signatures and resources
 * as the systems want them, and an installation from nothing but BusyBox and curl.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { compile } from "../../scripts/compile.ts";
import { release } from "../../scripts/release.ts";
import { inspectMachO } from "../../scripts/release/macho.ts";
import { filesOf } from "../../scripts/release/manifest.ts";
import { RUNTIME_PARTS } from "../../scripts/release/runtime_licenses.ts";
import { makeKeys } from "../../scripts/release/signing.ts";
import { SYSTEMS } from "../../scripts/release/systems.ts";
import { readNames } from "../../scripts/release/windows_resources.ts";
import { target as hostTarget } from "../../src/platform/runtime.ts";
import { parseSums } from "../../src/release/sums.ts";
import { VERSION } from "../../src/version.ts";
import { slowTest } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch } from "../harness/scratch.ts";
import { FileServer } from "../harness/small_release.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");
const BUILD = { commit: "a".repeat(40), date: "2026-11-22T18:07:52Z" };

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** The sources in another folder, with the packages that are installed here. */
function copyOfTree(folder: string): string {
  for (const name of ["deno.json", "deno.lock", "main.ts", "src", "scripts"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  // Links to the files, not to the folder: a bundle names packages by where they really are.
  const [from, to] = [join(ROOT, "node_modules"), join(folder, "node_modules")];
  if (spawnSync("cp", ["-al", from, to]).status !== 0) cpSync(from, to, { recursive: true });
  return folder;
}

slowTest({
  name: "executables are the same bytes in another folder, and shaped as their systems want them",
  ignore: !executableAvailable,
  fn: async () => {
    using scratch = new Scratch();
    const other = copyOfTree(scratch.path("another folder"));
    for (const target of ["linux-x64", "macos-arm64", "macos-x64", "windows-x64"]) {
      const { path } = await compile({
        engine: "bun",
        target,
        outdir: scratch.path("here"),
        build: BUILD,
      });
      const script = `import { compile } from "./scripts/compile.ts";
        await compile({ engine: "bun", target: "${target}", outdir: "out", build: ${
        JSON.stringify(BUILD)
      } });`;
      const ended = spawnSync(Deno.execPath(), ["eval", "--no-check", script], {
        cwd: other,
        encoding: "utf8",
      });
      assert.equal(ended.status, 0, ended.stderr);
      const twin = join(
        other,
        "out",
        readdirSync(join(other, "out")).find((name) => name.includes(target)) ?? "",
      );
      assert.equal(sha256(twin), sha256(path), target);
      if (target.startsWith("macos")) checkMacos(path);
      if (target.startsWith("windows")) checkWindows(path);
    }
  },
});

function checkMacos(path: string): void {
  const file = readFileSync(path);
  const { pages, ...report } = inspectMachO(file);
  assert.deepEqual(report, {
    identifier: "orchestrator",
    flags: 2,
    wrongPages: [],
    coversAll: true,
    endsThere: true,
  });
  assert.ok(pages > 20_000, `${pages} pages`);
  file[file.length >> 1] = (file[file.length >> 1] ?? 0) ^ 1;
  assert.equal(inspectMachO(file).wrongPages.length, 1, "the check finds what is wrong");
  const oldest = minimumMacos(file);
  for (const target of ["macos-x64", "macos-arm64"]) {
    assert.equal(SYSTEMS[target]?.minimum["macos"], oldest);
  }
}

/** `LC_BUILD_VERSION` of a Mach-O file. */
function minimumMacos(file: Uint8Array): string {
  const view = new DataView(file.buffer, file.byteOffset);
  for (let at = 32;; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 0x32) continue;
    const version = view.getUint32(at + 12, true);
    return `${version >> 16}.${(version >> 8) & 0xff}`;
  }
}

function checkWindows(path: string): void {
  assert.deepEqual(readNames(readFileSync(path)), {
    CompanyName: "the orchestrator authors",
    FileDescription: "orchestrator",
    FileVersion: VERSION,
    InternalName: "orchestrator",
    LegalCopyright: "MIT License",
    OriginalFilename: "orchestrator.exe",
    ProductName: "orchestrator",
    ProductVersion: VERSION,
  });
}

Deno.test({
  name: "the executable needs the glibc that is stated as the minimum",
  ignore: !executableAvailable || SYSTEMS[hostTarget()]?.libc !== "glibc",
  fn: async () => {
    // Versions of symbols are named in the file's table of texts.
    const text = new TextDecoder("latin1").decode(readFileSync(await executable()));
    const needed = [
      ...new Set([...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))),
    ];
    assert.ok(needed.length > 3, needed.join());
    assert.equal(`2.${Math.max(...needed)}`, SYSTEMS[hostTarget()]?.minimum["glibc"]);
  },
});

/** Texts in an executable that tell that a part of the runtime is in it. */
const MARKS: Readonly<Record<string, string>> = {
  "libjpeg-turbo": "libjpeg-turbo version",
  "libspng": "libspng error",
  "lsquic": "lsquic_",
  "ls-qpack": "QPACK",
  "zlib-ng": ".zlib-ng",
  "libarchive": "LIBARCHIVE.",
  "acorn (npm)": "internal:repl/acorn",
  "mimalloc": "mimalloc_version",
  "simdutf": "SIMDUTF_FORCE",
  "picohttpparser": "picohttpparser",
};

Deno.test({
  name: "the bill of materials names the parts that the executable shows to contain",
  // Elsewhere, the system's own libraries stand in for some of them.
  ignore: !executableAvailable || !hostTarget().startsWith("linux"),
  fn: async () => {
    const file = readFileSync(await executable());
    for (const [name, mark] of Object.entries(MARKS)) {
      assert.ok(file.includes(mark), `${name}: gone, or its mark changed`);
      assert.ok(RUNTIME_PARTS.some((part) => part.name === name), `${name} is not listed`);
    }
  },
});

const tools = ["openssl", "ssh-keygen"].every((name) =>
  spawnSync(name, ["-V"]).error === undefined
);
const linux = Deno.build.os === "linux" && executableAvailable && tools;

slowTest({
  name: "a release is whole, and one line installs it where there is nothing but BusyBox and curl",
  ignore: !linux,
  fn: async (t) => {
    using scratch = new Scratch();
    const target = hostTarget();
    mkdirSync(scratch.path("keys"));
    const keys = makeKeys(scratch.path("keys"));
    const folder = scratch.path("release");
    const manifest = await release({
      outdir: folder,
      targets: [target],
      keys,
      zstdLevel: 1,
      allowChanges: true,
    });
    await t.step("every file is what the manifest and the sums say", () => {
      const sums = parseSums(readFileSync(join(folder, "SHA256SUMS"), "utf8"));
      assert.equal(sums.version, VERSION);
      const signed = readdirSync(folder).filter((name) => !name.startsWith("SHA256SUMS")).sort();
      assert.deepEqual([...sums.files.keys()].sort(), signed);
      for (const [name, hash] of sums.files) assert.equal(sha256(join(folder, name)), hash, name);
      for (const { name, size, sha256: hash } of filesOf(manifest)) {
        assert.equal(statSync(join(folder, name)).size, size);
        assert.equal(sums.files.get(name), hash);
      }
      assert.deepEqual(JSON.parse(readFileSync(join(folder, "release.json"), "utf8")), manifest);
    });
    await t.step(
      "each form of the executable is the same program, and the archive has the rest",
      async () => {
        const { gz, zst, archive, executable } = manifest.targets[target] ?? assert.fail();
        const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
        const read = (name: string) => readFileSync(join(folder, name));
        assert.equal(hash(gunzipSync(read(gz.name))), executable.sha256);
        assert.equal(hash(zstdDecompressSync(read(zst.name))), executable.sha256);
        const entries = await unpackTar(gunzipSync(read(archive.name)));
        const stem = `orchestrator-${VERSION}-${target}`;
        const names = entries.map(({ header }) => header.name.replace(`${stem}/`, ""));
        const [program] = entries;
        assert.equal(program?.header.name, `${stem}/orchestrator`);
        assert.equal(hash(program?.data ?? new Uint8Array()), executable.sha256);
        const others = [
          "LICENSE",
          "README.md",
          "THIRD_PARTY_LICENSES.txt",
          "man/man1/orchestrator.1",
        ];
        const completions = [
          "orchestrator.bash",
          "_orchestrator",
          "orchestrator.fish",
          "orchestrator.ps1",
        ];
        for (const name of [...others, ...completions.map((name) => `completions/${name}`)]) {
          assert.ok(names.includes(name), name);
        }
      },
    );
    await t.step({
      name: "BusyBox and curl alone",
      ignore: Deno.uid() !== 0 || spawnSync("busybox", ["true"]).status !== 0,
      fn: () => installInChroot(scratch, folder),
    });
  },
});

/** Installs in a folder that is a whole, almost empty system. */
async function installInChroot(scratch: Scratch, folder: string): Promise<void> {
  const system = scratch.path("system");
  mkdirSync(join(system, "bin"), { recursive: true });
  mkdirSync(join(system, "tmp"));
  for (const name of ["work", "dev", "proc"]) mkdirSync(join(system, name));
  assert.equal(
    spawnSync("mknod", ["-m", "666", join(system, "dev/null"), "c", "1", "3"]).status,
    0,
  );
  for (const program of ["busybox", "curl"]) addProgram(system, program);
  for (const applet of spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.split("\n")) {
    const link = join(system, "bin", applet);
    if (applet !== "" && !existsSync(link)) symlinkSync("busybox", link);
  }
  const chroot = spawnSync("which", ["chroot"], { encoding: "utf8" }).stdout.trim();
  await using server = new FileServer(folder);
  const base = await server.listen();
  const inside = (script: string) =>
    runProcess(chroot, [system, "/bin/sh", "-c", script], {
      cwd: scratch.root,
      env: { PATH: "/bin", HOME: "/tmp" },
    });
  const unmounted = await inside(
    `curl -fsSL ${base}/install.sh | sh -s -- --to /work --base-url ${base}`,
  );
  assert.match(unmounted.stderr, /\/proc is not mounted/);
  const mount = (...args: readonly string[]) =>
    assert.equal(spawnSync(args[0] ?? "", args.slice(1)).status, 0, args.join(" "));
  mount("mount", "-t", "proc", "proc", join(system, "proc"));
  using _ = { [Symbol.dispose]: () => mount("umount", join(system, "proc")) };
  const line = `cd /work && curl -fsSL ${base}/install.sh | sh -s -- --to . --base-url ${base}`;
  const begun = await inside(
    `${line} && ./orchestrator start "Add login" && ./orchestrator status`,
  );
  assert.equal(begun.code, 0, begun.stderr);
  assert.match(begun.stderr, new RegExp(`Installed orchestrator ${VERSION} `));
  assert.match(begun.stdout, /Add login/);
  const packed = join(folder, server.asked.find((name) => name.endsWith(".gz")) ?? "");
  const data = readFileSync(packed);
  data[1000] = (data[1000] ?? 0) ^ 1;
  writeFileSync(packed, data);
  const tampered = await inside(`rm -rf /work/* && ${line}`);
  assert.equal(tampered.code, 1);
  assert.match(tampered.stderr, /is not what was published: its SHA-256 differs/);
  assert.deepEqual(readdirSync(join(system, "work")).filter((name) => name.startsWith("o")), []);
}

/** Puts a program and the libraries it is linked with into a system. */
function addProgram(system: string, program: string): void {
  const path = spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
  cpSync(path, join(system, "bin", program), { dereference: true });
  const libraries = spawnSync("ldd", [path], { encoding: "utf8" }).stdout.match(/\/\S+/g) ?? [];
  // The executable that is installed needs these.
  const needed = ["libpthread.so.0", "libdl.so.2", "libm.so.6"]
    .map((name) => join("/lib/x86_64-linux-gnu", name)).filter(existsSync);
  for (const library of [...libraries, ...needed]) {
    mkdirSync(join(system, dirname(library)), { recursive: true });
    cpSync(library, join(system, library), { dereference: true });
  }
}
