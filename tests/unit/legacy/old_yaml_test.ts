import assert from "node:assert/strict";
import { oldYamlRemarks } from "../../../src/legacy/old_yaml.ts";

/** What PyYAML 6 gives for a plain word, and what the remark says of it; null where there is none. */
const WORDS: readonly (readonly [string, string | null])[] = [
  ["yes", 'as true (YAML 1.1); here it is the text "yes"'],
  ["NO", 'as false (YAML 1.1); here it is the text "NO"'],
  ["On", 'as true (YAML 1.1); here it is the text "On"'],
  ["off", 'as false (YAML 1.1); here it is the text "off"'],
  ["y", null],
  ["n", null],
  ["true", null],
  ["FALSE", null],
  ["~", null],
  ["null", null],
  ["010", "as 8 (YAML 1.1); here it is 10"],
  ["-010", "as -8 (YAML 1.1); here it is -10"],
  ["0_7", 'as 7 (YAML 1.1); here it is the text "0_7"'],
  ["00", null],
  ["08", 'as the text "08" (YAML 1.1); here it is 8'],
  ["0o10", 'as the text "0o10" (YAML 1.1); here it is 8'],
  ["0b11", 'as 3 (YAML 1.1); here it is the text "0b11"'],
  ["0x1F", null],
  ["0x_1F", 'as 31 (YAML 1.1); here it is the text "0x_1F"'],
  ["1_000", 'as 1000 (YAML 1.1); here it is the text "1_000"'],
  ["1:30", 'as 90 (YAML 1.1); here it is the text "1:30"'],
  ["-1:30", 'as -90 (YAML 1.1); here it is the text "-1:30"'],
  ["1:30.5", 'as 90.5 (YAML 1.1); here it is the text "1:30.5"'],
  ["190:20:30", 'as 685230 (YAML 1.1); here it is the text "190:20:30"'],
  ["12:60", null],
  ["1.0", null],
  [".5", null],
  ["-.5", 'as the text "-.5" (YAML 1.1); here it is -0.5'],
  ["1.5e+3", null],
  ["1e3", 'as the text "1e3" (YAML 1.1); here it is 1000'],
  [".inf", 'as infinity (YAML 1.1); here it is the text ".inf"'],
  ["-.INF", 'as minus infinity (YAML 1.1); here it is the text "-.INF"'],
  [".nan", 'as not a number (YAML 1.1); here it is the text ".nan"'],
  ["2020-01-02", 'as the date 2020-01-02 (YAML 1.1); here it is the text "2020-01-02"'],
  ["2020-1-2", null],
  ["1.2.3", null],
  ["npm test", null],
];

Deno.test("a plain word is remarked on where YAML 1.1 reads it otherwise, with its line", () => {
  for (const [word, said] of WORDS) {
    const found = oldYamlRemarks(`name: x\nsettings:\n  a: ${word}\n`, "w.yaml");
    assert.deepEqual(
      found.map(({ level, file, line, column, message, path }) => ({
        level,
        place: `${file}:${line}:${column}`,
        message,
        path,
      })),
      said === null ? [] : [{
        level: "warning",
        place: "w.yaml:3:6",
        message: `the old tool read ${word} ${said}`,
        path: "settings.a",
      }],
      word,
    );
  }
});

Deno.test("what is quoted, tagged, in a block or for people is not remarked on", () => {
  const text = [
    "name: yes",
    "version: 2020-01-02",
    "phases:",
    "  - id: A",
    "    name: on",
    "    notes: [no, 010]",
    "    items:",
    "      - {id: a, name: off, description: 1:30}",
    "settings:",
    '  a: "yes"',
    "  b: 'no'",
    "  c: !!str 010",
    "  d: |",
    "    yes",
    "  e: # on",
    "    npm run yes",
  ].join("\n");
  assert.deepEqual(oldYamlRemarks(text, "w.yaml"), []);
});

Deno.test("a word for true or false is remarked on only where it comes to mean something else", () => {
  const of = (value: string) =>
    oldYamlRemarks(
      `name: x\nphases:\n  - {id: A, name: A, items: [{id: a, name: A, required: ${value}}]}\n`,
      "w.yaml",
    ).length;
  // Both tools take these for true or false.
  for (const same of ["yes", "no", "on", "off", "y", "n", "0", "1", "true"]) {
    assert.equal(of(same), 0, same);
  }
  for (const other of ["010", "1:30", "2020-01-02", "0o1"]) assert.equal(of(other), 1, other);
});

Deno.test("an exit code, and each place of a list, is remarked on; an anchor once", () => {
  const text = [
    "name: x",
    "phases:",
    "  - id: A",
    "    name: A",
    "    required_reviews: [security, on]",
    "    items:",
    "      - &one",
    "        id: a",
    "        name: A",
    "        verification: {type: command, command: make, expect_exit_code: 010}",
    "      - {<<: *one, id: b}",
    "settings: {a: &word off, b: *word}",
  ].join("\n");
  assert.deepEqual(oldYamlRemarks(text, "w.yaml").map(({ line, message }) => [line, message]), [
    [5, 'the old tool read on as true (YAML 1.1); here it is the text "on"'],
    [10, "the old tool read 010 as 8 (YAML 1.1); here it is 10"],
    [12, 'the old tool read off as false (YAML 1.1); here it is the text "off"'],
  ]);
});

Deno.test("bytes that are not UTF-8 are remarked on once, with the first place and their number", () => {
  const latin1 = new Uint8Array(
    [..."name: x\ndescription: Pr\xfcfen f\xfcr\n"].map((one) => one.charCodeAt(0)),
  );
  const found = oldYamlRemarks(new TextDecoder().decode(latin1), "w.yaml");
  assert.deepEqual(found.map(({ line, column }) => [line, column]), [[2, 16]]);
  assert.match(
    found[0]?.message ?? "",
    /^not UTF-8: 2 bytes are read as "\uFFFD" now; the old tool/,
  );
  assert.deepEqual(oldYamlRemarks("name: Prüfen\n", "w.yaml"), []);
});

Deno.test("a definition of format 2, and a text that is no definition, have no remarks", () => {
  assert.equal(oldYamlRemarks("format: 1\nsettings: {a: yes}\n", "w.yaml").length, 1);
  for (const text of ["format: 2\nsettings: {a: yes}\n", "- yes\n", "", "a: [", "yes"]) {
    assert.deepEqual(oldYamlRemarks(text, "w.yaml"), [], text);
  }
});
