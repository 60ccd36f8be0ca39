/**
 * What holds for every run of the program, whatever it is asked to do. Each transcript proves it
 * again for each of its commands.
 * @module
 */
import type { CommandSpec } from "../../src/cli/command.ts";
import { parseRequest } from "../../src/cli/parse.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import type { Result } from "./running.ts";
import { lineProblems } from "./answer_schemas.ts";
import { harmIn } from "./escapes.ts";
import { hintProblems } from "./hint_rule.ts";
import { compareTrees, type Tree } from "./tree.ts";

/** A run and the tree around it. */
export interface Observed {
  readonly argv: readonly string[];
  readonly result: Result;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly before: Tree;
  readonly after: Tree;
}

/** A command that removes or gives up something must never be proposed: an agent would run it. */
const DESTRUCTIVE =
  /(?<![\w-])(?:rm|remove|reset|--force|--abandon|--all|clean|unlock|deinit(?! --dry-run| --keep-state))(?![\w-])/;

/** Where a fetch of the state branch writes: private refs, and the objects behind them. */
const FETCHED = /(?:^|\/)\.git(?:\/(?:orchestrator|refs|objects)(?:\/.*)?)?$/;

/** What `status` shows of a comparison later; nothing in the project or its state. */
const COMPARED = /(?:^|\/)\.git(?:\/orchestrator(?:\/compared)?)?$/;

/** Commands that compare proofs with the files, and only read. */
function compares(spec: CommandSpec | null, argv: readonly string[]): boolean {
  return spec?.path === "handoff" || spec?.path === "status" && argv.includes("--fresh");
}

const KNOWN_CODES: ReadonlySet<number> = new Set([0, 143, ...Object.values(EXIT_CODES)]);

/** The rules that a run has broken, one sentence each; empty when all is well. */
export async function brokenRules(observed: Observed): Promise<readonly string[]> {
  const { argv, result } = observed;
  const spec = await commandOf(argv);
  const broken: string[] = [];
  const expect = (holds: boolean, rule: string): void => void (holds || broken.push(rule));

  // What another program says and how it ends is its own.
  if (spec?.path === "secrets run" && argv.includes("--")) return broken;
  expect(KNOWN_CODES.has(result.code), `exit code ${result.code} is in no table`);
  expect(result.code !== EXIT_CODES.internal, "it failed with an internal error");
  const all = result.stdout + result.stderr;
  expect(!/\bundefined\b|\bNaN\b|\[object /.test(all), "it printed a value that is none");
  expect(!/^\s+at .*:\d+:\d+\)?$/m.test(all), "it printed a stack");
  // A secret is handed over as it is.
  if (spec?.path !== "secrets get") {
    const tabs = spec?.path.startsWith("completions") === true;
    for (const harm of harmIn(all, { colours: spec?.path === "complete", tabs })) {
      expect(false, `it printed what may do harm: ${harm}`);
    }
  }
  for (const hint of hintsIn(result.stderr)) {
    expect(!DESTRUCTIVE.test(hint), `the hint proposes what destroys: ${hint}`);
    for (const problem of hintProblems(hint)) {
      expect(false, `the hint is not as hints are, ${problem}: ${hint}`);
    }
  }
  const changes = compareTrees(observed.before, observed.after);
  if (readsOnly(spec, argv)) {
    const fetches = observed.env["ORCHESTRATOR_WEB_MODE"] === "true";
    const kept = compares(spec, argv);
    const others = changes.filter((change) =>
      !(fetches && FETCHED.test(change)) && !(kept && COMPARED.test(change))
    );
    expect(others.length === 0, `it changed files: ${others.join(", ")}`);
  } else if (result.code === 2) {
    // What is wrong with a text may only be known while the session is held.
    const others = changes.filter((change) => !change.endsWith("/lock"));
    expect(others.length === 0, `it changed files: ${others.join(", ")}`);
  }
  // The exit code tells what of an answer a script asks for: that the doctor found errors, and that
  // what was waited for did not come.
  const answered = result.code === 0 ||
    (spec?.path === "doctor" && result.code === 1 && result.stdout !== "") ||
    (spec?.path === "wait" && result.code === 7 && result.stdout !== "");
  if (argv.includes("--json")) checkJson(argv, spec, result, answered, expect);
  else checkText(result, answered, expect);
  return broken;
}

function checkText(
  result: Result,
  answered: boolean,
  expect: (holds: boolean, rule: string) => void,
): void {
  expect(answered || result.stderr !== "", "it failed without a word");
  expect(!/(?<![/\w-])null\b/.test(result.stdout), "it printed null to people");
  expect(!/^(?!.*␛).*[ \t]$/m.test(result.stdout), "a line of the answer ends in white space");
  expect(
    result.stdout === "" || result.stdout.endsWith("\n"),
    "the last line of the answer is not ended",
  );
}

/** Exactly one line: the answer on stdout, or the error on stderr. */
function checkJson(
  argv: readonly string[],
  spec: CommandSpec | null,
  result: Result,
  answered: boolean,
  expect: (holds: boolean, rule: string) => void,
): void {
  if (argv.includes("--follow")) {
    for (const problem of followProblems(argv, result)) expect(false, problem);
    return;
  }
  const [line, empty] = answered ? [result.stdout, result.stderr] : [result.stderr, result.stdout];
  expect(empty === "", "with --json it printed on the other stream as well");
  expect(/^[^\n]+\n$/.test(line), "with --json it printed more or less than one line");
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(line);
  } catch {
    expect(false, "with --json it printed something else");
    return;
  }
  for (const problem of lineProblems(answered ? String(value["command"]) : "error", value)) {
    expect(false, problem);
  }
  expect(value["schemaVersion"] === 1, "the envelope has no schemaVersion 1");
  const fields = Object.keys(value).join();
  if (answered) {
    expect(fields === "schemaVersion,command,data,warnings", `the envelope has ${fields}`);
    expect(spec === null || value["command"] === spec.path, "the envelope names another command");
  } else {
    const warned = fields === "schemaVersion,error,warnings" && hasEntries(value["warnings"]);
    expect(warned || fields === "schemaVersion,error", `the envelope has ${fields}`);
    const error = value["error"] as Readonly<Record<string, unknown>>;
    expect(
      Object.keys(error).every((key) =>
        ["code", "message", "hint", "next", "details"].includes(key)
      ),
      "the error has other fields than code, message, hint, next and details",
    );
  }
}

/** What is wrong with the lines of `log --follow --json`, one sentence each. */
export function followProblems(argv: readonly string[], result: Result): readonly string[] {
  if (!argv.includes("--follow") || !argv.includes("--json")) return [];
  return result.stdout.split("\n").filter((line) => line !== "")
    .flatMap((line) => lineProblems("event", JSON.parse(line)));
}

/**
 * A file that a reading command is asked to write is no part of the project's state. The doctor
 * changes things when it is asked to put them right.
 */
function readsOnly(spec: CommandSpec | null, argv: readonly string[]): boolean {
  const fixes = argv.includes("--fix") && !argv.includes("--dry-run");
  const writes = fixes || argv.some((word) => word === "-o" || word.startsWith("--output"));
  return spec?.changes === "nothing" && !writes;
}

async function commandOf(argv: readonly string[]): Promise<CommandSpec | null> {
  try {
    const request = await parseRequest(argv, COMMANDS);
    return request.kind === "command" ? request.spec : null;
  } catch {
    return null;
  }
}

/** The hints that were printed, in either form of output. */
function hintsIn(stderr: string): readonly string[] {
  // On a terminal a hint goes on behind bars.
  const whole = stderr.replace(/\n +(?:│|\|) /g, " ");
  const plain = [...whole.matchAll(/^(?:\S*)hint:(?:\S*) (.*)$/gm)].map(([, hint = ""]) => hint);
  const json = [...stderr.matchAll(/"hint":("(?:[^"\\]|\\.)*")/g)]
    .map(([, hint = '""']) => String(JSON.parse(hint)));
  return [...plain, ...json];
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
