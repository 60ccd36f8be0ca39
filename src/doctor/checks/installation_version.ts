import { engine, engineVersion, target } from "../../platform/runtime.ts";
import { type Check, ok } from "../check.ts";

export const installationVersion: Check = {
  id: "installation.version",
  area: "installation",
  title: "Program",
  why:
    "Bug reports need the version and the system; an older program may not understand a newer project",
  run({ options, meta }) {
    const seen = `orchestrator ${options.toolVersion}, ${engine()} ${engineVersion()}, ${target()}`;
    const other = meta.value?.tool ?? "";
    if (!isNewer(other, options.toolVersion)) return ok(seen);
    return {
      level: "info",
      seen: `${seen}; a newer version, ${other}, initialized the project`,
      todo: "Use the newer version here too",
    };
  },
};

/** Whether one `1.2.3` is later than another; false for anything that is not a version. */
function isNewer(one: string, other: string): boolean {
  const [left, right] = [one, other].map((version) =>
    (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number)
  );
  for (const [index, part] of (left ?? []).entries()) {
    const difference = part - (right?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
