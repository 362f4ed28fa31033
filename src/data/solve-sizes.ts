/** What size names stand for, from the shapes of what is given: linear equations, one unknown at a time. */
import type { CoreModel } from "../lang/core.ts";
import { constantValue, evaluateSize, formatSize, type Size, sizeNames } from "../lang/size.ts";
import type { DataFacts, Declared, SizeBinding } from "./explain-data.ts";

/** One dimension of a given value: its length must equal the declared size. */
export interface SizeClaim {
  readonly name: string;
  readonly axis: number;
  readonly length: number;
  readonly size: Size;
  readonly declared: Declared;
  readonly place?: string;
}

export interface SolvedSizes {
  readonly bindings: ReadonlyMap<string, SizeBinding>;
  readonly facts: readonly DataFacts[];
  /** Sizes that some fact here speaks of: nothing more need be said of them. */
  readonly blamed: ReadonlySet<string>;
}

/**
 * `given` are sizes stated outright (data keys, --set): they come first, then shapes in order, then defaults for what
 * is still open. A size keeps its first value; every later disagreement is a fact.
 */
export function solveSizes(
  sizes: CoreModel["sizes"],
  given: readonly SizeBinding[],
  claims: readonly SizeClaim[],
): SolvedSizes {
  const bindings = new Map<string, SizeBinding>();
  const facts: DataFacts[] = [];
  const blamed = new Set<string>();
  // "N ≠ 7" is told once: several values of one length that disagree with one size are one mistake.
  const told = new Set<string>();
  for (const binding of given) {
    const known = bindings.get(binding.size);
    if (known === undefined) {
      bindings.set(binding.size, binding);
    } else if (known.value !== binding.value) {
      told.add(`${binding.size} ${binding.value}`);
      facts.push({
        code: "data-size-conflict",
        claim: `${binding.from} is ${binding.value}`,
        expected: `${known.size} = ${known.value}`,
        found: String(binding.value),
        bindings: [known],
      });
    }
  }

  let open = claims;
  const propagate = (): void => {
    for (let before = -1; before !== open.length; ) {
      before = open.length;
      open = open.filter((claim) => {
        const outcome = settle(claim, bindings);
        if (outcome === "open") return true;
        if (outcome !== "agrees" && "code" in outcome) {
          for (const size of sizeNames(claim.size)) blamed.add(size);
          const key = `${formatSize(claim.size)} ${claim.length}`;
          if (!told.has(key)) facts.push(outcome);
          told.add(key);
        } else if (outcome !== "agrees") {
          bindings.set(outcome.size, outcome);
        }
        return false;
      });
    }
  };
  propagate();
  for (const { name, default: fallback } of sizes) {
    if (bindings.has(name) || blamed.has(name) || fallback === undefined) continue;
    const value = evaluateSize(fallback, valuesOf(bindings));
    if (value === undefined) continue;
    bindings.set(name, { size: name, value, from: "its default" });
    propagate();
  }
  return { bindings, facts, blamed };
}

export function valuesOf(bindings: ReadonlyMap<string, SizeBinding>): Record<string, number> {
  return Object.fromEntries([...bindings].map(([name, { value }]) => [name, value]));
}

/** What one claim says, given what is bound: nothing yet, nothing new, a size, or a contradiction. */
function settle(
  claim: SizeClaim,
  bindings: ReadonlyMap<string, SizeBinding>,
): "open" | "agrees" | SizeBinding | DataFacts {
  const { size, length } = claim;
  const unknown = sizeNames(size).filter((name) => !bindings.has(name));
  const values = valuesOf(bindings);
  if (unknown.length === 0)
    return evaluateSize(size, values) === length ? "agrees" : conflict(claim, bindings);
  const [name] = unknown;
  if (unknown.length > 1 || !isLinearIn(size, name)) return "open";
  // length = slope · name + constant, as a line through its values at 0 and 1.
  const constant = evaluateSize(size, { ...values, [name]: 0 }) ?? 0;
  const slope = (evaluateSize(size, { ...values, [name]: 1 }) ?? 0) - constant;
  if (slope === 0) return "open";
  const value = (length - constant) / slope;
  if (Number.isInteger(value) && value >= 1) return { size: name, value, from: claim.name };
  if (length === 0)
    return {
      code: "data-empty",
      what: `\`${claim.name}\``,
      place: claim.place,
      expected: "at least one value",
    };
  const unit = axisUnits.at(claim.axis);
  const part = unit === undefined ? `dimension ${claim.axis + 1}` : `the ${unit}s`;
  const source = `${formatSize(size)} = ${length}, ${part} of ${claim.name}`;
  const found = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return { code: "data-size-value", size: name, found, from: source, place: claim.place };
}

function isLinearIn(size: Size, name: string): boolean {
  return size.terms.every((term) => term.factors.filter((factor) => factor === name).length <= 1);
}

function conflict(claim: SizeClaim, bindings: ReadonlyMap<string, SizeBinding>): DataFacts {
  const { size } = claim;
  const expected = evaluateSize(size, valuesOf(bindings)) ?? 0;
  return {
    code: "data-size-conflict",
    claim: describeLength(claim),
    expected: constantValue(size) === undefined ? `${formatSize(size)} = ${expected}` : String(expected),
    found: String(claim.length),
    bindings: sizeNames(size).flatMap((name) => bindings.get(name) ?? []),
    place: claim.place,
    declared: claim.declared,
  };
}

const axisUnits: readonly string[] = ["row", "column"];

/** "y has 7 rows", "x has 1 column", "w has length 4 in dimension 3". */
function describeLength({ name, axis, length }: SizeClaim): string {
  const unit = axisUnits.at(axis);
  if (unit === undefined) return `${name} has length ${length} in dimension ${axis + 1}`;
  return `${name} has ${length} ${unit}${length === 1 ? "" : "s"}`;
}
