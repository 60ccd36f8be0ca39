/** The program's version; `deno.json` says the same, checked by `deno task ok`. */
export const VERSION = "0.1.0";
