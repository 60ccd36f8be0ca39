/**
 * What stands in front of a file in a tar, for writing snapshots: 512 bytes (POSIX.1-1988 ustar), and
 * for a name that these have no room for an extended header before them (POSIX.1-2001 pax). The file
 * names no user, so that the same state gives the same bytes.
 *
 * Written here and not by a library, so that the pieces of a large file pass through one buffer.
 * @module
 */

/** A tar is made of blocks of so many bytes. */
export const BLOCK = 512;

const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;

/** The largest size that eleven octal digits can say; larger ones are written in base 256. */
const MAX_OCTAL = 8 ** 11 - 1;

/**
 * @param name relative, with `/`.
 * @param size bytes.
 * @param mtime whole seconds since 1970.
 */
export function tarHeader(name: string, size: number, mtime: number): Uint8Array {
  // deno-lint-ignore no-control-regex
  const split = /^[\x00-\x7f]*$/.test(name) ? splitName(name) : null;
  if (split !== null) return block(split, { size, mtime, type: FILE });
  const record = new TextEncoder().encode(paxRecord("path", name));
  const header = block(["", PAX_NAME], { size: record.length, mtime, type: PAX });
  const file = block(["", PAX_NAME], { size, mtime, type: FILE });
  const whole = new Uint8Array(BLOCK + record.length + padding(record.length) + BLOCK);
  whole.set(header);
  whole.set(record, BLOCK);
  whole.set(file, whole.length - BLOCK);
  return whole;
}

const FILE = "0";
const PAX = "x";

/** Stands where the name is in the extended header. */
const PAX_NAME = "long-name";

/** `<length> <key>=<value>\n`, the length in bytes and of all of it. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = new TextEncoder().encode(rest).length;
  let length = bytes;
  while (length !== bytes + String(length).length) length = bytes + String(length).length;
  return length + rest;
}

function block(
  [prefix, base]: readonly [prefix: string, base: string],
  { size, mtime, type }: {
    readonly size: number;
    readonly mtime: number;
    readonly type: string;
  },
): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => {
    for (let index = 0; index < text.length; index++) block[at + index] = text.charCodeAt(index);
  };
  const octal = (value: number, at: number, length: number) =>
    put(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  put(base, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size <= MAX_OCTAL) octal(size, 124, 12);
  else putBase256(block.subarray(124, 136), size);
  octal(mtime, 136, 12);
  put("        ", 148);
  put(type, 156);
  put("ustar\x0000", 257);
  put(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** How many bytes lack behind a file of this size until the next block. */
export function padding(size: number): number {
  return (BLOCK - size % BLOCK) % BLOCK;
}

/** The two parts of a name in a header; null for a name that it has no room for. */
function splitName(name: string): readonly [prefix: string, base: string] | null {
  if (name.length <= NAME_LENGTH) return ["", name];
  const at = name.indexOf("/", name.length - NAME_LENGTH - 1);
  if (at < 0 || at > PREFIX_LENGTH) return null;
  return [name.slice(0, at), name.slice(at + 1)];
}

function putBase256(field: Uint8Array, size: number): void {
  let left = size;
  for (let at = field.length - 1; at > 0; at--) {
    field[at] = left % 256;
    left = Math.floor(left / 256);
  }
  field[0] = 0x80;
}
