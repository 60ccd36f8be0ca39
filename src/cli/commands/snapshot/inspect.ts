/**
 * `orchestrator snapshot inspect [file]`
 * @module
 */
import { totalSize } from "../../../snapshot/manifest.ts";
import { readSnapshot } from "../../../snapshot/read.ts";
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { manifestText } from "../../output/snapshot_text.ts";
import { openingKey, snapshotBytes, snapshotLimits } from "../../snapshot_key.ts";

/** Hashes are checked while reading; nothing is kept. */
const NOWHERE = { begin: () => {}, file: () => {}, write: () => {} };

export async function run(context: Context, input: Input): Promise<Answer> {
  const bytes = await snapshotBytes(context, input);
  const { manifest, encrypted } = await readSnapshot(bytes, {
    limits: await snapshotLimits(context),
    askKey: (needed) => openingKey(context, input, needed),
  }, NOWHERE);
  return {
    data: { ...manifest, encrypted, size: totalSize(manifest.files) },
    text: (style) =>
      `${manifestText(manifest, { encrypted }, style)}\n\n${
        style.green(style.symbols.done)
      } Every file is whole`,
  };
}
