import { type Check, ok } from "../check.ts";

export const installationGit: Check = {
  id: "installation.git",
  area: "installation",
  title: "Git",
  why: "The state branch and some checks use git; everything else works without it",
  async run(examination) {
    const version = await examination.git("--version");
    if (version === null || version.exitCode !== 0) {
      return {
        level: "info",
        seen: "git is not on PATH",
        todo: "Install git to use the state branch",
      };
    }
    return ok(version.stdout.trim());
  },
};
