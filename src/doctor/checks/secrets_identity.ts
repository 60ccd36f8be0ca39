import { OrchestratorError } from "../../errors.ts";
import { shownPath } from "../../project/shown_path.ts";
import { readIdentities } from "../../secrets/age_file.ts";
import { exposure } from "../../secrets/folder.ts";
import { type Check, count, ok, skipped } from "../check.ts";

export const secretsIdentity: Check = {
  id: "secrets.identity",
  area: "secrets",
  title: "age identity",
  why: "It decrypts the encrypted secrets, for anyone who can read it",
  async run({ options, paths }) {
    const keys = await options.ageKeys();
    const path = keys.identityFile;
    if (path === null) return skipped("none is configured");
    try {
      const { own, foreign } = await readIdentities(path, keys);
      const found = own.length + (foreign === null ? 0 : 1);
      const open = exposure(path);
      if (open === null) return ok(`${count(found, "identity").replace("ys", "ies")}`);
      return {
        level: "warning",
        seen: `${shownPath(paths, path)}: ${open}`,
        todo: "Remove other users' access",
      };
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      const locked = error.code === "secret_locked" && error.details?.["needs"] === "passphrase";
      return {
        level: locked ? "info" : "error",
        seen: error.message,
        todo: error.hint ?? "Run `orchestrator config set --global secrets.identity <file>`",
      };
    }
  },
};
