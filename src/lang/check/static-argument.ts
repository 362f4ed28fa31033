/**
 * Arguments that are known when compiling and shape the body of a function: lists of sizes, functions, and starting values. Each choice of
 * lengths and functions makes an instance of the function with a body of its own; the sizes stay parameters of the instance.
 */
import type { Initializer } from "../core-statement.ts";
import { formatInitializer } from "../format-initializer.ts";
import { namedSize, type Size } from "../size.ts";

export type StaticArgument =
  | { readonly kind: "size"; readonly size: Size }
  | { readonly kind: "sizes"; readonly sizes: readonly Size[] }
  | { readonly kind: "initializer"; readonly initializer: Initializer }
  | FunctionArgument;

/** A builtin, `def` or net, with those of its parameters that were given along with it: `mlp(hidden: [40])`. */
export interface FunctionArgument {
  readonly kind: "function";
  readonly name: string;
  readonly given: StaticArguments;
  /** A net that the model learned, by its name there: only values are left to give. */
  readonly learned?: string;
}

export type StaticArguments = ReadonlyMap<string, StaticArgument>;

/** What tells instances apart: `hidden: 2, activation: tanh`. Two calls with one key share the instance. */
export function instanceKey(statics: StaticArguments): string {
  return [...statics].map(([name, argument]) => `${name}: ${keyOf(argument)}`).join(", ");
}

function keyOf(argument: StaticArgument): string {
  switch (argument.kind) {
    case "size":
      return "size";
    case "sizes":
      return String(argument.sizes.length);
    case "initializer":
      return formatInitializer(argument.initializer);
    case "function": {
      const { name, given, learned } = argument;
      const key = given.size === 0 ? name : `${name}(${instanceKey(given)})`;
      return learned === undefined ? key : `${learned} ${key}`;
    }
  }
}

/** For messages: the arguments of the kind that is to blame, or where there is none how long the lists are. */
export function describeArguments(statics: StaticArguments, blame: "function" | "initializer"): string {
  const blamed = [...statics].flatMap(([name, argument]) => {
    if (argument.kind !== blame) return [];
    const learned = argument.kind === "function" ? argument.learned : undefined;
    return [`${name}: ${learned ?? keyOf(argument)}`];
  });
  if (blamed.length > 0) return blamed.join(", ");
  const lists = [...statics].filter(([, { kind }]) => kind === "sizes");
  return lists.map(([name, list]) => `${name}: ${keyOf(list)} sizes`).join(", ");
}

/** The learned nets among the arguments. */
export function learnedNets(statics: StaticArguments): string[] {
  return [...statics.values()].flatMap((argument) => {
    if (argument.kind !== "function") return [];
    return [...(argument.learned === undefined ? [] : [argument.learned]), ...learnedNets(argument.given)];
  });
}

/** The sizes inside, by the names they have as parameters of the instance: `hidden[0]`, `f.hidden[1]`, `f.O`. */
export function staticSizes(statics: StaticArguments, prefix = ""): [string, Size][] {
  return [...statics].flatMap(([name, argument]) => sizesOf(argument, prefix + name));
}

function sizesOf(argument: StaticArgument, path: string): [string, Size][] {
  switch (argument.kind) {
    case "size":
      return [[path, argument.size]];
    case "sizes":
      return argument.sizes.map((size, position) => [`${path}[${position}]`, size]);
    case "initializer":
      return [];
    case "function":
      return staticSizes(argument.given, `${path}.`);
  }
}

/** The same arguments as the instance's body sees them: every size by its parameter's name. */
export function asParameters(statics: StaticArguments, prefix = ""): Map<string, StaticArgument> {
  return new Map([...statics].map(([name, argument]) => [name, asParameter(argument, prefix + name)]));
}

function asParameter(argument: StaticArgument, path: string): StaticArgument {
  switch (argument.kind) {
    case "size":
      return { kind: "size", size: namedSize(path) };
    case "sizes":
      return {
        kind: "sizes",
        sizes: argument.sizes.map((_, position) => namedSize(`${path}[${position}]`)),
      };
    case "initializer":
      return argument;
    case "function":
      return { ...argument, given: asParameters(argument.given, `${path}.`) };
  }
}
