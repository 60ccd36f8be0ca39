/**
 * Every workflow the old tool left in a project.
 * @module
 */
import {
  findLegacy,
  LEGACY_PATHS,
  type LegacyFinding,
  type LegacyPlaces,
  Look,
  SESSION_NAMES,
} from "./find.ts";
import { type LegacyOrigin, LegacyWorkflow, MAX_LOG_BYTES } from "./legacy_workflow.ts";
import { type LoggedWorkflow, LoggedWorkflows, LogReader } from "./read_log.ts";

/** What the old tool left. */
export interface LegacyProject {
  readonly places: LegacyPlaces;
  /** One per workflow id, and one per damaged state file. The newest first, damaged ones last. */
  readonly workflows: readonly LegacyWorkflow[];
  /** The one the old tool would have shown; null when the new layout has taken over or none is left. */
  readonly active: LegacyWorkflow | null;
  /**
   * What made it the active one: `current` names it, it is the `only` one, or it is the `newest` of
   * several, which is a guess.
   */
  readonly activeBy: "current" | "only" | "newest" | null;
  readonly findings: readonly LegacyFinding[];
}

/**
 * Finds the old tool's workflows and reads as much of each as a list shows.
 *
 * A workflow that is in several places is one: the place under `.orchestrator/` counts before the
 * scattered files, of several there the one `current` names, then the newest; the others are its
 * `copies`. A damaged state is an entry with its error.
 * @param root Absolute path of the project root.
 * @param places What {@link findLegacy} said, when it was asked before.
 * @param options.preferScattered Whether the scattered files count before those in folders.
 */
export function readLegacyProject(
  root: string,
  places: LegacyPlaces = findLegacy(root),
  options: { readonly preferScattered?: boolean } = {},
): LegacyProject {
  const findings: LegacyFinding[] = [...places.findings];
  const opened = origins(places).map((origin) => LegacyWorkflow.open(root, origin));
  const usable = opened.filter((workflow) => !isForeign(workflow, findings));
  const chosen = usable.find((workflow) =>
    places.current?.resolves === true && workflow.origin.name === places.current.value
  );
  const first = options.preferScattered === true
    ? usable.find((workflow) => workflow.origin.name === "root" && workflow.error === null)
    : undefined;
  const workflows = merged(usable, first ?? chosen, findings);
  for (const { error, file } of workflows) {
    if (error !== null) {
      findings.push({ code: "state_damaged", path: file, message: error.message });
    }
  }
  if (places.v4.length > 0) {
    findings.push({
      code: "v4_state",
      path: LEGACY_PATHS.v4,
      message: `"${LEGACY_PATHS.v4}" contains ${places.v4.length} ${
        places.v4.length === 1 ? "state" : "states"
      } of the old "run" command, which are not sessions`,
    });
  }
  return { places, workflows, ...activeOf(workflows, first ?? chosen, places), findings };
}

/**
 * Workflows that the shared log mentions and no state file holds any more: the old tool kept one
 * state and overwrote it. Reads the whole log.
 */
export function forgottenWorkflows(project: LegacyProject): readonly LoggedWorkflow[] {
  const { log, root } = project.places;
  if (log === null) return [];
  const known = new Set(project.workflows.map((workflow) => workflow.summary?.workflowId));
  const logged = new LoggedWorkflows();
  const reader = new LogReader((entry) => logged.take(entry));
  new Look(root).lastLines(log.path, MAX_LOG_BYTES, (line, ended) => reader.next(line, ended));
  return logged.all.filter((workflow) => !known.has(workflow.workflowId));
}

function origins(places: LegacyPlaces): readonly LegacyOrigin[] {
  const found: LegacyOrigin[] = [];
  for (const { id, directory, state } of places.sessions) {
    if (state === null) continue;
    found.push({
      name: id,
      state,
      log: `${directory.path}/${SESSION_NAMES.log}`,
      checkpoints: `${directory.path}/${SESSION_NAMES.checkpoints}`,
      meta: `${directory.path}/${SESSION_NAMES.meta}`,
    });
  }
  if (places.bareState !== null) {
    found.push({
      name: "bare",
      state: places.bareState,
      log: LEGACY_PATHS.bareLog,
      checkpoints: LEGACY_PATHS.bareCheckpoints,
      meta: null,
    });
  }
  if (places.state !== null) {
    found.push({
      name: "root",
      state: places.state,
      log: LEGACY_PATHS.log,
      checkpoints: LEGACY_PATHS.checkpoints,
      meta: null,
    });
  }
  return found;
}

/**
 * The agent server kept its own state where a workflow's can be, and other programs have files of the
 * same names: only what has the shape of a workflow counts.
 */
function isForeign(workflow: LegacyWorkflow, findings: LegacyFinding[]): boolean {
  const { error, file, origin: { name } } = workflow;
  if (error?.code !== "legacy_corrupt" || (name !== "bare" && name !== "root")) return false;
  if (name === "bare" && error.details?.["server"] === true) {
    findings.push({
      code: "agent_server_state",
      path: file,
      message: `"${file}" is not a workflow; the old agent server stored its tasks there`,
    });
  } else if (error.details?.["foreign"] === true) {
    findings.push({
      code: "foreign_file",
      path: file,
      message: `"${file}" is another program's: it is not a workflow state of the old tool`,
    });
  } else if (name === "bare") {
    findings.push({ code: "state_damaged", path: file, message: error.message });
  } else return false;
  return true;
}

/** One workflow per id, in the order they are listed in. */
function merged(
  opened: readonly LegacyWorkflow[],
  chosen: LegacyWorkflow | undefined,
  findings: LegacyFinding[],
): readonly LegacyWorkflow[] {
  const groups = new Map<string, LegacyWorkflow[]>();
  for (const workflow of opened) {
    const key = workflow.summary?.workflowId ?? `damaged ${workflow.file}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(workflow);
  }
  return [...groups.values()].map((group) => {
    const [first, ...others] = group.sort((left, right) =>
      place(left, chosen) - place(right, chosen) || newestFirst(left, right)
    );
    if (first === undefined) throw new TypeError("an empty group");
    if (others.length === 0) return first;
    const workflow = first.withCopies(others);
    for (const copy of workflow.copies) {
      findings.push(
        copy.identical
          ? {
            code: "state_repeated",
            path: copy.file,
            message: `"${copy.file}" repeats "${workflow.file}"`,
          }
          : {
            code: "state_differs",
            path: copy.file,
            message:
              `"${copy.file}" and "${workflow.file}" have different states of one workflow; ` +
              `the latter is used${
                isNewer(copy.updatedAt, workflow) ? ", although it is older" : ""
              }`,
          },
      );
    }
    return workflow;
  }).sort(newestFirst);
}

/** Which place of one workflow counts: 0 before 1 before 2. */
function place(workflow: LegacyWorkflow, chosen: LegacyWorkflow | undefined): number {
  if (workflow === chosen) return 0;
  if (workflow.origin.name === "root") return 3;
  return workflow.origin.name === "bare" ? 2 : 1;
}

function isNewer(time: string | null, than: LegacyWorkflow): boolean {
  return time !== null && time > (than.summary?.updatedAt ?? "");
}

/** Newest first, damaged ones last, the file names decide between equals. */
function newestFirst(left: LegacyWorkflow, right: LegacyWorkflow): number {
  const [a, b] = [left.summary?.updatedAt ?? "", right.summary?.updatedAt ?? ""];
  if (a !== b) return a > b ? -1 : 1;
  return left.file < right.file ? -1 : 1;
}

function activeOf(
  workflows: readonly LegacyWorkflow[],
  chosen: LegacyWorkflow | undefined,
  places: LegacyPlaces,
): Pick<LegacyProject, "active" | "activeBy"> {
  if (places.current?.layout === "new") return { active: null, activeBy: null };
  if (chosen !== undefined) {
    const active = workflows.find((workflow) => workflow.file === chosen.file) ?? null;
    return { active, activeBy: active === null ? null : "current" };
  }
  const candidates = workflows.filter((workflow) => workflow.error === null);
  const running = candidates.filter((workflow) => workflow.summary?.status === "active");
  // Only damaged ones left: the one whose error is to be shown.
  const active = running[0] ?? candidates[0] ?? workflows[0] ?? null;
  if (active === null) return { active: null, activeBy: null };
  return { active, activeBy: workflows.length === 1 ? "only" : "newest" };
}
