/**
 * The story that `deno task try` plays: what is typed, what it is for, and how each command must end.
 * @module
 */

/** Everything the story happens in is below one scratch folder. */
export const CLONE = "greet";
export const REMOTE = "greet.git";

/** One step of the story. */
export type Step =
  | {
    readonly says: string;
    /** Arguments of the program. */
    readonly run: readonly string[];
    /** The exit code it must end with. Default 0. */
    readonly exit?: number;
  }
  | {
    readonly says: string;
    /** Arguments of git. */
    readonly git: readonly string[];
    /** Where: default in the clone. */
    readonly beside?: true;
  }
  | { readonly says: string; readonly write: string; readonly text: string }
  /** The program is killed while it writes what these arguments ask for. */
  | { readonly says: string; readonly killed: readonly string[] }
  /** The clone is deleted. */
  | { readonly says: string; readonly remove: string };

/** A part of the story. */
export interface Act {
  readonly title: string;
  readonly steps: readonly Step[];
}

const evidence = (decision: string) =>
  JSON.stringify({
    files_reviewed: ["greet.ts", "greet_test.ts"],
    patterns_identified: ["one exported function per file"],
    concerns_raised: [],
    approach_decision: decision,
  });

/** A task from its beginning to its end. */
const WHOLE_TASK: Act = {
  title: "A task, step by step",
  steps: [
    { says: "Set the project up; its test command is detected", run: ["init"] },
    { says: "Every clone follows the same workflow", git: ["add", "workflow.yaml"] },
    { says: "", git: ["commit", "--quiet", "--message", "Add the workflow"] },
    { says: "", git: ["push", "--quiet", "origin", "HEAD"] },
    { says: "Open a session for a task", run: ["start", "Greet people by name"] },
    { says: "What has to be done now?", run: ["status"] },
    { says: 'Too early: exit code 7 means "no"', run: ["advance"], exit: 7 },
    {
      says: "The plan is handed in as evidence",
      run: ["complete", "write_plan", "--evidence", evidence("Put the name into the greeting")],
    },
    {
      says: "A person approves; an agent is refused (--yes answers the question in advance)",
      run: ["approve", "plan_approval", "--yes"],
    },
    { says: "On to the next phase", run: ["advance"] },
    {
      says: "Now greet.ts is changed in an editor",
      write: "greet.ts",
      text: 'export function greet(name = "world"): string {\n  return `Hello, ${name}!`;\n}\n',
    },
    { says: "The change is made", run: ["complete", "implement"] },
    {
      says: "A step that does not bind can be skipped, with a reason",
      run: ["skip", "write_tests", "--reason", "The test was there before the change"],
    },
    { says: "Review", run: ["advance"] },
    { says: "", run: ["complete", "review_changes", "--notes", "Read greet.ts; nothing found"] },
    { says: "", run: ["complete", "settle_findings"] },
    { says: "Learn; optional items block nothing", run: ["advance"] },
    { says: "Verify", run: ["advance"] },
    { says: "This gate runs the project's tests", run: ["complete", "tests_pass"] },
    { says: "And this one its linter", run: ["complete", "lint_passes"] },
    { says: "All gates hold for the files as they are", run: ["finish"] },
    { says: "Everything that happened, in order", run: ["log"] },
    { says: "The journal is unchanged", run: ["log", "verify"] },
  ],
};

/** What is done after the machine is gone must start where it ended. */
const LOST_MACHINE: Act = {
  title: "The machine is lost in the middle of a task",
  steps: [
    { says: "The work so far is shared", git: ["add", "--all"] },
    { says: "", git: ["commit", "--quiet", "--message", "Greet people by name"] },
    { says: "", git: ["push", "--quiet", "origin", "HEAD"] },
    { says: "A second task, planned …", run: ["start", "Say goodbye as well"] },
    {
      says: "",
      run: ["complete", "write_plan", "--evidence", evidence("A second function, goodbye()")],
    },
    {
      says: "… and kept on a separate branch of the remote (web_mode does this by itself)",
      run: ["state", "push"],
    },
    {
      says: "The program is killed (kill -9) while it writes",
      killed: ["note", "Never acknowledged: this note may be lost"],
    },
    { says: "Nothing is damaged", run: ["log", "verify"] },
    { says: "Now the clone is lost as well", remove: CLONE },
    { says: "Somewhere else: a fresh clone", git: ["clone", "--quiet", REMOTE], beside: true },
    { says: "It stands at the same step", run: ["status"] },
    { says: "And goes on from there", run: ["approve", "plan_approval", "--yes"] },
    { says: "", run: ["advance"] },
  ],
};

export const STORY: readonly Act[] = [WHOLE_TASK, LOST_MACHINE];

/** A small project whose test fails until the task is done. */
export const PROJECT: Readonly<Record<string, string>> = {
  "deno.json": '{ "name": "greet" }\n',
  "greet.ts": 'export function greet(): string {\n  return "Hello!";\n}\n',
  "greet_test.ts":
    'import * as greeting from "./greet.ts";\n\nDeno.test("people are greeted by name", () => {\n' +
    "  const greet: (name: string) => string = greeting.greet;\n" +
    '  if (greet("Mina") !== "Hello, Mina!") throw new Error(greet("Mina"));\n});\n',
};

/** For the scratch home: git commits only when it knows who does. */
export const GIT_CONFIG =
  "[user]\n  name = You\n  email = you@example.com\n[init]\n  defaultBranch = main\n";
