import { type Check, ok, skipped } from "../check.ts";

/** `f_type` of file systems whose locks depend on a server (linux/magic.h). */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB2",
  0x01021997: "9p",
  0x5346414f: "AFS",
  0x65735546: "FUSE",
};

export const projectNetwork: Check = {
  id: "project.network",
  area: "project",
  title: "File system",
  why: "Locks on a network file system depend on its server",
  run({ paths, options: { system } }) {
    if (system.platform !== "linux") return skipped("only Linux reports the file system type");
    const disk = system.disk(paths.root);
    if (disk === null) return skipped("this system does not report the file system type");
    const { type } = disk;
    const name = NETWORK[type] ?? NETWORK[type >>> 0];
    if (name === undefined) return ok("local");
    return {
      level: "info",
      seen: `${name}: make sure that locks work across the machines that share it`,
    };
  },
};
