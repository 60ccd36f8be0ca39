import { type Check, count, few, ok } from "../check.ts";

export const secretsOldFiles: Check = {
  id: "secrets.old-files",
  area: "secrets",
  title: "Old tool's secrets",
  why: "The old tool's encrypted files are still read, but each needs its password or program",
  async run({ options }) {
    const old = (await options.secrets()).oldStores();
    if (old.length === 0) return ok("none");
    const places = old.map(({ where }) => where);
    return {
      level: "info",
      seen: `${count(old.length, "encrypted file")} of the old tool: ${few(places)}`,
      todo: "`orchestrator secrets import` turns them into the new form",
      list: places,
    };
  },
};
