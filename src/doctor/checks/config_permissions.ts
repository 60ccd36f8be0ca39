import { chmodSync } from "node:fs";
import { CONFIG_KEY_NAMES, configKey } from "../../config/keys.ts";
import { isSecret } from "../../config/value.ts";
import { ioError } from "../../platform/io_error.ts";
import type { ConfigFile } from "../../config/read_file.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

/** Access that other users must not have to a file. */
const READ_AND_WRITE = 0o077;
const WRITE = 0o002;

export const configPermissions: Check = {
  id: "config.permissions",
  area: "config",
  needsState: true,
  title: "Configuration file permissions",
  why:
    "Users who can change these files control what commands do, and users who can read them see the passwords in them",
  async run(examination) {
    if (examination.options.system.platform === "win32") {
      return skipped("file modes are not supported on this system");
    }
    const open = await tooOpen(examination);
    if (open.length === 0) return ok("no other user can change them");
    const list = open.map(({ file, mode, forbidden }) =>
      `${file.shown} (mode ${octal(mode)}): ${
        forbidden === WRITE
          ? "any user can change it"
          : "it contains a secret and other users can read it"
      }`
    );
    return {
      level: "warning",
      seen: few(list),
      todo: "Remove other users' access, and change any password that they could read",
      fixable: true,
      list,
    };
  },
  async fix(examination) {
    return (await tooOpen(examination)).map(({ file, mode, forbidden }) => {
      const wanted = mode & ~forbidden;
      try {
        chmodSync(file.path, wanted);
      } catch (error) {
        throw ioError("change", file.shown, error);
      }
      return `${file.shown}: changed mode ${octal(mode)} to ${octal(wanted)}`;
    });
  },
};

async function tooOpen(examination: Examination) {
  const secretive = await filesWithSecrets(examination);
  return examination.options.configFiles.flatMap((file) => {
    const stat = examination.stat(file.path);
    // The target of a link in a repository must not be changed from here.
    if (stat === null || (file.layer === "repository" && examination.isLink(file.path))) return [];
    const mode = stat.mode & 0o777;
    const forbidden = secretive.has(file.shown) ? READ_AND_WRITE : WRITE;
    return (mode & forbidden) === 0 ? [] : [{ file, mode, forbidden }];
  });
}

/** Files that set a secret, as messages name them. */
async function filesWithSecrets(
  examination: Examination,
): Promise<ReadonlySet<ConfigFile["shown"]>> {
  const config = await examination.options.config();
  const files = CONFIG_KEY_NAMES.flatMap((key) => {
    const { value, origin, shadowed } = config.effective(key);
    return [{ value, origin }, ...shadowed]
      .filter((entry) => isSecret(configKey(key), entry.value))
      .map((entry) => entry.origin);
  });
  return new Set(files.flatMap((origin) => "file" in origin ? [origin.file] : []));
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
