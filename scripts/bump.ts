/**
 * `deno task bump VERSION`: makes a version of the tree: sets it everywhere, closes the changelog's
 * section, commits and tags. Refuses a tree that has changes or does not agree with itself.
 * Nothing is pushed.
 * @module
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HAS_ADDRESS } from "../src/release/address.ts";
import { RELEASE_KEYS } from "../src/release/keys.ts";
import { compareVersions, isVersion } from "../src/release/version_order.ts";

/** The section of what is not released, as Keep a Changelog has it. */
const UNRELEASED = "## [Unreleased]";

/** What a bump needs to know. */
export interface BumpRequest {
  readonly root: string;
  readonly version: string;
  /** The day of the release, `2026-11-26`. */
  readonly date: string;
}

/** Texts of the files that hold the version, by path. */
type Texts = Readonly<Record<"deno.json" | "src/version.ts" | "CHANGELOG.md", string>>;

/**
 * What is wrong with a tree: one line each.
 * @param tag when given, the tree must be what the tag says.
 */
export function treeProblems(root: string, tag?: string): readonly string[] {
  const problems: string[] = [];
  if (git(root, "status", "--porcelain") !== "") problems.push("the tree has changes");
  const texts = readTexts(root);
  const [config, source] = [versionOfConfig(texts), versionOfSource(texts)];
  if (config !== source) {
    problems.push(`deno.json says version ${config}, src/version.ts ${source}`);
  }
  if (!isVersion(source)) problems.push(`"${source}" is not a version`);
  const released = releasedVersions(texts);
  if (!texts["CHANGELOG.md"].split("\n").includes(UNRELEASED)) {
    problems.push(`CHANGELOG.md has no heading "${UNRELEASED}"`);
  }
  if (released[0] !== source) {
    problems.push(`the newest version in CHANGELOG.md is ${released[0]}, not ${source}`);
  }
  const ordered = [...released].sort((left, right) => compareVersions(right, left));
  if (ordered.some((version, index) => version !== released[index])) {
    problems.push("the versions in CHANGELOG.md are not in order, newest first");
  }
  if (tag !== undefined && tag !== `v${source}`) {
    problems.push(`the tag is ${tag}, the version ${source}`);
  }
  return problems;
}

/**
 * Sets the version, commits and tags.
 * @returns what is wrong, when something is; then nothing was changed.
 */
export function bump({ root, version, date }: BumpRequest): readonly string[] {
  const problems = [...treeProblems(root)];
  const texts = readTexts(root);
  const present = versionOfSource(texts);
  if (!isVersion(version)) problems.push(`"${version}" is not a version`);
  else if (isVersion(present) && compareVersions(version, present) <= 0) {
    problems.push(`${version} does not come after ${present}`);
  }
  if (git(root, "tag", "--list", `v${version}`) !== "") {
    problems.push(`there is a tag v${version} already`);
  }
  if (unreleasedText(texts).trim() === "") {
    problems.push(`CHANGELOG.md says nothing below "${UNRELEASED}"`);
  }
  if (problems.length > 0) return problems;

  const changed: Texts = {
    "deno.json": texts["deno.json"].replace(/("version": ")[^"]*/, `$1${version}`),
    "src/version.ts": texts["src/version.ts"].replace(/(VERSION = ")[^"]*/, `$1${version}`),
    "CHANGELOG.md": texts["CHANGELOG.md"]
      .replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`),
  };
  const names = Object.keys(changed) as (keyof Texts)[];
  try {
    for (const name of names) writeFileSync(join(root, name), changed[name]);
    git(root, "commit", "--quiet", "-m", `release: ${version}`, "--", ...names);
  } catch (error) {
    for (const name of names) writeFileSync(join(root, name), texts[name]);
    throw error;
  }
  git(root, "tag", "--annotate", `v${version}`, "-m", `orchestrator ${version}`);
  return [];
}

/** What must be decided before anything can be published: one line each. */
function publishingProblems(): readonly string[] {
  const { ecdsa, ssh } = RELEASE_KEYS;
  return [
    ...(HAS_ADDRESS ? [] : ["src/release/address.ts does not say where releases are published"]),
    ...(ecdsa.length > 0 && ssh.length > 0 ? [] : ["src/release/keys.ts lacks a key"]),
  ];
}

function readTexts(root: string): Texts {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  return {
    "deno.json": read("deno.json"),
    "src/version.ts": read("src/version.ts"),
    "CHANGELOG.md": read("CHANGELOG.md"),
  };
}

function versionOfConfig(texts: Texts): string {
  return (JSON.parse(texts["deno.json"]) as { readonly version: string }).version;
}

function versionOfSource(texts: Texts): string {
  return /VERSION = "([^"]*)"/.exec(texts["src/version.ts"])?.[1] ?? "";
}

function releasedVersions(texts: Texts): readonly string[] {
  const headings = texts["CHANGELOG.md"].matchAll(/^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$/gm);
  return [...headings].map(([, version = ""]) => version);
}

function unreleasedText(texts: Texts): string {
  const [, rest = ""] = texts["CHANGELOG.md"].split(`${UNRELEASED}\n`);
  return (rest.split(/^## /m)[0] ?? "").replace(/^###.*$/gm, "");
}

function git(root: string, ...args: readonly string[]): string {
  const ended = spawnSync("git", [...args], { cwd: root, encoding: "utf8" });
  if (ended.status !== 0) {
    throw new Error(`Cannot run git ${args[0]}: ${ended.error?.message ?? ended.stderr.trim()}`);
  }
  return ended.stdout.trim();
}

const USAGE = `Usage: deno task bump VERSION
       deno task bump --check [TAG]   only look whether the tree agrees with itself
                                      (with TAG: and can be published)`;

function main(): number {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { check: { type: "boolean", default: false } },
  });
  const [first] = positionals;
  const root = resolve(import.meta.dirname ?? ".", "..");
  if (!values.check && first === undefined) {
    console.error(USAGE);
    return 2;
  }
  const version = first?.replace(/^v/, "") ?? "";
  const problems = values.check
    ? [...treeProblems(root, first), ...(first === undefined ? [] : publishingProblems())]
    : bump({ root, version, date: new Date().toISOString().slice(0, 10) });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return 1;
  console.log(
    values.check
      ? "version, changelog and tag agree"
      : `Committed and tagged v${version}. To publish it: git push --follow-tags`,
  );
  return 0;
}

if (import.meta.main) process.exitCode = main();
