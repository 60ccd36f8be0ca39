/**
 * Where this Deno keeps what it has downloaded. A Deno that a test starts with a home of its own would
 * download everything again.
 * @module
 */
import { join } from "node:path";

/** The variable that names the directory; none where it cannot be known. */
export function denoDirectory(): Readonly<Record<string, string>> {
  const given = Deno.env.get("DENO_DIR");
  if (given !== undefined && given !== "") return { DENO_DIR: given };
  const home = Deno.env.get("HOME");
  if (home === undefined) return {};
  return {
    DENO_DIR: Deno.build.os === "darwin"
      ? join(home, "Library", "Caches", "deno")
      : join(Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache"), "deno"),
  };
}
