interface Surroundings {
  readonly process?: { availableMemory?(): number };
}

/** Bytes that this process may still take; where nobody says, as in pages, infinitely many. */
export function availableMemory(): number {
  return (globalThis as Surroundings).process?.availableMemory?.() ?? Number.POSITIVE_INFINITY;
}
