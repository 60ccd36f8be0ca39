/**
 * How far a large snapshot is, and stopping it when the person wants to.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { ProgressLine, type Step } from "../output/progress_line.ts";

/** What a snapshot command tells while it works. */
export class SnapshotProgress implements Disposable {
  readonly #line: ProgressLine;
  readonly #interrupted: AbortSignal;

  constructor({ io }: Context, input: Input) {
    this.#line = ProgressLine.of(io, input);
    this.#interrupted = io.interrupted;
  }

  /**
   * Shows so many of so many bytes, where that takes a while.
   * @throws `interrupted` when the process was told to stop: call it only where stopping is fine.
   */
  show(step: Step, done: number, total: number | null): void {
    if (this.#interrupted.aborted) throw interruption(this.#interrupted);
    this.#line.show(step, done, total);
  }

  /** The same of what must not be stopped any more. */
  showOnly(step: Step, done: number, total: number): void {
    this.#line.show(step, done, total);
  }

  /** Bytes that may be long in coming; stops waiting for them when the process is told to. */
  async *stoppable(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const signal = this.#interrupted;
    // One promise for each piece: a race with one that stays would keep them all.
    let stop: (error: unknown) => void = () => {};
    const heard = () => stop(interruption(signal));
    signal.addEventListener("abort", heard);
    const iterator = bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        if (signal.aborted) throw interruption(signal);
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          stop = reject;
          iterator.next().then(resolve, reject);
        });
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      signal.removeEventListener("abort", heard);
    }
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    this.#line.clear();
  }
}

function interruption(signal: AbortSignal): OrchestratorError {
  return new OrchestratorError("interrupted", "Interrupted", {
    details: { signal: String(signal.reason) },
  });
}
