import { join } from "node:path";
import { shownPath } from "../../project/shown_path.ts";
import { isTemporaryName } from "../../platform/atomic_file.ts";
import { AGE_SUFFIX, isRepositoryFolder } from "../../secrets/folder.ts";
import { isSecretName } from "../../secrets/name.ts";
import { foldedName } from "../../state_layout/grammar.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import { openFolders } from "../secret_files.ts";

export const secretsNames: Check = {
  id: "secrets.names",
  area: "secrets",
  title: "Files in the secrets folder",
  why: "No command finds a file whose name is not a valid secret name",
  async run(examination) {
    const store = await examination.options.secrets();
    const folders = openFolders(examination, store);
    if (folders.length === 0) return skipped("there are no secrets");
    const old = new Set(store.oldStores().map(({ path }) => path));
    const odd: string[] = [];
    for (const path of folders) {
      const names = examination.names(path);
      const secrets = [...new Set(names.map(plainName))].filter(isSecretName);
      for (const [index, name] of secrets.entries()) {
        const other = secrets.slice(0, index).find((one) => foldedName(one) === foldedName(name));
        if (other === undefined) continue;
        odd.push(
          `${
            shownPath(examination.paths, join(path, name))
          } and ${other} have the same name on many systems`,
        );
      }
      for (const name of names) {
        const shown = shownPath(examination.paths, join(path, name));
        if (name === ".gitignore" || isTemporaryName(name) || old.has(join(path, name))) continue;
        if (isRepositoryFolder(path, name)) continue;
        const plain = plainName(name);
        if (!isSecretName(plain)) odd.push(`${shown} is not read`);
        else if (name !== plain && names.includes(plain)) {
          odd.push(`${plain} takes precedence over ${shown}`);
        }
      }
    }
    if (odd.length === 0) return ok("every file is a secret");
    return {
      level: "info",
      seen: few(odd),
      todo: "Use letters, digits and underscores in names; NAME takes precedence over NAME.age",
      list: odd,
    };
  },
};

/** A file's name without what an encrypted secret's ends in. */
function plainName(name: string): string {
  return name.endsWith(AGE_SUFFIX) ? name.slice(0, -AGE_SUFFIX.length) : name;
}
