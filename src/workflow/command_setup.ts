/**
 * How an item's command runs: by which shell, where, with which variables. The item says so, or else
 * `settings:` of a file with `format: 2`. Without a word about the shell it is `strict` in `format: 2`,
 * and `sh` in older files.
 * @module
 */
import type { ItemDefinition, ShellChoice, WorkflowDefinition } from "./definition.ts";
import { isRecord, own } from "./record.ts";
import type { ShellRecord } from "./recorded.ts";
import { fillIn } from "./template.ts";

/** The values that `shell` can have. */
export const SHELL_CHOICES = ["strict", "sh", "bash", "cmd", "powershell", "pwsh"] as const;

/** How a command runs, templates substituted. */
export interface CommandSetup {
  readonly shell: ShellChoice;
  /** Relative to the project root; absent for the root itself. */
  readonly dir?: string;
  /** Absent where there are none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The part of a definition that decides. */
export type SetupSource = Pick<WorkflowDefinition, "format" | "settings">;

/** Whether a text is a value of `shell`. */
export function isShellChoice(value: unknown): value is ShellChoice {
  return SHELL_CHOICES.some((choice) => choice === value);
}

/**
 * How an item's command runs.
 * @returns it, and in `missing` the names of settings that a template uses and that do not exist.
 */
export function commandSetup(
  item: Pick<ItemDefinition, "shell" | "dir" | "env">,
  source: SetupSource,
): { readonly setup: CommandSetup; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const filled = (template: string): string => {
    const { text, missing: names } = fillIn(template, source);
    for (const name of names) missing.add(name);
    return text;
  };
  const dir = filled(item.dir ?? defaultOf(source, "dir") ?? "");
  const variables = Object.entries({ ...defaultVariables(source), ...item.env });
  const env = Object.fromEntries(variables.map(([name, value]) => [name, filled(value)]));
  return {
    setup: {
      shell: shellOf(item, source),
      ...(isRoot(dir) ? {} : { dir }),
      ...(variables.length === 0 ? {} : { env }),
    },
    missing: [...missing],
  };
}

/** Which shell runs an item's command. */
export function shellOf(item: Pick<ItemDefinition, "shell">, source: SetupSource): ShellChoice {
  const chosen = item.shell ?? defaultOf(source, "shell");
  return isShellChoice(chosen) ? chosen : source.format === 2 ? "strict" : "sh";
}

/** The setting that stands for what an item does not say; in older files these names are free. */
function defaultOf({ format, settings }: SetupSource, name: "shell" | "dir"): string | undefined {
  const value = format === 2 ? own(settings, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

function defaultVariables({ format, settings }: SetupSource): Readonly<Record<string, string>> {
  const variables = format === 2 ? own(settings, "env") : undefined;
  if (!isRecord(variables)) return {};
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? [[name, String(value)]]
        : []
    ),
  );
}

/** Whether a path is the project root itself: `.`, `./`, empty. */
function isRoot(dir: string): boolean {
  return dir.split(/[/\\]+/).every((segment) => segment === "" || segment === ".");
}

/**
 * Whether what ran a command is what the item asks for. An outcome without a shell is one of an older
 * program, or nothing ran.
 */
export function shellFits(
  { shell: choice }: CommandSetup,
  { shell, exitCode }: { readonly shell?: ShellRecord; readonly exitCode: number | null },
): boolean {
  if (shell === undefined) return choice === "sh" || exitCode === null;
  switch (choice) {
    case "strict":
      // On Windows without bash there is no strict shell, which stays visible.
      return shell.strict || shell.name === "cmd";
    case "sh":
      return !shell.strict;
    default:
      return shell.name === choice && !shell.strict;
  }
}
