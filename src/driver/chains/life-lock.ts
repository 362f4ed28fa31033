/**
 * A page does not hear of a worker's end. A lock that the worker holds (Web Locks API) is free from then on, whatever ended it:
 * who waits for the lock waits for that. Where there are no locks, as in pages that came over plain http, nobody learns of it.
 */

interface Locks {
  request(name: string, take: () => Promise<void>): Promise<void>;
}

declare const navigator: { readonly locks?: Locks } | undefined;
declare const crypto: { randomUUID(): string };

/** A name for the lock of one worker; undefined where there are no locks. */
export function lifeLock(): string | undefined {
  return locks() && `ppl worker ${crypto.randomUUID()}`;
}

/** Resolves when the calling thread has the lock, which it keeps for as long as it lives; false where it cannot have one. */
export function holdLock(name: string): Promise<boolean> {
  const held = Promise.withResolvers<boolean>();
  const forever = new Promise<void>(() => undefined);
  const asked = locks()?.request(name, () => {
    held.resolve(true);
    return forever;
  });
  asked?.catch(() => held.resolve(false));
  if (asked === undefined) held.resolve(false);
  return held.promise;
}

/** Resolves when nobody has the lock any more. */
export async function whenFree(name: string): Promise<void> {
  await locks()?.request(name, async () => undefined);
}

function locks(): Locks | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.locks;
}
