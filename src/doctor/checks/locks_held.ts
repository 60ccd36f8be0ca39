import { type Check, count, ok } from "../check.ts";

const LONG_MS = 15 * 60_000;

export const locksHeld: Check = {
  id: "locks.held",
  area: "locks",
  title: "Locks",
  why: "A lock is held for the moment of a change and freed by the system when its holder dies",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const { backend } = examination.options.manager;
    const now = examination.options.now().getTime();
    const held: string[] = [];
    let long = false;
    const look = async (name: string, scope: Parameters<typeof backend.holder>[0]) => {
      const holder = await backend.holder(scope);
      if (holder === null) return;
      const since = Date.parse(holder.since);
      long ||= now - since > LONG_MS;
      held.push(
        `${name}: ${holder.operation} by ${holder.actor}, pid ${holder.pid} on ${holder.host}, since ${holder.since}`,
      );
    };
    await look("repository", "repository");
    for (const { id } of await examination.sessions()) await look(id, { session: id });
    if (held.length === 0) return ok("none is held");
    return {
      level: long ? "warning" : "info",
      seen: `${count(held.length, "lock")} held: ${held[0]}`,
      ...(long ? { todo: "Look at that process: it is still running" } : {}),
      list: held,
    };
  },
};
