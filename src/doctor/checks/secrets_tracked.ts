import { trackedIn } from "../../secrets/tracked.ts";
import { shownPath } from "../../project/shown_path.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";
import { openFolders } from "../secret_files.ts";

export const secretsTracked: Check = {
  id: "secrets.tracked",
  area: "secrets",
  title: "Secrets in git",
  why:
    "Everyone who clones a repository gets the files that git tracks, so tracked secrets are refused",
  async run(examination) {
    const store = await examination.options.secrets();
    const folders = openFolders(examination, store);
    if (folders.length === 0) return skipped("there are no secrets");
    const tracked: string[] = [];
    let unsure = false;
    for (const path of folders) {
      const names = await trackedIn(path);
      unsure ||= names === null;
      tracked.push(
        ...[...names ?? []].filter((name) => name !== ".gitignore")
          .map((name) => shownPath(examination.paths, `${path}/${name}`)),
      );
    }
    if (tracked.length === 0) {
      return unsure ? skipped("git could not tell") : ok("git tracks no secrets");
    }
    return {
      level: "error",
      seen: `git tracks ${count(tracked.length, "file")} of secrets: ${few(tracked)}`,
      todo:
        "Remove the files from git's index, and replace the secrets where they were issued: they may be in the history",
      list: tracked,
    };
  },
};
