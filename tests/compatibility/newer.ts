/**
 * State of a program that does not exist yet: what is there, with the number of one format raised.
 * @module
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar";
import type { Repository } from "../crash/repository.ts";
import { git } from "../harness/git_server.ts";

/** Any format to come. */
const NEWER = 99;

/** What is written by a newer program, by which place says so. */
export const PLACES = {
  "meta.json": ({ root }: Repository) => raise(join(root, ".orchestrator/meta.json"), "format"),
  "a journal": ({ root }: Repository) => {
    for (const folder of sessionFolders(root)) raiseLastLine(join(folder, "log.jsonl"));
  },
  "state.json": ({ root }: Repository) => {
    for (const folder of sessionFolders(root)) raise(join(folder, "state.json"), "format");
  },
};

/** The same on a bare repository's state branch. */
export const BRANCH_PLACES = {
  "meta.json": (tree: string) => raise(join(tree, "meta.json"), "format"),
  "a journal": (tree: string) => {
    for (const name of readdirSync(join(tree, "sessions"))) {
      raiseLastLine(join(tree, "sessions", name, "log.jsonl"));
    }
  },
  "another file": (tree: string) => {
    const [session = ""] = readdirSync(join(tree, "sessions"));
    for (const folder of ["tombstones", `sessions/${session}/proofs`]) {
      mkdirSync(join(tree, folder));
      writeFileSync(join(tree, folder, "one.json"), `{"format":${NEWER}}\n`);
    }
  },
};

/** Puts a commit on a server's state branch, as a newer program would. */
export function raiseOnServer(folder: string, change: (tree: string) => void): void {
  const bare = join(folder, "server.git");
  const branch = stateBranchOf(bare);
  const tree = join(folder, "newer");
  git(folder, "clone", "--quiet", "--branch", branch, bare, tree);
  change(tree);
  git(tree, "add", "--all");
  git(tree, "commit", "--quiet", "-m", "From a newer program");
  git(tree, "push", "--quiet", "origin", branch);
  rmSync(tree, { recursive: true });
}

/** The state branch of a bare repository. */
export function stateBranchOf(bare: string): string {
  const refs = git(bare, "for-each-ref", "--format=%(refname:short)", "refs/heads/orchestrator-*");
  const [branch] = refs.split("\n");
  if (branch === undefined || branch === "") throw new Error(`${bare} has no state branch`);
  return branch;
}

/** A copy of an unencrypted snapshot whose list of contents has a newer format. */
export async function raiseSnapshot(from: string, to: string): Promise<void> {
  const entries = await unpackTar(gunzipSync(readFileSync(from)));
  const raised = entries.map(({ header, data }) => {
    const body = data ?? new Uint8Array();
    if (header.name !== "manifest.json") return { header, body };
    const text = new TextDecoder().decode(body).replace('"format": 1', `"format": ${NEWER}`);
    const changed = new TextEncoder().encode(text);
    return { header: { ...header, size: changed.length }, body: changed };
  });
  writeFileSync(to, gzipSync(await packTar(raised)));
}

/** Folders of all sessions. */
function sessionFolders(root: string): readonly string[] {
  const sessions = join(root, ".orchestrator/sessions");
  return readdirSync(sessions).map((name) => join(sessions, name));
}

/** Raises a number near the beginning of a file of JSON. */
function raise(path: string, key: string): void {
  const text = readFileSync(path, "utf8");
  const raised = text.replace(new RegExp(`("${key}": ?)\\d+`), `$1${NEWER}`);
  if (raised === text) throw new Error(`${path} has no ${key}`);
  writeFileSync(path, raised);
}

function raiseLastLine(path: string): void {
  const lines = readFileSync(path, "utf8").split("\n");
  const last = lines.findLastIndex((line) => line !== "");
  lines[last] = (lines[last] ?? "").replace(/"v":\d+/, `"v":${NEWER}`);
  writeFileSync(path, lines.join("\n"));
}
