/**
 * Watching a program's system calls, and killing or failing it at a chosen one, with strace(1).
 * @module
 */
import { resolve } from "node:path";

/** One system call of a trace. */
export interface Call {
  readonly name: string;
  /** Absolute paths it names, by argument or by file descriptor. */
  readonly paths: readonly string[];
  /** Thread or process that made it; null in a trace of one thread. */
  readonly tid: number | null;
  /** True when strace made it fail. */
  readonly injected: boolean;
  /** Its arguments as strace prints them. */
  readonly args: string;
  /** What it returned as strace prints it; empty when it never did. */
  readonly result: string;
}

/** What strace wrote about one run. */
export interface Trace {
  readonly calls: readonly Call[];
  /** True when the program was ended by SIGKILL. */
  readonly killed: boolean;
  /** How many calls strace made fail, on whichever thread. */
  readonly injections: number;
}

/** What to do to a call: the `when`-th one of this name that the first thread makes. */
export interface Injection {
  readonly syscall: string;
  /** 1-based. */
  readonly when: number;
  /** Kill the program instead of making the call, or let the call fail with this errno. */
  readonly fault: "SIGKILL" | `E${string}`;
}

/** Calls that take a path, and at which argument; `at` means a directory descriptor before it. */
const PATH_ARGUMENTS: Readonly<Record<string, readonly (number | { readonly at: number })[]>> = {
  access: [0],
  chdir: [0],
  chmod: [0],
  chown: [0],
  creat: [0],
  lchown: [0],
  link: [0, 1],
  lstat: [0],
  mkdir: [0],
  mknod: [0],
  open: [0],
  readlink: [0],
  rename: [0, 1],
  rmdir: [0],
  stat: [0],
  statfs: [0],
  symlink: [1],
  truncate: [0],
  unlink: [0],
  utime: [0],
  utimes: [0],
  faccessat: [{ at: 0 }],
  faccessat2: [{ at: 0 }],
  fchmodat: [{ at: 0 }],
  fchmodat2: [{ at: 0 }],
  fchownat: [{ at: 0 }],
  linkat: [{ at: 0 }, { at: 2 }],
  mkdirat: [{ at: 0 }],
  newfstatat: [{ at: 0 }],
  openat: [{ at: 0 }],
  openat2: [{ at: 0 }],
  readlinkat: [{ at: 0 }],
  renameat: [{ at: 0 }, { at: 2 }],
  renameat2: [{ at: 0 }, { at: 2 }],
  statx: [{ at: 0 }],
  symlinkat: [{ at: 1 }],
  unlinkat: [{ at: 0 }],
  utimensat: [{ at: 0 }],
};

/** Why system calls cannot be traced here, or null when they can. */
export function straceMissing(): string | null {
  if (Deno.build.os !== "linux") return "there is no strace on this system";
  try {
    const { success, stderr } = new Deno.Command("strace", {
      args: ["-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).outputSync();
    return success ? null : `strace cannot trace here: ${new TextDecoder().decode(stderr).trim()}`;
  } catch {
    return "strace is not installed";
  }
}

/**
 * Arguments of strace that trace the first thread of a program only, and do something to one call.
 * The first thread is the one that touches files; strace counts `when` per thread, and threads that
 * it does not follow cannot be met by mistake.
 * @param output where the trace goes.
 */
export function straceArguments(output: string, injection?: Injection): readonly string[] {
  return ["-y", "-o", output, "-e", "trace=%file,%desc", ...injectionArguments(injection)];
}

/**
 * Arguments of strace that let one call fail, cheaper than {@link straceArguments}: the kernel stops
 * the program at calls of that name only, and at `execve`, so that the first line of the trace is the
 * first thread's. All threads and child processes are traced, and each counts for itself: more than
 * the one call may fail. Signals do not work this way.
 */
export function straceFailingArguments(output: string, injection: Injection): readonly string[] {
  return [
    ...["-f", "--seccomp-bpf", "-y", "-o", output],
    ...["-e", `trace=execve,${injection.syscall}`, ...injectionArguments(injection)],
  ];
}

/** Whether {@link straceFailingArguments} work with this strace and this kernel. */
export function canFailCheaply(): boolean {
  const { success, stderr } = new Deno.Command("strace", {
    args: [
      ...straceFailingArguments("/dev/null", { syscall: "fsync", when: 1, fault: "EIO" }),
      "true",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  return success && stderr.length === 0;
}

/** Arguments of strace that trace all threads and child processes. */
export function straceAllArguments(output: string): readonly string[] {
  return ["-f", "-y", "-o", output, "-e", "trace=%file,%desc,%process"];
}

/** The part of {@link straceArguments} that does something to a call. */
export function injectionArguments(injection: Injection | undefined): readonly string[] {
  if (injection === undefined) return [];
  const { syscall, when, fault } = injection;
  const what = fault === "SIGKILL" ? "signal=SIGKILL" : `error=${fault}`;
  return ["-e", `inject=${syscall}:${what}:when=${when}`];
}

/**
 * Reads what strace wrote.
 * @param cwd the working directory of the program, for relative paths.
 */
export function parseTrace(text: string, cwd: string): Trace {
  const calls: Call[] = [];
  for (const line of text.split("\n")) {
    const match = /^(?:(\d+) +)?(\w+)\((.*)$/.exec(line);
    if (match === null) continue;
    const [, tid, name = "", rest = ""] = match;
    const { args, result } = splitArguments(rest);
    calls.push({
      name,
      paths: pathsOf(name, args, cwd),
      tid: tid === undefined ? null : Number(tid),
      injected: result.includes("(INJECTED)"),
      args: args.join(", "),
      result,
    });
  }
  return {
    calls,
    killed: /^(\d+ +)?\+\+\+ killed by SIGKILL/m.test(text),
    injections: text.match(/ \(INJECTED\)$/gm)?.length ?? 0,
  };
}

/** Threads of the traced program itself, its first included; child processes are left out. */
export function ownThreads(text: string): ReadonlySet<number> {
  const first = Number(/^(\d+) /.exec(text)?.[1]);
  const threads = new Set([first]);
  const pending = new Map<number, boolean>();
  for (const line of text.split("\n")) {
    const match = /^(\d+) +(?:<\.\.\. )?(clone3?|vfork|fork)\b(.*)$/.exec(line);
    if (match === null) continue;
    const tid = Number(match[1]);
    const rest = match[3] ?? "";
    const isThread = rest.includes("CLONE_THREAD") || pending.get(tid) === true;
    pending.set(tid, rest.includes("<unfinished") && rest.includes("CLONE_THREAD"));
    const made = /= (\d+)$/.exec(rest)?.[1];
    if (isThread && made !== undefined && threads.has(tid)) threads.add(Number(made));
  }
  return threads;
}

/** Whether a call has to do with anything at or below `directory`. */
export function touches(call: Call, directory: string): boolean {
  return call.paths.some((path) => path === directory || path.startsWith(`${directory}/`));
}

/** Calls that change what is on the disk; `open` and its kin do when they may create or empty a file. */
const CHANGING: ReadonlySet<string> = new Set([
  ...["chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "fchownat", "lchown"],
  ...[
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "copy_file_range",
    "sendfile",
    "splice",
  ],
  ...["truncate", "ftruncate", "fallocate", "creat", "mknod", "mkdir", "mkdirat", "rmdir"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
  ...["unlink", "unlinkat", "utime", "utimes", "utimensat", "setxattr", "fsetxattr", "ioctl"],
]);

/** Whether a call may change files. Locks do not count: they end with their process. */
export function changesFiles(call: Call): boolean {
  return CHANGING.has(call.name) || /\bO_(CREAT|TRUNC|TMPFILE)\b/.test(call.args);
}

/** Calls that look into files and folders, or open them. */
const READING: ReadonlySet<string> = new Set([
  ...["open", "openat", "openat2", "read", "readv", "pread64", "preadv", "getdents64"],
  ...["stat", "lstat", "fstat", "newfstatat", "statx", "statfs", "fstatfs"],
  ...["access", "faccessat", "faccessat2", "readlink", "readlinkat"],
]);

/** Whether a call finds something out about files. */
export function readsFiles(call: Call): boolean {
  return READING.has(call.name);
}

/** Whether a call is given a path: the only ones that permissions are asked for. */
export function takesPath(call: Call): boolean {
  return PATH_ARGUMENTS[call.name] !== undefined;
}

function pathsOf(name: string, args: readonly string[], cwd: string): readonly string[] {
  const places = PATH_ARGUMENTS[name];
  if (places === undefined) return args.flatMap(descriptorPath);
  return places.flatMap((place) => {
    const index = typeof place === "number" ? place : place.at + 1;
    const base = typeof place === "number" ? undefined : descriptorPath(args[place.at] ?? "")[0];
    const path = quoted(args[index] ?? "");
    if (path === null) return [];
    // An empty path means the descriptor itself.
    return [path === "" ? base ?? cwd : resolve(base ?? cwd, path)];
  });
}

function descriptorPath(argument: string): string[] {
  const path = /^(?:\d+|AT_FDCWD)<(\/.*)>$/.exec(argument)?.[1];
  return path === undefined ? [] : [path];
}

function quoted(argument: string): string | null {
  const text = /^"(.*)"(\.\.\.)?$/s.exec(argument)?.[1];
  return text === undefined ? null : text.replace(/\\(["\\])/g, "$1");
}

/** Splits `a, "b, c", {d, e}) = 0` at its top-level commas and its closing bracket. */
function splitArguments(
  text: string,
): { readonly args: readonly string[]; readonly result: string } {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    } else if (char === "<" && text[at + 1] === "/") {
      at = text.indexOf(">", at);
      if (at < 0) break;
    } else if (char === "{" || char === "[" || char === "(") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    else if (char === ")" && depth > 0) depth -= 1;
    else if (char === "," && depth === 0) {
      args.push(text.slice(start, at).trim());
      start = at + 1;
    } else if (char === ")") {
      args.push(text.slice(start, at).trim());
      return { args, result: text.slice(at + 1).trim().replace(/^= /, "") };
    }
  }
  const last = text.slice(start).replace(/<unfinished.*$/, "").trim();
  if (last !== "") args.push(last);
  return { args, result: "" };
}
