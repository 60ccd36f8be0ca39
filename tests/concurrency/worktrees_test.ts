/**
 * Linked worktrees that share one state and change it at once: what comes of it is what some order of
 * the commands gives, each worktree keeps a current session of its own, and one that is removed takes
 * nothing with it.
 */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileBackend } from "../../src/storage/file_backend.ts";
import type { SessionEvent } from "../../src/workflow/events.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { noGit, Program } from "../harness/program.ts";
import type { Result } from "../harness/running.ts";
import { Worktrees } from "../harness/worktrees.ts";
import { settled } from "./crowd.ts";

const ignore = !executableAvailable || noGit;

/** An item for each worktree, and one that all of them want. */
function workflow(worktrees: number): string {
  const items = ["common", ...Array.from({ length: worktrees }, (_, index) => `own_${index}`)];
  return `name: Shared\nsteps:\n${items.map((id) => `  - { id: ${id}, name: ${id} }\n`).join("")}`;
}

/** A repository whose worktrees have one state. */
class SharedState implements Disposable {
  readonly tree = new Worktrees();
  readonly backend: FileBackend;
  readonly main: Program;
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
    this.backend = new FileBackend(this.tree.scratch.path(".orchestrator"));
    this.main = this.at(this.tree.main);
  }

  static async make(): Promise<SharedState> {
    return new SharedState(await executable());
  }

  /** The program in a checkout; of an agent, if one is named. */
  at(root: string, agent?: string): Program {
    const env = { ...this.tree.env, ORCHESTRATOR_LOCK_TIMEOUT: "120" };
    const named = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: agent ?? "" };
    return new Program({ root, file: this.#file, env: agent ? { ...env, ...named } : env });
  }

  /** A session of the main checkout. @returns its id. */
  async begin(worktrees: number): Promise<string> {
    writeFileSync(join(this.tree.main, "shared.yaml"), workflow(worktrees));
    await this.main.must("start", "Shared", "--workflow", "shared.yaml");
    return await currentOf(this.main);
  }

  /** Everything that was written is one chain, decided in its order; its events. */
  async events(id: string): Promise<readonly SessionEvent[]> {
    const events = await settled(this.backend, id);
    await this.main.must("log", "verify", "--session", id);
    return events;
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}

async function currentOf(program: Program): Promise<string> {
  return (await program.data<{ session: string }>("status")).session;
}

function texts(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap(({ type, data }) => type === "note_added" ? [String(data["text"])] : []);
}

interface Done {
  readonly claim: Result;
  readonly common: Result;
  readonly session: string;
}

/** What one worktree does, one command after the other, while the others do the same. */
async function work(
  { agent, person, index }: { readonly agent: Program; readonly person: Program; index: number },
  shared: string,
): Promise<Done> {
  const claim = await agent.run("claim", `own_0`, "--session", shared, "--json");
  await person.must("note", `${index} before`, "--session", shared);
  const started = await person.data<{ session: string }>("start", `Task ${index}`);
  const common = await person.run("complete", "common", "--session", shared, "--json");
  if (index > 0) await person.must("complete", `own_${index}`, "--session", shared);
  // Without a name it is the worktree's own.
  await person.must("note", `${index} own`);
  await person.must("complete", "one");
  await person.must("note", `${index} after`, "--session", shared);
  return { claim, common, session: started.session };
}

for (const count of [2, 8]) {
  Deno.test({
    name: `${count} worktrees complete, note, claim and start at once`,
    ignore,
    fn: async () => {
      using shared = await SharedState.make();
      const id = await shared.begin(count);
      const worktrees = Array.from({ length: count }, (_, index) => {
        const root = shared.tree.add(`wt-${index}`);
        return { index, person: shared.at(root), agent: shared.at(root, `agent ${index}`) };
      });
      const done = await Promise.all(worktrees.map((one) => work(one, id)));

      const events = await shared.events(id);
      // Each acknowledged command is there once; those of a worktree, in its order.
      assert.equal(texts(events).length, 2 * count);
      const indices = worktrees.map(({ index }) => index);
      for (const index of indices) {
        const trace = events.flatMap(({ type, data }) => {
          if (type === "note_added") return [String(data["text"])];
          return type === "item_completed" ? [String(data["item"])] : [];
        }).filter((text) => text.startsWith(`${index} `) || text === `own_${index}`);
        const own = index === 0 ? [] : [`own_${index}`];
        assert.deepEqual(trace, [`${index} before`, ...own, `${index} after`]);
      }
      // One has completed what all of them wanted; the others were told so, before or behind their proof.
      const made = done.filter(({ common }) => {
        if (common.code === 0) return JSON.parse(common.stdout).data.changed === true;
        assert.equal(JSON.parse(common.stderr).error.code, "state_moved", common.stderr);
        return false;
      });
      assert.equal(made.length, 1);
      assert.equal(
        events.filter(({ type, data }) => type === "item_completed" && data["item"] === "common")
          .length,
        1,
      );
      // One has claimed; the others are told who.
      const claimed = events.filter(({ type }) => type === "item_claimed");
      assert.equal(claimed.length, 1);
      const losers = done.filter(({ claim }) => claim.code !== 0);
      assert.equal(losers.length, count - 1);
      for (const { claim } of losers) {
        const { error } = JSON.parse(claim.stderr);
        assert.deepEqual([claim.code, error.code], [7, "item_blocked"], claim.stderr);
        assert.deepEqual(error.details.claimedBy, claimed[0]?.actor);
      }

      // Each worktree has its own current session, with its own work, and the main checkout too.
      for (const [index, { person }] of worktrees.entries()) {
        const session = done[index]?.session ?? "";
        assert.equal(await currentOf(person), session);
        const own = await shared.events(session);
        assert.deepEqual(texts(own), [`${index} own`]);
        assert.deepEqual(
          own.flatMap(({ type, data }) => type === "item_completed" ? [data["item"]] : []),
          ["one"],
        );
      }
      assert.equal(await currentOf(shared.main), id);
      const sessions = [id, ...done.map(({ session }) => session)];
      assert.deepEqual([...await shared.backend.sessions()].sort(), sessions.sort());
      await shared.main.must("log", "verify", "--all");
    },
  });
}

/** Exit codes of a command in a worktree that is being removed, where it is not done: it is not there. */
const GONE: ReadonlySet<number> = new Set([2, 4, 8]);

for (const way of ["git worktree remove", "rm -rf and git worktree prune"]) {
  Deno.test({
    name: `a worktree that is removed while all write takes nothing with it: ${way}`,
    ignore,
    fn: async () => {
      using shared = await SharedState.make();
      const { tree } = shared;
      const id = await shared.begin(1);
      const stays = shared.at(tree.add("stays"));
      const acknowledged: string[] = [];
      const running = { over: false };
      const writing = async () => {
        for (let number = 0; !running.over; number++) {
          const text = `stays ${number}`;
          await stays.must("note", text, "--session", id);
          acknowledged.push(text);
        }
      };

      const started: string[] = [];
      const removing = async () => {
        for (let round = 0; round < 4; round++) {
          const root = tree.beside("goes");
          tree.git(tree.main, "worktree", "add", "--quiet", "--detach", root);
          // A worktree of the same name has nothing of the one before.
          const goes = shared.at(root);
          const none = await goes.run("status", "--json");
          assert.equal(JSON.parse(none.stderr).error.code, "no_session", none.stderr);
          await goes.must("start", `Round ${round}`);
          started.push(await currentOf(goes));
          // From a folder that stays: no process can begin in one that is gone.
          const going = new Program({ ...goes, root: tree.main });
          const written = (async () => {
            for (let number = 0; number < 6; number++) {
              const text = `goes ${round} ${number}`;
              const argv = ["note", text, "--root", root, "--session", id, "--json"];
              const { code, stdout, stderr } = await going.run(...argv);
              if (code === 0) acknowledged.push(text);
              else assert.ok(GONE.has(code) && stdout === "", `${code}: ${stdout}${stderr}`);
            }
          })();
          if (way === "git worktree remove") tree.git(tree.main, "worktree", "remove", root);
          else {
            rmSync(root, { recursive: true });
            tree.git(tree.main, "worktree", "prune");
          }
          await written;
        }
      };
      await Promise.all([writing(), removing().finally(() => running.over = true)]);

      const events = await shared.events(id);
      assert.deepEqual([...texts(events)].sort(), acknowledged.sort());
      assert.ok(acknowledged.some((text) => text.startsWith("stays ")));
      assert.deepEqual(
        [...await shared.backend.sessions()].sort(),
        [id, ...started].sort(),
      );
      assert.equal(await currentOf(shared.main), id);
      await shared.main.must("log", "verify", "--all");
    },
  });
}
