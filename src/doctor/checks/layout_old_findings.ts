import { type Check, count, ok, skipped } from "../check.ts";

export const layoutOldFindings: Check = {
  id: "layout.old-findings",
  area: "layout",
  title: "Old files",
  why: "What is odd about the old tool's files decides what can be taken over",
  run({ legacy }) {
    const { findings } = legacy;
    if (findings.length > 0) {
      return {
        level: "warning",
        seen: `${count(findings.length, "oddity").replace("odditys", "oddities")}: ${
          findings[0]?.message
        }`,
        todo: "Look at them before moving over",
        list: findings.map((finding) => finding.message),
      };
    }
    return legacy.hasWorkflow ? ok("nothing odd") : skipped("nothing of the old tool is here");
  },
};
