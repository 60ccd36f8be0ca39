/** One thing the platform promises. */
export interface PlatformCase {
  readonly name: string;
  /** Whether it says something about this system. Default true. */
  readonly applies?: boolean;
  /** Rejects when the promise is broken. `directory` is empty and the case's own. */
  run(directory: string): void | Promise<void>;
}
