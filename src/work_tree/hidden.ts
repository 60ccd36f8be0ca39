/**
 * Files that rules beside the repository keep out of its tree.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../platform/processes.ts";
import type { LookingGit } from "./git.ts";
import { type HiddenFiles, MOST_NAMES } from "../workflow/work_tree.ts";

/** Larger files hold no rules that a person wrote. */
const MOST_BYTES = 1024 * 1024;

/**
 * What the rules hide.
 * @param own `.git/info/exclude`
 * @param chosen `core.excludesFile`; undefined where it is not set.
 * @returns undefined where there are no rules.
 */
export async function hiddenFiles(
  git: LookingGit,
  { own, chosen, env }: {
    readonly own: string;
    readonly chosen: string | undefined;
    readonly env: Environment;
  },
): Promise<HiddenFiles | undefined> {
  const files = [own, excludesFile(chosen, env)].flatMap((path) => {
    const text = path === null ? "" : textOf(path);
    return path !== null && hasRules(text) ? [{ path, text }] : [];
  });
  if (files.length === 0) return undefined;
  const listed = await git.run([
    "ls-files",
    "-z",
    "--others",
    "--ignored",
    "--directory",
    ...files.map(({ path }) => `--exclude-from=${path}`),
  ]);
  const names = listed.split("\0").filter((name) => name !== "");
  const rules = createHash("sha256");
  for (const { text } of files) rules.update(`${text.length}\0${text}`);
  return { count: names.length, names: names.slice(0, MOST_NAMES), rules: rules.digest("hex") };
}

/** gitignore(5): the default is in the user's configuration directory. */
function excludesFile(chosen: string | undefined, env: Environment): string | null {
  const home = env["HOME"] ?? env["USERPROFILE"];
  if (chosen === "") return null;
  if (chosen?.startsWith("~/") === true) {
    return home === undefined ? null : join(home, chosen.slice(2));
  }
  if (chosen !== undefined) return chosen;
  const configuration = env["XDG_CONFIG_HOME"] ?? "";
  if (configuration !== "") return join(configuration, "git", "ignore");
  return home === undefined ? null : join(home, ".config", "git", "ignore");
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    return bytes.length > MOST_BYTES ? "" : bytes.toString("utf8");
  } catch {
    return "";
  }
}

function hasRules(text: string): boolean {
  return text.split("\n").some((line) => line.trim() !== "" && !line.startsWith("#"));
}
