/**
 * File locks on Deno, which has them built in.
 * @module
 */
import { type LockedFile, type LockMode, LockRefusal } from "./locked_file.ts";

/** See `openLocked` in `kernel_lock.ts`, whose Deno part this is. */
export function openWithDeno(path: string, mode: LockMode): LockedFile | null {
  const exclusive = mode === "exclusive";
  const file = Deno.openSync(
    path,
    exclusive ? { read: true, write: true, create: true } : { read: true },
  );
  let locked = false;
  try {
    locked = file.tryLockSync(exclusive);
  } catch (error) {
    throw new LockRefusal(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    if (!locked) file.close();
  }
  if (!locked) return null;
  return {
    isAt(path) {
      const held = file.statSync();
      try {
        const named = Deno.statSync(path);
        return held.ino === named.ino && held.dev === named.dev;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    },
    write(content) {
      file.seekSync(0, Deno.SeekMode.Start);
      const written = file.writeSync(content);
      if (file.statSync().size > written) file.truncateSync(written);
    },
    clear: () => file.truncateSync(0),
    close() {
      try {
        file.unlockSync();
      } finally {
        file.close();
      }
    },
  };
}
