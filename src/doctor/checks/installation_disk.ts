import { byteSize } from "../../platform/byte_size.ts";
import { type Check, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

const MIB = 1024 * 1024;
const LOW = 100 * MIB;
const EMPTY = 5 * MIB;

export const installationDisk: Check = {
  id: "installation.disk",
  area: "installation",
  title: "Disk space",
  why:
    "Nothing can be recorded on a full disk, and a migration needs room for a copy of all it moves",
  async run(examination) {
    const { paths, options } = examination;
    const disk = options.system.disk(paths.root);
    if (disk === null) return skipped("this system does not report free space");
    const needed = await neededToMigrate(examination);
    const free = `${byteSize(disk.freeBytes)} free`;
    const seen = needed === null ? free : `${free}; a migration needs ${byteSize(needed)}`;
    if (disk.freeBytes < EMPTY) {
      return { level: "error", seen, todo: "Free some space on the disk that holds the project" };
    }
    if (needed !== null && disk.freeBytes < needed) {
      return {
        level: "warning",
        seen,
        todo: "Free some space before you run `orchestrator migrate`",
      };
    }
    return disk.freeBytes >= LOW
      ? ok(seen)
      : { level: "warning", seen, todo: "Free some space on the disk that holds the project" };
  },
};

/** Bytes that `migrate` would need; null where there is nothing to move. */
async function neededToMigrate({ paths, options }: Examination): Promise<number | null> {
  if (paths.isHome) return null;
  const { isEmptyPlan, makePlan } = await import("../../migration/plan.ts");
  try {
    const { plan } = await makePlan(paths, options.manager, { glance: true });
    return isEmptyPlan(plan) ? null : plan.space.needed;
  } catch {
    // Other checks say what cannot be read.
    return null;
  }
}
