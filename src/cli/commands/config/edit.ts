/**
 * `orchestrator config edit`
 * @module
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readIfThere, writeConfigFile } from "../../../config/change.ts";
import { problemError, problemText } from "../../../config/problem.ts";
import { readConfigText } from "../../../config/read_file.ts";
import { OrchestratorError } from "../../../errors.ts";
import { removeTemporary } from "../../../platform/remove_tree.ts";
import { isWindows } from "../../../platform/runtime.ts";
import { PRIVATE } from "../../../state_layout/modes.ts";
import { TEMPORARY_FOLDERS } from "../../../state_layout/places.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { configTarget, withTargetLock } from "../../config/target.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";

const NEW_FILE =
  `# Configuration of orchestrator. "orchestrator config show --effective" lists the keys.
`;

export async function run(context: Context, input: Input): Promise<AnswerTo<"config edit">> {
  const { io } = context;
  const target = configTarget(context, input);
  if (input.has("no-input") || !io.isTerminal("stdin") || !io.isTerminal("stdout")) {
    throw new OrchestratorError(
      "terminal_needed",
      `Cannot edit "${target.shown}": there is no terminal`,
      { hint: "Run `orchestrator config set <key> <value>`" },
    );
  }
  const before = readIfThere(target);
  const folder = mkdtempSync(join(tmpdir(), TEMPORARY_FOLDERS.config));
  const copy = join(folder, "config.yaml");
  let keep = false;
  try {
    writeFileSync(copy, before === "" ? NEW_FILE : before, { mode: PRIVATE.file });
    await openEditor(context, copy);
    const text = readFileSync(copy, "utf8");
    const changed = text !== before && !(before === "" && text === NEW_FILE);
    if (changed) {
      keep = true;
      const read = readConfigText(text, target);
      const problem = read.problems.find(({ level }) => level === "error");
      if (problem !== undefined) {
        throw problemError(`save your text, which is kept in "${copy}"`, problem);
      }
      for (const warning of read.problems) context.warn(problemText(warning));
      await withTargetLock(context, target, "config edit", () => {
        if (readIfThere(target) !== before) {
          throw new OrchestratorError(
            "state_moved",
            `Cannot replace "${target.shown}": it was changed in the meantime; your text is kept in "${copy}"`,
          );
        }
        writeConfigFile(target, text);
      });
      keep = false;
    }
    return {
      data: { file: target.path, changed },
      text: (style) =>
        changed
          ? say`${style.green(style.symbols.done)} changed ${shown(target.shown)}`
          : say`${style.dim(style.symbols.bullet)} ${shown(target.shown)} is unchanged`,
    };
  } finally {
    if (!keep) removeTemporary(folder);
  }
}

/** `$VISUAL` and `$EDITOR` may hold options, so a shell reads them, as git does. */
async function openEditor(context: Context, file: string): Promise<void> {
  const { io } = context;
  const editor = [io.env["VISUAL"], io.env["EDITOR"]].find((name) => (name ?? "") !== "") ??
    (isWindows ? "notepad" : "vi");
  const [program, args] = isWindows
    ? [io.env["ComSpec"] ?? "cmd.exe", ["/d", "/s", "/c", `${editor} "${file}"`]] as const
    : ["/bin/sh", ["-c", `${editor} "$1"`, editor, file]] as const;
  const { exitCode } = await io.foreground({ file: program, args, cwd: io.cwd, env: io.env });
  if (exitCode === 0) return;
  throw new OrchestratorError(
    "command_failed",
    `Cannot edit: the editor "${editor}" exited with an error`,
    {
      hint: "Set EDITOR to an installed editor",
      details: { exitCode },
    },
  );
}
