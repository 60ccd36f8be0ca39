/**
 * `orchestrator snapshot inspect [file]`
 * @module
 */
import { readSnapshot } from "../../../snapshot/read.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say } from "../../output/shown.ts";
import { manifestData, manifestText } from "../../output/snapshot_text.ts";
import { openingKey, snapshotBytes, snapshotLimits } from "../../snapshot/key.ts";
import { SnapshotProgress } from "../../snapshot/progress.ts";

/** Hashes are checked while reading; nothing is kept. */
const NOWHERE = { begin: () => {}, file: () => {}, write: () => {} };

export async function run(context: Context, input: Input): Promise<AnswerTo<"snapshot inspect">> {
  const bytes = await snapshotBytes(context, input);
  using progress = new SnapshotProgress(context, input);
  const { manifest, encrypted } = await readSnapshot(progress.stoppable(bytes), {
    limits: await snapshotLimits(context),
    askKey: (needed) => openingKey(context, input, needed),
    onProgress: (done, total) => progress.show("read", done, total),
  }, NOWHERE);
  return {
    data: manifestData(manifest, encrypted),
    text: (style) =>
      lines([
        manifestText(manifest, { encrypted }, style),
        say``,
        say`${style.green(style.symbols.done)} Every file is intact`,
      ]),
  };
}
