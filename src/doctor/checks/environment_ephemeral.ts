import { CONFIG_KEY_NAMES } from "../../config/keys.ts";
import { type Check, count, few, ok } from "../check.ts";
import type { Examination } from "../examination.ts";
import { secretsOnDisk } from "../secret_files.ts";

export const environmentEphemeral: Check = {
  id: "environment.ephemeral",
  area: "environment",
  title: "Ephemeral machine",
  why: "Files on an ephemeral disk are lost when the machine is discarded",
  async run(examination) {
    const { environment: { ephemeral }, meta, options } = examination;
    if (ephemeral === null) return ok("no sign that this disk is ephemeral");
    const name = `${ephemeral.name} (${ephemeral.variable})`;
    const kept = meta.value?.mode === "portable"
      ? "the state is committed with the work: push it"
      : (await options.config()).get("web_mode")
      ? "the state is kept on a git branch"
      : null;
    const state = kept === null && examination.initialised
      ? ["the state: normal mode, without a state branch"]
      : [];
    const lost = [...state, ...await ownSettings(examination), ...await secretsOnDisk(examination)];
    if (lost.length === 0) {
      return ok(kept === null ? `${name}; nothing here would be lost` : `${name}; ${kept}`);
    }
    return {
      level: "warning",
      seen: `this disk may be ephemeral, ${name}, and has ${
        count(lost.length, "web-incompatible feature")
      }: ${few(lost)}`,
      todo: kept === null
        ? "Keep the state elsewhere: turn on web_mode, run `orchestrator init --portable` and push, or export a snapshot"
        : "Set them as environment variables of the sandbox, or in the repository's configuration",
      list: lost,
    };
  },
};

/** What a person has set for all projects, in a home directory that does not last. */
async function ownSettings({ options }: Examination): Promise<readonly string[]> {
  const config = await options.config();
  return CONFIG_KEY_NAMES.filter((key) => config.effective(key).origin.layer === "global")
    .map((key) => `your own configuration: ${key}`);
}
