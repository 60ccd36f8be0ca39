/**
 * `deno task release`: builds all that a release consists of into `dist/release/`.
 *
 * The same commit gives the same bytes wherever it is built. `scripts/release/README.md` has the steps
 * of a release.
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HAS_ADDRESS } from "../src/release/address.ts";
import { RELEASE_KEYS, type ReleaseKeys } from "../src/release/keys.ts";
import { formatSums, SUMS_NAME } from "../src/release/sums.ts";
import { target as hostTarget } from "../src/platform/runtime.ts";
import { VERSION } from "../src/version.ts";
import { compile, CompileError, TARGETS } from "./compile.ts";
import { buildOf } from "./release/build_stamp.ts";
import { BEST_ZSTD_LEVEL } from "./release/compression.ts";
import { fillInstaller } from "./release/installers.ts";
import { filesOf, type ReleasedFile, type ReleaseManifest } from "./release/manifest.ts";
import { packagesInExecutable, runtimeVersion } from "./release/packages.ts";
import { billOfMaterials, licenseTexts } from "./release/sbom.ts";
import { publicKeysOf, type SigningKeys, signSums } from "./release/signing.ts";
import { companions, packTarget, tooLarge } from "./release/target_files.ts";
import { type Runner, runnerFor, whyNotOurs } from "./release/trial_run.ts";
import { readNames } from "./release/windows_resources.ts";
import { inspectMachO } from "./release/macho.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** What to release. */
export interface ReleaseRequest {
  readonly outdir: string;
  /** Default: all that Bun can build. */
  readonly targets?: readonly string[];
  readonly keys?: SigningKeys;
  /** 1 to 22. Default {@link BEST_ZSTD_LEVEL}. Tests take a low one. */
  readonly zstdLevel?: number;
  /** Whether the tree may have changes. Default false. */
  readonly allowChanges?: boolean;
  /** Programs that run the executables of a target, for example `wine`. */
  readonly runners?: Readonly<Record<string, Runner>>;
  /** The version it calls itself. Default: the program's; tests make others. */
  readonly version?: string;
  /** Is told what is being done. */
  readonly say?: (line: string) => void;
}

/** A release that cannot be made. The message is made for people. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/**
 * Builds a release. The folder appears, or is replaced, when all of it is there.
 * @throws {ReleaseError} When the tree, the keys or a file is not as it must be.
 */
export async function release(request: ReleaseRequest): Promise<ReleaseManifest> {
  const { say = () => {}, targets = bunTargets(), version = VERSION } = request;
  const build = buildOf(ROOT);
  const clean = build.commit !== null && !build.commit.includes("+");
  if (!clean && request.allowChanges !== true) {
    throw new ReleaseError(
      build.commit === null
        ? "Cannot make a release: this is not a git checkout"
        : "Cannot make a release: the tree has changes; commit them first, or try it with --allow-changes",
    );
  }
  const keys = request.keys ?? {};
  const trusted = trustedKeys(keys);
  const outdir = resolve(request.outdir);
  mkdirSync(dirname(outdir), { recursive: true });
  const workshop = mkdtempSync(join(dirname(outdir), ".release-"));
  const made = join(workshop, "release");
  mkdirSync(made);
  try {
    const packages = packagesInExecutable(ROOT);
    const runtime = runtimeVersion(ROOT);
    const time = new Date(build.date ?? 0);
    const beside = companions(ROOT, {
      version,
      date: time.toISOString().slice(0, 10),
      licenses: licenseTexts(packages, runtime),
    });
    const replaced = replacements(version, trusted);
    const packed: [string, ReleaseManifest["targets"][string]][] = [];
    for (const target of targets) {
      const started = performance.now();
      const { path } = await compile({ engine: "bun", target, outdir: workshop, build, replaced });
      const trial = tryOut(path, target, { version, commit: build.commit }, request.runners);
      const { zstdLevel = BEST_ZSTD_LEVEL } = request;
      const job = { target, version, executable: path, folder: made, time, zstdLevel, beside };
      const files = await packTarget(job);
      const [large] = tooLarge(files, zstdLevel);
      if (large !== undefined) throw new ReleaseError(`Cannot release ${target}: ${large}`);
      packed.push([target, files]);
      rmSync(path);
      say(`${target.padEnd(17)} ${trial} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    }
    const put = (name: string, data: string | Uint8Array): ReleasedFile => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      writeFileSync(join(made, name), bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { name, size: bytes.length, sha256 };
    };
    const bill = billOfMaterials({
      version,
      date: time.toISOString(),
      commit: build.commit,
      runtimeVersion: runtime,
      packages,
    });
    const manifest: ReleaseManifest = {
      format: 1,
      name: "orchestrator",
      version,
      ...build,
      engine: { name: "bun", version: runtime },
      targets: Object.fromEntries(packed),
      billOfMaterials: put(`orchestrator-${version}.cdx.json`, bill),
    };
    const others = [
      put("release.json", `${JSON.stringify(manifest, null, 2)}\n`),
      ...putInstallers(manifest, trusted, put),
    ];
    const sums = sumsOf(manifest, others);
    put(SUMS_NAME, sums);
    for (const [name, data] of Object.entries(signSums(new TextEncoder().encode(sums), keys))) {
      put(name, data);
    }
    rmSync(outdir, { recursive: true, force: true });
    renameSync(made, outdir);
    if (trusted.ecdsa.length === 0) say("Not signed: no --key was given");
    if (!HAS_ADDRESS) say("src/release/address.ts does not say yet where releases are published");
    return manifest;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** All targets there are for Bun. */
export function bunTargets(): readonly string[] {
  return Object.keys(TARGETS).filter((target) => TARGETS[target]?.bun !== undefined);
}

/** The keys that the program and the installers of this release trust. */
function trustedKeys(keys: SigningKeys): ReleaseKeys {
  const signing = publicKeysOf(keys);
  const { ecdsa, ssh } = RELEASE_KEYS;
  if (ecdsa.length === 0 && ssh.length === 0) return signing;
  const unknown =
    signing.ecdsa.some((key) => !ecdsa.some((known) => known.trim() === key.trim())) ||
    signing.ssh.some((key) => !ssh.includes(key));
  if (unknown) {
    throw new ReleaseError("Cannot sign the release: the key is not one of src/release/keys.ts");
  }
  return RELEASE_KEYS;
}

/** Sources that stand in for those of the checkout: only in trials do they differ. */
function replacements(version: string, keys: ReleaseKeys): Readonly<Record<string, string>> {
  return {
    ...(keys === RELEASE_KEYS
      ? {}
      : { "src/release/keys.ts": `export const RELEASE_KEYS = ${JSON.stringify(keys)};\n` }),
    ...(version === VERSION
      ? {}
      : { "src/version.ts": `export const VERSION = ${JSON.stringify(version)};\n` }),
  };
}

/** Runs an executable where that is possible here; checks what it is in any case. */
function tryOut(
  path: string,
  target: string,
  said: { readonly version: string; readonly commit: string | null },
  runners: ReleaseRequest["runners"] = {},
): string {
  const problem = whyMisshapen(path, target);
  if (problem !== null) throw new ReleaseError(`Cannot release ${target}: ${problem}`);
  const runner = runners[target] ?? runnerFor(target);
  if (runner === null) return "built; cannot be run here";
  const wrong = whyNotOurs(path, { engine: "bun", target, ...said }, runner);
  if (wrong !== null) throw new ReleaseError(`Cannot release ${target}: ${wrong}`);
  return target === hostTarget()
    ? "built and run"
    : `built and run by ${runner.before[0] ?? "itself"}`;
}

function whyMisshapen(path: string, target: string): string | null {
  if (target.startsWith("macos")) {
    const { wrongPages, coversAll, endsThere } = inspectMachO(readFileSync(path));
    return wrongPages.length === 0 && coversAll && endsThere ? null : "its signature does not fit";
  }
  if (target.startsWith("windows")) {
    const { ProductName } = readNames(readFileSync(path));
    return ProductName === "orchestrator" ? null : `its resources say "${ProductName}"`;
  }
  return null;
}

function putInstallers(
  manifest: ReleaseManifest,
  keys: ReleaseKeys,
  put: (name: string, data: string) => ReleasedFile,
): readonly ReleasedFile[] {
  const known = sumsOf(manifest, []).trimEnd().split("\n").slice(1);
  return ["install.sh", "install.ps1"].map((name) => {
    const template = readFileSync(join(ROOT, "scripts", name), "utf8");
    return put(name, fillInstaller(template, { version: manifest.version, known, keys }));
  });
}

function sumsOf(manifest: ReleaseManifest, others: readonly ReleasedFile[]): string {
  return formatSums({
    version: manifest.version,
    files: new Map([...filesOf(manifest), ...others].map(({ name, sha256 }) => [name, sha256])),
    executables: new Map(
      Object.entries(manifest.targets).map((
        [target, { executable }],
      ) => [target, executable.sha256]),
    ),
  });
}

const USAGE = `Usage: deno task release [--target T]... [--outdir DIR] [--key FILE] [--ssh-key FILE]
       [--zstd-level N] [--run TARGET=PROGRAM]... [--allow-changes]

Builds all targets unless --target says otherwise: ${bunTargets().join(", ")}`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string", multiple: true },
      outdir: { type: "string", default: join(ROOT, "dist", "release") },
      key: { type: "string" },
      "ssh-key": { type: "string" },
      "zstd-level": { type: "string", default: String(BEST_ZSTD_LEVEL) },
      run: { type: "string", multiple: true, default: [] },
      "allow-changes": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const runners = values.run.map((pair) => {
    const [target = "", program = ""] = pair.split(/=(.*)/s);
    return [target, { before: program.split(" ") }] as const;
  });
  const started = performance.now();
  const manifest = await release({
    outdir: values.outdir,
    ...(values.target === undefined ? {} : { targets: values.target }),
    keys: {
      ...(values.key === undefined ? {} : { ecdsa: values.key }),
      ...(values["ssh-key"] === undefined ? {} : { ssh: values["ssh-key"] }),
    },
    zstdLevel: Number(values["zstd-level"]),
    allowChanges: values["allow-changes"],
    runners: Object.fromEntries(runners),
    say: (line) => console.log(line),
  });
  for (const { name, size } of filesOf(manifest)) {
    console.log(`${(size / 1e6).toFixed(1).padStart(7)} MB  ${name}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${relative(process.cwd(), values.outdir)}: ${
      basename(values.outdir)
    } of ${manifest.version} (${seconds} s)`,
  );
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ReleaseError) && !(error instanceof CompileError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
