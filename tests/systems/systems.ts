/**
 * The systems that the flow runs on, and how each starts the program on this machine.
 * @module
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { compile } from "../../scripts/compile.ts";
import { target as hostTarget } from "../../src/platform/runtime.ts";
import { executable } from "../harness/executable.ts";
import { startProcess } from "../harness/running.ts";
import type { System } from "./world.ts";

/** A system that a machine may be able to stand in for. */
export interface SystemKind {
  readonly name: string;
  /** Whether each command takes seconds: then only the short form of the flow. */
  readonly slow?: boolean;
  /** The only machines it can be made on, by their target. Default: all. */
  readonly on?: string;
  /** What this machine lacks to run it; null when nothing. */
  readonly missing: () => string | null;
  /** Makes it below a folder that is removed afterwards. */
  readonly make: (top: string) => Promise<System>;
  /** Ends what it has left running. */
  readonly end?: (top: string) => void;
}

const NATIVE = join(import.meta.dirname ?? ".", "native");
const SLEEP = "sleep 60";

/** Where a program is; null when it is not installed. */
function found(program: string): string | null {
  const path = spawnSync("which", [program], { encoding: "utf8" }).stdout?.trim() ?? "";
  return path === "" ? null : path;
}

/** What of the programs and files is not here; null when all is. */
function lacks(...names: readonly string[]): string | null {
  const missing = names.filter((name) =>
    name.startsWith("/") ? !existsSync(name) : found(name) === null
  );
  return missing.length === 0 ? null : missing.join(", ");
}

/** Runs a tool that must succeed. */
function tool(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const ended = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env } });
  if (ended.error === undefined && ended.status === 0) return ended.stdout;
  throw new Error(`${program} ${args.join(" ")}: ${ended.error?.message ?? ended.stderr}`);
}

async function build(target: string, outdir: string): Promise<string> {
  return (await compile({ engine: "bun", target, outdir })).path;
}

/** This machine as it is. */
const here: SystemKind = {
  name: `${hostTarget()}, this machine`,
  missing: () => null,
  make: async (top) => {
    const file = await executable();
    return {
      top,
      target: hostTarget(),
      minute: process.platform === "win32" ? "ping -n 60 127.0.0.1" : SLEEP,
      windows: process.platform === "win32",
      path: (path) => path,
      start: (argv, surroundings) => startProcess(file, argv, surroundings),
    };
  },
};

const ARM64_LIBRARIES = "/usr/aarch64-linux-gnu";

const arm64: SystemKind = {
  name: "linux-arm64, by qemu",
  on: "linux-x64",
  slow: true,
  missing: () => lacks("qemu-aarch64-static", `${ARM64_LIBRARIES}/lib/libstdc++.so.6`),
  make: async (top) => {
    const file = await build("linux-arm64", join(top, "program"));
    const qemu = found("qemu-aarch64-static") ?? "";
    return {
      top,
      target: "linux-arm64",
      minute: SLEEP,
      windows: false,
      path: (path) => path,
      start: (argv, surroundings) =>
        startProcess(qemu, ["-L", ARM64_LIBRARIES, file, ...argv], surroundings),
    };
  },
};

/** Debian's musl has no C++ library: one is made of glibc's static one, for this test only. */
const musl: SystemKind = {
  name: "linux-x64-musl, by Debian's musl",
  on: "linux-x64",
  missing: () => lacks("/lib/ld-musl-x86_64.so.1", "g++", "readelf"),
  make: async (top) => {
    const file = await build("linux-x64-musl", join(top, "program"));
    const libraries = join(top, "libraries");
    mkdirSync(libraries);
    makeStandardLibrary(file, join(libraries, "libstdc++.so.6"));
    return {
      top,
      target: "linux-x64-musl",
      minute: SLEEP,
      windows: false,
      path: (path) => path,
      start: (argv, { env, ...rest }) =>
        startProcess(file, argv, { ...rest, env: { ...env, LD_LIBRARY_PATH: libraries } }),
    };
  },
};

/** Links what the executable takes from the standard library of C++, and what that takes from glibc. */
function makeStandardLibrary(program: string, library: string): void {
  const names = tool("readelf", ["--dyn-syms", "--wide", program]).split("\n")
    .map((line) => (line.trim().split(/\s+/)[7] ?? "").replace(/@.*/, ""))
    .filter((name) =>
      /^(?:_ZN?K?St|_ZT[VIS]|__cxa_|__gxx_|__dynamic_cast|__once_proxy)/.test(name)
    );
  const static_ = (name: string) => tool("g++", [`-print-file-name=${name}`]).trim();
  tool("g++", [
    "-shared",
    "-fPIC",
    "-nostdlib",
    `-Wl,-soname,libstdc++.so.6`,
    ...[...new Set(names)].map((name) => `-Wl,-u,${name}`),
    "-x",
    "c",
    join(NATIVE, "musl_standard_library.c"),
    "-x",
    "none",
    ...["libstdc++.a", "libgcc_eh.a", "libgcc.a"].map(static_),
    "-o",
    library,
  ]);
}

/** The library that wine lacks stands beside the program. */
const windows: SystemKind = {
  name: "windows-x64, by wine",
  on: "linux-x64",
  missing: () => lacks("wine", "wineboot", "wineserver", "x86_64-w64-mingw32-gcc"),
  make: async (top) => {
    const program = join(top, "program");
    const file = await build("windows-x64", program);
    tool("x86_64-w64-mingw32-gcc", [
      "-shared",
      "-o",
      join(program, "bcryptprimitives.dll"),
      join(NATIVE, "bcryptprimitives.c"),
      "-ladvapi32",
    ]);
    const own = wineEnvironment(top);
    tool("wineboot", ["--init"], own);
    let count = 0;
    return {
      top,
      target: "windows-x64",
      minute: "ping -n 60 127.0.0.1",
      windows: true,
      path: (path) => `Z:${path.replaceAll("/", "\\")}`,
      start: (argv, { cwd, stdin, env }) => {
        // The runtime cannot read a pipe of the host's as wine presents it; a file it can.
        const input = join(top, `stdin-${count++}`);
        writeFileSync(input, stdin ?? "");
        return startProcess("/bin/sh", ["-c", 'exec wine "$@" <"$0"', input, file, ...argv], {
          cwd,
          env: { ...env, ...own },
        });
      },
    };
  },
  end: (top) => {
    spawnSync("wineserver", ["--kill"], { env: { ...process.env, ...wineEnvironment(top) } });
  },
};

function wineEnvironment(top: string): Readonly<Record<string, string>> {
  // Neither Mono nor Gecko: it would ask for them.
  return { WINEPREFIX: join(top, "wine"), WINEDEBUG: "-all", WINEDLLOVERRIDES: "mscoree,mshtml=" };
}

/** Inside it: the program, the libraries of C that it names, and BusyBox. Nothing else, not even git. */
const busybox: SystemKind = {
  name: "linux-x64, where BusyBox is all there is",
  on: "linux-x64",
  missing: () => lacks("busybox", "unshare", "ldd") ?? (canMount() ? null : "the right to mount"),
  make: async (top) => {
    const file = await executable();
    const root = join(top, "system");
    for (const name of ["bin", "dev", "proc", "tmp", "work"]) {
      mkdirSync(join(root, name), { recursive: true });
    }
    const put = (from: string, to: string) => {
      mkdirSync(join(root, dirname(to)), { recursive: true });
      cpSync(from, join(root, to), { dereference: true });
    };
    put(file, "bin/orchestrator");
    put(found("busybox") ?? "", "bin/busybox");
    for (const applet of tool("busybox", ["--list"]).split("\n")) {
      if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
    }
    for (const [, path] of tool("ldd", [file]).matchAll(/(\/\S+) \(/g)) put(path ?? "", path ?? "");
    writeFileSync(join(root, "dev", "null"), "");
    const work = join(root, "work");
    const inside = (path: string) => path.slice(root.length);
    return {
      top: work,
      target: hostTarget(),
      minute: SLEEP,
      windows: false,
      path: inside,
      start: (argv, { cwd, ...rest }) =>
        startProcess(found("unshare") ?? "", [
          ...UNSHARE,
          "sh",
          "-c",
          ENTER,
          root,
          inside(cwd),
          ...argv,
        ], { ...rest, cwd: root }),
    };
  },
};

/** Who is not root has a name space of users in which to be it. */
const UNSHARE = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];

/** $0: the system's root, $1: the working directory inside. One process, so that a signal arrives. */
const ENTER = "PATH=$PATH:/usr/sbin:/sbin; " +
  'mount --rbind /proc "$0/proc" && mount --bind /dev/null "$0/dev/null" && ' +
  `exec chroot "$0" /bin/sh -c 'cd "$0" && exec /bin/orchestrator "$@"' "$@"`;

function canMount(): boolean {
  return spawnSync("unshare", [...UNSHARE, "mount", "--bind", "/dev", "/dev"]).status === 0;
}

/** All of them. */
export const SYSTEMS = { here, arm64, musl, windows, busybox } as const;

/** Makes a system, does something in it, and leaves nothing. */
export async function withSystem(
  kind: SystemKind,
  task: (system: System) => Promise<void>,
): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), "orchestrator-system-"));
  try {
    await task(await kind.make(top));
  } finally {
    kind.end?.(top);
    rmSync(top, { recursive: true, force: true, maxRetries: 5 });
  }
}
