/**
 * State of a newer program is refused, and not a byte of it is written.
 */
import { executable, executableAvailable } from "../harness/executable.ts";
import { KEPT, REFUSED, REFUSED_SINCE } from "./refusing.ts";
import { frozenVersions, Thawed } from "./thaw.ts";

for (const { version } of frozenVersions()) {
  for (
    const [name, run] of [
      ...Object.entries({ ...REFUSED, ...REFUSED_SINCE }).map(([name, run]) =>
        [`refused: ${name}`, run] as const
      ),
      ...Object.entries(KEPT).map(([name, run]) => [`kept: ${name}`, run] as const),
    ]
  ) {
    Deno.test({
      name: `${version} ${name}`,
      ignore: !executableAvailable || Deno.build.os === "windows",
      fn: async () => {
        const program = await executable();
        await run((archive) => new Thawed(version, archive, program));
      },
    });
  }
}
