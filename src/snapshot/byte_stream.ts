/**
 * Bytes that come in pieces. Everything here handles one piece at a time.
 * @module
 */
import type { Transform } from "node:stream";
import { joinBytes } from "../platform/join_bytes.ts";

/** Pieces of bytes, in order. */
export type Bytes = AsyncIterable<Uint8Array>;

/** As the stream that web libraries take. */
export function toWeb(bytes: Bytes): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(plain(next.value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** From the stream that web libraries give. */
export async function* fromWeb(stream: ReadableStream<Uint8Array>): Bytes {
  const reader = stream.getReader();
  let done = false;
  try {
    for (;;) {
      const next = await reader.read();
      done = next.done;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!done) await reader.cancel(new Error("the reader stopped")).catch(() => {});
  }
}

/**
 * What a Node transform (such as gzip) makes of the bytes. It is done with a piece when it asks for the
 * next one.
 */
export async function* through(bytes: Bytes, transform: Transform): Bytes {
  const iterator = bytes[Symbol.asyncIterator]();
  const write = (piece: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      transform.write(piece, (error) => error ? reject(error) : resolve());
    });
  const feed = async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      await write(next.value);
    }
    transform.end();
  };
  feed().catch((error) => transform.destroy(error));
  let ended = false;
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
    ended = true;
  } finally {
    if (!ended) {
      transform.destroy();
      await iterator.return?.();
    }
  }
}

/**
 * Looks at the first bytes.
 * @returns up to `count` of them, and all bytes from the beginning.
 */
export async function peek(
  bytes: Bytes,
  count: number,
): Promise<{ readonly head: Uint8Array; readonly all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let have = 0;
  let ended = false;
  while (have < count && !ended) {
    const next = await iterator.next();
    if (next.done === true) {
      ended = true;
    } else {
      chunks.push(next.value);
      have += next.value.length;
    }
  }
  const head = joinBytes(chunks);
  return { head: head.subarray(0, count), all: resumed(head, ended ? null : iterator) };
}

async function* resumed(head: Uint8Array, rest: AsyncIterator<Uint8Array> | null): Bytes {
  let done = rest === null;
  try {
    if (head.length > 0) yield head;
    while (rest !== null && !done) {
      const next = await rest.next();
      if (next.done === true) done = true;
      else yield next.value;
    }
  } finally {
    if (!done) await rest?.return?.();
  }
}

/** Whether bytes begin with an ASCII text. */
export function beginsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Web streams take no views of shared memory; nothing here ever makes one. */
function plain(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  return chunk.buffer instanceof ArrayBuffer
    ? chunk as Uint8Array<ArrayBuffer>
    : new Uint8Array(chunk);
}
