import { goneText, lostText } from "../../session/witness_text.ts";
import { type Check, count, few, type Finding, ok } from "../check.ts";

export const sessionsRemembered: Check = {
  id: "sessions.remembered",
  area: "sessions",
  needsState: true,
  title: "Sessions recorded in this clone",
  why: "Git's own directory remembers how far each session was",
  async run(examination) {
    const { remembered } = examination.options;
    const lost: string[] = [];
    const sessions = examination.absent === null ? await examination.sessions() : [];
    for (const { id, loaded: { value } } of sessions) {
      const end = value === undefined ? null : await remembered.lost(value);
      if (value !== undefined && end !== null) lost.push(`${id}: ${lostText(end, value.head.seq)}`);
    }
    const all = await remembered.gone();
    if (lost.length === 0 && all.length === 0) return ok("nothing is missing");
    const isKnown = lost.length === 0 && all.every(({ told }) => told === true);
    return { ...finding(lost, all.map(goneText)), level: isKnown ? "info" : "warning" };
  },
};

function finding(lost: readonly string[], gone: readonly string[]): Omit<Finding, "level"> {
  const seen = [
    ...(lost.length === 0 ? [] : [`${count(lost.length, "journal")} shorter than recorded here`]),
    ...(gone.length === 0
      ? []
      : [`${count(gone.length, "session")} gone without a removal: ${few(gone)}`]),
  ];
  return {
    seen: seen.join("; "),
    todo:
      "Run `orchestrator state pull` where a state branch has them, or restore .orchestrator from a backup",
    list: [...lost, ...gone],
  };
}
