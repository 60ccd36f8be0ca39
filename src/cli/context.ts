/**
 * What a command works with: the workspace of the use cases, and what only the command line knows.
 * @module
 */
import { LocalWorkspace, type Topic } from "../app/local_workspace.ts";
import type { Input } from "./input.ts";
import type { Io } from "./io.ts";
import type { ColourWish } from "./output/style_for.ts";
import type { CommandInfo } from "./spec.ts";

/** Options that are layers of the configuration. */
const CONFIG_OPTIONS = ["set", "lock-timeout", "no-color"] as const;

/** The surroundings of one command. */
export class Context extends LocalWorkspace<Io> {
  readonly spec: CommandInfo;
  /** The commands the command line could have meant; all of them except for the hottest few. */
  readonly table: readonly CommandInfo[];

  constructor(io: Io, spec: CommandInfo, input: Input, table: readonly CommandInfo[]) {
    super({
      io,
      operation: spec.called ?? spec.path,
      effect: spec.changes,
      root: input.option("root"),
      session: input.option("session"),
      configFlags: CONFIG_OPTIONS.some((name) => input.has(name))
        ? async () => (await import("./config/flags.ts")).configFlags(input, spec)
        : null,
      unsaid: unsaidBy(spec),
    });
    this.spec = spec;
    this.table = table;
  }

  /** What the configuration says of colours; undefined when it says nothing. */
  get colour(): ColourWish | undefined {
    const found = this.loadedConfig?.effective("color");
    if (found === undefined || found.origin.layer === "default") return undefined;
    const asked = found.origin.layer === "flag" || found.origin.layer === "environment";
    return { when: String(found.value), asked };
  }
}

/** What a command leaves unsaid. */
function unsaidBy({ path, changes, hidden }: CommandInfo): readonly Topic[] {
  const unsaid: Topic[] = [];
  // What init settles it need not warn of.
  if (path === "init") unsaid.push("copied state");
  // The commands about the configuration report on it themselves.
  if (path.startsWith("config ")) unsaid.push("configuration");
  // A change finishes it; the doctor has a finding of its own for it.
  if (changes !== "nothing" || hidden === true || path === "doctor") {
    unsaid.push("interrupted import");
  }
  // Its screen says it.
  if (path === "status") unsaid.push("state branch");
  return unsaid;
}
