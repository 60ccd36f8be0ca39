import { type Check, count, few, ok } from "../check.ts";

export const secretsOldFiles: Check = {
  id: "secrets.old-files",
  area: "secrets",
  needsState: true,
  title: "Old tool's secrets",
  why: "The old tool's encrypted files can still be read, but each needs its password or program",
  async run({ options }) {
    const old = (await options.secrets()).oldStores();
    if (old.length === 0) return ok("none");
    const places = old.map(({ where }) => where);
    return {
      level: "info",
      seen: `${count(old.length, "encrypted file")} of the old tool: ${few(places)}`,
      todo: "Convert them with `orchestrator secrets import`",
      list: places,
    };
  },
};
