/**
 * Removing the program, and what its installer added for it.
 * @module
 */
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renamePatiently, replaceFile } from "../platform/atomic_file.ts";
import { ioError } from "../platform/io_error.ts";
import { randomBase32 } from "../platform/random.ts";
import { isWindows } from "../platform/runtime.ts";
import { previousProgram } from "./replace_program.ts";

/** Ends each line that `install.sh` adds to a start file. */
const INSTALLER_MARK = "# added by the installer of orchestrator";

/**
 * Removes the program and the one before it.
 * @returns `left`: where the running program was moved to on Windows, which cannot remove it.
 * @throws `io_failed`, `read_only`
 */
export function removeProgram(program: string): { readonly left: string | null } {
  try {
    rmSync(previousProgram(program), { force: true });
    if (!isWindows) {
      rmSync(program);
      return { left: null };
    }
    return { left: movedAside(program) };
  } catch (error) {
    throw ioError("remove", program, error);
  }
}

/** Only within one drive can a file be renamed. */
function movedAside(program: string): string {
  const name = `orchestrator-removed-${randomBase32(40)}.exe`;
  try {
    renamePatiently(program, join(tmpdir(), name));
    return join(tmpdir(), name);
  } catch {
    const beside = join(dirname(program), name);
    renamePatiently(program, beside);
    return beside;
  }
}

/** What removing a program would remove: the program, and the one before it. */
export function programFiles(program: string): readonly string[] {
  return [program, previousProgram(program)].filter((file) => existsSync(file));
}

/**
 * Takes the installer's lines out of the start files of shells. A start file that is a link stays one.
 * @param how.dryRun true to write nothing. Default false.
 * @returns the files that had one.
 * @throws `io_failed`, `read_only`
 */
export function forgetInstaller(
  home: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): readonly string[] {
  if (home === undefined) return [];
  const files = [
    join(env["ZDOTDIR"] ?? home, ".zshrc"),
    join(home, ".bashrc"),
    join(home, ".profile"),
    join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "fish", "conf.d", "orchestrator.fish"),
  ];
  return files.filter((file) => {
    if (!existsSync(file)) return false;
    try {
      const lines = readFileSync(file, "utf8").split("\n");
      const kept = lines.filter((line) => !line.endsWith(INSTALLER_MARK));
      if (kept.length === lines.length) return false;
      if (dryRun) return true;
      const real = realpathSync(file);
      replaceFile(real, kept.join("\n"), { within: null, mode: statSync(real).mode & 0o777 });
      return true;
    } catch (error) {
      throw ioError("write", file, error);
    }
  });
}
