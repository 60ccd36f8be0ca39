import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { OrchestratorError } from "../../../src/errors.ts";
import { armored, unarmored } from "../../../src/snapshot/armor.ts";
import { Scratch } from "../../harness/scratch.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { collectBytes, inPieces, World } from "./world.ts";

const ageMissing = spawnSync("age", ["--version"]).error !== undefined;
if (ageMissing) console.log("The test with the age program skips: it is not installed");

const BEGIN = "-----BEGIN ORCHESTRATOR SNAPSHOT-----";
const END = "-----END ORCHESTRATOR SNAPSHOT-----";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function toText(bytes: Uint8Array, size?: number): Promise<string> {
  return decode(await collectBytes(armored(inPieces(bytes, size), "ORCHESTRATOR SNAPSHOT")));
}

async function toBytes(text: string | Uint8Array, size?: number): Promise<Uint8Array> {
  const bytes = typeof text === "string" ? encode(text) : text;
  return await collectBytes(await unarmored(inPieces(bytes, size), () => false, 263));
}

function random(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

Deno.test("bytes become lines of 64 characters, and come back", async () => {
  for (const size of [0, 1, 2, 3, 47, 48, 49, 1000, 300_001]) {
    const bytes = random(size);
    for (const piece of [7, 100_000]) {
      if (size > 1000 && piece === 7) continue;
      const text = await toText(bytes, piece);
      const lines = text.split("\n");
      assert.equal(lines[0], BEGIN);
      assert.deepEqual(lines.slice(-2), [END, ""]);
      const inside = lines.slice(1, -2);
      assert.ok(inside.slice(0, -1).every((line) => line.length === 64));
      assert.equal(inside.join(""), Buffer.from(bytes).toString("base64"));
      assert.deepEqual(await toBytes(text, piece), bytes);
    }
  }
});

Deno.test("a copy out of a log, a message or a terminal is read", async () => {
  const bytes = random(1000);
  const text = await toText(bytes);
  const narrow = text.replace(/^[^-\n]+$/gm, (line) => line.replace(/.{30}/g, "$&\n"));
  const utf16 = (marked: string) =>
    new Uint8Array(new Uint16Array([...marked].map((char) => char.charCodeAt(0))).buffer);
  const copies: Record<string, string | Uint8Array> = {
    "blank lines before": `\n\r\n  \n${text}`,
    "text around it": `$ orchestrator snapshot export -a\n${text}Exited with 0\n`,
    "much text before it": `${"a line of a log\n".repeat(20_000)}${text}`,
    "CR LF": text.replaceAll("\n", "\r\n"),
    "indented": text.replace(/^/gm, "    "),
    "tabs": text.replace(/^/gm, "\t"),
    "spaces behind": text.replace(/$/gm, "   "),
    "times in front": text.replace(/^/gm, "2026-03-01T12:00:00.1234567Z "),
    "another width": narrow,
    "blank lines between": text.replaceAll("\n", "\n\n"),
    "one line": `${BEGIN}\n${text.split("\n").slice(1, -2).join("")}\n${END}`,
    "no end of the last line": text.trimEnd(),
    "a mark of UTF-8": `\ufeff${text}`,
    "UTF-16": utf16(`\ufeff${text.replaceAll("\n", "\r\n")}`),
  };
  for (const [what, copy] of Object.entries(copies)) {
    assert.deepEqual(await toBytes(copy), bytes, what);
    assert.deepEqual(await toBytes(copy, 3), bytes, what);
  }
});

Deno.test("text without an armor is handed on as it is", async () => {
  for (const text of ["", "hello", `a ${BEGIN} in a sentence\n`, "-----BEGIN CERTIFICATE-----\n"]) {
    assert.equal(decode(await toBytes(text)), text);
  }
});

Deno.test("a copy that lacks something is refused in one sentence, and leaves nothing", async () => {
  using here = new World();
  await here.start("Add login");
  const text = decode(await here.export({ armor: true }));
  const lines = text.trimEnd().split("\n");
  const without = (index: number) => lines.toSpliced(index, 1).join("\n");
  const damaged: readonly [string, RegExp][] = [
    [lines.slice(0, -1).join("\n"), /incomplete: the line "-----END ORCHESTRATOR SNAPSHOT-----"/],
    [lines.slice(0, 3).join("\n"), /incomplete/],
    [text.slice(0, 100), /incomplete/],
    [`${BEGIN}\n`, /incomplete/],
    [`${BEGIN}\n${END}\n`, /it is empty/],
    [without(0), /it is not a snapshot/],
    [without(1), /Cannot read snapshot/],
    [without(3), /Cannot read snapshot/],
    [without(lines.length - 2), /Cannot read snapshot/],
    [lines.toSpliced(3, 0, "warning: some thing!").join("\n"), /damaged or out of place/],
    [text.replace(/\n[^-].{20}/, (found) => `${found.slice(0, -1)}*`), /is damaged/],
    [text.replace(/\n[^-].{20}/, (found) => found.slice(0, -1)), /Cannot read snapshot/],
    [text + text, /more than one snapshot/],
    [`${text}${BEGIN.replace("ORCHESTRATOR SNAPSHOT", "AGE ENCRYPTED FILE")}\n`, /more than one/],
    [`${BEGIN}\n${"A".repeat(3_000_000)}`, /no line breaks/],
  ];
  for (const [copy, message] of damaged) {
    using there = new World();
    const before = readTree(there.scratch.top, { times: false });
    await assert.rejects(there.import(encode(copy)), (error: unknown) => {
      assert.ok(error instanceof OrchestratorError, String(error));
      assert.equal(error.code, "snapshot_invalid");
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(compareTrees(before, readTree(there.scratch.top, { times: false })), []);
  }
});

Deno.test("text that never ends is not kept in memory", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield encode(`${BEGIN}\nQUJD\n${END}\n`);
    while (given < 64e6) {
      await Promise.resolve();
      given += 1e6;
      yield new Uint8Array(1e6).fill(65);
    }
  }
  const began = performance.now();
  const bytes = await collectBytes(await unarmored(endless(), () => false, 263));
  assert.equal(decode(bytes), "ABC");
  // Joined again and again it would take minutes.
  assert.ok(performance.now() - began < 10_000);
});

Deno.test({
  name: "the age program opens an armored snapshot, and we open its armor out of a log",
  ignore: ageMissing,
  fn: async () => {
    using scratch = new Scratch();
    using here = new World();
    const id = await here.start("Add login");
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    scratch.write("key.txt", `${identity}\n`);
    const age = (...args: string[]) => {
      const ended = spawnSync("age", args, { cwd: scratch.root });
      assert.equal(ended.status, 0, ended.stderr?.toString());
      return new Uint8Array(ended.stdout);
    };
    scratch.write(
      "ours.age",
      await here.export({ key: { recipients: [recipient] }, armor: true }),
    );
    const plain = age("-d", "-i", "key.txt", "ours.age");
    assert.deepEqual(plain, await here.export());
    scratch.write("plain", plain);
    const theirs = decode(age("-r", recipient, "-a", "plain"));
    using there = new World();
    await there.import(encode(`log\n${theirs.replaceAll("\n", "\r\n")}more\n`), {
      read: { askKey: () => Promise.resolve({ identities: [identity] }) },
    });
    assert.ok(await there.backend.hasSession(id));
  },
});
