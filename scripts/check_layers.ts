/**
 * `deno task ok` (layers): imports between the rooms of `src/` point one way and never in a circle,
 * and what belongs to one room appears in no other.
 *
 * Imports of types count as others do: files that know each other's types can be read, and changed,
 * only together.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve, sep } from "node:path";
import process from "node:process";
import { readSourceText, type SourceText } from "./source_text.ts";

/** What a room is for, and what it may import. */
export interface Room {
  readonly what: string;
  /** Other rooms it may import from. All must stand above it in {@link ROOMS}. */
  readonly rooms: readonly string[];
  /** npm packages it may import. */
  readonly packages?: readonly string[];
}

/** The rooms of `src/`, lowest first. A room is a folder of `src/`, or a file beside the folders. */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: {
    what: "the one error class and the table code → kind → exit code",
    rooms: [],
  },
  version: { what: "the program's version", rooms: [] },
  answers: {
    what: "what every command answers with `--json`, as schemas and as types",
    rooms: ["errors"],
    packages: ["zod"],
  },
  state_layout: {
    what: "the one table of what a name in `.orchestrator/` means, and of what is kept elsewhere",
    rooms: ["errors"],
  },
  platform: {
    what: "what differs between systems and engines: locks, files, processes, clock, streams",
    rooms: ["errors"],
  },
  release: {
    what: "published releases: address, checksums, signature; this program's update and removal",
    rooms: ["errors", "version", "platform"],
  },
  workflow: {
    what: "pure: definition, state, events, `decide()`, `evolve()`",
    rooms: ["errors"],
    packages: ["yaml", "zod", "semver", "picomatch"],
  },
  work_tree: {
    what: "what the project's files are at a moment: the tree id, and what is not as HEAD has it",
    rooms: ["errors", "platform", "workflow"],
  },
  project: {
    what: "root and file names, init, identity, environment",
    rooms: ["errors", "state_layout", "platform", "workflow"],
  },
  config: {
    what: "the table of keys, the layers and which of them wins, editing the files",
    rooms: ["errors", "platform", "workflow", "project"],
    packages: ["yaml"],
  },
  trust: {
    what: "what people have confirmed of what a repository's files choose",
    rooms: ["errors", "state_layout", "platform", "workflow", "project"],
  },
  secrets: {
    what: "where secrets are found and kept; keeps them out of errors, logs and events",
    rooms: ["errors", "state_layout", "platform", "workflow", "project", "config"],
    packages: ["yaml", "age-encryption"],
  },
  storage: {
    what: "the StorageBackend contract and its backends: files, memory",
    rooms: ["errors", "state_layout", "platform"],
  },
  legacy: {
    what: "read-only knowledge of the old tool's files",
    rooms: ["errors", "platform", "workflow", "project"],
  },
  session: {
    what: "SessionManager, journal, state cache, resolution, verification, import",
    rooms: [
      "errors",
      "version",
      "state_layout",
      "platform",
      "workflow",
      "work_tree",
      "project",
      "secrets",
      "storage",
      "legacy",
    ],
  },
  migration: {
    what: "moving over from the old layout: plan, journaled execution, rollback, recovery",
    rooms: [
      "errors",
      "state_layout",
      "platform",
      "workflow",
      "secrets",
      "project",
      "storage",
      "legacy",
      "session",
    ],
    packages: ["yaml"],
  },
  snapshot: {
    what: "archives of state: export, inspect, import",
    rooms: [
      "errors",
      "version",
      "state_layout",
      "platform",
      "workflow",
      "project",
      "config",
      "secrets",
      "storage",
      "session",
    ],
    packages: ["modern-tar", "age-encryption"],
  },
  state_branch: {
    what: "state kept on a git branch, by plumbing only",
    rooms: [
      "errors",
      "version",
      "state_layout",
      "platform",
      "workflow",
      "project",
      "config",
      "trust",
      "secrets",
      "storage",
      "session",
      "snapshot",
    ],
  },
  doctor: {
    what: "checks and fixes, one file each",
    rooms: [
      "errors",
      "version",
      "state_layout",
      "platform",
      "workflow",
      "project",
      "config",
      "trust",
      "secrets",
      "storage",
      "legacy",
      "session",
      "migration",
      "snapshot",
      "state_branch",
    ],
  },
  deinit: {
    what: "removing what the program has written, and nothing else",
    rooms: ["errors", "state_layout", "platform", "session", "state_branch"],
  },
  app: {
    what: "use cases over small interfaces: prepare a change, choose a session, keep the state",
    rooms: [
      "errors",
      "version",
      "state_layout",
      "platform",
      "workflow",
      "project",
      "config",
      "trust",
      "secrets",
      "storage",
      "legacy",
      "snapshot",
      "state_branch",
      "deinit",
      "work_tree",
      "session",
      "migration",
    ],
  },
  cli: {
    what: "argv, command table, one file per command, output for people and programs",
    rooms: [
      "errors",
      "version",
      "answers",
      "state_layout",
      "platform",
      "release",
      "workflow",
      "project",
      "config",
      "trust",
      "secrets",
      "storage",
      "legacy",
      "snapshot",
      "state_branch",
      "doctor",
      "deinit",
      "session",
      "migration",
      "app",
    ],
    packages: ["@clack/prompts", "diff"],
  },
};

/** Files that may import less than their room. */
const STRICTER: Readonly<Record<string, { readonly rooms: readonly string[] }>> = {
  "src/project/paths.ts": { rooms: ["errors", "state_layout", "state_layout"] },
};

/** A rule about what code may say where. */
interface Rule {
  readonly pattern: RegExp;
  /** The files it does not hold for. */
  readonly except: (file: string) => boolean;
  readonly why: string;
}

const inRoom = (room: string) => (file: string) => roomOf(file) === room;
const isConsole = (file: string) => file === "src/platform/console.ts";
const notInRoom = (room: string) => (file: string) => roomOf(file) !== room;

const RULES: readonly Rule[] = [
  {
    pattern: /(?<![\w$.])(Deno|Bun)\b|\bglobalThis\s*\.\s*(Deno|Bun)\b/g,
    except: inRoom("platform"),
    why: "only src/platform/ may use what one engine has and the other has not",
  },
  {
    pattern: /(?<![\w$.])console\s*\.|\bprocess\s*\.\s*(stdout|stderr|stdin)\b/g,
    except: (file) => inRoom("cli")(file) || isConsole(file),
    why: "only src/cli/ talks to people",
  },
  {
    pattern: /\bprocess\s*\.\s*(exit|exitCode|argv|abort|reallyExit)\b/g,
    except: () => false,
    why: "only main.ts reads argv and sets the exit code",
  },
  {
    pattern:
      /\bnew\s+Date\s*\(\s*\)|\bDate\s*\.\s*now\b|\bMath\s*\.\s*random\b|\bperformance\s*\.|(?<![\w$.])process\s*\.|(?<![\w$.])crypto\s*\./g,
    except: notInRoom("workflow"),
    why: "src/workflow/ is pure: time, ids and environment come in as values",
  },
];

/** A broken rule. */
export interface Violation {
  /** Relative to the repository's root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** Source files by their path relative to the repository's root, with `/`. */
export type Sources = ReadonlyMap<string, string>;

/** Checks all files of `src/`. */
export function checkLayers(sources: Sources): readonly Violation[] {
  const violations: Violation[] = [...tableViolations()];
  const loads = new Map<string, readonly Load[]>();
  for (const [file, source] of sources) {
    const text = readSourceText(source);
    violations.push(...codeViolations(file, text));
    violations.push(...importViolations(file, text, sources));
    loads.set(file, loadsOf(file, text));
  }
  violations.push(...circles(loads));
  return violations.sort((left, right) =>
    left.file < right.file ? -1 : left.file > right.file ? 1 : left.line - right.line
  );
}

/** The room of a file below `src/`; undefined for any other. */
function roomOf(file: string): string | undefined {
  const [top, room, ...rest] = file.split("/");
  if (top !== "src" || room === undefined) return undefined;
  return rest.length === 0 ? room.replace(/\.ts$/, "") : room;
}

function tableViolations(): readonly Violation[] {
  const names = Object.keys(ROOMS);
  return Object.entries(ROOMS).flatMap(([name, room]) =>
    room.rooms.filter((other) => !names.slice(0, names.indexOf(name)).includes(other)).map(
      (other) => ({
        file: "scripts/check_layers.ts",
        line: 1,
        why: `room ${name} may import ${other}, which does not stand above it in the table`,
      }),
    )
  );
}

function codeViolations(file: string, { code }: SourceText): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { pattern, except, why } of RULES) {
    if (except(file)) continue;
    for (const match of code.matchAll(pattern)) {
      const line = code.slice(0, match.index).split("\n").length;
      violations.push({ file, line, why: `${match[0].trim()}: ${why}` });
    }
  }
  return violations;
}

function importViolations(
  file: string,
  text: SourceText,
  sources: Sources,
): readonly Violation[] {
  const name = roomOf(file);
  const room = name === undefined ? undefined : ROOMS[name];
  if (name === undefined || room === undefined) {
    return [{ file, line: 1, why: "its room is not in the table of scripts/check_layers.ts" }];
  }
  const violations: Violation[] = text.computedImports.map((line) => ({
    file,
    line,
    why: "import() of something computed: neither the compilers nor this check can follow it",
  }));
  for (const { specifier, line } of text.imports) {
    const why = whyNot({ file, name, room }, specifier, sources);
    if (why !== undefined) violations.push({ file, line, why: `"${specifier}": ${why}` });
  }
  return violations;
}

/** Why a file may not import something; undefined when it may. */
function whyNot(
  { file, name, room }: { readonly file: string; readonly name: string; readonly room: Room },
  specifier: string,
  sources: Sources,
): string | undefined {
  if (!specifier.startsWith(".")) return whyNotOutside(name, room, specifier);
  const target = posix.join(posix.dirname(file), specifier);
  const other = roomOf(target);
  if (other === undefined) return "it lies outside src/";
  if (!sources.has(target)) return "there is no such file";
  if (isConsole(target) && name !== "cli") return "only src/cli/ talks to people";
  const stricter = STRICTER[file];
  if (other === name) {
    return stricter === undefined ? undefined : `${file} stands for itself, apart from its room`;
  }
  const allowed = stricter?.rooms ?? room.rooms;
  if (allowed.includes(other)) return undefined;
  if (ROOMS[other] === undefined) return `room ${other} is not in the table`;
  return `${stricter === undefined ? `room ${name}` : file} may import ${
    list(allowed)
  }, not ${other}`;
}

function whyNotOutside(name: string, room: Room, specifier: string): string | undefined {
  if (specifier.startsWith("node:")) {
    if (name !== "workflow") return undefined;
    return "src/workflow/ is pure: it reads no file and starts no program";
  }
  if (/^(bun|deno)(:|$)/.test(specifier)) {
    return name === "platform" ? undefined : "only src/platform/ may use one engine's modules";
  }
  if (/^\w+:/.test(specifier)) return "packages are named in deno.json, not by address";
  const package_ = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  if (room.packages?.includes(package_)) return undefined;
  return `room ${name} may import ${list(room.packages ?? [])} from npm`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "nothing" : words.join(", ");
}

/** A file that another imports. */
interface Load {
  readonly file: string;
  readonly line: number;
}

function loadsOf(file: string, text: SourceText): readonly Load[] {
  return text.imports.filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, line }) => ({ file: posix.join(posix.dirname(file), specifier), line }));
}

/** Circles among files: one violation for each import that closes one. */
function circles(loads: ReadonlyMap<string, readonly Load[]>): readonly Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    path.push(file);
    for (const load of loads.get(file) ?? []) {
      const start = path.indexOf(load.file);
      if (start >= 0) {
        const circle = [...path.slice(start), load.file].join(" → ");
        violations.push({ file, line: load.line, why: `imports go in a circle: ${circle}` });
      } else if (!done.has(load.file)) {
        visit(load.file);
      }
    }
    path.pop();
    done.add(file);
  };
  for (const file of [...loads.keys()].sort()) if (!done.has(file)) visit(file);
  return violations;
}

/** All TypeScript files of a repository's `src/`. */
export function readSources(root: string): Sources {
  const names = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return new Map(
    names.filter((name) => name.endsWith(".ts")).sort().map((name) => {
      const file = `src/${name.split(sep).join("/")}`;
      return [file, readFileSync(join(root, file), "utf8")];
    }),
  );
}

if (import.meta.main) {
  const sources = readSources(resolve(dirname(import.meta.filename ?? ""), ".."));
  const violations = checkLayers(sources);
  for (const { file, line, why } of violations) console.error(`${file}:${line}: ${why}`);
  if (violations.length > 0) process.exitCode = 1;
  else console.log(`${sources.size} files in ${Object.keys(ROOMS).length} rooms, all in order`);
}
