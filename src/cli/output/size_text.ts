/**
 * Sizes in what is said to people.
 * @module
 */
import { byteSize } from "../../platform/byte_size.ts";
import { type Shown, shown } from "./shown.ts";

/** A number of bytes for people: `512 B`, `3.4 MiB`. */
export function sizeText(bytes: number): Shown {
  return shown(byteSize(bytes));
}
