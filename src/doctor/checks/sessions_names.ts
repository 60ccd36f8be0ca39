import { type Check, few, ok } from "../check.ts";

export const sessionsNames: Check = {
  id: "sessions.names",
  area: "sessions",
  needsState: true,
  title: "Names",
  why: "A name shared by two sessions cannot be used to choose one",
  async run(examination) {
    const seen = new Map<string, string[]>();
    for (const { id, meta } of await examination.sessions()) {
      const name = meta?.name;
      if (typeof name === "string") seen.set(name, [...seen.get(name) ?? [], id]);
    }
    const double = [...seen].filter(([, ids]) => ids.length > 1);
    if (double.length === 0) return ok("each name is unique");
    return {
      level: "warning",
      seen: `used more than once: ${few(double.map(([name]) => name))}`,
      todo: "Run `orchestrator session rename <name> --session <id>`",
      list: double.map(([name, ids]) => `${name}: ${ids.join(", ")}`),
    };
  },
};
