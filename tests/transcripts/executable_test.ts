/** The same transcripts, played on the executable. */
import { executable, executableAvailable } from "../harness/executable.ts";
import { check, transcriptNames, whyNot } from "./transcripts.ts";

if (!executableAvailable) {
  console.log("skipped: no executable to play transcripts on (deno install brings Bun)");
}

for (const name of transcriptNames()) {
  Deno.test({
    name: `executable ${name}`,
    ignore: !executableAvailable || whyNot(name, { executable: "any" }) !== null,
    fn: async () => await check(name, { executable: await executable() }),
  });
}
