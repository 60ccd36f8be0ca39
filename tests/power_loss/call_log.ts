/**
 * What a program and all that it started did to the disk, in the order in which it was done, read from
 * a log of strace(1).
 * @module
 */
import { resolve } from "node:path";

/** One change of the disk, or something that makes changes last. */
export type DiskCall =
  /** May make a file, or empty one. */
  | {
    readonly kind: "open";
    readonly path: string;
    readonly mode: number;
    readonly creates: boolean;
    readonly empties: boolean;
  }
  /** `at` is an offset, or "end" for a file that is only appended to. */
  | {
    readonly kind: "write";
    readonly path: string;
    readonly at: number | "end";
    readonly data: Uint8Array;
  }
  | { readonly kind: "resize"; readonly path: string; readonly size: number }
  | { readonly kind: "chmod"; readonly path: string; readonly mode: number }
  | { readonly kind: "touch"; readonly path: string }
  | { readonly kind: "mkdir"; readonly path: string; readonly mode: number }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "rename" | "link"; readonly path: string; readonly to: string }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  /** A sync that a thread has begun: it covers what was done until now. */
  | { readonly kind: "sync begins"; readonly path: string; readonly thread: number }
  /** A sync that has succeeded; it may have begun earlier on the same thread. */
  | { readonly kind: "sync"; readonly path: string; readonly thread: number }
  /** Everything on the file system is synced. */
  | { readonly kind: "sync all" }
  /** A program has written to its standard output, which is a pipe. */
  | { readonly kind: "answer" };

/** The calls that are traced; those that a system lacks are left out. */
const TRACED = [
  ...["open", "openat", "openat2", "creat", "close", "dup", "dup2", "dup3", "fcntl", "lseek"],
  ...["write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile"],
  ...["splice", "truncate", "ftruncate", "fallocate", "chmod", "fchmod", "fchmodat", "fchmodat2"],
  ...["utime", "utimes", "utimensat", "futimesat", "mkdir", "mkdirat", "rmdir", "unlink"],
  ...["unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
  ...["fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "read", "readv"],
  ...["chdir", "fchdir", "clone", "clone3", "fork", "vfork", "execve"],
];

/** More bytes of one write than these are not expected. */
const LONGEST_STRING = 64 * 1024 * 1024;

/**
 * Arguments of strace that make a log for {@link readCallLog}.
 * @param output where the log goes.
 */
export function callLogArguments(output: string): readonly string[] {
  return [
    ...["-f", "--seccomp-bpf", "-y", "-xx", "-s", String(LONGEST_STRING), "-o", output],
    ...["-e", `trace=${TRACED.map((name) => `?${name}`).join(",")}`],
  ];
}

/** A call as strace prints it. */
interface Line {
  readonly thread: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly result: string;
}

/**
 * Reads a log.
 * @param cwd the working directory of the program.
 * @throws when a call cannot be understood: a log that is read in part would prove nothing.
 */
export function readCallLog(text: string, cwd: string): readonly DiskCall[] {
  const reader = new LogReader(cwd);
  const unfinished = new Map<number, string>();
  for (const line of text.split("\n")) {
    const begun = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    if (begun !== null) {
      const [, thread = "", name = "", rest = ""] = begun;
      unfinished.set(Number(thread), rest);
      reader.begins(Number(thread), name, rest);
      continue;
    }
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/.exec(line);
    const whole = /^(\d+) +(\w+)\((.*)$/.exec(line);
    const [, thread = "", name = "", rest = ""] = resumed ?? whole ?? [];
    if (name === "") continue;
    const before = resumed === null ? "" : unfinished.get(Number(thread)) ?? "";
    const end = /^(.*)\)\s+= (.*)$/s.exec(before + rest);
    if (end === null) continue;
    const [, args = "", result = ""] = end;
    reader.take({ thread: Number(thread), name, args: splitArguments(args), result });
  }
  return reader.calls;
}

/** An open file: what descriptors share after `dup` and `fork`. */
interface OpenFile {
  position: number;
  readonly appends: boolean;
}

/** What a process has of its own. */
interface Process {
  cwd: string;
  readonly files: Map<number, OpenFile>;
}

/** Turns lines into calls, keeping in mind what they refer to. */
class LogReader {
  readonly calls: DiskCall[] = [];
  readonly #first: Process;
  readonly #processes = new Map<number, Process>();
  /** Processes whose maker's call has not been seen to its end yet. */
  readonly #making: { readonly parent: Process; readonly shares: boolean }[] = [];

  constructor(cwd: string) {
    this.#first = { cwd, files: new Map() };
  }

  /** A call has begun that ends further down. */
  begins(thread: number, name: string, args: string): void {
    if (/^(clone3?|v?fork)$/.test(name)) {
      this.#making.push({ parent: this.#process(thread), shares: args.includes("CLONE_FILES") });
    }
    if (!/^(fsync|fdatasync)$/.test(name)) return;
    const path = annotation(splitArguments(args)[0]);
    if (path !== null) this.calls.push({ kind: "sync begins", path, thread });
  }

  take(line: Line): void {
    const process = this.#process(line.thread);
    for (const argument of line.args) {
      const cwd = /^AT_FDCWD(<.*>)$/.exec(argument)?.[1];
      if (cwd !== undefined) process.cwd = annotation(cwd) ?? process.cwd;
    }
    if (/^-1 |^\?/.test(line.result)) return;
    if (/^(clone3?|v?fork)$/.test(line.name)) return this.#made(process, line);
    this.#descriptors(process, line);
    const call = this.#callOf(process, line);
    if (call !== null) this.calls.push(call);
  }

  #process(thread: number): Process {
    const known = this.#processes.get(thread);
    if (known !== undefined) return known;
    // A child can be seen before the call that made it has returned.
    const made = this.#making.at(-1);
    const process = made === undefined
      ? this.#first
      : made.shares
      ? made.parent
      : copyOf(made.parent);
    this.#processes.set(thread, process);
    return process;
  }

  #made(parent: Process, line: Line): void {
    const child = Number(/^\d+/.exec(line.result)?.[0]);
    const shares = line.args.join().includes("CLONE_FILES");
    const making = this.#making.findIndex((made) => made.parent === parent);
    if (making >= 0) this.#making.splice(making, 1);
    if (!this.#processes.has(child)) {
      this.#processes.set(child, shares ? parent : copyOf(parent));
    }
  }

  /** Follows what descriptors stand for. */
  #descriptors({ files }: Process, { name, args, result }: Line): void {
    const made = Number(/^\d+/.exec(result)?.[0]);
    const first = Number(/^\d+/.exec(args[0] ?? "")?.[0]);
    if (/^(open|openat2?|creat)$/.test(name)) {
      files.set(made, { position: 0, appends: /\bO_APPEND\b/.test(args.join()) });
    } else if (name === "close") {
      files.delete(first);
    } else if (/^dup/.test(name) || (name === "fcntl" && /F_DUPFD/.test(args[1] ?? ""))) {
      const file = files.get(first);
      if (file !== undefined) files.set(made, file);
    } else if (/^(lseek|readv?)$/.test(name)) {
      const file = files.get(first);
      if (file !== undefined) file.position = name === "lseek" ? made : file.position + made;
    }
  }

  #callOf(process: Process, line: Line): DiskCall | null {
    const { name, args, result } = line;
    switch (name) {
      case "open":
      case "openat":
      case "openat2":
      case "creat":
        return openOf(line);
      case "write":
      case "writev":
      case "pwrite64":
      case "pwritev":
      case "pwritev2":
        return this.#writeOf(process, line);
      case "ftruncate":
        return of(args[0], (path) => ({ kind: "resize", path, size: Number(args[1]) }));
      case "truncate":
        return { kind: "resize", path: at(process, args[0]), size: Number(args[1]) };
      case "fchmod":
        return of(args[0], (path) => ({ kind: "chmod", path, mode: octal(args[1]) }));
      case "chmod":
        return { kind: "chmod", path: at(process, args[0]), mode: octal(args[1]) };
      case "fchmodat":
      case "fchmodat2":
        return { kind: "chmod", path: below(process, args[0], args[1]), mode: octal(args[2]) };
      case "utime":
      case "utimes":
        return { kind: "touch", path: at(process, args[0]) };
      case "utimensat":
      case "futimesat":
        return { kind: "touch", path: below(process, args[0], args[1]) };
      case "fsync":
      case "fdatasync":
        return of(args[0], (path) => ({ kind: "sync", path, thread: line.thread }));
      case "sync":
      case "syncfs":
        return { kind: "sync all" };
      case "copy_file_range":
      case "sendfile":
      case "splice":
      case "fallocate":
        // None of them is used so far; a log with one of them must not be half understood.
        if (annotation(args[/^(copy|splice)/.test(name) ? 2 : 0]) === null) return null;
        throw new Error(`a call that the model does not know: ${name}(${args.join(", ")})`);
      case "chdir":
        process.cwd = at(process, args[0]);
        return null;
      case "fchdir":
        process.cwd = annotation(args[0]) ?? process.cwd;
        return null;
      default:
        return nameChange(process, name, args, result);
    }
  }

  #writeOf(process: Process, { name, args, result }: Line): DiskCall | null {
    const descriptor = Number(/^\d+/.exec(args[0] ?? "")?.[0]);
    const path = annotation(args[0]);
    if (path === null) return descriptor === 1 ? { kind: "answer" } : null;
    const length = Number(result);
    const data = bytesIn(args[1] ?? "").subarray(0, length);
    if (data.length < length) throw new Error(`a write to ${path} is cut off in the log`);
    if (name.startsWith("p")) {
      return { kind: "write", path, at: Number(args[3]), data };
    }
    const file = process.files.get(descriptor);
    if (file === undefined || file.appends) return { kind: "write", path, at: "end", data };
    const position = file.position;
    file.position += length;
    return { kind: "write", path, at: position, data };
  }
}

function copyOf({ cwd, files }: Process): Process {
  return { cwd, files: new Map(files) };
}

function openOf({ args, name, result }: Line): DiskCall | null {
  const flags = name === "creat" ? "O_CREAT|O_TRUNC" : args.join(" ");
  const creates = /\bO_CREAT\b/.test(flags);
  const empties = /\bO_TRUNC\b/.test(flags);
  const path = annotation(/^\d+(<.*>)$/s.exec(result)?.[1]);
  if (path === null || (!creates && !empties)) return null;
  return { kind: "open", path, mode: creates ? octal(args.at(-1)) : 0, creates, empties };
}

/** Calls that change names. */
function nameChange(
  process: Process,
  name: string,
  args: readonly string[],
  result: string,
): DiskCall | null {
  switch (name) {
    case "mkdir":
      return { kind: "mkdir", path: at(process, args[0]), mode: octal(args[1]) };
    case "mkdirat":
      return { kind: "mkdir", path: below(process, args[0], args[1]), mode: octal(args[2]) };
    case "rmdir":
    case "unlink":
      return { kind: "remove", path: at(process, args[0]) };
    case "unlinkat":
      return { kind: "remove", path: below(process, args[0], args[1]) };
    case "rename":
    case "link":
      return { kind: name, path: at(process, args[0]), to: at(process, args[1]) };
    case "renameat":
    case "renameat2":
    case "linkat":
      if (/RENAME_(EXCHANGE|WHITEOUT)/.test(args[4] ?? "")) {
        throw new Error(`a call that the model does not know: ${name} = ${result}`);
      }
      return {
        kind: name === "linkat" ? "link" : "rename",
        path: below(process, args[0], args[1]),
        to: below(process, args[2], args[3]),
      };
    case "symlink":
      return { kind: "symlink", path: at(process, args[1]), target: textIn(args[0]) };
    case "symlinkat":
      return {
        kind: "symlink",
        path: below(process, args[1], args[2]),
        target: textIn(args[0]),
      };
    default:
      return null;
  }
}

/** A call on a descriptor that stands for a file. */
function of(argument: string | undefined, make: (path: string) => DiskCall): DiskCall | null {
  const path = annotation(argument);
  return path === null ? null : make(path);
}

/** The absolute path that an argument names. */
function at({ cwd }: Process, argument: string | undefined): string {
  return resolve(cwd, textIn(argument));
}

/** The absolute path that an argument names below a descriptor of a directory. */
function below(process: Process, base: string | undefined, argument: string | undefined): string {
  return resolve(annotation(base) ?? process.cwd, textIn(argument));
}

function octal(argument: string | undefined): number {
  return Number.parseInt(argument ?? "", 8);
}

/** The path that strace writes behind a descriptor; null for pipes, sockets and files without a name. */
function annotation(argument: string | undefined): string | null {
  const inner = /<([^>]*)>$/.exec(argument ?? "")?.[1];
  if (inner === undefined) return null;
  const path = textIn(inner);
  return path.startsWith("/") ? path : null;
}

function textIn(argument: string | undefined): string {
  return new TextDecoder().decode(bytesIn(argument ?? ""));
}

/** The bytes of all `\x..` in a text. */
function bytesIn(argument: string): Uint8Array {
  const bytes = new Uint8Array(argument.length >> 2);
  let length = 0;
  for (let at = argument.indexOf("\\x"); at >= 0; at = argument.indexOf("\\x", at)) {
    bytes[length] = Number.parseInt(argument.slice(at + 2, at + 4), 16);
    length += 1;
    at += 4;
  }
  return bytes.subarray(0, length);
}

/** Splits at commas outside of brackets and braces; strings hold none, being all hexadecimal. */
function splitArguments(text: string): readonly string[] {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{" || char === "[" || char === "(") depth += 1;
    else if (char === "}" || char === "]" || char === ")") depth -= 1;
    else if (char === "," && depth === 0) {
      args.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  args.push(text.slice(start).trim());
  return args;
}
