/**
 * The parsed arguments of a command.
 * @module
 */

/** The parsed arguments of a command. */
export class Input {
  readonly #args: Readonly<Record<string, readonly string[]>>;
  readonly #options: Readonly<Record<string, readonly string[] | true>>;

  constructor(
    args: Readonly<Record<string, readonly string[]>>,
    options: Readonly<Record<string, readonly string[] | true>>,
  ) {
    this.#args = args;
    this.#options = options;
  }

  /** A positional argument; undefined when it was optional and left out. */
  arg(name: string): string | undefined {
    return this.#args[name]?.[0];
  }

  /** A positional argument that the table says is there. */
  required(name: string): string {
    const value = this.arg(name);
    if (value === undefined) throw new TypeError(`argument ${name} is not in the table`);
    return value;
  }

  /** All values of a positional argument that takes many. */
  args(name: string): readonly string[] {
    return this.#args[name] ?? [];
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#options[name] !== undefined;
  }

  /** The same with a further switch. */
  with(name: string): Input {
    return new Input(this.#args, { ...this.#options, [name]: true });
  }

  /** The last value of an option. */
  option(name: string): string | undefined {
    const value = this.#options[name];
    return value === undefined || value === true ? undefined : value.at(-1);
  }

  /** All values of an option. */
  options(name: string): readonly string[] {
    const value = this.#options[name];
    return value === undefined || value === true ? [] : value;
  }
}
