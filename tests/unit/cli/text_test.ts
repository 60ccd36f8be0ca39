import assert from "node:assert/strict";
import { makeStyle } from "../../../src/cli/output/style.ts";
import { mayUseSymbols } from "../../../src/cli/output/style_for.ts";
import { say, shown } from "../../../src/cli/output/shown.ts";
import {
  ago,
  bar,
  clockTime,
  columns,
  commandLine,
  hang,
  oneLine,
  pad,
  prose,
  wrap,
  wrapLines,
} from "../../../src/cli/output/text.ts";
import { visibleLength } from "../../../src/cli/output/width.ts";

const TERMINAL = makeStyle({ terminal: true, colour: true, width: 80 });
const ASCII = makeStyle({ terminal: true, colour: false, width: 80, ascii: true });
const PLAIN = makeStyle({ terminal: false, colour: false, width: 80 });

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
    [TERMINAL.red(say`three`), 5],
    [TERMINAL.bold(TERMINAL.cyan(say`計画`)), 4],
  ];
  for (const [text, width] of widths) assert.equal(visibleLength(text), width, text);
});

Deno.test("text is padded by columns, not by characters", () => {
  assert.equal(pad(say`計画`, 6) + "|", "計画  |");
  assert.equal(pad(TERMINAL.dim(say`ab`), 4) + "|", TERMINAL.dim(say`ab`) + "  |");
  assert.equal(pad(say`longer`, 3), "longer");
});

Deno.test("one line is one line, and on a terminal never wider than asked", () => {
  assert.equal(oneLine("  a\n\n b\tc ", 20, PLAIN), "a b c");
  assert.equal(oneLine("abcdefghij", 10, PLAIN), "abcdefghij");
  assert.equal(oneLine("abcdefghijk", 10, PLAIN), "abcdefghijk", "what is piped is not cut");
  assert.equal(oneLine("abcdefghijk", 10, ASCII), "abcdefg...");
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
  assert.deepEqual(wrapLines("one two three four", 9, 5), ["one", "two three", "four"]);
  assert.deepEqual(wrapLines("three four", 9, 5), ["", "three", "four"]);
  assert.deepEqual(wrapLines("one\r\n \n\n\ntwo\n\n", 9), ["one", "", "two"]);
});

Deno.test("a user's text has a bar in front, the program's own prose does not", () => {
  const narrow = makeStyle({ terminal: false, colour: false, width: 24 });
  const text = "aaaa bbbb cccc dddd eeee ffff";
  assert.equal(wrap("one two three", narrow, "  "), "  | one two three");
  assert.equal(wrap(text, narrow, "  "), "  | aaaa bbbb cccc dddd\n  | eeee ffff");
  assert.equal(hang(text, narrow, 4), "aaaa bbbb cccc dddd\n  | eeee ffff");
  assert.equal(hang(text, narrow, 2, 12), "aaaa bbbb\n| cccc dddd eeee ffff");
  assert.equal(hang("Next: x\nNext: y", narrow, 2), "Next: x\n| Next: y");
  assert.equal(prose(shown(text), narrow, "  "), "  aaaa bbbb cccc dddd\n  eeee ffff");
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
  const red = TERMINAL.red(say`計`);
  const text = columns([
    [say`a`, red, say`last`],
    [say`bbb`, say`c`, say`of row`],
    [say``, say``, say``],
  ]);
  assert.equal(text, `a    ${red}  last\nbbb  c   of row\n`);
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
  assert.equal(clockTime("2026-03-10T12:00:00.123Z", PLAIN), "2026-03-10 12:00:00Z");
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

Deno.test("times on a terminal are those of the machine's zone, and say which it is", () => {
  const source = new URL("../../../src/cli/output/", import.meta.url);
  const program = `
    const { clockTime } = await import("${source}text.ts");
    const { makeStyle } = await import("${source}style.ts");
    for (const terminal of [true, false]) {
      const style = makeStyle({ terminal, colour: false, width: 80 });
      for (const time of ["2026-01-31T23:30:00.123Z", "2026-07-31T23:30:00+02:00", "yesterday"]) {
        console.log(clockTime(time, style));
      }
    }`;
  const seen = (TZ: string) => {
    const ended = new Deno.Command(Deno.execPath(), { args: ["eval", program], env: { TZ } });
    return new TextDecoder().decode(ended.outputSync().stdout).trimEnd().split("\n");
  };
  const plain = ["2026-01-31 23:30:00Z", "2026-07-31 23:30:00+02:00", "yesterday"];
  assert.deepEqual(
    seen("America/St_Johns"),
    ["2026-01-31 20:00:00-03:30", "2026-07-31 19:00:00-02:30", "yesterday", ...plain],
  );
  assert.deepEqual(
    seen("UTC"),
    ["2026-01-31 23:30:00Z", "2026-07-31 21:30:00Z", "yesterday", ...plain],
  );
});

Deno.test("symbols are plain where the locale says that it is not UTF-8", () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, boolean])[] = [
    [{ LANG: "de_DE.UTF-8" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "C" }, false],
    [{ LANG: "de_DE.ISO-8859-1" }, false],
    [{ LC_ALL: "C", LANG: "de_DE.UTF-8" }, false],
    [{ LC_ALL: "", LC_CTYPE: "C.UTF-8", LANG: "C" }, true],
  ];
  for (const [env, expected] of cases) {
    for (const unset of [true, false]) {
      assert.equal(mayUseSymbols(env, unset), expected, JSON.stringify(env));
    }
  }
  for (const env of [{}, { LC_ALL: "", LANG: "" }, { LC_MESSAGES: "de_DE.UTF-8" }]) {
    assert.equal(mayUseSymbols(env, true), true, "the system's rule");
    assert.equal(mayUseSymbols(env, false), false, "the C locale");
    assert.equal(mayUseSymbols(env), ["windows", "darwin"].includes(Deno.build.os));
  }
  const { symbols } = makeStyle({ terminal: true, colour: true, width: 80, ascii: true });
  // deno-lint-ignore no-control-regex
  for (const symbol of Object.values(symbols)) assert.match(symbol, /^[\x00-\x7f]+$/);
});
