/**
 * What each target's executable needs of the system it runs on.
 *
 * From the executables themselves (glibc: their version references; macOS: `LC_BUILD_VERSION`; tests
 * compare both) and from what the makers of the runtime say of it (processor, kernel, Windows).
 * @module
 */

/** A system that releases are made for. */
export interface System {
  readonly os: "linux" | "macos" | "windows";
  readonly cpu: "x64" | "arm64";
  readonly libc?: "glibc" | "musl";
  /** Requirements by name, for people and programs. */
  readonly minimum: Readonly<Record<string, string>>;
}

const X64 = "x86-64 with SSE4.2 and POPCNT (2008)";
const ARM64 = "ARMv8-A";
/** The oldest that the runtime's makers name. Calls that came with later kernels can be missing. */
const KERNEL = "5.1";
const GLIBC = "2.17";
const MUSL = "1.2, with libstdc++";

/** By target. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  "linux-x64": {
    os: "linux",
    cpu: "x64",
    libc: "glibc",
    minimum: { cpu: X64, kernel: KERNEL, glibc: GLIBC },
  },
  "linux-arm64": {
    os: "linux",
    cpu: "arm64",
    libc: "glibc",
    minimum: { cpu: ARM64, kernel: KERNEL, glibc: GLIBC },
  },
  "linux-x64-musl": {
    os: "linux",
    cpu: "x64",
    libc: "musl",
    minimum: { cpu: X64, kernel: KERNEL, musl: MUSL },
  },
  "linux-arm64-musl": {
    os: "linux",
    cpu: "arm64",
    libc: "musl",
    minimum: { cpu: ARM64, kernel: KERNEL, musl: MUSL },
  },
  "macos-x64": { os: "macos", cpu: "x64", minimum: { cpu: X64, macos: "13.0" } },
  "macos-arm64": { os: "macos", cpu: "arm64", minimum: { macos: "13.0" } },
  "windows-x64": { os: "windows", cpu: "x64", minimum: { cpu: X64, windows: "10, version 1809" } },
};
