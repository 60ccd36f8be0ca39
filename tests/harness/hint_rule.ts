/**
 * What a hint looks like, and a check's advice: one sentence with a capital and without a full stop,
 * each command in it in backquotes.
 * @module
 */
import { COMMANDS } from "../../src/cli/table.ts";

/** First words of commands; behind the program's name, they make a command of it. */
const WORDS: ReadonlySet<string> = new Set(COMMANDS.flatMap(({ path, aliases = [] }) => {
  const [first = ""] = path.split(" ");
  return path === first ? [first, ...aliases] : [first];
}));

/** Programs that are named by what they do, too: `git tracks it` is no command. */
const OTHERS = /\b(?:git (?:add|status|log|help|commit|push)|chmod \d+)\b/;

/** Which of the rules a hint breaks, one sentence each. */
export function hintProblems(hint: string): readonly string[] {
  const problems: string[] = [];
  const parts = hint.split("`");
  if (parts.length % 2 === 0) problems.push("a backquote is not closed");
  const outside = parts.filter((_, index) => index % 2 === 0).join("`x`");
  if (!/^[\p{Lu}`"]/u.test(hint)) problems.push("it does not begin with a capital");
  if (/[.;,:]$/.test(hint)) problems.push("it ends with a full stop, or in the middle");
  if (/^`[^`]*`$/.test(hint)) problems.push("it is nothing but a command: it lacks the word Run");
  const bare = [...outside.matchAll(/\borchestrator (--?\w+|[\w-]+)/g)]
    .some(([, word = ""]) => word.startsWith("-") || WORDS.has(word));
  if (bare || OTHERS.test(outside)) problems.push("a command in it has no backquotes");
  return problems;
}
