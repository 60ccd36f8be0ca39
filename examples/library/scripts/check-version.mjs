// The version of package.json must be that of the newest section of CHANGELOG.md, and have no tag
// yet, or the tag of this commit.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const newest = /^## (\S+)/m.exec(readFileSync("CHANGELOG.md", "utf8"))?.[1];
const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();

if (newest !== version) {
  console.error(`package.json has ${version}, the newest section of CHANGELOG.md ${newest}`);
  process.exitCode = 1;
} else if (
  git("tag", "--list", `v${version}`) !== "" &&
  !git("tag", "--points-at", "HEAD").split("\n").includes(`v${version}`)
) {
  console.error(`${version} was released before: another commit has the tag v${version}`);
  process.exitCode = 1;
} else {
  console.log(`${version} everywhere`);
}
