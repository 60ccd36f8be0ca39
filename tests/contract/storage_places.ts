/**
 * The places the storage contract is proved on, and what accidents do to them.
 * @module
 */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { FileBackend } from "../../src/storage/file_backend.ts";
import { MemoryBackend } from "../../src/storage/memory_backend.ts";
import type { Accidents, Place } from "./storage_case.ts";

/** In files; `top` is an empty directory. */
export function placeInFiles(top: string): Place {
  const directory = join(top, "state");
  return {
    backend: new FileBackend(directory),
    other: new FileBackend(directory),
    accidents: fileAccidents(directory),
  };
}

/** In files, as a process in a linked worktree has them. */
export function placeInWorktree(top: string): Place {
  const directory = join(top, "state");
  return {
    backend: new FileBackend(directory, "feature"),
    other: new FileBackend(directory, "feature"),
    accidents: fileAccidents(directory),
  };
}

export function placeInMemory(): Place {
  const backend = new MemoryBackend();
  return { backend, other: backend };
}

/** What accidents do to files. */
function fileAccidents(directory: string): Accidents {
  const sessions = join(directory, "sessions");
  const journal = (id: string) => join(sessions, id, "log.jsonl");
  return {
    tear: (id, text) => appendFileSync(journal(id), text),
    tearBlob: (key, text) => appendFileSync(join(directory, key), text),
    killCreation(id) {
      const staging = join(sessions, `.staging-${id}-abcdef`);
      mkdirSync(join(staging, "feedback"), { recursive: true });
      writeFileSync(join(staging, "log.jsonl"), "one\n");
      writeFileSync(join(staging, "feedback", "tool.jsonl"), "");
    },
    killReplacement(id, { lines, blobs }, moment) {
      const fill = (folder: string) => {
        for (const [name, text] of Object.entries(blobs)) {
          mkdirSync(dirname(join(folder, name)), { recursive: true });
          writeFileSync(join(folder, name), text);
        }
        writeFileSync(join(folder, "log.jsonl"), lines.map((line) => `${line}\n`).join(""));
      };
      const replacing = join(sessions, `.replacing-${id}`);
      const folder = moment === "staged" ? join(sessions, `.staging-${id}-abcdef`) : replacing;
      mkdirSync(folder);
      if (moment !== "ended") fill(folder);
      if (moment === "alone") rmSync(join(sessions, id), { recursive: true });
      if (moment === "halfway") {
        // A name that is only in the old copy, and one that is in both.
        rmSync(join(sessions, id, "legacy"), { recursive: true, force: true });
        writeFileSync(join(sessions, id, "meta.json"), blobs["meta.json"] ?? "");
        writeFileSync(join(sessions, id, ".tmp-1234-abcdefgh"), "half");
      }
      if (moment === "placed" || moment === "ended") {
        for (const name of readdirSync(join(sessions, id))) {
          if (name !== "lock") rmSync(join(sessions, id, name), { recursive: true });
        }
        fill(join(sessions, id));
      }
    },
    killRemoval: (id) => renameSync(journal(id), join(sessions, `.removed-${id}-abcdef`)),
    leaveRest(id) {
      mkdirSync(join(sessions, id));
      writeFileSync(join(sessions, id, "lock"), "");
      writeFileSync(join(sessions, `.removed-${id}-abcdef`), "one\n");
    },
    killWrite(key) {
      const path = join(directory, key);
      writeFileSync(path.replace(/[^/\\]+$/, ".tmp-1234-abcdefgh"), "half");
    },
    edit(id, line) {
      const lines = readFileSync(journal(id), "utf8").split("\n");
      const text = lines[line - 1] ?? "";
      lines[line - 1] = (text.startsWith("X") ? "Y" : "X") + text.slice(1);
      writeFileSync(journal(id), lines.join("\n"));
      // A write in the same tick of the clock as the one before it would leave the time as it was.
      const later = new Date(Date.now() + 5000);
      utimesSync(journal(id), later, later);
    },
    leftovers() {
      const ids = /^[a-z2-7]{13}$/;
      const walk = (path: string, base: string): string[] =>
        readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
          const name = `${base}${entry.name}`;
          const bad = entry.name.startsWith(".") || base === "sessions/" && !ids.test(entry.name) ||
            base === "sessions/" && !readdirSync(join(path, entry.name)).includes("log.jsonl");
          if (bad) return [name];
          return entry.isDirectory() ? walk(join(path, entry.name), `${name}/`) : [];
        });
      try {
        return walk(directory, "");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
        throw error;
      }
    },
  };
}
