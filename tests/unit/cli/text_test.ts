import assert from "node:assert/strict";
import { makeStyle } from "../../../src/cli/output/style.ts";
import {
  ago,
  bar,
  clockTime,
  columns,
  commandLine,
  hang,
  oneLine,
  pad,
  printable,
  visibleLength,
  wrap,
  wrapLines,
} from "../../../src/cli/output/text.ts";

const TERMINAL = makeStyle({ terminal: true, colour: true, width: 80 });
const PLAIN = makeStyle({ terminal: false, colour: false, width: 80 });

Deno.test("printable text moves no cursor and turns no direction", () => {
  assert.equal(printable("a\x1b[2Jb\rc\x07\x9bd"), "a\ufffd[2Jb\ufffdc\ufffd\ufffdd");
  assert.equal(printable("user\u202e\u2066nimda"), "user\ufffd\ufffdnimda");
  assert.equal(printable("tab\tand\nline"), "tab\tand\nline");
  assert.equal(printable("für 計画 🎉"), "für 計画 🎉");
});

Deno.test("widths are columns of a terminal", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["", 0],
    ["plain", 5],
    ["für", 3],
    ["fu\u0308r", 3],
    ["計画", 4],
    ["ログイン", 8],
    ["한국어", 6],
    ["ｗｉｄｅ", 8],
    ["ﾊﾝｶｸ", 4],
    ["🎉", 2],
    ["👩\u200d👩\u200d👧", 2],
    ["✓ ○ ▶ →", 7],
    ["שלום", 4],
    [TERMINAL.red("three"), 5],
    [TERMINAL.bold(TERMINAL.cyan("計画")), 4],
  ];
  for (const [text, width] of widths) assert.equal(visibleLength(text), width, text);
});

Deno.test("text is padded by columns, not by characters", () => {
  assert.equal(pad("計画", 6) + "|", "計画  |");
  assert.equal(pad(TERMINAL.dim("ab"), 4) + "|", TERMINAL.dim("ab") + "  |");
  assert.equal(pad("longer", 3), "longer");
});

Deno.test("one line is one line, and never wider than asked", () => {
  assert.equal(oneLine("  a\n\n b\tc ", 20, PLAIN), "a b c");
  assert.equal(oneLine("abcdefghij", 10, PLAIN), "abcdefghij");
  assert.equal(oneLine("abcdefghijk", 10, PLAIN), "abcdefg...");
  assert.equal(oneLine("abcdefghijk", 10, TERMINAL), "abcdefghi…");
  for (const text of ["計画を立てて実行する", "a計b画c", "Größe der Datei", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧"]) {
    for (let width = 4; width < 22; width++) {
      const line = oneLine(text, width, TERMINAL);
      assert.ok(visibleLength(line) <= width, `${line} is wider than ${width}`);
    }
  }
});

Deno.test("lines are broken at spaces", () => {
  assert.deepEqual(wrapLines("one two three four", 9), ["one two", "three", "four"]);
  assert.deepEqual(wrapLines("one\n\ntwo", 9), ["one", "", "two"]);
  assert.equal(wrap("one two three", 24, "  "), "  one two three");
  assert.equal(hang("aaaa bbbb cccc dddd eeee", 24, "    "), "aaaa bbbb cccc dddd\n    eeee");
});

Deno.test("a command or a path is never broken, text without spaces is", () => {
  const path = "src/a/very/long/path/that/does/not/fit.ts";
  assert.deepEqual(wrapLines(`see ${path} there`, 20), ["see", path, "there"]);
  const japanese = "既存のAPIを壊さないこと。モバイルクライアントは更新できない。";
  const lines = wrapLines(`短い ${japanese}`, 20);
  assert.equal(lines.join("").replaceAll(" ", ""), `短い${japanese}`);
  for (const line of lines) assert.ok(visibleLength(line) <= 20, line);
  assert.ok(lines.length <= 4, "lines are filled");
});

Deno.test("columns stand under each other", () => {
  const text = columns([["a", TERMINAL.red("計"), "last"], ["bbb", "c", "of row"], ["", "", ""]]);
  assert.equal(text, `a    ${TERMINAL.red("計")}  last\nbbb  c   of row\n`);
  for (const line of text.split("\n")) assert.equal(line, line.trimEnd());
});

Deno.test("times are said as people say them", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  const cases: readonly (readonly [string, string])[] = [
    ["2026-03-10T11:59:30Z", "just now"],
    ["2026-03-10T12:00:30Z", "just now"],
    ["2026-03-10T11:55:00Z", "5 min ago"],
    ["2026-03-10T09:00:00Z", "3 h ago"],
    ["2026-03-09T11:00:00Z", "1 day ago"],
    ["2026-02-26T12:00:00Z", "12 days ago"],
    ["never", "unknown"],
  ];
  for (const [time, text] of cases) assert.equal(ago(time, now), text, time);
  assert.equal(clockTime("2026-03-10T12:00:00.123Z"), "2026-03-10 12:00:00Z");
});

Deno.test("a bar is full only when all is done", () => {
  assert.equal(bar(0, 4, 8, PLAIN), "........");
  assert.equal(bar(1, 4, 8, PLAIN), "##......");
  assert.equal(bar(4, 4, 8, PLAIN), "########");
  assert.equal(bar(0, 0, 8, PLAIN), "########");
  assert.equal(bar(999, 1000, 8, PLAIN), "#######.");
  assert.equal(bar(1, 1000, 8, PLAIN), "#.......");
});

Deno.test("a command line is easy to read where nothing needs quotes", () => {
  assert.equal(
    commandLine(["orchestrator", "complete", "write_plan"]),
    "orchestrator complete write_plan",
  );
  assert.equal(commandLine(["x", "--root=a/b.c"]), "x --root=a/b.c");
  assert.equal(commandLine(["start", "<task>"]), 'start "<task>"');
  assert.equal(commandLine(["note", "it's"]), `note 'it'\\''s'`);
});

const noShell = Deno.build.os === "windows";
if (noShell) console.log("skipped: command lines in a real shell (no sh here)");

Deno.test({
  name: "a shell reads a command line back as the same words",
  ignore: noShell,
  fn: async () => {
    const words = [
      "plain",
      "",
      "two words",
      "it's",
      '"quoted"',
      "$HOME",
      "`id`",
      "$(id)",
      "a;b",
      "a|b",
      "a&b",
      "a>b",
      "<in",
      "<json>",
      "<$(id)>",
      "<`id`>",
      "~",
      "~/x",
      "*",
      "?[a]",
      "{a,b}",
      "#no",
      "!x",
      "\\",
      "a\\b",
      "a=b",
      "=b",
      "-n",
      "--x=y z",
      "%s",
      "line\nbreak",
      "tab\there",
      "計画",
      "@file",
      "^a",
      "(x)",
    ];
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `for word in ${commandLine(words)}; do printf '%s\\0' "$word"; done`],
      env: { HOME: "/nowhere" },
    }).output();
    assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
  },
});
