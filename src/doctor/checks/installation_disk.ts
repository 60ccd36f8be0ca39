import { byteSize } from "../../platform/byte_size.ts";
import { type Check, ok, skipped } from "../check.ts";

const MIB = 1024 * 1024;
const LOW = 100 * MIB;
const EMPTY = 5 * MIB;

export const installationDisk: Check = {
  id: "installation.disk",
  area: "installation",
  title: "Disk space",
  why: "Nothing can be recorded on a full disk",
  run({ paths, options }) {
    const disk = options.system.disk(paths.root);
    if (disk === null) return skipped("this system does not report free space");
    const seen = `${byteSize(disk.freeBytes)} free`;
    if (disk.freeBytes >= LOW) return ok(seen);
    return {
      level: disk.freeBytes < EMPTY ? "error" : "warning",
      seen,
      todo: "Free some space on the disk that holds the project",
    };
  },
};
