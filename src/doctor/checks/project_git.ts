import { type Check, ok } from "../check.ts";

export const projectGit: Check = {
  id: "project.git",
  area: "project",
  title: "Git repository",
  why: "Without git there is no branch to remember and no state branch",
  async run(examination) {
    if (await examination.inGit()) return ok("the root is in a git work tree");
    return { level: "info", seen: "the root is in no git work tree" };
  },
};
