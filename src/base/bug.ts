/** Throws: something that this project promises cannot happen has happened. Never for a user's mistake. */
export function bug(message: string): never {
  throw new Error(`internal error in ppl: ${message}. Please report this with the program that caused it.`);
}
