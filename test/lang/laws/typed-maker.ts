/** What random declarations are, what is in scope inside of them, and how they are called. */
import type { Arguments, Axis, Callable, Choose, Entry, Here, OwnDistribution } from "./typed-scope.ts";

export interface Declared {
  readonly text: string;
  readonly callables?: readonly Callable[];
  readonly distribution?: OwnDistribution;
  /** A statement at the top of the model without which it is of no use. */
  readonly line?: string;
}

export type Maker = (name: string, choose: Choose, earlier: readonly Callable[]) => Declared;

/** Inside of a declaration: nothing is in scope but what it says. */
export function inside(
  entries: readonly Entry[],
  vectors: readonly string[] = [],
  callables: readonly Callable[] = [],
  axes: readonly Axis[] = [],
): Here {
  return {
    entries,
    axes,
    callables,
    distributions: [],
    ranges: vectors,
    vectors,
    sizes: {},
    discrete: true,
    known: false,
  };
}

export const calls = (
  name: string,
  gives: Callable["gives"],
  call: Callable["call"],
  latent = false,
): readonly Callable[] => [{ name, gives, call, latent }];

/** A number made of a vector of any size. */
export function inVectors(call: (given: Arguments, size: string) => string): Callable["call"] {
  return (given) => (given.sizes.length === 0 ? undefined : call(given, given.choose(given.sizes)));
}
