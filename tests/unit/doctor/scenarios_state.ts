/** What can be wrong with the state on a branch. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../harness/running.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** Has the state kept on a branch of a server beside the project. */
async function withServer(world: World): Promise<void> {
  const server = join(world.scratch.top, "server.git");
  mkdirSync(server);
  await world.git("init", "-q", "--bare", server);
  await world.git("remote", "add", "origin", server);
  webMode(world);
}

function webMode(world: World): void {
  world.env["ORCHESTRATOR_WEB_MODE"] = "1";
}

async function pushed(world: World): Promise<void> {
  await withServer(world);
  await world.done("state", "push");
}

/** Goes on in another clone, and pushes that. */
async function goneOnElsewhere(world: World): Promise<void> {
  await pushed(world);
  const here = world.scratch.path("");
  const there = join(world.scratch.top, "there");
  await world.git("clone", "-q", join(world.scratch.top, "server.git"), there);
  const state = join(here, ".orchestrator");
  // The other machine knows which repository it is.
  const copy = await runProcess("cp", ["-a", state, there], { cwd: here, env: world.env });
  if (copy.code !== 0 || !existsSync(join(there, ".orchestrator"))) throw new Error(copy.stderr);
  await world.done("-C", there, "note", "Gone on elsewhere");
  await world.done("-C", there, "state", "push");
}

/** Refuses every branch that is pushed. */
function refusing(world: World): void {
  world.write(
    join(world.scratch.top, "server.git", "hooks", "pre-receive"),
    "#!/bin/sh\nexit 1\n",
    0o755,
  );
}

const unix = Deno.build.os !== "windows";

export const STATE: readonly Scenario[] = [
  {
    check: "state.copies",
    when: "no event of a session is elsewhere",
    level: "info",
    seen: /^1 session of 1 with events that are only here: [a-z2-7]{13}$/,
    todo: /^Run `orchestrator state push` to keep a copy elsewhere$/,
    make: (world) => {
      world.elsewhere = 0;
    },
  },
  {
    check: "state.copies",
    when: "the state goes with the worktree",
    level: "warning",
    seen: /only here/,
    make: (world) => {
      world.elsewhere = 0;
      world.takenBy = ["git worktree remove"];
    },
  },
  {
    check: "state.place",
    when: "there is no git repository",
    level: "warning",
    seen: /^web_mode is on, but the state cannot be kept on a branch: not a git repository$/,
    make: webMode,
  },
  {
    check: "state.place",
    when: "there is no remote",
    level: "warning",
    seen: /has no git remote/,
    git: true,
    make: webMode,
  },
  {
    check: "state.place",
    when: "this clone has no such remote",
    level: "warning",
    seen: /this clone has no remote "private".*it has "origin"/,
    todo: /^Add it with `git remote add private <url>`/,
    git: true,
    make: async (world) => {
      await withServer(world);
      await world.done("config", "set", "state_remote", "private");
    },
  },
  {
    check: "state.place",
    when: "no person has confirmed the place that the repository's file names",
    level: "warning",
    seen: /sets state_remote "second", and no person has confirmed it/,
    todo: /^Confirm it with `orchestrator trust add state_remote second`/,
    git: true,
    make: async (world) => {
      await withServer(world);
      await world.git("remote", "add", "second", join(world.scratch.top, "server.git"));
      await world.done("config", "set", "state_remote", "second");
    },
  },
  {
    check: "state.place",
    when: "the branch is the project's own",
    level: "warning",
    seen: /^Cannot use branch "develop" for the state/,
    git: true,
    make: async (world) => {
      await withServer(world);
      await world.done("config", "set", "state_branch", "develop");
    },
  },
  {
    check: "state.place",
    when: "the server takes no branch",
    level: "warning",
    seen: /^origin refuses a branch for the state: it is kept by snapshots$/,
    git: true,
    make: async (world) => {
      await withServer(world);
      refusing(world);
      await world.run("state", "push");
    },
    ignore: !unix,
  },
  {
    check: "state.pushed",
    when: "it never was",
    level: "warning",
    seen: /^the state has never been pushed$/,
    git: true,
    make: withServer,
  },
  {
    check: "state.pushed",
    when: "the server refused the last push",
    level: "warning",
    seen: /^the last push failed: /,
    git: true,
    make: async (world) => {
      await withServer(world);
      refusing(world);
      await world.run("state", "push");
    },
    ignore: !unix,
  },
  {
    check: "state.pushed",
    when: "something was committed and not pushed",
    level: "warning",
    seen: /^1 commit of the state has not been pushed$/,
    git: true,
    make: async (world) => {
      await pushed(world);
      const { id } = JSON.parse(world.scratch.read(".orchestrator/meta.json"));
      const branch = `orchestrator-state-${id}`;
      await world.done("note", "Going on");
      await world.done("state", "push");
      await world.git(
        "update-ref",
        `refs/orchestrator/remote/${branch}`,
        `refs/orchestrator/state/${branch}~1`,
      );
    },
  },
  {
    check: "state.pushed",
    when: "a session went on since",
    level: "info",
    seen: /^changed since the last push: [a-z2-7]{13}$/,
    git: true,
    make: async (world) => {
      await pushed(world);
      world.now = new Date(world.now.getTime() + 60_000);
      world.env["ORCHESTRATOR_STATE_PUSH"] = "phases";
      await world.done("note", "Going on");
    },
  },
  {
    check: "state.lost",
    when: "an earlier program has taken a session off the branch",
    level: "warning",
    seen: /^1 session only in the branch's history, without a recorded removal: [a-z2-7]{13}$/,
    todo: /^Restore it with `orchestrator state restore [0-9a-f]{12} --session [a-z2-7]{13}`; /,
    git: true,
    make: async (world) => {
      await pushed(world);
      const branch = `orchestrator-state-${
        JSON.parse(world.scratch.read(".orchestrator/meta.json")).id
      }`;
      await world.git("worktree", "add", "-q", "../by-hand", `refs/orchestrator/state/${branch}`);
      const byHand = join(world.scratch.top, "by-hand");
      await world.git("-C", byHand, "rm", "-q", "-r", "sessions");
      await world.git("-C", byHand, "commit", "-q", "-m", "by hand");
      for (const kind of ["state", "remote"]) {
        await world.git("-C", byHand, "update-ref", `refs/orchestrator/${kind}/${branch}`, "HEAD");
      }
      rmSync(world.state("sessions"), { recursive: true });
    },
  },
  {
    check: "state.server",
    when: "it cannot be reached",
    level: "warning",
    seen: /^origin did not respond: /,
    git: true,
    make: async (world) => {
      await pushed(world);
      const server = join(world.scratch.top, "server.git");
      renameSync(server, `${server}.away`);
    },
  },
  {
    check: "state.server",
    when: "the branch is gone",
    level: "warning",
    seen: /^the branch orchestrator-state-[a-z2-7]{26} is gone from origin$/,
    git: true,
    make: async (world) => {
      await pushed(world);
      renameSync(
        join(world.scratch.top, "server.git"),
        join(world.scratch.top, "server.git.away"),
      );
      await world.git("init", "-q", "--bare", join(world.scratch.top, "server.git"));
    },
  },
  {
    check: "state.server",
    when: "another machine has gone on",
    level: "warning",
    seen: /^origin has newer state$/,
    todo: /^Run `orchestrator state pull`$/,
    git: true,
    make: goneOnElsewhere,
    ignore: !unix,
  },
  {
    check: "state.server",
    when: "both have gone on",
    level: "warning",
    seen: /^the state here and on origin has diverged$/,
    git: true,
    make: async (world) => {
      await goneOnElsewhere(world);
      const server = join(world.scratch.top, "server.git");
      renameSync(server, `${server}.away`);
      await world.done("note", "Gone on here");
      await world.run("state", "push");
      renameSync(`${server}.away`, server);
    },
    ignore: !unix,
  },
];
