/** The transcripts, played in this process. `UPDATE_TRANSCRIPTS=1` rewrites what they expect. */
import { check, transcriptNames, whyNot } from "./transcripts.ts";

const update = ["UPDATE_TRANSCRIPTS", "UPDATE"].some((name) => (Deno.env.get(name) ?? "") !== "");

for (const name of transcriptNames()) {
  Deno.test({
    name: `transcript ${name}`,
    ignore: whyNot(name, {}) !== null,
    fn: () => check(name, {}, { update }),
  });
}
