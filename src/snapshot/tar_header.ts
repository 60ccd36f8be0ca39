/**
 * The 512 bytes in front of a file in a tar (POSIX.1-1988 ustar), for writing snapshots: a file of
 * nobody's, so that the same state gives the same bytes.
 *
 * Written here and not by a library, so that the pieces of a large file pass through one buffer.
 * @module
 */

/** A tar is made of blocks of so many bytes. */
export const BLOCK = 512;

const NAME_LENGTH = 100;

/** The largest size that eleven octal digits can say; larger ones are written in base 256. */
const MAX_OCTAL = 8 ** 11 - 1;

/**
 * @param name ASCII, up to 255 characters; longer than 100 only with a `/` in the right place.
 * @param size bytes.
 * @param mtime whole seconds since 1970.
 */
export function tarHeader(name: string, size: number, mtime: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => {
    for (let index = 0; index < text.length; index++) block[at + index] = text.charCodeAt(index);
  };
  const octal = (value: number, at: number, length: number) =>
    put(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  const [prefix, base] = splitName(name);
  put(base, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size <= MAX_OCTAL) octal(size, 124, 12);
  else putBase256(block.subarray(124, 136), size);
  octal(mtime, 136, 12);
  put("        ", 148);
  put("0", 156);
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

function splitName(name: string): readonly [prefix: string, base: string] {
  if (name.length <= NAME_LENGTH) return ["", name];
  const at = name.indexOf("/", name.length - NAME_LENGTH - 1);
  if (at < 0) throw new TypeError(`${name} is too long for a tar`);
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
