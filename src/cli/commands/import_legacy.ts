/**
 * `orchestrator import-legacy <path>`
 * @module
 */
import { findWorkflowAt } from "../../migration/import_path.ts";
import { gitBranch } from "../../project/git_branch.ts";
import { initProject, refuseHome } from "../../project/init.ts";
import { ProjectPaths } from "../../project/paths.ts";
import { requireReadable, viewLegacy } from "../../session/import_session.ts";
import { readCurrent } from "../../session/resolve.ts";
import { discardSession, useSession } from "../../session/use_session.ts";
import { newLineage, newSessionId } from "../../session/session_id.ts";
import { firstEvent } from "../../session/read_events.ts";
import type { SessionManager } from "../../session/session_manager.ts";
import { SESSION_ID } from "../../storage/keys.ts";
import { VERSION } from "../../version.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { lines, say, shown } from "../output/shown.ts";
import { oneLine } from "../output/text.ts";
import { takeRemovals } from "../../app/state/look_beyond.ts";
import { requireFreeName, sessionName } from "../texts.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"import-legacy">> {
  const { paths, manager, io, actor } = context;
  const given = input.option("name");
  const name = given === undefined ? null : sessionName(given, "import");
  refuseHome(paths);
  void context.meta;
  const path = paths.resolveFrom(io.cwd, input.required("path"));
  const { workflow, root } = findWorkflowAt(path, input.option("workflow"));
  // The definition of states that hold none is looked for where they come from.
  const from = new ProjectPaths(root, "flag");
  await takeRemovals(context);
  const result = await manager.holdRepository("import-legacy", async () => {
    const now = io.now();
    const stamp = { time: now.toISOString(), actor };
    const base = { paths: from, workflow, toolVersion: VERSION, name };
    const first = await viewLegacy(base, stamp, newLineage());
    requireReadable(workflow, []);
    const hash = stateHash(first.events[0]?.data);
    const taken = await manager.backend.hasSession(first.state.session);
    const present = hash === null && taken
      ? first.state.session
      : await sessionOfState(manager, hash);
    if (present !== null) return { id: present, view: first, made: false };
    initProject(paths, { automatic: true, now, toolVersion: VERSION });
    context.refresh();
    if (name !== null) await requireFreeName(context, name);
    // Another state of a workflow that is a session already becomes one beside it.
    const view = taken
      ? await viewLegacy({ ...base, session: newSessionId() }, stamp, newLineage())
      : first;
    const { session: id, task, status } = view.state;
    await manager.create({
      id,
      events: view.events,
      history: view.visitHistory,
      meta: { name, task, branch: gitBranch(paths.root), parent: null },
      workflow: JSON.stringify(view.state.definition, null, 2) + "\n",
    });
    const current = await readCurrent(manager);
    const free = current === null || !SESSION_ID.test(current) ||
      !await manager.backend.hasSession(current);
    if (status === "active" || free) {
      const agent = context.agentBinding;
      try {
        await useSession(manager, id, agent);
      } catch (error) {
        await discardSession(manager, id, agent);
        throw error;
      }
    }
    return { id, view, made: true };
  });
  const { id, view, made } = result;
  if (made) { for (const finding of view.findings) context.warn(finding); }
  const { task, status, imported } = view.state;
  return {
    data: {
      session: id,
      imported: made,
      name: made ? name : null,
      task,
      status,
      generation: imported ?? null,
      workflowId: workflow.summary?.workflowId ?? null,
    },
    text: (style) =>
      made
        ? lines([
          say`${style.green(style.symbols.done)} Imported ${
            style.bold(oneLine(task, style.width - 12, style))
          }`,
          say`  session ${style.cyan(shown(id))}${
            name === null ? say`` : say` (${shown(name)})`
          }, ${shown(status)}`,
        ])
        : say`Nothing to do: this state was already imported as session ${style.cyan(shown(id))}`,
  };
}

/** SHA-256 of the state, as a session's first event keeps it; null when it keeps none. */
function stateHash(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("source" in data)) return null;
  const { source } = data;
  if (typeof source !== "object" || source === null || !("files" in source)) return null;
  const files: unknown = source.files;
  if (!Array.isArray(files)) return null;
  const state: unknown = files.find((file) => file?.role === "state");
  if (typeof state !== "object" || state === null || !("sha256" in state)) return null;
  return typeof state.sha256 === "string" ? state.sha256 : null;
}

/** The session that was made of this very state. */
async function sessionOfState(
  manager: SessionManager,
  hash: string | null,
): Promise<string | null> {
  if (hash === null) return null;
  for (const id of await manager.ids()) {
    const first = await firstEvent(manager.backend, id);
    if (first?.type === "session_imported" && stateHash(first.data) === hash) return id;
  }
  return null;
}
