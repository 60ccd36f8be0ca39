/**
 * `orchestrator completions candidates`, which the completion scripts call at every TAB.
 *
 * It answers quickly or not at all: it takes no lock, and whatever goes wrong, there are no candidates.
 * @module
 */
import type { WorkflowDefinition } from "../../../workflow/definition.ts";
import type { SessionState } from "../../../workflow/state.ts";
import { begins, type Candidate, completeLine, type Completion } from "../../candidates.ts";
import type { AnswerTo } from "../../command.ts";
import { Context } from "../../context.ts";
import { Input } from "../../input.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { brief } from "../../output/text.ts";

/** So many sessions are looked into for their names; of more, only those whose id fits. */
const SESSIONS_LOOKED_INTO = 300;
const SUMMARY_LENGTH = 70;

/**
 * Lines of `word<TAB>meaning`, and a last line `:none`, `:file` or `:directory`: whether the shell is
 * to offer file names as well, and behind a space what stands before the name in the same word.
 */
export async function run(
  context: Context,
  input: Input,
): Promise<AnswerTo<"completions candidates">> {
  const raw = input.option("shell") === "bash";
  const words = input.args("word").map((word) => raw ? unquote(word) : word);
  const current = input.option("current") ?? "";
  // A quote that is still open; the shell closes it.
  const typed = raw ? unquote(current) : current.replace(/^["']/, "");
  const completion = completeLine(words, typed, context.table);
  const candidates = [...completion.candidates, ...await valuesOf(completion, context)]
    .filter(({ value }) => value === shown(value) && !value.startsWith(":"));
  const { files, prefix } = completion;
  return {
    data: { candidates, files, prefix },
    text: () =>
      lines([
        ...candidates.map(({ value, summary }) =>
          say`${shown(value)}\t${brief(summary, SUMMARY_LENGTH)}`
        ),
        say`:${shown(files)}${files === "none" || prefix === "" ? say`` : say` ${shown(prefix)}`}`,
      ]),
  };
}

async function valuesOf(completion: Completion, outer: Context): Promise<readonly Candidate[]> {
  const { values, prefix, typed, root, session, spec } = completion;
  if (values === undefined) return [];
  if (values === "check") {
    return (await checks()).filter(({ value }) => begins(value, typed))
      .map(({ value, summary }) => ({ value: prefix + value, summary }));
  }
  const options = {
    ...(root === undefined ? {} : { root: [atHome(root, outer.io.home)] }),
    ...(session === undefined ? {} : { session: [session] }),
  };
  try {
    const context = new Context(outer.io, spec ?? outer.spec, new Input({}, options), outer.table);
    // In a linked worktree the state is elsewhere.
    await context.prepare();
    const found = values === "session"
      ? await sessions(context, typed)
      : inState(values, await stateOf(context), spec?.path);
    return found.filter(({ value }) => begins(value, typed))
      .map(({ value, summary }) => ({ value: prefix + value, summary }));
  } catch {
    // A damaged project is no reason to interrupt typing.
    return [];
  }
}

/** The doctor's checks, and the areas they are in. */
async function checks(): Promise<readonly Candidate[]> {
  const { AREAS } = await import("../../../doctor/check.ts");
  const { CHECKS } = await import("../../../doctor/checks/mod.ts");
  return [
    ...AREAS.map((area) => ({ value: area, summary: "All checks of this area" })),
    ...CHECKS.map(({ id }) => ({ value: id, summary: "" })),
  ];
}

async function stateOf(context: Context): Promise<SessionState | null> {
  const { sessionOrNull } = await import("../../../app/choose_session.ts");
  const { legacyView } = await import("../../../app/legacy/view.ts");
  const choice = await sessionOrNull(context);
  if (choice !== null) return (await context.manager.load(choice.id)).state;
  return (await legacyView(context))?.state ?? null;
}

function inState(
  kind: "item" | "phase" | "checkpoint",
  state: SessionState | null,
  command: string | undefined,
): readonly Candidate[] {
  if (state === null) return [];
  if (kind === "checkpoint") {
    return state.checkpoints.recent.map(({ id, message, phase }) => ({
      value: id,
      summary: message ?? phase ?? "",
    })).reverse();
  }
  const phase = state.definition.phases.find(({ id }) => id === state.phase);
  if (phase === undefined) return [];
  if (kind === "phase") return [{ value: phase.id, summary: phase.name }];
  const standing = state.phases[phase.id]?.items ?? {};
  return phase.items
    .filter((item) => {
      const status = Object.hasOwn(standing, item.id) ? standing[item.id]?.status : undefined;
      return (status === "pending" || status === "failed") && fits(item, command);
    })
    .map(({ id, name }) => ({ value: id, summary: name }));
}

type Item = WorkflowDefinition["phases"][number]["items"][number];

/** Items for which the command has no hope at all are not offered. */
function fits(item: Item, command: string | undefined): boolean {
  if (command === "approve") return item.verification.type === "manual_gate";
  return command !== "skip" || item.step_type !== "required";
}

async function sessions(context: Context, typed: string): Promise<readonly Candidate[]> {
  const { legacySummaries } = await import("../../../app/legacy/view.ts");
  const old = (await legacySummaries(context)).map(({ id, task }) => ({
    value: id,
    summary: task,
  }));
  if (context.meta === null) return old;
  const all = await context.manager.listSessions();
  const ids = all.length <= SESSIONS_LOOKED_INTO ? all : all.filter((id) => begins(id, typed));
  const metas = await Promise.all(
    ids.slice(0, SESSIONS_LOOKED_INTO).map(async (id) => {
      const meta = await context.manager.meta(id);
      return {
        id,
        name: meta?.name ?? null,
        task: meta?.task ?? "",
        created: meta?.created ?? "",
      };
    }),
  );
  metas.sort((left, right) => left.created < right.created ? 1 : -1);
  const found = metas.flatMap(({ id, name, task }): Candidate[] => {
    if (name === null) return [{ value: id, summary: task }];
    const named = { value: name, summary: `${id}: ${task}` };
    // The ID of a named session is offered once its first characters are typed.
    return typed === "" ? [named] : [named, { value: id, summary: task }];
  });
  return [...found, ...old];
}

/** Shells hand a word over as it was typed: `~` stands for the home directory. */
function atHome(path: string, home: string | undefined): string {
  return home !== undefined && (path === "~" || path.startsWith("~/"))
    ? home + path.slice(1)
    : path;
}

/** A word as bash has it in COMP_WORDS, without its quotes and backslashes. */
function unquote(word: string): string {
  return word.replace(/\\(.)|["']/gs, (_, escaped?: string) => escaped ?? "");
}
