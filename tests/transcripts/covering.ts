/**
 * A part of the transcripts in which every command still ends in every way.
 * @module
 */
import { findCommand } from "../../src/cli/parse.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { splitCommandLine } from "../harness/words.ts";

/** How commands end in a transcript: `complete ends with 7`, and how many of them it runs. */
export interface Endings {
  readonly commands: number;
  readonly ways: ReadonlySet<string>;
}

/** Reads from a transcript's text how its commands end. */
export function endingsOf(text: string): Endings {
  const ways = new Set<string>();
  let commands = 0;
  for (const part of text.split(/^(?=\$ )/m).slice(1)) {
    const { words } = splitCommandLine(part.slice(2, part.indexOf("\n")).replace(/ &$/, ""));
    if (words[0] !== "orchestrator") continue;
    commands++;
    const names = words.slice(1).filter((word) => !word.startsWith("-"));
    const lengths = [3, 2, 1].map((length) => names.slice(0, length));
    const command = lengths.map((path) => findCommand(path, COMMANDS)).find((row) => row);
    ways.add(`${command?.path ?? ""} ends with ${/^\? (\d+)$/m.exec(part)?.[1] ?? "0"}`);
  }
  return { commands, ways };
}

/**
 * Chooses transcripts, few commands first, until each way is in one of them.
 * @param all by name.
 * @returns names in the order of `all`.
 */
export function covering(all: ReadonlyMap<string, Endings>): readonly string[] {
  const missing = new Set([...all.values()].flatMap(({ ways }) => [...ways]));
  const chosen = new Set<string>();
  while (missing.size > 0) {
    let best = "";
    let most = 0;
    for (const [name, { commands, ways }] of all) {
      const worth = [...ways].filter((way) => missing.has(way)).length / commands;
      if (worth > most) [best, most] = [name, worth];
    }
    chosen.add(best);
    for (const way of all.get(best)?.ways ?? []) missing.delete(way);
  }
  return [...all.keys()].filter((name) => chosen.has(name));
}
