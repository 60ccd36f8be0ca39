/**
 * Being woken when something in a folder changes. Which file it was is not relied on: events of a burst
 * come as one, some file systems send none, and none is left where the system has no watches any more. A
 * slow look of the caller's stays necessary.
 * @module
 */
import { type FSWatcher, statSync, watch } from "node:fs";

/** A watch on one folder. */
export class FolderWatch implements Disposable {
  readonly #folder: string;
  readonly #changed: () => void;
  readonly #ignored: (name: string) => boolean;
  #watcher: FSWatcher | null = null;
  #inode: number | null = null;

  /**
   * @param changed called when something has happened in it.
   * @param ignored tells names whose changes mean nothing.
   */
  constructor(folder: string, changed: () => void, ignored: (name: string) => boolean) {
    this.#folder = folder;
    this.#changed = changed;
    this.#ignored = ignored;
    this.arm();
  }

  /** Whether changes are noticed by themselves. */
  get isArmed(): boolean {
    return this.#watcher !== null;
  }

  /** Watches the folder that is there now: another one may have taken its place. */
  arm(): void {
    const inode = inodeOf(this.#folder);
    if (this.#watcher !== null && inode === this.#inode) return;
    this.#close();
    if (inode === null) return;
    try {
      const watcher = watch(this.#folder, { persistent: false }, (_, name) => {
        if (typeof name === "string" && this.#ignored(name)) return;
        this.#changed();
      });
      watcher.on("error", () => {
        if (this.#watcher === watcher) this.#close();
      });
      this.#watcher = watcher;
      this.#inode = inode;
    } catch {
      // Without a watch the slow look remains.
    }
  }

  #close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#inode = null;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

function inodeOf(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}
