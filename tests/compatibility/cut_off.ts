/**
 * A command that is killed at a chosen step of its work.
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import type { Repository } from "../crash/repository.ts";
import { changesFiles, parseTrace, straceArguments } from "../crash/strace.ts";
import { runStopped, type Target, targetsOf } from "../crash/target.ts";

/** Which of the calls that change something to stop at; undefined when none is meant. */
export type Choice = (changing: readonly Target[]) => Target | undefined;

/**
 * Kills a command in a copy of a repository, which takes the repository's place.
 * @throws when the command succeeds, or has no such call.
 */
export async function cutOff(
  repository: Repository,
  argv: readonly string[],
  choose: Choice,
): Promise<void> {
  const traced = async (root: string, injection?: Parameters<typeof straceArguments>[1]) => {
    const copy = repository.copyTo(root);
    const output = `${root}.trace`;
    const options = straceArguments(output, injection);
    const ended = await copy.spawn("strace", [...options, copy.executable, ...argv]);
    const trace = parseTrace(readFileSync(output, "utf8"), root);
    rmSync(output);
    return { ended, trace };
  };
  const undisturbed = `${repository.root}-undisturbed`;
  const { ended, trace } = await traced(undisturbed);
  if (ended.code !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${ended.code}: ${ended.stderr}`);
  }
  const changing = targetsOf(trace, undisturbed).filter(({ call }) => changesFiles(call));
  const target = choose(changing);
  if (target === undefined) {
    const calls = changing.map(({ signature }) => signature).join("\n");
    throw new Error(`${argv.join(" ")} has no such call:\n${calls}`);
  }
  rmSync(undisturbed, { recursive: true });
  const root = `${repository.root}-killed`;
  const stopped = await runStopped(
    { target, fault: "SIGKILL", root, startsPrograms: false },
    (injection) => traced(root, injection),
  );
  if (stopped === null) throw new Error(`${argv.join(" ")} was never at ${target.signature}`);
  rmSync(repository.root, { recursive: true });
  Deno.renameSync(root, repository.root);
}
