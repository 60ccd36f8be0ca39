/**
 * The JSON Schema of config.yaml, made from the table of keys.
 * @module
 */
import { CONFIG_KEY_NAMES, configKey, type ConfigType } from "./keys.ts";

/** A piece of JSON Schema (2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

/** The schema of a repository's or a user's config.yaml. */
export function configJsonSchema(): Schema {
  const properties: Record<string, unknown> = {};
  for (const name of CONFIG_KEY_NAMES) {
    const row = configKey(name);
    const words = name.split(".");
    let level = properties;
    for (const word of words.slice(0, -1)) {
      const group =
        (level[word] ?? { type: "object", additionalProperties: false, properties: {} }) as {
          readonly properties: Record<string, unknown>;
        };
      level[word] = group;
      level = group.properties;
    }
    level[words.at(-1) ?? name] = {
      description: describe(name),
      ...(row.default === null ? {} : { default: row.default }),
      ...schemaOf(row.type),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "orchestrator configuration",
    description: "config.yaml of a repository or a user",
    type: "object",
    additionalProperties: false,
    properties,
  };
}

function describe(name: (typeof CONFIG_KEY_NAMES)[number]): string {
  const { description, env, personal, secret } = configKey(name);
  const limits = secret === true
    ? ". A secret: set the variable"
    : secret !== undefined
    ? ". Not allowed in a repository's file; an address is a secret: set the variable"
    : personal === true
    ? ". Not allowed in a repository's file"
    : "";
  return `${description} (${env})${limits}`;
}

function schemaOf(type: ConfigType): Schema {
  switch (type.kind) {
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer", minimum: type.min, maximum: type.max };
    case "seconds":
      return { type: "number", minimum: type.min, maximum: type.max };
    case "bytes":
      return {
        anyOf: [
          { type: "integer", minimum: type.min, maximum: type.max },
          { type: "string", pattern: "^\\d+(\\.\\d+)?\\s*([kKmMgGtT]([iI]?[bB])?|[bB])?$" },
        ],
        examples: ["512 MiB"],
      };
    case "text":
      return {
        type: "string",
        minLength: 1,
        ...(type.pattern === undefined ? {} : { pattern: type.pattern.source }),
      };
    case "path":
      return { type: "string", minLength: 1 };
    case "choice":
      return { enum: type.values };
    case "list":
      return {
        type: "array",
        uniqueItems: true,
        items: type.values === undefined
          ? {
            type: "string",
            ...(type.pattern === undefined ? {} : { pattern: type.pattern.source }),
          }
          : { enum: type.values },
      };
  }
}
