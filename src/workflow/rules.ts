/**
 * The number of the rules by which `decide()` allows what it allows. Each line of a journal names it,
 * so that a line is judged by the rules of its time.
 *
 * Raise it when a command that was accepted becomes refused (a new stock phrase, a longer minimum),
 * when an event of a new type is recorded, and when `evolve()` gives a recorded event another meaning.
 * A program that meets a higher number reads the journal, compares nothing and writes nothing.
 * @module
 */

/** The rules of this program. */
export const RULES = 1;
