/**
 * The few commands besides the program that transcripts use to look at files and to spoil them. They
 * are the same on every system.
 * @module
 */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Result } from "./running.ts";
import { readTree } from "./tree.ts";

/** Writes so that the time of change differs: within one tick of the system's clock it may not. */
function writeLater(path: string, text: string): void {
  const { mtimeNs: before } = statSync(path, { bigint: true });
  do writeFileSync(path, text); while (statSync(path, { bigint: true }).mtimeNs === before);
}

type FileCommand = (
  path: (name: string | undefined) => string,
  args: readonly string[],
  stdin: string,
) => string;

const COMMANDS: Readonly<Record<string, FileCommand>> = {
  /** `cat FILE…` */
  cat: (path, args) => args.map((name) => readFileSync(path(name), "utf8")).join(""),
  /** `ls [DIR]`: all names, sorted, folders with a slash. */
  ls: (path, [name]) =>
    readdirSync(path(name ?? "."), { withFileTypes: true })
      .map((entry) => `${entry.name}${entry.isDirectory() ? "/" : ""}\n`).sort().join(""),
  /** `tree [DIR]`: all files below, without those of git. */
  tree: (path, [name]) =>
    [...readTree(path(name ?? "."), { without: [".git"] })]
      .filter(([, what]) => !what.startsWith("directory"))
      .map(([file]) => `${file}\n`).sort().join(""),
  /** `write FILE`: its content is on stdin. */
  write: (path, [name], stdin) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), stdin);
    return "";
  },
  /** `append FILE` with a line end, or `append FILE TEXT` without. */
  append: (path, [name, text], stdin) => {
    appendFileSync(path(name), text ?? stdin);
    return "";
  },
  /** `replace FILE OLD NEW`: the first OLD, which must be there. */
  replace: (path, [name, old = "", fresh = ""]) => {
    const text = readFileSync(path(name), "utf8");
    if (old === "" || !text.includes(old)) throw new Error(`${name} does not hold ${old}`);
    writeLater(path(name), text.replace(old, () => fresh));
    return "";
  },
  /** `cut FILE BYTES`: takes bytes from the end. */
  cut: (path, [name, bytes]) => {
    truncateSync(path(name), statSync(path(name)).size - Number(bytes));
    return "";
  },
  /** `lines FILE FROM TO`: those lines, counted from 1. */
  lines: (path, [name, from, to]) =>
    readFileSync(path(name), "utf8").split("\n").slice(Number(from) - 1, Number(to ?? from))
      .map((line) => `${line}\n`).join(""),
  /** `drop FILE LINE`: takes a line away. */
  drop: (path, [name, line]) => {
    const lines = readFileSync(path(name), "utf8").split("\n");
    lines.splice(Number(line) - 1, 1);
    writeFileSync(path(name), lines.join("\n"));
    return "";
  },
  mkdir: (path, args) => {
    for (const name of args) mkdirSync(path(name), { recursive: true });
    return "";
  },
  /** `rm PATH…`, folders too. */
  rm: (path, args) => {
    for (const name of args) rmSync(path(name), { recursive: true });
    return "";
  },
  mv: (path, [from, to]) => {
    renameSync(path(from), path(to));
    return "";
  },
  /** `cp FROM TO`, folders too. */
  cp: (path, [from, to]) => {
    cpSync(path(from), path(to), { recursive: true });
    return "";
  },
  /** `ln TARGET LINK`: a symbolic link. */
  ln: (path, [target = "", link]) => {
    symlinkSync(target, path(link));
    return "";
  },
  chmod: (path, [mode = "", ...names]) => {
    for (const name of names) chmodSync(path(name), Number.parseInt(mode, 8));
    return "";
  },
};

/**
 * Carries out a file command.
 * @returns null when `name` is none.
 */
export function runFileCommand(
  name: string,
  args: readonly string[],
  cwd: string,
  stdin: string,
): Result | null {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return null;
  try {
    const stdout = command((given) => resolve(cwd, given ?? missing(name)), args, stdin);
    return { code: 0, stdout, stderr: "" };
  } catch (error) {
    const text = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { code: 1, stdout: "", stderr: `${name}: ${text}\n` };
  }
}

/** Absolute path of the folder `cd NAME` leads to. */
export function changeDirectory(cwd: string, name: string | undefined): string {
  const target = join(resolve(cwd, name ?? missing("cd")));
  if (!statSync(target).isDirectory()) throw new Error(`cd: ${name} is no directory`);
  return target;
}

function missing(command: string): never {
  throw new Error(`${command} needs another argument`);
}
