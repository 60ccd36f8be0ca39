/**
 * Whether what is written to standard output is read by no process any more, told without writing: what
 * waits for something to write would otherwise wait for ever.
 * @module
 */
import process from "node:process";
import { bunFfi } from "./bun_ffi.ts";
import { engine, isWindows } from "./runtime.ts";

/** `poll(2)` for one descriptor: fills a `struct pollfd` and does not wait. */
type Poll = (descriptor: Uint8Array<ArrayBuffer>) => void;

// Answers of poll(2), the same numbers on Linux and macOS.
const POLLERR = 0x08;
const POLLHUP = 0x10;

/** Undefined until it is looked for; null where there is none. */
let known: Poll | null | undefined;

/** False where the system cannot tell: then the next write finds out. */
export function lostReader(): boolean {
  known ??= findPoll();
  if (known === null) return false;
  // struct pollfd: int fd, short events, short revents.
  const asked = new Uint8Array(8);
  const view = new DataView(asked.buffer);
  view.setInt32(0, 1, true);
  known(asked);
  return (view.getInt16(6, true) & (POLLERR | POLLHUP)) !== 0;
}

function findPoll(): Poll | null {
  if (isWindows) return null;
  for (const library of libraries()) {
    try {
      return engine() === "bun" ? bunPoll(library) : denoPoll(library);
    } catch {
      // It has another name here, or may not be loaded: without it the next write finds out.
    }
  }
  return null;
}

function libraries(): readonly string[] {
  if (process.platform === "darwin") return ["/usr/lib/libSystem.B.dylib"];
  return ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
}

function bunPoll(library: string): Poll {
  const { symbols } = bunFfi().dlopen(library, {
    poll: { args: ["ptr", "i64_fast", "int"], returns: "int" },
  });
  const poll = symbols["poll"];
  if (poll === undefined) throw new TypeError("there is no poll");
  return (descriptor) => void poll(descriptor, 1, 0);
}

function denoPoll(library: string): Poll {
  const { symbols } = Deno.dlopen(library, {
    poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  });
  return (descriptor) => void symbols.poll(descriptor, 1n, 0);
}
