/**
 * A second meaning of Core, to judge the first: loops over every plate and step, plain numbers, no tensors. It gives the
 * joint log density on the constrained scale, with discrete latents summed over all their joint assignments.
 */

import { digamma, erf, lgamma } from "../../../src/compiler/special-functions.ts";
import type { CorePlace, CoreSite } from "../../../src/lang/core.ts";
import type {
  CoreDefinedDistribution,
  CoreDefinition,
  CoreDistribution,
  CoreEntry,
  CoreTransformed,
} from "../../../src/lang/core-distribution.ts";
import type { CoreExpression } from "../../../src/lang/core-expression.ts";
import type { CoreStatement } from "../../../src/lang/core-statement.ts";
import {
  type CumulativeName,
  isCumulative,
  isCumulativeDefinition,
  isRenormalised,
} from "../../../src/lang/cumulative.ts";
import { distributions } from "../../../src/lang/distributions.ts";
import { evaluateSize, type Size } from "../../../src/lang/size.ts";
import { builtinOf, derivative, inverse, isRising } from "./bijection-by-search.ts";
import { convolve, convolveBack } from "./convolve.ts";
import type { LoadedModel } from "./load-model.ts";
import { type DensityArguments, scalarDensities } from "./scalar-densities.ts";

/** A number, an array of meanings, or a tuple (the same array). Booleans are 0 and 1. */
export type Meaning = number | Meaning[];

export interface Interpretation {
  readonly logDensity: number;
  /** Model bindings by name; only where no discrete latent is summed out. */
  readonly bindings: Readonly<Record<string, Meaning>>;
}

interface Scope {
  readonly loaded: LoadedModel;
  readonly sizes: Readonly<Record<string, number>>;
  readonly names: Map<string, Meaning>;
  /** Of what is learned, by path. */
  readonly learned: Readonly<Record<string, Meaning>>;
  /** Of the net that is at work. */
  readonly path?: string;
  /** Whether the draws of a variable count. */
  readonly isScored?: (variable: string) => boolean;
}

/**
 * `values`: inputs, observed variables (NaN where one is missing) and continuous latents as nested arrays; `learned`: parameters
 * by path. Observed variables that are marked as summed out are, where one is missing. Draws of variables that are not scored add nothing.
 */
export function interpret(
  loaded: LoadedModel,
  sizes: Readonly<Record<string, number>>,
  values: Readonly<Record<string, Meaning>>,
  learned: Readonly<Record<string, Meaning>> = {},
  isScored?: (variable: string) => boolean,
): Interpretation {
  const discrete = loaded.model.variables.flatMap((variable) => {
    const site = findSite(loaded, variable.sites[0]);
    // What a guide draws is given.
    if (site.score || (variable.observed && !site.marginal)) return [];
    if (site.support.kind !== "discrete" || site.support.count === undefined) return [];
    const shape = variable.type.dimensions.map((size) => sizeOf(size, sizes));
    const length = shape.reduce((product, each) => product * each, 1);
    const given = variable.observed
      ? flatten(values[variable.name])
      : new Array<number>(length).fill(Number.NaN);
    return [{ name: variable.name, shape, given, count: sizeOf(site.support.count, sizes) }];
  });
  const assignments = discrete.reduce(
    (product, { given, count }) => product * count ** given.filter(Number.isNaN).length,
    1,
  );
  const terms: number[] = [];
  let bindings: Readonly<Record<string, Meaning>> = {};
  for (let assignment = 0; assignment < assignments; assignment++) {
    let rest = assignment;
    const names = new Map(Object.entries(values));
    for (const { name, shape, given, count } of discrete) {
      const flat = given.map((each) => {
        if (!Number.isNaN(each)) return each;
        const value = rest % count;
        rest = Math.floor(rest / count);
        return value;
      });
      names.set(name, nest(flat, shape));
    }
    const own = new Map<string, Meaning>();
    terms.push(runAll(loaded.model.body, { loaded, sizes, names, learned, isScored }, own));
    if (discrete.length === 0) bindings = Object.fromEntries(own);
  }
  const top = Math.max(...terms);
  const total = terms.reduce((sum, each) => sum + Math.exp(each - top), 0);
  return { logDensity: terms.length === 1 ? terms[0] : top + Math.log(total), bindings };
}

/** A number that depends on sizes alone. */
export function evaluateNumber(
  expression: CoreExpression,
  loaded: LoadedModel,
  sizes: Readonly<Record<string, number>>,
): number {
  return number(evaluate(expression, { loaded, sizes, names: new Map(), learned: {} }));
}

/** Row-major numbers as nested arrays. */
export function nest(flat: ArrayLike<number>, shape: readonly number[]): Meaning {
  const build = (at: number, dimension: number): Meaning => {
    if (dimension === shape.length) return flat[at];
    const stride = shape.slice(dimension + 1).reduce((product, length) => product * length, 1);
    return Array.from({ length: shape[dimension] }, (_, each) => build(at + each * stride, dimension + 1));
  };
  return build(0, 0);
}

export function flatten(meaning: Meaning): number[] {
  return Array.isArray(meaning) ? meaning.flatMap(flatten) : [meaning];
}

function findSite(loaded: LoadedModel, id: string): CoreSite {
  const site = loaded.model.sites.find((each) => each.id === id);
  if (site === undefined) throw new Error(`no site ${id}`);
  return site;
}

function sizeOf(size: Size, sizes: Readonly<Record<string, number>>): number {
  const value = evaluateSize(size, sizes);
  if (value === undefined) throw new Error("a size without a value");
  return value;
}

function runAll(statements: readonly CoreStatement[], scope: Scope, own: Map<string, Meaning>): number {
  return statements.reduce((sum, statement) => sum + run(statement, scope, own), 0);
}

/** What the statement adds to the log density. */
function run(statement: CoreStatement, scope: Scope, own: Map<string, Meaning>): number {
  switch (statement.kind) {
    case "draw": {
      const site = findSite(scope.loaded, statement.site);
      if (!(scope.isScored?.(site.variable) ?? true)) return 0;
      const x = at(
        named(site.variable, scope),
        site.place.map((place) => positionOf(place, scope)),
      );
      // What is recorded of a censored value may lie anywhere.
      const isPlain = site.distribution.kind !== "censored" && site.distribution.kind !== "mixture";
      const { low, high } = endsOf(isPlain ? site.support : { kind: "real" }, scope);
      if (flatten(x).some((each) => each < low || each > high)) return -Infinity;
      return score(site.distribution, x, scope) - cutMass(site, x, scope);
    }
    case "let": {
      const value = evaluate(statement.value, scope);
      const place = statement.place.map((each) => positionOf(each, scope));
      const whole = assign(own.get(statement.name), place, value);
      own.set(statement.name, whole);
      scope.names.set(statement.name, whole);
      return 0;
    }
    case "factor":
      return flatten(evaluate(statement.value, scope)).reduce((sum, each) => sum + each, 0);
    case "axis": {
      let sum = 0;
      for (let i = sizeOf(statement.from, scope.sizes); i < sizeOf(statement.to, scope.sizes); i++) {
        scope.names.set(statement.index, i);
        sum += runAll(statement.body, scope, own);
      }
      return sum;
    }
    case "if":
      return runAll(evaluate(statement.condition, scope) !== 0 ? statement.then : statement.else, scope, own);
    case "learn": {
      const value =
        scope.learned[scope.path === undefined ? statement.name : `${scope.path}/${statement.name}`];
      if (value === undefined) throw new Error(`no value for what ${statement.name} learns`);
      scope.names.set(statement.name, value);
      return 0;
    }
    case "learnNet":
      // Where it is used, its sizes are read from here.
      return 0;
  }
}

function positionOf(place: CorePlace, scope: Scope): number {
  return place.kind === "constant" ? sizeOf(place.value, scope.sizes) : number(named(place.index, scope));
}

function assign(whole: Meaning | undefined, place: readonly number[], value: Meaning): Meaning {
  if (place.length === 0) return value;
  const copy = Array.isArray(whole) ? [...whole] : [];
  copy[place[0]] = assign(copy[place[0]], place.slice(1), value);
  return copy;
}

/** log of the mass that a declared type leaves of draws with a distribution function, over all elements. */
function cutMass({ distribution, support }: CoreSite, x: Meaning, scope: Scope): number {
  if (distribution.kind !== "defined") return cutOfOthers(distribution, support, x, scope);
  if (!isCumulativeDefinition(distribution.definition)) return 0;
  const { definition, support: own } = distribution;
  const end = (side: "low" | "high"): number | undefined => {
    const given = side in support ? evaluate((support as never)[side], scope) : undefined;
    const whole = side in own ? evaluate((own as never)[side], scope) : undefined;
    return given === whole ? undefined : (given as number);
  };
  const [low, high] = [end("low"), end("high")];
  if (low === undefined && high === undefined) return 0;
  return definedSum(distribution, x, scope, (scopeOfDraw) => {
    const cdf = (bound: number): number => definedShare(definition, bound, scopeOfDraw);
    const before = low === undefined ? 0 : cdf(support.kind === "discrete" ? low - 1 : low);
    return Math.log((high === undefined ? 1 : cdf(high)) - before);
  });
}

/** The same of builtin distributions, mixtures and choices: where a distribution is on the whole line or above 0. */
function cutOfOthers(
  distribution: CoreDistribution,
  support: CoreSite["support"],
  x: Meaning,
  scope: Scope,
): number {
  if (support.kind !== "lower" && support.kind !== "upper" && support.kind !== "interval") return 0;
  if (!isRenormalised(distribution)) return 0;
  const low = support.kind === "upper" ? -Infinity : number(evaluate(support.low, scope));
  const high = support.kind === "lower" ? Infinity : number(evaluate(support.high, scope));
  const all = (value: Meaning, path: readonly number[]): number => {
    if (Array.isArray(value)) return value.reduce<number>((sum, each, i) => sum + all(each, [...path, i]), 0);
    const cdf = (bound: number): number => cdfOf(distribution, bound, path, scope);
    return Math.log(cdf(high) - cdf(low));
  };
  return all(x, []);
}

function cdfOf(distribution: CoreDistribution, x: number, path: readonly number[], scope: Scope): number {
  if (Math.abs(x) === Infinity) return x < 0 ? 0 : 1;
  switch (distribution.kind) {
    case "distribution": {
      if (!isCumulative(distribution.name)) throw new Error("no cdf");
      const given = Object.entries(distribution.arguments).map(([name, expression]) => {
        const value = evaluate(expression, scope);
        const isNumber = distribution.name !== "Categorical";
        return [name, isNumber ? number(Array.isArray(value) ? at(value, path) : value) : value];
      });
      return cdfs[distribution.name](x, Object.fromEntries(given) as DensityArguments);
    }
    case "defined": {
      const { low, high } = endsOf(distribution.support, scope);
      if (x <= low) return 0;
      if (x >= high) return 1;
      return definedSum(distribution, x, scope, (inner, value) =>
        definedShare(distribution.definition, value, inner),
      );
    }
    case "mixture": {
      const { weights, components, index } = distribution;
      const given = evaluate(weights.value, scope) as number[];
      const raw = weights.kind === "p" ? given : given.map(Math.exp);
      const total = raw.reduce((sum, each) => sum + each, 0);
      return raw.reduce((sum, weight, k) => {
        const inner = index === undefined ? scope : { ...scope, names: new Map(scope.names).set(index, k) };
        return sum + (weight / total) * cdfOf(components[index === undefined ? k : 0], x, path, inner);
      }, 0);
    }
    case "if": {
      const arm = evaluate(distribution.condition, scope) !== 0 ? distribution.then : distribution.else;
      return cdfOf(arm, x, path, scope);
    }
    case "match": {
      const subject = evaluate(distribution.subject, scope);
      const arm = distribution.arms.find(({ pattern }) => pattern === undefined || pattern === subject);
      if (arm === undefined) throw new Error("no arm matches");
      return cdfOf(arm.value, x, path, scope);
    }
    case "transformed": {
      const { low, high } = endsOf(distribution.support, scope);
      if (x <= low) return 0;
      if (x >= high) return 1;
      const { f, ends } = bijectionAt(distribution, path, scope);
      const below = cdfOf(distribution.base, inverse(f, x, ends), path, scope);
      return isRising(f, ends) ? below : 1 - below;
    }
    case "censored":
      throw new Error("not among the programs");
  }
}

/** The function of the element at this path, and between which ends it takes numbers. */
function bijectionAt(
  { bijection, inner }: CoreTransformed,
  path: readonly number[],
  scope: Scope,
): { f: (x: number) => number; c: number; ends: { low: number; high: number } } {
  const operand = "operand" in bijection ? evaluate(bijection.operand, scope) : Number.NaN;
  const c = number(Array.isArray(operand) ? at(operand, path) : operand);
  const { name, isSecond } = builtinOf(bijection.name);
  const f = (x: number): number =>
    number(call(name, "operand" in bijection ? (isSecond ? [c, x] : [x, c]) : [x], []));
  return { f, c, ends: endsOf(inner, scope) };
}

function endsOf(support: CoreSite["support"], scope: Scope): { low: number; high: number } {
  const low =
    "low" in support && support.low !== undefined ? number(evaluate(support.low, scope)) : -Infinity;
  const high =
    "high" in support && support.high !== undefined ? number(evaluate(support.high, scope)) : Infinity;
  return { low, high };
}

/** By bisection on the distribution function. */
function normalQuantile(p: number): number {
  return inverse(phi, p, { low: -10, high: 10 });
}

/** P(k, x) by its power series (Abramowitz and Stegun 6.5.29), for x that are not large. */
function gammaShare(k: number, x: number): number {
  if (x === Infinity) return 1;
  let term = 1 / k;
  let sum = term;
  for (let n = 1; n < 500; n++) {
    term *= x / (k + n);
    sum += term;
  }
  return x <= 0 ? 0 : sum * Math.exp(k * Math.log(x) - x - lgamma(k));
}

/** I(a, b, x) by Abramowitz and Stegun 26.5.4, from the side on which it converges faster. */
function betaShare(a: number, b: number, x: number): number {
  if (x > 0.5) return 1 - betaShare(b, a, 1 - x);
  let term = 1 / a;
  let sum = term;
  for (let n = 0; n < 500; n++) {
    term *= ((a + b + n) / (a + 1 + n)) * x;
    sum += term;
  }
  const logBeta = lgamma(a) + lgamma(b) - lgamma(a + b);
  return x <= 0 ? 0 : sum * Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta);
}

const phi = (z: number): number => 0.5 * (1 + erf(z / Math.SQRT2));
const cdfs: Readonly<Record<CumulativeName, (x: number, args: DensityArguments) => number>> = {
  Normal: (x, { loc, scale }) => phi((x - loc) / scale),
  Gamma: (x, { shape, rate }) => gammaShare(shape, rate * x),
  Beta: (x, { a, b }) => betaShare(a, b, x),
  Uniform: (x, { low, high }) => Math.min(Math.max((x - low) / (high - low), 0), 1),
  Categorical(x, { p, logits }) {
    const weights: readonly number[] = p ?? logits.map(Math.exp);
    const upTo = (end: number): number => weights.slice(0, end).reduce((sum, each) => sum + each, 0);
    return upTo(Math.max(Math.floor(x) + 1, 0)) / upTo(weights.length);
  },
  // λ logit x of a draw is the log odds and logistic noise.
  RelaxedBernoulli: (x, { p, logits, temperature }) =>
    1 / (1 + ((1 - x) / x) ** temperature * (p === undefined ? Math.exp(logits) : p / (1 - p))),
};

function definedShare({ cdf, logCdf, logSurvival }: CoreDefinition, x: Meaning, scope: Scope): number {
  const value = (rule: CoreEntry): number => number(entry(rule, [x], scope));
  if (cdf !== undefined) return value(cdf);
  if (logCdf !== undefined) return Math.exp(value(logCdf));
  if (logSurvival !== undefined) return 1 - Math.exp(value(logSurvival));
  throw new Error("no distribution function");
}

/** The sum over independent draws of what each gives; their arguments are in scope under the parameters' names. */
function definedSum(
  distribution: CoreDefinedDistribution,
  x: Meaning,
  scope: Scope,
  each: (scope: Scope, x: Meaning) => number,
): number {
  const { definition } = distribution;
  const sizes = Object.fromEntries(
    Object.entries(distribution.sizes).map(([name, size]) => [name, sizeOf(size, scope.sizes)]),
  );
  const given = definition.parameters.map(({ name, type }) => ({
    name,
    rank: type.dimensions.length,
    value: evaluate(distribution.arguments[name], scope),
  }));
  const visit = (value: Meaning, own: typeof given): number => {
    if (depth(value) > definition.event.dimensions.length)
      return (value as Meaning[]).reduce<number>((sum, part, i) => {
        const inner = own.map((arg) => ({
          ...arg,
          value: depth(arg.value) > arg.rank ? (arg.value as Meaning[])[i] : arg.value,
        }));
        return sum + visit(part, inner);
      }, 0);
    const names = new Map(own.map((arg) => [arg.name, arg.value]));
    // What is missing says nothing.
    if (flatten(value).some(Number.isNaN)) return 0;
    return each({ loaded: scope.loaded, sizes, names, learned: scope.learned }, value);
  };
  return visit(x, given);
}

function entry(rule: CoreEntry | undefined, given: readonly Meaning[], scope: Scope): Meaning {
  if (rule === undefined) throw new Error("no such entry");
  const names = new Map(scope.names);
  for (const [position, { name }] of rule.parameters.entries()) names.set(name, given[position]);
  for (const step of rule.steps) {
    if (step.kind === "draw") throw new Error("a draw in a density");
    names.set(step.name, evaluate(step.value, { ...scope, names }));
  }
  return evaluate(rule.value, { ...scope, names });
}

function score(distribution: CoreDistribution, x: Meaning, scope: Scope): number {
  switch (distribution.kind) {
    case "if":
      return score(
        evaluate(distribution.condition, scope) !== 0 ? distribution.then : distribution.else,
        x,
        scope,
      );
    case "match": {
      const subject = evaluate(distribution.subject, scope);
      const arm = distribution.arms.find(({ pattern }) => pattern === undefined || pattern === subject);
      if (arm === undefined) throw new Error("no arm matches");
      return score(arm.value, x, scope);
    }
    case "mixture": {
      const { weights, components, index, rank } = distribution;
      const given = evaluate(weights.value, scope) as number[];
      const raw = weights.kind === "p" ? given : given.map(Math.exp);
      const total = raw.reduce((sum, each) => sum + each, 0);
      const one = (value: Meaning): number => {
        const densities = raw.map((weight, k) => {
          const inner = index === undefined ? scope : { ...scope, names: new Map(scope.names).set(index, k) };
          return (weight / total) * Math.exp(score(components[index === undefined ? k : 0], value, inner));
        });
        return Math.log(densities.reduce((sum, each) => sum + each, 0));
      };
      const all = (value: Meaning): number =>
        depth(value) > rank
          ? (value as Meaning[]).reduce<number>((sum, each) => sum + all(each), 0)
          : one(value);
      return all(x);
    }
    case "censored": {
      const { base } = distribution;
      const [low, high] = [distribution.low, distribution.high].map((end) =>
        end === undefined ? undefined : number(evaluate(end, scope)),
      );
      if (Array.isArray(x)) throw new Error("not among the programs");
      const counts = base.kind === "defined" && base.definition.event.base === "int";
      const step = counts || (base.kind === "distribution" && base.name === "Categorical") ? 1 : 0;
      if (low !== undefined && x <= low) return Math.log(cdfOf(base, low, [], scope));
      if (high !== undefined && x >= high) return Math.log(1 - cdfOf(base, high - step, [], scope));
      return score(base, x, scope);
    }
    case "transformed": {
      let slopes = 0;
      const pull = (y: Meaning, path: readonly number[]): Meaning => {
        if (Array.isArray(y)) return y.map((each, i) => pull(each, [...path, i]));
        if (Number.isNaN(y)) return y;
        const { f, c, ends } = bijectionAt(distribution, path, scope);
        const found = inverse(f, y, ends);
        slopes += Math.log(Math.abs(derivative(distribution.bijection.name, found, c, y)));
        return found;
      };
      const drawn = pull(x, []);
      return score(distribution.base, drawn, scope) - slopes;
    }
    case "defined":
      return definedSum(distribution, x, scope, (inner, value) =>
        number(entry(distribution.definition.logDensity, [value], inner)),
      );
    case "distribution": {
      const { forms, eventRank } = distributions[distribution.name];
      const parameters = (forms as readonly (readonly { name: string; rank: number }[])[]).flat();
      const args = Object.entries(distribution.arguments).map(([name, expression]) => {
        const rank = parameters.find((parameter) => parameter.name === name)?.rank ?? 0;
        return { name, rank, value: evaluate(expression, scope) };
      });
      const rows = (meaning: Meaning, position: number, rank: number): Meaning =>
        depth(meaning) > rank ? (meaning as Meaning[])[position] : meaning;
      const element = (value: Meaning, own: typeof args): number => {
        if (depth(value) > eventRank)
          return (value as Meaning[]).reduce<number>(
            (sum, each, i) =>
              sum +
              element(
                each,
                own.map((arg) => ({ ...arg, value: rows(arg.value, i, arg.rank) })),
              ),
            0,
          );
        if (flatten(value).some(Number.isNaN)) return 0;
        const plain = Object.fromEntries(own.map((arg) => [arg.name, arg.value]));
        return scalarDensities[distribution.name](value as never, plain as DensityArguments);
      };
      return element(x, args);
    }
  }
}

function depth(meaning: Meaning): number {
  return Array.isArray(meaning) ? 1 + (meaning.length > 0 ? depth(meaning[0]) : 0) : 0;
}

function evaluate(expression: CoreExpression, scope: Scope): Meaning {
  switch (expression.kind) {
    case "ask": {
      const { asked, distribution, at: about } = expression;
      if (about === undefined || asked === "quantile") throw new Error("not among the programs");
      const x = evaluate(about, scope);
      if (asked === "logpdf" || asked === "logpmf") return score(distribution, x, scope);
      const share = cdfOf(distribution, number(x), [], scope);
      if (asked === "cdf") return share;
      return Math.log(asked === "logcdf" ? share : 1 - share);
    }
    case "literal":
      return expression.value;
    case "size":
      return sizeOf(expression.size, scope.sizes);
    case "variable":
      return named(expression.name, scope);
    case "index": {
      const take = (value: Meaning, indices: typeof expression.indices): Meaning => {
        const [index, ...others] = indices;
        if (index === undefined) return value;
        if (index.kind === "slice")
          return (value as Meaning[])
            .slice(sizeOf(index.from, scope.sizes), sizeOf(index.to, scope.sizes))
            .map((each) => take(each, others));
        const position = evaluate(index.value, scope);
        if (Array.isArray(position)) return position.map((each) => take(at(value, [number(each)]), others));
        return take(at(value, [position]), others);
      };
      return take(evaluate(expression.base, scope), expression.indices);
    }
    case "call":
      return call(
        expression.function,
        expression.arguments.map((argument) => evaluate(argument, scope)),
        expression.sizes.map((size) => sizeOf(size, scope.sizes)),
      );
    case "apply": {
      const callee = scope.loaded.functions[expression.function];
      const { instance } = expression;
      const declared = scope.loaded.model.body.find(
        (each) => each.kind === "learnNet" && each.name === instance,
      );
      const given = declared?.kind === "learnNet" ? declared.sizes : expression.sizes;
      const sizes = Object.fromEntries(
        Object.entries(given).map(([name, size]) => [name, sizeOf(size, scope.sizes)]),
      );
      const path =
        callee.kind === "def"
          ? scope.path
          : (instance ?? `${scope.path}/${callee.name}${expression.call ?? 0}`);
      const names = new Map<string, Meaning>();
      callee.parameters.forEach(({ name }, position) => {
        names.set(name, evaluate(expression.arguments[position], scope));
      });
      const inner: Scope = { loaded: scope.loaded, sizes, names, learned: scope.learned, path };
      runAll(callee.bindings, inner, new Map());
      return evaluate(callee.value, inner);
    }
    case "if":
      return evaluate(evaluate(expression.condition, scope) !== 0 ? expression.then : expression.else, scope);
    case "match": {
      const subject = evaluate(expression.subject, scope);
      const arm = expression.arms.find(({ pattern }) => pattern === undefined || pattern === subject);
      if (arm === undefined) throw new Error("no arm matches");
      return evaluate(arm.value, scope);
    }
    case "array":
    case "tuple":
      return expression.items.map((item) => evaluate(item, scope));
    case "comprehension": {
      const items: Meaning[] = [];
      for (let i = sizeOf(expression.from, scope.sizes); i < sizeOf(expression.to, scope.sizes); i++)
        items.push(
          evaluate(expression.body, { ...scope, names: new Map(scope.names).set(expression.index, i) }),
        );
      return items;
    }
    case "scan": {
      const rows = evaluate(expression.rows, scope);
      if (!Array.isArray(rows)) throw new Error("a scan runs along an array");
      let state = evaluate(expression.start, scope);
      return rows.map((row) => {
        const names = new Map(scope.names).set(expression.state, state).set(expression.row, row);
        state = evaluate(expression.body, { ...scope, names });
        return state;
      });
    }
    case "ode":
      return solveOde(expression, scope);
    case "item":
      return at(evaluate(expression.base, scope), [expression.position]);
    case "cast":
      return evaluate(expression.value, scope);
  }
}

/** Kutta's method by the book; an adaptive method is judged by many small steps of it. */
function solveOde(expression: Extract<CoreExpression, { kind: "ode" }>, scope: Scope): Meaning {
  const { method } = expression;
  const steps = method.kind === "rungeKutta" ? method.steps : 400;
  const rate = (y: Meaning, t: number): Meaning => {
    const names = new Map(scope.names).set(expression.state, y).set(expression.time, t);
    return evaluate(expression.rate, { ...scope, names });
  };
  const plus = (y: Meaning, h: number, k: Meaning): Meaning =>
    Array.isArray(y) ? y.map((each, i) => plus(each, h, (k as Meaning[])[i])) : y + h * number(k);
  let y = evaluate(expression.initial, scope);
  let t = number(evaluate(expression.start, scope));
  return (evaluate(expression.times, scope) as Meaning[]).map((time) => {
    const h = (number(time) - t) / steps;
    for (let step = 0; step < steps; step++) {
      const from = t + step * h;
      const k1 = rate(y, from);
      const k2 = rate(plus(y, h / 2, k1), from + h / 2);
      const k3 = rate(plus(y, h / 2, k2), from + h / 2);
      const k4 = rate(plus(y, h, k3), from + h);
      y = plus(plus(plus(plus(y, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
    }
    t = number(time);
    return y;
  });
}

function named(name: string, scope: Scope): Meaning {
  const value = scope.names.get(name);
  if (value === undefined) throw new Error(`no value for ${name}`);
  return value;
}

function at(value: Meaning, place: readonly number[]): Meaning {
  return place.reduce<Meaning>((part, position) => {
    const element = Array.isArray(part) ? part[position] : undefined;
    if (element === undefined) throw new Error(`no element ${position}`);
    return element;
  }, value);
}

function number(meaning: Meaning): number {
  if (Array.isArray(meaning)) throw new Error("an array where a number is needed");
  return meaning;
}

const scalarFunctions: Readonly<Record<string, (x: number, y: number, z: number) => number | boolean>> = {
  neg: (x) => -x,
  not: (x) => x === 0,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  logit: (x) => Math.log(x / (1 - x)),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  floor: Math.floor,
  lgamma,
  digamma,
  erf,
  erfc: (x) => 1 - erf(x),
  normal_cdf: (x) => 0.5 * (1 + erf(x / Math.SQRT2)),
  normal_quantile: (p) => normalQuantile(p),
  log_normal_cdf: (x) => Math.log(0.5 * (1 + erf(x / Math.SQRT2))),
  log_gamma_cdf: (k, x) => Math.log(gammaShare(k, x)),
  log_gamma_survival: (k, x) => Math.log(1 - gammaShare(k, x)),
  log_beta_cdf: (a, b, x) => Math.log(betaShare(a, b, x)),
  log_beta_survival: (a, b, x) => Math.log(betaShare(b, a, 1 - x)),
  log1mexp: (x) => Math.log(1 - Math.exp(x)),
  log_sigmoid: (x) => -Math.log(1 + Math.exp(-x)),
  sinh: Math.sinh,
  cosh: Math.cosh,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  ceil: Math.ceil,
  round: (x) => Math.floor(x + 0.5),
  step: (x) => x >= 0,
  atan2: Math.atan2,
  logaddexp: (x, y) => Math.log(Math.exp(x) + Math.exp(y)),
  lbeta: (x, y) => lgamma(x) + lgamma(y) - lgamma(x + y),
  log_choose: (n, k) => lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1),
  mod: (x, y) => x - y * Math.floor(x / y),
  quotient: (x, y) => Math.floor(x / y),
  where: (c, x, y) => (c !== 0 ? x : y),
  clip: (x, low, high) => Math.min(Math.max(x, low), high),
  relu: (x) => Math.max(x, 0),
  stop_gradient: (x) => x,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  and: (x, y) => x !== 0 && y !== 0,
  or: (x, y) => x !== 0 || y !== 0,
};

const sumOf = (x: readonly number[]): number => x.reduce((sum, each) => sum + each, 0);
const dot = (x: readonly number[], y: readonly number[]): number => sumOf(x.map((each, i) => each * y[i]));
const logSumExp = (x: readonly number[]): number => {
  const top = Math.max(...x);
  return Math.abs(top) === Infinity ? top : top + Math.log(sumOf(x.map((each) => Math.exp(each - top))));
};
const transpose = (x: readonly number[][]): number[][] => x[0].map((_, j) => x.map((row) => row[j]));

const varianceOf = (x: readonly number[]): number =>
  sumOf(x.map((each) => (each - sumOf(x) / x.length) ** 2)) / (x.length - 1);

/** Functions of the last dimension. */
const vectorFunctions: Readonly<Record<string, (x: readonly number[]) => Meaning>> = {
  sum: sumOf,
  mean: (x) => sumOf(x) / x.length,
  prod: (x) => x.reduce((product, each) => product * each, 1),
  logsumexp: logSumExp,
  softmax: (x) => x.map((each) => Math.exp(each - logSumExp(x))),
  log_softmax: (x) => x.map((each) => each - logSumExp(x)),
  cumsum: (x) => x.map((_, i) => sumOf(x.slice(0, i + 1))),
  cumprod: (x) => x.map((_, i) => x.slice(0, i + 1).reduce((product, each) => product * each, 1)),
  cummax: (x) => x.map((_, i) => Math.max(...x.slice(0, i + 1))),
  cummin: (x) => x.map((_, i) => Math.min(...x.slice(0, i + 1))),
  max_of: (x) => Math.max(...x),
  min_of: (x) => Math.min(...x),
  argmax: (x) => x.indexOf(Math.max(...x)),
  argmin: (x) => x.indexOf(Math.min(...x)),
  var: varianceOf,
  sd: (x) => Math.sqrt(varianceOf(x)),
  sort: (x) => [...x].sort((p, q) => p - q),
  argsort: (x) => x.map((_, i) => i).sort((i, j) => x[i] - x[j] || i - j),
  reverse: (x) => [...x].reverse(),
  diag: (x) => x.map((each, i) => x.map((_, j) => (i === j ? each : 0))),
};

/** Solves x y = b for each column of b, by elimination with pivots. */
function solveColumns(x: readonly number[][], b: readonly number[][]): number[][] {
  const rows = x.map((row, i) => [...row, ...b[i]]);
  for (let column = 0; column < x.length; column++) {
    const rest = rows.slice(column).map((row) => Math.abs(row[column]));
    const pivot = column + rest.indexOf(Math.max(...rest));
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = 0; i < x.length; i++) {
      const factor = rows[i][column] / rows[column][column];
      if (i !== column) rows[i] = rows[i].map((each, j) => each - factor * rows[column][j]);
    }
  }
  return rows.map((row, i) => row.slice(x.length).map((each) => each / row[i]));
}

function solveMeaning(x: readonly number[][], b: Meaning): Meaning {
  if (depth(b) === 2) return solveColumns(x, b as number[][]);
  return solveColumns(
    x,
    (b as number[]).map((each) => [each]),
  ).map(([only]) => only);
}

/** The determinant by expansion along the first row. */
function determinant(x: readonly number[][]): number {
  if (x.length === 1) return x[0][0];
  const minor = (j: number): number[][] => x.slice(1).map((row) => row.filter((_, column) => column !== j));
  return sumOf(x[0].map((each, j) => (j % 2 === 0 ? 1 : -1) * each * determinant(minor(j))));
}

/** Elimination; negative where rows changed places. */
function pivotsOf(x: readonly number[][]): number[] {
  if (x.length === 0) return [];
  const sizes = x.map((row) => Math.abs(row[0]));
  const at = sizes.indexOf(Math.max(...sizes));
  const pivot = x[at];
  const others = x.slice(1);
  if (at > 0) others[at - 1] = x[0];
  const rest = others.map((row) =>
    row.slice(1).map((each, j) => each - (row[0] * pivot[j + 1]) / (pivot[0] === 0 ? 1 : pivot[0])),
  );
  return [at === 0 ? pivot[0] : -pivot[0], ...pivotsOf(rest)];
}

/** Row by row: Lᵢⱼ Lⱼⱼ = xᵢⱼ − Σₖ<ⱼ Lᵢₖ Lⱼₖ. */
function choleskyOf(x: readonly number[][]): number[][] {
  const factor = x.map((row) => row.map(() => 0));
  x.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const rest = row[j] - dot(factor[i].slice(0, j), factor[j].slice(0, j));
      factor[i][j] = i === j ? Math.sqrt(rest) : rest / factor[j][j];
    }
  });
  return factor;
}

/** Functions of the last two dimensions. */
const matrixFunctions: Readonly<Record<string, (x: number[][], y: Meaning) => Meaning>> = {
  diagonal: (x) => x.map((row, i) => row[i]),
  trace: (x) => sumOf(x.map((row, i) => row[i])),
  cholesky: choleskyOf,
  logdet: (x) => Math.log(determinant(x)),
  inverse_spd: (x) =>
    solveColumns(
      x,
      x.map((row, i) => row.map((_, j) => Number(i === j))),
    ),
  solve_lower: (x, y) => solveMeaning(x, y),
  solve_lower_transpose: (x, y) => solveMeaning(transpose(x), y),
  solve_spd: (x, y) => solveMeaning(x, y),
  solve_lu: (x, y) => solveMeaning(x, y),
  lu_pivots: pivotsOf,
  quad_form: (x, y) =>
    depth(y) === 1
      ? dot(
          y as number[],
          x.map((row) => dot(row, y as number[])),
        )
      : transpose(y as number[][]).map((left) =>
          transpose(y as number[][]).map((right) =>
            dot(
              left,
              x.map((row) => dot(row, right)),
            ),
          ),
        ),
};

function call(name: string, operands: readonly Meaning[], sizes: readonly number[]): Meaning {
  const [x, y, z] = operands;
  if (Object.hasOwn(scalarFunctions, name)) return elementwise(scalarFunctions[name], x, y, z);
  if (Object.hasOwn(matrixFunctions, name))
    return overMatrices((matrix) => matrixFunctions[name](matrix, y), x);
  if (Object.hasOwn(vectorFunctions, name)) return overLast(vectorFunctions[name], x);
  const [a, b] = operands as number[][][];
  const image = x as number[][][];
  const filters = y as number[][][][];
  switch (name) {
    case "ones":
    case "zeros":
      return nest(new Array(sizes.reduce((p, n) => p * n, 1)).fill(name === "ones" ? 1 : 0), sizes);
    case "dot":
    case "matmul": {
      if (depth(x) === 1 && depth(y) === 1) return dot(x as number[], y as number[]);
      if (depth(y) === 1) return a.map((row) => dot(row, y as number[]));
      if (depth(x) === 1) return transpose(b).map((column) => dot(x as number[], column));
      return a.map((row) => transpose(b).map((column) => dot(row, column)));
    }
    case "eye":
      return Array.from({ length: sizes[0] }, (_, i) =>
        Array.from({ length: sizes[0] }, (_c, j) => Number(i === j)),
      );
    case "flatten":
    case "reshape": {
      const flat = (value: Meaning): number[] =>
        Array.isArray(value) ? value.flatMap(flat) : [value as number];
      const all = flat(x);
      return nest(all, name === "flatten" ? [all.length] : sizes);
    }
    case "linspace":
      return Array.from(
        { length: sizes[0] },
        (_, i) => (x as number) + ((y as number) - (x as number)) * (sizes[0] === 1 ? 0 : i / (sizes[0] - 1)),
      );
    case "transpose":
      return transpose(a);
    case "outer":
      return (x as number[]).map((left) => (y as number[]).map((right) => left * right));
    case "split": {
      const half = (x as Meaning[]).length / 2;
      return [(x as Meaning[]).slice(0, half), (x as Meaning[]).slice(half)];
    }
    case "concat":
      return [...(x as Meaning[]), ...(y as Meaning[])];
    case "conv2d":
      return convolve(image, filters, [image.length, image[0].length, 1, 1]);
    case "strided_conv2d":
      return convolve(image, filters, sizes);
    case "transposed_conv2d":
      return convolveBack(image, filters, sizes);
    default:
      throw new Error(`${name} is not interpreted`);
  }
}

function elementwise(
  f: (x: number, y: number, z: number) => number | boolean,
  x: Meaning,
  y: Meaning = Number.NaN,
  z: Meaning = Number.NaN,
): Meaning {
  const longest = [x, y, z].find((each) => Array.isArray(each));
  const at = (value: Meaning, i: number): Meaning => (Array.isArray(value) ? value[i] : value);
  if (Array.isArray(longest)) return longest.map((_, i) => elementwise(f, at(x, i), at(y, i), at(z, i)));
  return Number(f(x as number, y as number, z as number));
}

function overMatrices(f: (x: number[][]) => Meaning, x: Meaning): Meaning {
  return depth(x) === 2 ? f(x as number[][]) : (x as Meaning[]).map((each) => overMatrices(f, each));
}

function overLast(f: (x: readonly number[]) => Meaning, x: Meaning): Meaning {
  return depth(x) === 1 ? f(x as number[]) : (x as Meaning[]).map((row) => overLast(f, row));
}
