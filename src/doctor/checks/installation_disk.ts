import { statfsSync } from "node:fs";
import { type Check, ok, skipped } from "../check.ts";

const MIB = 1024 * 1024;
const LOW = 100 * MIB;
const EMPTY = 5 * MIB;

export const installationDisk: Check = {
  id: "installation.disk",
  area: "installation",
  title: "Disk space",
  why: "On a full disk nothing can be recorded",
  run({ paths }) {
    let free: number;
    try {
      const { bavail, bsize } = statfsSync(paths.root);
      free = Number(bavail) * Number(bsize);
    } catch {
      return skipped("this system does not tell");
    }
    const seen = `${Math.floor(free / MIB)} MiB free`;
    if (free < EMPTY) return { level: "error", seen, todo: "Make room on the disk of the project" };
    if (free < LOW) return { level: "warning", seen, todo: "Make room on the disk of the project" };
    return ok(seen);
  },
};
