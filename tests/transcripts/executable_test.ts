/** The same transcripts, played on the executable. */
import { executable, executableAvailable } from "../harness/executable.ts";
import { BRIEF } from "../harness/effort.ts";
import { check, transcriptNames, whyNot } from "./transcripts.ts";

if (!executableAvailable) {
  console.log("skipped: no executable to play transcripts on (deno install brings Bun)");
}

/** While transcripts are rewritten there is nothing to compare with. */
const updating = ["UPDATE_TRANSCRIPTS", "UPDATE"].some((name) => (Deno.env.get(name) ?? "") !== "");

// What needs a clock or a terminal of its own is played in process only: no test that skips.
const playable = transcriptNames().filter((name) => whyNot(name, { executable: "any" }) === null);

/** Where there are few minutes: the others are played in process all the same. */
const chosen = playable.filter((_, index) => !BRIEF || index % 3 === 0);

for (const name of chosen) {
  Deno.test({
    name: `executable ${name}`,
    ignore: updating || !executableAvailable,
    fn: async () => await check(name, { executable: await executable() }),
  });
}
