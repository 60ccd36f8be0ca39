/**
 * The login name of the user who runs the program.
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";

/**
 * The login name, as the system's user database has it; `uid-<n>` where it has none.
 *
 * Bun answers "unknown" where no variable tells the name, so the database is asked then.
 */
export function userName(): string {
  try {
    const { username } = process.getBuiltinModule("node:os").userInfo();
    if (username !== "" && username !== "unknown") return username;
  } catch {
    // A user without an entry in the database.
  }
  const uid = process.getuid?.();
  if (uid === undefined) return "unknown";
  return nameOf(uid) ?? `uid-${uid}`;
}

function nameOf(uid: number): string | null {
  try {
    for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
      const [name, , id] = line.split(":");
      if (id === String(uid) && name !== undefined && name !== "") return name;
    }
  } catch {
    // No such file on this system.
  }
  return null;
}
