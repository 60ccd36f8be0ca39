/**
 * `orchestrator init`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import {
  olderBranch,
  requireCheckout,
  requireNotPortableMain,
  requireOwnState,
} from "../../app/main_checkout_only.ts";
import { gitDirectory } from "../../project/git_remote.ts";
import { OWN_WORKFLOW_FILE, STATE_DIRECTORY } from "../../project/paths.ts";
import { readRepositoryMeta } from "../../project/identity.ts";
import { initProject, type InitResult, refuseHome } from "../../project/init.ts";
import { lacksCommit, rootCommit } from "../../project/root_commit.ts";
import { shellWord } from "../../workflow/shell_word.ts";
import { VERSION } from "../../version.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { lines, say, type Shown, shown } from "../output/shown.ts";
import type { Style } from "../output/style.ts";

/** Git answers from local files, in milliseconds. */
const GIT_PATIENCE_MS = 5000;

export async function run(context: Context, input: Input): Promise<AnswerTo<"init">> {
  if (input.has("portable") && input.has("normal")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot init: --portable and --normal cannot be used together`,
    );
  }
  refuseHome(context.paths);
  requireCheckout(context, "init");
  if (context.paths.stateHome?.isOlder === true && !input.has("portable")) {
    throw olderBranch(context.paths, "init");
  }
  if (input.has("normal")) requireNotPortableMain(context.paths);
  const option = input.has("portable") ? "--portable" : input.has("normal") ? "--normal" : null;
  if (option !== null) requireOwnState(context, `init ${option}`, `orchestrator init ${option}`);
  const wanted = input.option("identity");
  if (context.lostIdentity !== null || (wanted !== undefined && context.meta !== null)) {
    await (await import("../../app/lost_identity.ts")).settleIdentity(context, wanted);
  }
  const { identityForNew } = await import("../../app/identity_elsewhere.ts");
  const { identity, mode: itsMode } = await identityForNew(context, wanted);
  // Before anything is made: a damaged or newer project must not be written to.
  const present = readRepositoryMeta(context.paths.metaFile);
  const { root } = context.paths;
  const known = present?.rootCommit ?? null;
  const isCopied = known !== null && await lacksCommit(root, known, context.io.env);
  const first = known === null || isCopied ? await rootCommit(root, context.io.env) : null;
  const mode = input.has("portable") ? "portable" : input.has("normal") ? "normal" : undefined;
  const { workflowSchemaText } = await import("../../workflow/definition_schema.ts");
  const schema = workflowSchemaText();
  const result = await context.manager.withRepositoryLock(
    "init",
    async () => {
      const result = initProject(context.paths, {
        mode: mode ?? itsMode,
        identity,
        rootCommit: first,
        isCopied,
        schema,
        now: context.io.now(),
        toolVersion: VERSION,
      });
      const { previousMode: from, mode: to } = result;
      if (from !== null) {
        await context.manager.recordInRepository([{ type: "mode_changed", data: { from, to } }]);
      }
      return result;
    },
  );
  const { warning, ...data } = result;
  if (warning !== null) context.warn(warning);
  if (result.previousMode === "portable" && result.mode === "normal") await sayHidden(context);
  await sayIgnored(context);
  const hasSession = (await context.manager.listSessions()).length > 0;
  const toCommit = hasSession ? [] : await uncommitted(context, result);
  return {
    data: { root: context.paths.root, ...data },
    text: (style) => describe(context, result, { hasSession, toCommit }, style),
  };
}

/**
 * The definition, and in portable mode the state directory, as far as git has them otherwise than they
 * are here: a session that starts now cannot be shown to follow what is committed.
 */
async function uncommitted(context: Context, result: InitResult): Promise<readonly string[]> {
  const { paths, io } = context;
  if (gitDirectory(paths.root) === null) return [];
  const { usualWorkflow } = await import("../../project/usual_workflow.ts");
  const usual = usualWorkflow(paths);
  if (!usual.exists) return [];
  const { askGit } = await import("../../project/ask_git.ts");
  const names = [
    paths.relative(usual.path),
    ...(result.mode === "portable" ? [STATE_DIRECTORY] : []),
  ];
  const args = ["--no-optional-locks", "status", "--porcelain", "--", ...names];
  const found = await askGit(paths.root, io.env, args, { timeoutMs: GIT_PATIENCE_MS });
  return found === null || found.stdout === "" ? [] : names;
}

/** In portable mode a rule may hide state that is to be committed; a definition may not count. */
async function sayIgnored(context: Context): Promise<void> {
  await context.refresh();
  const { meta, paths, io } = context;
  const warn = (message: string) => context.warn(message);
  await (await import("../../app/hidden_state.ts")).warnOfHidden({ meta, paths, io, warn });
  const { placeRemarks, warnOfPlaces } = await import("../../app/workflow_file.ts");
  const { usualWorkflow } = await import("../../project/usual_workflow.ts");
  warnOfPlaces(context, placeRemarks(paths, usualWorkflow(paths)));
}

/** In normal mode the state of linked worktrees is that of the main checkout. */
async function sayHidden(context: Context): Promise<void> {
  const { worktreesWithSessions } = await import("../../project/own_sessions.ts");
  for (const { root, sessions } of worktreesWithSessions(context.paths)) {
    context.warn(
      `Sessions of the worktree "${root}" do not count in normal mode: ${
        sessions.join(", ")
      }; \`orchestrator state adopt\` in it takes them over`,
    );
  }
}

function describe(
  context: Context,
  result: InitResult,
  { hasSession, toCommit }: { readonly hasSession: boolean; readonly toCommit: readonly string[] },
  style: Style,
): Shown {
  const { done, bullet } = style.symbols;
  const rows: Shown[] = [];
  for (const name of result.created) rows.push(say`${style.green(done)} created ${shown(name)}`);
  for (const name of result.changed) rows.push(say`${style.green(done)} changed ${shown(name)}`);
  for (const name of result.kept) rows.push(style.dim(say`${bullet} kept    ${shown(name)}`));
  if (result.commands?.test !== undefined) {
    const { test, source } = result.commands;
    rows.push(say`  test command: ${shown(test)} (from ${shown(source)})`);
  } else if (result.commands !== null) {
    const file = shown(result.created.find((name) => name.endsWith(".yaml")) ?? OWN_WORKFLOW_FILE);
    rows.push(
      style.yellow(
        say`  no test command was found, so "tests_pass" takes a report instead of running the tests;`,
      ),
      style.yellow(say`  set "test_command" in ${file} and make "tests_pass" a gate, as the`),
      style.yellow(say`  comments there show`),
    );
  }
  const was = result.previousMode === null ? say`` : say`, was ${shown(result.previousMode)}`;
  rows.push(say``, say`Project ${style.bold(shown(context.paths.root))}`);
  rows.push(
    say`  mode ${shown(result.mode)}${was}: ${meaningOf(result, context.paths.root)}`,
  );
  if (result.previousRemote !== null) {
    const remote = shown(result.remote ?? "none");
    rows.push(say`  remote ${remote}, was ${shown(result.previousRemote)}`);
  }
  const next = hasSession ? say`orchestrator status` : say`orchestrator start "<task>"`;
  if (toCommit.length === 0) {
    rows.push(say``, say`${style.bold(say`Next:`)} ${style.cyan(next)}`);
    return lines(rows);
  }
  const files = shown(toCommit.map(shellWord).join(" "));
  const commit = say`git add ${files} && git commit -m "Add the workflow"`;
  rows.push(
    say``,
    say`${style.bold(say`Next:`)} ${style.cyan(commit)}`,
    say`      so that each session can show that it follows the committed rules; then`,
    say`      ${style.cyan(next)}`,
  );
  return lines(rows);
}

/** What a mode means here: outside a repository there is nothing to commit or to ignore. */
function meaningOf({ mode }: InitResult, root: string): Shown {
  if (gitDirectory(root) === null) {
    return mode === "normal"
      ? say`the state stays in .orchestrator/ on this machine`
      : say`sessions can travel with the project; locks, secrets and backups never do`;
  }
  return mode === "normal"
    ? say`git ignores .orchestrator/`
    : say`sessions are committed; locks, secrets and backups never are`;
}
