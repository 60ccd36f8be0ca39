/**
 * `orchestrator self update`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { target } from "../../../platform/runtime.ts";
import { HAS_ADDRESS, releaseFolder } from "../../../release/address.ts";
import { fetchExecutable } from "../../../release/fetch_executable.ts";
import { findRelease } from "../../../release/find.ts";
import { RELEASE_KEYS } from "../../../release/keys.ts";
import { rollBackProgram, stageProgram, switchProgram } from "../../../release/replace_program.ts";
import type { Sums } from "../../../release/sums.ts";
import { compareVersions, isVersion } from "../../../release/version_order.ts";
import { VERSION } from "../../../version.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { ownCopy } from "../../release/copy.ts";

const THIS = shown(VERSION);

/** The switches that cannot be used together. */
const MODES = ["check", "to", "rollback"] as const;

export async function run(context: Context, input: Input): Promise<AnswerTo<"self update">> {
  const given = MODES.filter((name) => input.has(name));
  if (given.length > 1 && given.includes("rollback")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot update: ${given.map((name) => `--${name}`).join(" and ")} cannot be used together`,
    );
  }
  if (input.has("rollback")) return await rollBack();
  const wanted = input.option("to")?.replace(/^v/, "");
  if (wanted !== undefined && !isVersion(wanted)) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot update to "${wanted}": it is not a version such as 0.2.0`,
    );
  }
  const program = input.has("check") ? null : ownCopy("update");
  const folder = folderOf(context, wanted ?? "latest");
  const signal = context.io.interrupted;
  const keys = RELEASE_KEYS.ecdsa;
  const sums = await findRelease({ folder, wanted: wanted ?? "latest", keys, signal });
  const order = compareVersions(sums.version, VERSION);
  const available = wanted === undefined ? order > 0 : order !== 0;
  if (program === null || !available) return standing(sums, available, wanted);

  if (!input.has("quiet") && !input.has("json")) {
    const version = shown(sums.version);
    context.io.err(say`Downloading orchestrator ${version} from ${shown(folder)}\n`);
  }
  const data = await fetchExecutable({ folder, sums, target: target(), signal });
  const said = { version: sums.version, target: target() };
  const staged = await stageProgram(program, data, said);
  switchProgram(program, staged);
  return {
    data: { updated: true, from: VERSION, to: sums.version, path: program },
    text: (style) =>
      lines([
        say`${style.green(style.symbols.done)} orchestrator ${
          shown(sums.version)
        } replaced ${THIS} in ${shown(program)}`,
        say`Run \`orchestrator self update --rollback\` to switch back to ${THIS}`,
      ]),
  };
}

/** Where the release is. */
function folderOf(context: Context, version: string): string {
  const base = context.io.env["ORCHESTRATOR_BASE_URL"];
  if (base !== undefined && base !== "") return releaseFolder(version, base);
  if (HAS_ADDRESS) return releaseFolder(version);
  throw new OrchestratorError(
    "release_unverified",
    "Cannot look for releases: the download address is unknown",
    { hint: "Set ORCHESTRATOR_BASE_URL to a folder or server with releases" },
  );
}

/** What `--check` answers, and an update that has nothing to do. */
function standing(
  sums: Sums,
  available: boolean,
  wanted: string | undefined,
): AnswerTo<"self update"> {
  const { version } = sums;
  const older = compareVersions(version, VERSION) < 0;
  const found = shown(version);
  return {
    data: { updated: false, current: VERSION, found: version, available },
    text: () => {
      if (version === VERSION) return say`orchestrator ${THIS} is the wanted release`;
      if (wanted !== undefined) return say`Release ${found} can be installed; this is ${THIS}`;
      return older
        ? say`The newest release, ${found}, is older than this program (${THIS}); --to ${found} installs it`
        : say`Release ${found} is newer than this program (${THIS}); \`orchestrator self update\` installs it`;
    },
  };
}

async function rollBack(): Promise<AnswerTo<"self update">> {
  const program = ownCopy("update");
  const { version } = await rollBackProgram(program);
  return {
    data: { updated: true, from: VERSION, to: version, path: program },
    text: (style) =>
      lines([
        say`${style.green(style.symbols.done)} orchestrator ${shown(version)} is back in ${
          shown(program)
        }`,
        say`The same command switches back to ${THIS}`,
      ]),
  };
}
