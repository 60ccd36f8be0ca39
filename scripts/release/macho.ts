/**
 * Signs Mach-O executables ad hoc, and checks such signatures, without Apple's tools.
 *
 * macOS on Apple silicon refuses to run code without a signature; everywhere it refuses pages that do
 * not have the hash that a signature states. Bun puts its payload into a base that its makers have
 * signed, so the base's signature no longer fits. An ad hoc signature has no signer: it only states
 * the hashes of all pages. The layout is that of `cs_blobs.h` in Apple's XNU sources; code signatures
 * are big-endian, everything else in these files little-endian.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

const MACHO_64 = 0xfeedfacf;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
/** The version of a code directory that says where the executable segment is. */
const DIRECTORY_VERSION = 0x20400;
const DIRECTORY_BYTES = 88;
const FLAG_ADHOC = 0x2;
const HASH_SHA256 = 2;
const HASH_BYTES = 32;
/** Pages of 4 KiB, as a power of two; all systems take these, whatever their own page size. */
const PAGE_BITS = 12;
const MAIN_BINARY = 1n;

/** Behind the superblob's header is one index entry, then the code directory. */
const DIRECTORY_OFFSET = 20;

/** What of an executable's load commands a signature is about. */
interface Layout {
  /** Offsets of load commands in the file. */
  readonly signatureCommand: number;
  readonly linkeditCommand: number;
  readonly signatureOffset: number;
  readonly signatureSize: number;
  /** Size in the file of the segment that holds the code. */
  readonly textSize: bigint;
  readonly linkeditOffset: bigint;
}

/**
 * Gives an executable an ad hoc signature over the whole file, in the place of the one it has.
 * @param file a 64-bit Mach-O executable for one processor whose last part is a signature.
 * @param identifier the name that the signature gives to the program.
 * @returns the signed file; the same input gives the same bytes.
 */
export function signMachO(file: Uint8Array, identifier: string): Uint8Array {
  const layout = readLayout(file);
  const codeSize = layout.signatureOffset;
  const pages = Math.ceil(codeSize / 2 ** PAGE_BITS);
  const name = new TextEncoder().encode(`${identifier}\0`);
  const hashOffset = DIRECTORY_BYTES + name.length;
  const directorySize = hashOffset + pages * HASH_BYTES;
  const size = DIRECTORY_OFFSET + directorySize;
  const signed = new Uint8Array(codeSize + size);
  signed.set(file.subarray(0, codeSize));

  // The load commands are in the first page: they must be final before it is hashed.
  const commands = new DataView(signed.buffer);
  commands.setUint32(layout.signatureCommand + 12, size, true);
  const linkeditSize = BigInt(codeSize + size) - layout.linkeditOffset;
  commands.setBigUint64(layout.linkeditCommand + 32, roundedUp(linkeditSize), true);
  commands.setBigUint64(layout.linkeditCommand + 48, linkeditSize, true);

  const blob = new DataView(signed.buffer, codeSize);
  [SUPER_BLOB, size, 1, 0, DIRECTORY_OFFSET].forEach((word, index) =>
    blob.setUint32(index * 4, word)
  );
  const directory = new DataView(signed.buffer, codeSize + DIRECTORY_OFFSET);
  [
    CODE_DIRECTORY,
    directorySize,
    DIRECTORY_VERSION,
    FLAG_ADHOC,
    hashOffset,
    DIRECTORY_BYTES,
    0, // special slots: none
    pages,
    codeSize,
  ].forEach((word, index) => directory.setUint32(index * 4, word));
  [HASH_BYTES, HASH_SHA256, 0, PAGE_BITS].forEach((byte, index) =>
    directory.setUint8(36 + index, byte)
  );
  directory.setBigUint64(72, layout.textSize);
  directory.setBigUint64(80, MAIN_BINARY);
  signed.set(name, codeSize + DIRECTORY_OFFSET + DIRECTORY_BYTES);
  for (const [index, hash] of pageHashes(signed.subarray(0, codeSize), PAGE_BITS)) {
    signed.set(hash, codeSize + DIRECTORY_OFFSET + hashOffset + index * HASH_BYTES);
  }
  return signed;
}

/** What a signature says, compared with the file it is in. */
export interface SignatureReport {
  readonly identifier: string;
  /** The flags of the code directory; 2 is "ad hoc". */
  readonly flags: number;
  readonly pages: number;
  /** Numbers of the pages whose hash is another one. */
  readonly wrongPages: readonly number[];
  /** Whether the pages are all of the file before the signature. */
  readonly coversAll: boolean;
  /** Whether the file ends where its signature and its last segment end. */
  readonly endsThere: boolean;
}

/** Reads the signature of an executable and compares each page with the hash that it states. */
export function inspectMachO(file: Uint8Array): SignatureReport {
  const layout = readLayout(file);
  const view = viewOf(file);
  const blob = layout.signatureOffset;
  if (view.getUint32(blob) !== SUPER_BLOB) throw new Error("there is no signature");
  const entries = Array.from({ length: view.getUint32(blob + 8) }, (_, index) => ({
    type: view.getUint32(blob + 12 + index * 8),
    offset: blob + view.getUint32(blob + 16 + index * 8),
  }));
  const directory = entries.find(({ type }) => type === 0)?.offset;
  if (directory === undefined || view.getUint32(directory) !== CODE_DIRECTORY) {
    throw new Error("the signature has no code directory");
  }
  const word = (index: number) => view.getUint32(directory + index * 4);
  const [hashOffset, nameOffset, pages, codeSize] = [word(4), word(5), word(7), word(8)];
  const stated = (index: number) => {
    const start = directory + hashOffset + index * HASH_BYTES;
    return file.subarray(start, start + HASH_BYTES);
  };
  const wrongPages: number[] = [];
  let counted = 0;
  for (
    const [index, hash] of pageHashes(file.subarray(0, codeSize), view.getUint8(directory + 39))
  ) {
    counted++;
    if (index >= pages || Buffer.compare(hash, stated(index)) !== 0) wrongPages.push(index);
  }
  const nameEnd = file.indexOf(0, directory + nameOffset);
  const linkeditEnd = layout.linkeditOffset + view.getBigUint64(layout.linkeditCommand + 48, true);
  return {
    identifier: new TextDecoder().decode(file.subarray(directory + nameOffset, nameEnd)),
    flags: word(3),
    pages,
    wrongPages,
    coversAll: counted === pages && codeSize === layout.signatureOffset,
    endsThere: linkeditEnd === BigInt(file.length) &&
      layout.signatureOffset + layout.signatureSize === file.length,
  };
}

function readLayout(file: Uint8Array): Layout {
  const view = viewOf(file);
  if (file.length < 32 || view.getUint32(0, true) !== MACHO_64) {
    throw new Error("it is not a 64-bit Mach-O file for one processor");
  }
  const segments = new Map<string, number>();
  let signatureCommand = 0;
  const count = view.getUint32(16, true);
  for (let index = 0, at = 32; index < count; index++) {
    const command = view.getUint32(at, true);
    if (command === LC_CODE_SIGNATURE) signatureCommand = at;
    if (command === LC_SEGMENT_64) {
      const name = new TextDecoder().decode(file.subarray(at + 8, at + 24)).replace(/\0+$/, "");
      segments.set(name, at);
    }
    at += view.getUint32(at + 4, true);
  }
  const text = segments.get("__TEXT");
  const linkedit = segments.get("__LINKEDIT");
  if (text === undefined || linkedit === undefined || signatureCommand === 0) {
    throw new Error("it has no __TEXT, no __LINKEDIT or no signature");
  }
  const signatureOffset = view.getUint32(signatureCommand + 8, true);
  if (signatureOffset % 16 !== 0) {
    throw new Error("its signature does not begin at a multiple of 16");
  }
  return {
    signatureCommand,
    linkeditCommand: linkedit,
    signatureOffset,
    signatureSize: view.getUint32(signatureCommand + 12, true),
    textSize: view.getBigUint64(text + 48, true),
    linkeditOffset: view.getBigUint64(linkedit + 40, true),
  };
}

function* pageHashes(
  code: Uint8Array,
  pageBits: number,
): Generator<readonly [index: number, hash: Uint8Array]> {
  const size = 2 ** pageBits;
  for (let index = 0; index * size < code.length; index++) {
    const page = code.subarray(index * size, (index + 1) * size);
    yield [index, createHash("sha256").update(page).digest()];
  }
}

/** Sizes in memory are whole pages of the larger kind, 16 KiB. */
function roundedUp(size: bigint): bigint {
  return (size + 0x3fffn) / 0x4000n * 0x4000n;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
