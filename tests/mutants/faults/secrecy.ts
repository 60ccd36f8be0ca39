/** Faults of secrets. */
import type { Mutant } from "../mutant.ts";

const REDACTION = "tests/unit/cli/redaction_test.ts";

export const SECRECY: readonly Mutant[] = [
  {
    name: "warnings of a command that succeeds are not redacted",
    file: "src/cli/run.ts",
    search: "context.warnings.map((warning) => redactor.redact(warning))",
    replace: "context.warnings",
    killedBy: { file: REDACTION, filter: "a warning of a command that succeeds" },
  },
  {
    name: "warnings of a command that fails are not redacted",
    file: "src/cli/fail.ts",
    search: "(context?.warnings ?? []).map((warning) => redactor.redact(warning))",
    replace: "(context?.warnings ?? [])",
    killedBy: { file: REDACTION, filter: "a warning of a command that fails" },
  },
  {
    name: "an error's details are not redacted",
    file: "src/app/secrets/redactor.ts",
    search: "redactDeep(error.details, clean) as Readonly<Record<string, unknown>>",
    replace: "error.details",
    killedBy: { file: REDACTION, filter: "message, hint and details" },
  },
  {
    name: "a secret in base64 for addresses is not known",
    file: "src/secrets/known_forms.ts",
    search: '    ...bases.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),\n',
    replace: "",
    killedBy: { file: "tests/unit/secrets/redactor_test.ts" },
  },
];
