import { type Check, count, few, ok } from "../check.ts";

export const stateCopies: Check = {
  id: "state.copies",
  area: "state",
  title: "Copies elsewhere",
  why: "What is only here goes with this machine, this folder or this worktree",
  async run(examination) {
    const { absent, options } = examination;
    if (absent !== null) return absent;
    const list: string[] = [];
    const onlyHere: string[] = [];
    const takenBy = new Set<string>();
    let command = "";
    for (const { id, loaded: { value } } of await examination.sessions()) {
      if (value === undefined) continue;
      const { name, seq } = value.state;
      const { elsewhere, where, argv, ...kept } = await options.protection(value.state);
      const shown = `${id}${name === null ? "" : ` (${name})`}`;
      for (const taker of kept.takenBy) takenBy.add(taker);
      if (elsewhere < seq) {
        onlyHere.push(id);
        command = argv.join(" ");
      }
      list.push(
        elsewhere === 0
          ? `${shown}: only here`
          : `${shown}: safe elsewhere up to event ${elsewhere} of ${seq} (${where})`,
      );
    }
    if (list.length === 0) return ok("no sessions yet");
    if (onlyHere.length === 0) return { ...ok("every session is elsewhere, too"), list };
    return {
      level: takenBy.has("git worktree remove") ? "warning" : "info",
      seen: `${
        count(onlyHere.length, "session")
      } of ${list.length} with events that are only here: ${few(onlyHere)}`,
      todo: `Run \`orchestrator ${command}\` to keep a copy elsewhere`,
      list,
    };
  },
};
