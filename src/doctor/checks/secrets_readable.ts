import { type Check, count, ok, skipped } from "../check.ts";
import { closedFolders, openSecrets } from "../secret_files.ts";

export const secretsReadable: Check = {
  id: "secrets.readable",
  area: "secrets",
  needsState: true,
  title: "Readable secrets",
  why: "Commands cannot use a secret that cannot be decrypted",
  async run(examination) {
    const opened = await openSecrets(examination);
    const closed = await closedFolders(examination);
    const errors = opened.flatMap((one) => "error" in one ? [one.error] : []);
    if (closed[0] !== undefined) {
      return {
        level: "error",
        seen: closed[0].message,
        todo: "Give yourself access to the folder of your secrets",
        list: [...closed, ...errors].map(({ message }) => message),
      };
    }
    if (opened.length === 0) return skipped("there are no secrets");
    const [first] = errors;
    if (first === undefined) return ok(`${count(opened.length, "secret")}, all readable`);
    // A locked secret is normal if a person has the key.
    const locked = errors.every(({ code }) => code === "secret_locked");
    return {
      level: locked ? "info" : "error",
      seen: `${count(errors.length, "secret")} cannot be read: ${first.message}`,
      ...(first.hint === undefined ? {} : { todo: first.hint }),
      list: errors.map(({ message }) => message),
    };
  },
};
