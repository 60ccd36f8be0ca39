export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];
import type { CommandSpec } from "../command.ts";
export function completionScript(_shell: Shell, _table: readonly CommandSpec[]): string {
  return "";
}
