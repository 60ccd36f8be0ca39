/**
 * The npm packages of a release: a small one that everybody installs, and one for each system that
 * holds its executable and is an optional dependency of the first.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NPM_NAME, PROJECT_URL } from "../../src/release/address.ts";
import { tarGz } from "./archive.ts";
import { type System, SYSTEMS } from "./systems.ts";

/** What is packed. */
export interface NpmRequest {
  /** Of the repository. */
  readonly root: string;
  readonly version: string;
  /** Of all files. */
  readonly time: Date;
  /** Unpacked executables by target. */
  readonly executables: ReadonlyMap<string, () => Uint8Array>;
}

/** A packed package. */
export interface NpmPackage {
  readonly name: string;
  /** As `npm pack` would name it. */
  readonly file: string;
  readonly data: Uint8Array;
}

const OS: Readonly<Record<System["os"], string>> = {
  linux: "linux",
  macos: "darwin",
  windows: "win32",
};

/** Packs all packages; those for one system first, as they must be published first. */
export async function* npmPackages(request: NpmRequest): AsyncGenerator<NpmPackage> {
  for (const [target, data] of request.executables) {
    yield await pack(request, `${NPM_NAME}-${target}`, systemFiles(request, target, data()));
  }
  yield await pack(request, NPM_NAME, mainFiles(request));
}

interface PackedFile {
  readonly path: string;
  readonly data: string | Uint8Array;
  readonly executable?: boolean;
}

function mainFiles({ root, version, executables }: NpmRequest): readonly PackedFile[] {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  const manifest = {
    ...common(version),
    name: NPM_NAME,
    description:
      "Keeps people and AI agents honest about a multi-step workflow in a git repository",
    keywords: ["workflow", "agent", "cli"],
    bin: { orchestrator: "bin/orchestrator.js" },
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(
      [...executables.keys()].map((target) => [`${NPM_NAME}-${target}`, version]),
    ),
  };
  return [
    { path: "package.json", data: json(manifest) },
    { path: "bin/orchestrator.js", data: read("npm/orchestrator.js"), executable: true },
    { path: "README.md", data: read("npm/README.md").replaceAll("NAME", NPM_NAME) },
    { path: "LICENSE", data: read("LICENSE") },
  ];
}

function systemFiles(
  { root, version }: NpmRequest,
  target: string,
  data: Uint8Array,
): readonly PackedFile[] {
  const system = SYSTEMS[target];
  if (system === undefined) throw new Error(`scripts/release/systems.ts does not know ${target}`);
  const { os, cpu, libc } = system;
  const manifest = {
    ...common(version),
    name: `${NPM_NAME}-${target}`,
    description: `The executable of ${NPM_NAME} for ${target}`,
    os: [OS[os]],
    // Windows on ARM runs programs for x64.
    cpu: os === "windows" ? [cpu, "arm64"] : [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    preferUnplugged: true,
  };
  return [
    { path: "package.json", data: json(manifest) },
    { path: os === "windows" ? "orchestrator.exe" : "orchestrator", data, executable: true },
    { path: "README.md", data: `The executable of \`${NPM_NAME}\` for ${target}.\n` },
    { path: "LICENSE", data: readFileSync(join(root, "LICENSE"), "utf8") },
  ];
}

function common(version: string): Readonly<Record<string, unknown>> {
  return {
    name: "",
    version,
    license: "MIT",
    repository: { type: "git", url: `git+${PROJECT_URL}.git` },
  };
}

async function pack(
  { version, time }: NpmRequest,
  name: string,
  files: readonly PackedFile[],
): Promise<NpmPackage> {
  const encoder = new TextEncoder();
  const data = await tarGz(
    files.map((file) => ({
      ...file,
      path: `package/${file.path}`,
      data: typeof file.data === "string" ? encoder.encode(file.data) : file.data,
    })),
    time,
  );
  return { name, file: `${name.replace("@", "").replace("/", "-")}-${version}.tgz`, data };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
