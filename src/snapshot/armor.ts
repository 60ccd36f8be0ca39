/**
 * Snapshots as text, for where only text gets through: a terminal, a log, a message. Base64 between
 * two lines (RFC 7468), with a label of our own, or with age's so that the `age` program opens it.
 *
 * What is read may have been copied out of a log: text around it, indented or numbered lines, other
 * line widths, CR LF. Nothing is trusted because of its armor; what is inside is checked as always.
 * @module
 */
import { Buffer } from "node:buffer";
import { beginsWith, type Bytes, peek } from "./byte_stream.ts";
import { invalid } from "./manifest.ts";

/** What the first and the last line say. */
export type ArmorLabel = "ORCHESTRATOR SNAPSHOT" | "AGE ENCRYPTED FILE";

const LABELS: readonly ArmorLabel[] = ["ORCHESTRATOR SNAPSHOT", "AGE ENCRYPTED FILE"];

/** Characters of a line, as RFC 7468 §2 and age want them, and the bytes they stand for. */
const COLUMNS = 64;
const LINE_BYTES = 48;

/** Maximum length of text before the first line. */
const MAX_PREAMBLE = 1024 * 1024;

/** Longest line that is read: copies may have lost their line ends. */
const MAX_LINE = 1024 * 1024;

const begin = (label: ArmorLabel) => `-----BEGIN ${label}-----`;
const end = (label: ArmorLabel) => `-----END ${label}-----`;

/** Bytes as text. */
export async function* armored(bytes: Bytes, label: ArmorLabel): Bytes {
  const encoder = new TextEncoder();
  yield encoder.encode(`${begin(label)}\n`);
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of bytes) {
    const all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = all.length - all.length % LINE_BYTES;
    if (whole > 0) yield encoder.encode(base64Lines(all.subarray(0, whole)));
    rest = all.slice(whole);
  }
  yield encoder.encode(`${base64Lines(rest)}${end(label)}\n`);
}

function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  let lines = "";
  for (let at = 0; at < text.length; at += COLUMNS) lines += `${text.slice(at, at + COLUMNS)}\n`;
  return lines;
}

/**
 * The bytes behind the armor when there is one, else the bytes as they are.
 * @param isBinary whether bytes that begin so need no look for an armor.
 * @throws `snapshot_invalid`, also while they are read.
 */
export async function unarmored(
  bytes: Bytes,
  isBinary: (head: Uint8Array) => boolean,
  headLength: number,
): Promise<Bytes> {
  const start = await peek(bytes, headLength);
  if (isBinary(start.head)) return start.all;
  const { head, all } = await peek(start.all, MAX_PREAMBLE);
  const text = decoderFor(head).decode(head, { stream: true });
  const label = LABELS.map((name) => ({ name, at: text.search(beginLine(name)) }))
    .filter(({ at }) => at >= 0).sort((left, right) => left.at - right.at)[0];
  return label === undefined ? all : dearmored(all, label.name, decoderFor(head));
}

function beginLine(label: ArmorLabel): RegExp {
  return new RegExp(`${begin(label)}[ \\t]*\\r?(?:\\n|$)`);
}

/** Windows PowerShell writes what is redirected to a file as UTF-16. */
function decoderFor(head: Uint8Array): TextDecoder {
  return new TextDecoder(beginsWith(head, "\xff\xfe") ? "utf-16le" : "utf-8");
}

/** The bytes of armored text. Text before a space in a line is not part of the armor. */
async function* dearmored(bytes: Bytes, label: ArmorLabel, decoder: TextDecoder): Bytes {
  let place = "before" as "before" | "inside" | "behind";
  const take = (line: string): string => {
    const text = line.trimEnd();
    if (LABELS.some((name) => text.endsWith(begin(name)))) {
      if (place !== "before") throw invalid("the text contains more than one snapshot");
      place = "inside";
      return "";
    }
    if (place === "inside" && text.endsWith(end(label))) place = "behind";
    if (place !== "inside") return "";
    return text.slice(Math.max(text.lastIndexOf(" "), text.lastIndexOf("\t")) + 1);
  };
  const groups = new Base64();
  let rest = "";
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) {
      if (place === "inside") throw invalid("its text has no line breaks");
      rest = rest.slice(-COLUMNS);
    }
    const decoded = groups.decode(lines.map(take).join(""));
    if (decoded.length > 0) yield decoded;
  }
  const last = take(rest + decoder.decode());
  if (place !== "behind") throw invalid(`it is incomplete: the line "${end(label)}" is missing`);
  yield groups.finish(last);
}

/** Base64 that comes in pieces of any length. */
class Base64 {
  /** What is not decoded yet: groups of four are, once it is known that they are not the last. */
  #carried = "";

  decode(text: string): Uint8Array {
    this.#take(text);
    return this.#give(Math.max(0, Math.floor((this.#carried.length - 1) / 4) * 4));
  }

  finish(text: string): Uint8Array {
    this.#take(text);
    if (this.#carried.length % 4 !== 0) throw invalid("characters are missing in its text");
    return this.#give(this.#carried.length);
  }

  #take(text: string): void {
    this.#carried += text;
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(this.#carried)) return;
    throw invalid("a line in its text is damaged or out of place");
  }

  #give(count: number): Uint8Array {
    const decoded = Buffer.from(this.#carried.slice(0, count), "base64");
    this.#carried = this.#carried.slice(count);
    return decoded;
  }
}
