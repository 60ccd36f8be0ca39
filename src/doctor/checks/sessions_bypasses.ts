import { type Check, few, ok } from "../check.ts";

export const sessionsBypasses: Check = {
  id: "sessions.bypasses",
  area: "sessions",
  needsState: true,
  title: "Forced skips",
  why: "A gate that was skipped by force protects nothing, so forced skips stay visible",
  async run(examination) {
    const forced = (await examination.sessions()).flatMap(({ id, loaded }) =>
      loaded.value?.state.status === "active"
        ? loaded.value.state.bypasses.filter((bypass) => bypass.kind === "forced")
          .map((bypass) => `${id}: ${bypass.phase}/${bypass.item}: ${bypass.reason}`)
        : []
    );
    if (forced.length === 0) return ok("none in an active session");
    return { level: "info", seen: `skipped by force: ${few(forced, 2)}`, list: forced };
  },
};
