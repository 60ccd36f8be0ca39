import type { LockScope } from "../../storage/backend.ts";
import { type Check, count, ok } from "../check.ts";

const LONG_MS = 15 * 60_000;

export const locksHeld: Check = {
  id: "locks.held",
  area: "locks",
  needsState: true,
  title: "Locks",
  why: "A lock is held during a change, and the system releases it when the process ends",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const { backend } = examination.options.manager;
    const now = examination.options.now().getTime();
    const held: string[] = [];
    const unclear: string[] = [];
    let long = false;
    const look = async (name: string, scope: LockScope) => {
      const holding = await backend.holder(scope);
      if (holding.state === "unknown") unclear.push(`${name}: ${holding.reason}`);
      if (holding.state !== "held") return;
      const { by } = holding;
      long ||= by !== null && now - Date.parse(by.since) > LONG_MS;
      held.push(
        by === null
          ? `${name}: an unknown program`
          : `${name}: ${by.operation} by ${by.actor}, pid ${by.pid} on ${by.host}, since ${by.since}`,
      );
    };
    await look("repository", "repository");
    for (const { id } of await examination.sessions()) await look(id, { session: id });
    if (unclear.length > 0) {
      return {
        level: "warning",
        seen: `cannot determine whether ${count(unclear.length, "lock")} ${
          unclear.length === 1 ? "is" : "are"
        } held: ${unclear[0]}`,
        todo: "Check the lock file and its permissions",
        list: [...unclear, ...held],
      };
    }
    if (held.length === 0) return ok("no lock is held");
    return {
      level: long ? "warning" : "info",
      seen: `${count(held.length, "lock")} held: ${held[0]}`,
      ...(long ? { todo: "Check that process: it is still running" } : {}),
      list: held,
    };
  },
};
