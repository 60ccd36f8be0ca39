/**
 * What to run instead of a command that does not exist.
 * @module
 */
import { nearest } from "../workflow/nearest.ts";
import type { CommandSpec } from "./command.ts";

/**
 * Words that other programs use, and what they are called here. A word with one harmless meaning is
 * a synonym in the table instead.
 */
const CALLED: Readonly<Record<string, string>> = {
  undo: "Run `orchestrator checkpoint list` to see what the workflow can be restored to",
  verify:
    "Run `orchestrator complete <item>` to verify an item, `orchestrator log verify` to verify the journal",
  check:
    "Run `orchestrator complete <item>` to check an item, `orchestrator doctor` to check the project",
  upgrade: "Run `orchestrator self update --check` to see whether there is a newer release",
  update: "Run `orchestrator self update --check` to see whether there is a newer release",
  done: "Run `orchestrator complete <item>`",
  delete: "Run `orchestrator help session`",
  remove: "Run `orchestrator help session`",
  rm: "Run `orchestrator help session`",
};

/**
 * One next step. Never a command that removes, ends or overwrites something.
 * @param topic the words that were typed.
 * @param group those of them that begin a command.
 */
export function commandHint(
  topic: readonly string[],
  group: readonly string[],
  table: readonly CommandSpec[],
): string {
  const word = topic[0] ?? "";
  if (group.length === 0 && Object.hasOwn(CALLED, word)) return CALLED[word] ?? "";
  const close = nearCommand(topic, group, table);
  if (close !== undefined) return `Did you mean \`orchestrator ${close}\`?`;
  return `Run \`orchestrator ${group.length === 0 ? "help all" : `help ${group.join(" ")}`}\``;
}

/** The command or group that is spelled most like `topic`; its words beyond `group` differ. */
export function nearCommand(
  topic: readonly string[],
  group: readonly string[],
  table: readonly CommandSpec[],
): string | undefined {
  const names = commandNames(table);
  for (let length = Math.min(LONGEST_PATH, topic.length); length > group.length; length--) {
    const typed = topic.slice(0, length);
    const close = nearest(
      typed.join(" "),
      names.filter((name) => isNear(typed, name.split(" "))),
    );
    if (close !== undefined) return close;
  }
  return undefined;
}

/** Most words that a command has. */
const LONGEST_PATH = 3;

/** Whether each word is like the one in its place: `session new` is not like `session end`. */
function isNear(typed: readonly string[], name: readonly string[]): boolean {
  return typed.length === name.length &&
    name.every((word, index) => nearest(typed[index] ?? "", [word]) !== undefined);
}

/** Everything that can be typed as a command or a group of commands, and destroys nothing. */
function commandNames(table: readonly CommandSpec[]): readonly string[] {
  return table.filter((row) => row.hidden !== true && row.destructive !== true).flatMap((row) => {
    const words = row.path.split(" ");
    const parent = words.slice(0, -1);
    return [
      ...words.map((_, index) => words.slice(0, index + 1).join(" ")),
      ...(row.aliases ?? []).map((alias) => [...parent, alias].join(" ")),
    ];
  });
}
