import assert from "node:assert/strict";
import { CommandOutput, outputLines } from "../../../src/cli/output/command_output.ts";
import { makeStyle } from "../../../src/cli/output/style.ts";
import { Redactor } from "../../../src/secrets/redact.ts";

const PLAIN = makeStyle({ terminal: true, colour: false, width: 80 });
const COLOURED = makeStyle({ terminal: true, colour: true, width: 80 });

/** What a terminal gets of some output, in pieces of `size` bytes. */
function live(text: string, options: { size?: number; colour?: boolean; width?: number } = {}) {
  const { size = Infinity, colour = false, width = 40 } = options;
  const redactor = new Redactor();
  redactor.add("hunter2hunter2");
  const output = new CommandOutput(redactor.stream(), colour ? COLOURED : PLAIN, width);
  const bytes = new TextEncoder().encode(text);
  let result = "";
  for (let at = 0; at < bytes.length; at += size) {
    result += output.push(bytes.slice(at, at + size));
  }
  return result + output.end();
}

const HOSTILE: readonly (readonly [name: string, text: string, seen: string])[] = [
  ["lines", "one\ntwo", "│ one\n│ two\n"],
  ["line ends of Windows", "one\r\n\r\ntwo\r\n", "│ one\n│ \n│ two\n"],
  ["cursor, screen, modes", "a\x1b[2J\x1b[1;1Hb\x1b[?1049hc\x1b[?25ld", "│ abcd\n"],
  ["titles and links", "\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "│ alink\n"],
  ["strings", "\x1bPq#0\x1b\\a\x1b_G\x1b\\b\x1bXx\x1b\\c\x1b^y\x1b\\d", "│ abcd\n"],
  ["8-bit controls", "a\u009b2Jb\u009d0;t\u009cc\u0090q\u009cd\u0085e", "│ abcde\n"],
  ["a string without an end", "\x1b]0;never\nnext", "│ \n│ next\n"],
  ["a sequence without an end", "a\x1b[3", "│ a\n"],
  ["other escapes", "a\x1bcb\x1b(0c\x1b7d\x1b#8e", "│ abcde\n"],
  ["other controls", "a\x07\b\x0e\x0f\x7f\0b", "│ ab\n"],
  ["direction", "a\u202eb", "│ a\\u{202e}b\n"],
  ["tabs", "a\tb\n\tc", "│ a       b\n│         c\n"],
  ["a progress bar", "10 %\r20 %\r\n", "│ 10 %\r\x1b[K│ 20 %\n"],
  ["long lines", "x".repeat(50), `│ ${"x".repeat(38)}\n│ ${"x".repeat(12)}\n`],
  ["wide characters", "計".repeat(30), `│ ${"計".repeat(19)}\n│ ${"計".repeat(11)}\n`],
  ["what looks like ours", "✓ Completed tests\n", "│ ✓ Completed tests\n"],
  ["a secret", "token hunter2hunter2.", "│ token [redacted].\n"],
  ["a secret with controls in it", "hunter2\x1b[Khunter2", "│ [redacted]\n"],
  ["colours where there are none", "\x1b[31mred\x1b[0m", "│ red\n"],
];

for (const [name, text, seen] of HOSTILE) {
  Deno.test(`a command's output moves no cursor and never looks like the program's: ${name}`, () => {
    assert.equal(live(text), seen);
    assert.equal(live(text, { size: 1 }), seen, "in single bytes");
  });
}

Deno.test("colours stay, and end with the line", () => {
  const options = { colour: true };
  const bar = "\x1b[2m│ \x1b[22m";
  assert.equal(live("a\x1b[1;31mb\x1b[0mc\n", options), `${bar}a\x1b[1;31mb\x1b[0mc\n`);
  assert.equal(live("\x1b[31ma\nb", options), `${bar}\x1b[31ma\x1b[0m\n${bar}\x1b[31mb\x1b[0m\n`);
  assert.equal(live("\x1b[38;5;8ma\x1b[m", options), `${bar}\x1b[38;5;8ma\x1b[m\n`);
  // Hidden and blinking text.
  assert.equal(live("a\x1b[8mb\x1b[5mc\x1b[38;2;1;2;3;8md", options), `${bar}abcd\n`);
});

Deno.test("the lines of a command's output are those a terminal would show", () => {
  assert.deepEqual(
    outputLines("\x1b[31mred\x1b[0m\n10 %\r20 %\r\na\tb\x1b]0;t\x07\nx\u202ey"),
    ["red", "20 %", "a       b", "x\\u{202e}y"],
  );
});
