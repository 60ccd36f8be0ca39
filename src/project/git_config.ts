/**
 * The two keys of a repository's configuration that say where its checkout is (git-config(1), "Syntax").
 *
 * Sections count, and the last value does. Files that it includes are not read: what is there on the
 * disk decides together with these keys, never they alone.
 * @module
 */
import { join } from "node:path";
import { readStrictly } from "./git_files.ts";
import { unquote } from "./git_remote.ts";

/** What the configuration says of the checkout. */
export interface CheckoutKeys {
  /** `core.bare`; undefined where it is not said. */
  readonly bare: boolean | undefined;
  /** `core.worktree` */
  readonly worktree: string | undefined;
}

/**
 * Reads the keys.
 * @param directory the repository's.
 * @throws I/O errors
 */
export function readCheckoutKeys(directory: string): CheckoutKeys {
  const shared = valuesOf(readStrictly(join(directory, "config")) ?? "");
  // Read by git where the extension says so (git-worktree(1), "CONFIGURATION FILE").
  const own = isTrue(shared.get("extensions.worktreeconfig"))
    ? valuesOf(readStrictly(join(directory, "config.worktree")) ?? "")
    : new Map<string, string | null>();
  const last = (key: string) => own.has(key) ? own.get(key) : shared.get(key);
  const bare = last("core.bare");
  return {
    bare: bare === undefined ? undefined : isTrue(bare),
    worktree: last("core.worktree") ?? undefined,
  };
}

/** Git's words for true; a key without a value is true. */
function isTrue(value: string | null | undefined): boolean {
  return value === null ||
    (value !== undefined && (/^(true|yes|on)$/i.test(value) || /^[+-]?0*[1-9]\d*$/.test(value)));
}

/** The last value of each `section.key` of sections without a subsection; null: without a value. */
function valuesOf(config: string): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  let section: string | null = null;
  const lines = config.replace(/^\uFEFF/, "").replace(/\r\n/g, "\n").split("\n");
  for (let index = 0; index < lines.length; index++) {
    let line = (lines[index] ?? "").trimStart();
    const header = /^\[\s*([\w.-]+)\s*("(?:[^"\\]|\\.)*")?\s*\]/.exec(line);
    if (header !== null) {
      section = header[2] === undefined ? (header[1] ?? "").toLowerCase() : null;
      line = line.slice(header[0].length).trimStart();
    }
    const key = /^([a-z][a-z0-9-]*)[ \t]*(=|$|[#;])[ \t]*/i.exec(line);
    if (key === null) continue;
    let text = line.slice(key[0].length);
    while (key[2] === "=" && /(^|[^\\])(\\\\)*\\$/.test(text) && index + 1 < lines.length) {
      // A backslash at the end of a line continues it.
      text = text.slice(0, -1) + (lines[++index] ?? "");
    }
    if (section === null) continue;
    values.set(`${section}.${(key[1] ?? "").toLowerCase()}`, key[2] === "=" ? unquote(text) : null);
  }
  return values;
}
