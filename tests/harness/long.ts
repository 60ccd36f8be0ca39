/**
 * Whether everything runs, also what takes long: `deno task test:long` says so.
 * @module
 */

/** True in `deno task test:long`. */
export const LONG: boolean = Deno.env.get("TEST_LONG") === "1";
