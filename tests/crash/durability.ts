/**
 * Whether what a trace put in place was on the disk before: files with their content, folders with
 * their entries.
 * @module
 */
import { dirname } from "node:path";
import { type Call, touches } from "./strace.ts";
import { signatureOf } from "./target.ts";

/** Names of unfinished work: what is renamed to them is not in place yet. */
export const UNFINISHED = /\/\.(?:tmp|staging|removed|replacing)-[^/]*(?:\/|$)/;

/** Derived, or empty whatever happens: not synced on purpose. */
const DERIVED = /\/(?:(?:state|compared)\.json|lock)$/;

/**
 * What a rename put in place although it was not on the disk: every file that was written below the
 * renamed name, and every folder in which a name was made.
 * @param calls one run's, in order.
 */
export function unsyncedBelow(calls: readonly Call[], root: string): readonly string[] {
  const dirty = new Map<string, "content" | "entries">();
  const problems: string[] = [];
  for (const call of calls) {
    if (call.result.startsWith("-1") || !touches(call, root)) continue;
    const [path = "", target = ""] = call.paths;
    if (/^f(?:data)?sync$/.test(call.name)) dirty.delete(path);
    else if (/^(?:p?write(?:v|64)?|copy_file_range|sendfile|f?truncate)$/.test(call.name)) {
      dirty.set(
        call.name === "copy_file_range" || call.name === "sendfile" ? target : path,
        "content",
      );
    } else if (/^mkdir(?:at)?$/.test(call.name)) {
      dirty.set(dirname(path), "entries");
      dirty.set(path, "entries");
    } else if (/\bO_CREAT\b/.test(call.args)) dirty.set(dirname(path), "entries");
    else if (/^(?:rename|link)(?:at2?)?$/.test(call.name)) {
      if (!UNFINISHED.test(target) && !DERIVED.test(target)) {
        for (const [name, what] of dirty) {
          if (name !== path && !name.startsWith(`${path}/`) || DERIVED.test(name)) continue;
          problems.push(`${signatureOf(call, root)} before ${what} of ${name.slice(root.length)}`);
        }
      }
      moveNames(dirty, path, target);
      dirty.set(dirname(target), "entries");
    }
  }
  return problems;
}

/** What is below a renamed folder has another name now. */
function moveNames<Value>(names: Map<string, Value>, from: string, to: string): void {
  for (const [name, value] of [...names]) {
    if (name !== from && !name.startsWith(`${from}/`)) continue;
    names.delete(name);
    names.set(to + name.slice(from.length), value);
  }
}
