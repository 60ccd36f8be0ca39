/**
 * The part of `bun:ffi` that is used here, reached so that Deno neither resolves nor checks it.
 * @module
 */
import process from "node:process";

/** C types by the names `bun:ffi` gives them. `i64_fast` is a number where one can hold the value. */
export type CType = "int" | "u32" | "i64_fast" | "ptr";

/** A C function. A `ptr` argument takes a typed array. */
export type CFunction = (...args: readonly (number | Uint8Array)[]) => number;

/** The `bun:ffi` module. */
export interface BunFfi {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, { readonly args: readonly CType[]; readonly returns: CType }>>,
  ): { readonly symbols: Readonly<Record<string, CFunction>> };
  readonly read: { i32(address: number, offset: number): number };
}

/** The module itself. Call on Bun only. */
export function bunFfi(): BunFfi {
  return process.getBuiltinModule("bun:ffi") as BunFfi;
}
