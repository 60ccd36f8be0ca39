/**
 * Projects of the old tool, as its versions really wrote them.
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder with all of them. */
export const OLD_PROJECTS: string = resolve(
  import.meta.dirname ?? ".",
  "../fixtures/legacy/projects",
);

/** One project. */
export interface OldProject {
  /** What it is called: the version that wrote it, or its defect. */
  readonly name: string;
  /** `generated`: as it was written. `derived`: with one defect. */
  readonly kind: "generated" | "derived";
  /** Absolute path of its root. Copied before it is used. */
  readonly root: string;
}

/** All of them. */
export const oldProjects: readonly OldProject[] = (["generated", "derived"] as const).flatMap((
  kind,
) =>
  readdirSync(join(OLD_PROJECTS, kind)).filter((name) => !name.startsWith("_")).sort().map(
    (name) => {
      const path = join(OLD_PROJECTS, kind, name);
      const repository = join(path, "repo");
      return { name, kind, root: existsSync(repository) ? repository : path };
    },
  )
);
