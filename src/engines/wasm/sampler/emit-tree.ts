/**
 * Trees of leapfrog steps: `inference/nuts/tree.ts` is the definition. Two things differ, in form only: weights are numbers,
 * not logarithms, so that joining two subtrees takes no exponential; and of two neighbouring points, where the three checks
 * are one, only that one is made.
 */
import type { FunctionBuilder, FunctionIndex, Label, LocalIndex } from "../assembler/function-builder.ts";
import { emitWeigh, pushWeights, stopIfDivergent } from "./emit-weights.ts";
import { moreUniforms } from "./sampler-layout.ts";
import { noWeight, type SamplerProgram } from "./sampler-program.ts";
import {
  addProduct,
  type Base,
  clear,
  copyVectors,
  eachVector,
  mostUnrolled,
  pointer,
  pushAddress,
  pushLaneSums,
} from "./vector-passes.ts";

export interface TreeFunctions {
  /** (point) → f64: `emitLeapfrog`. */
  readonly leapfrog: FunctionIndex;
  /** () → f64, the next uniform number of the transition. */
  readonly uniform: FunctionIndex;
  /** `emitWeigh`. */
  readonly weigh: FunctionIndex;
  /**
   * (first, last, firstSum, secondSum, firstLast, secondFirst, sum: addresses) → i32: writes the sum of the momenta of two
   * halves; whether neither the whole nor a half with its neighbour in the other has turned back.
   */
  readonly join: FunctionIndex;
  /**
   * (depth ≥ 1, point, first, sum, into) → f64: moves the point on by 2^depth steps; writes the momentum at the first, the sum of momenta
   * over all and a draw from them. Their weight, or `noWeight`.
   */
  readonly build: FunctionIndex;
}

export function emitTree(program: SamplerProgram, leapfrog: FunctionIndex): TreeFunctions {
  const steps = {
    leapfrog,
    uniform: emitUniform(program),
    weigh: emitWeigh(program),
    join: emitJoin(program),
  };
  return { ...steps, build: emitBuild(program, steps, emitPair(program, steps)) };
}

function emitUniform({ module, layout, globals, fillUniform }: SamplerProgram): FunctionIndex {
  return module.addFunction("uniform", { params: [], results: ["f64"] }, (code) => {
    const next = code.local("i32");
    const refilled = layout.uniformsEnd - 8 * moreUniforms;
    code.getGlobal(globals.nextUniform);
    code.tee(next);
    code.i32(layout.uniformsEnd);
    code.op("i32.eq");
    code.if(() => {
      code.i32(refilled);
      code.i32(layout.uniformsEnd);
      for (const global of [globals.seed, globals.stream, globals.step, globals.position])
        code.getGlobal(global);
      code.call(fillUniform);
      code.getGlobal(globals.position);
      code.i32(moreUniforms);
      code.op("i32.add");
      code.setGlobal(globals.position);
      code.i32(refilled);
      code.set(next);
    });
    code.get(next);
    code.i32(8);
    code.op("i32.add");
    code.setGlobal(globals.nextUniform);
    code.get(next);
    code.memory("f64.load", 0);
  });
}

/** Whether both of two sums in two lanes each are positive. */
function pushBothPositive(code: FunctionBuilder, atFirst: LocalIndex, atLast: LocalIndex): void {
  pushLaneSums(code, atFirst, atLast);
  code.f64x2(0);
  code.op("f64x2.gt");
  code.op("i64x2.all_true");
}

function emitJoin(program: SamplerProgram): FunctionIndex {
  const { module, layout } = program;
  const params = new Array<"i32">(7).fill("i32");
  return module.addFunction("join", { params, results: ["i32"] }, (code) => {
    const [first, last, firstSum, secondSum, firstLast, secondFirst, sum] = params.map((_, i) => pointer(i));
    const locals = (count: number): LocalIndex[] => Array.from({ length: count }, () => code.local("v128"));
    const [mass, ofFirst, ofLast, ofFirstSum, ofSecondSum, ofInner, velocity] = locals(7);
    const [wholeFirst, wholeLast, leftFirst, leftLast, rightFirst, rightLast] = locals(6);
    clear(code, wholeFirst, wholeLast, leftFirst, leftLast, rightFirst, rightLast);
    const product = (accumulator: LocalIndex, end: LocalIndex): void =>
      addProduct(code, program, accumulator, () => {
        code.get(end);
        code.get(velocity);
      });
    eachVector(code, layout.vectors, (place) => {
      for (const [base, local] of [
        [layout.inverseMass, mass],
        [first, ofFirst],
        [last, ofLast],
        [firstSum, ofFirstSum],
        [secondSum, ofSecondSum],
      ] as const) {
        place.load(base);
        code.set(local);
      }
      const weigh = (x: LocalIndex, y: LocalIndex): void => {
        code.get(mass);
        code.get(x);
        code.get(y);
        code.op("f64x2.add");
        code.op("f64x2.mul");
        code.set(velocity);
      };
      place.store(sum, () => {
        code.get(ofFirstSum);
        code.get(ofSecondSum);
        code.op("f64x2.add");
      });
      weigh(ofFirstSum, ofSecondSum);
      product(wholeFirst, ofFirst);
      product(wholeLast, ofLast);
      place.load(secondFirst);
      code.set(ofInner);
      weigh(ofFirstSum, ofInner);
      product(leftFirst, ofFirst);
      product(leftLast, ofInner);
      place.load(firstLast);
      code.set(ofInner);
      weigh(ofSecondSum, ofInner);
      product(rightFirst, ofInner);
      product(rightLast, ofLast);
    });
    pushBothPositive(code, wholeFirst, wholeLast);
    pushBothPositive(code, leftFirst, leftLast);
    code.op("i32.and");
    pushBothPositive(code, rightFirst, rightLast);
    code.op("i32.and");
  });
}

/** (point, first, sum, into) → f64: `build` of two points. */
function emitPair(
  program: SamplerProgram,
  { leapfrog, uniform, weigh }: Omit<TreeFunctions, "build">,
): FunctionIndex {
  const { module, layout } = program;
  const { side } = layout;
  return module.addFunction("pair", { params: ["i32", "i32", "i32", "i32"], results: ["f64"] }, (code) => {
    const at = 0;
    const [first, sum, into] = [1, 2, 3].map((local) => pointer(local));
    const [firstLog, secondLog] = [code.local("f64"), code.local("f64")];
    const weights = code.local("v128");
    const [weight, total] = [code.local("f64"), code.local("f64")];
    code.block((stopped) => {
      code.block((firstDiverged) => {
        code.get(at);
        code.call(leapfrog);
        code.set(firstLog);
        stopIfDivergent(code, program, firstLog, firstDiverged);
        copyVectors(code, layout.vectors, pointer(at, side.momentum), first);
        copyVectors(code, layout.proposalVectors, pointer(at), into);
        code.get(at);
        code.call(leapfrog);
        code.set(secondLog);
        pushWeights(code, weigh, firstLog, () => code.get(secondLog));
        code.set(weights);
        stopIfDivergent(code, program, secondLog, stopped);
        code.get(weights);
        code.lane("f64x2.extract_lane", 1);
        code.tee(weight);
        code.get(weights);
        code.lane("f64x2.extract_lane", 0);
        code.op("f64.add");
        code.set(total);
        chooseSecond(code, program, uniform, { weight, total }, pointer(at), into);
        pushPairPersists(code, program, first, pointer(at, side.momentum), sum);
        code.op("i32.eqz");
        code.branchIf(stopped);
        code.get(total);
        code.op("return");
      });
      pushWeights(code, weigh, firstLog, () => code.f64(Number.NEGATIVE_INFINITY));
      code.op("drop");
    });
    code.f64(noWeight);
  });
}

/** Writes the sum of two momenta; leaves whether neither points against it. */
export function pushPairPersists(
  code: FunctionBuilder,
  program: SamplerProgram,
  first: Base,
  last: Base,
  sum: Base,
): void {
  const { vectors, inverseMass } = program.layout;
  const [ofFirst, ofLast, velocity, atFirst, atLast] = Array.from({ length: 5 }, () => code.local("v128"));
  clear(code, atFirst, atLast);
  eachVector(code, vectors, (place) => {
    place.store(sum, () => {
      place.load(first);
      code.tee(ofFirst);
      place.load(last);
      code.tee(ofLast);
      code.op("f64x2.add");
      code.tee(velocity);
    });
    place.load(inverseMass);
    code.get(velocity);
    code.op("f64x2.mul");
    code.set(velocity);
    for (const [accumulator, end] of [
      [atFirst, ofFirst],
      [atLast, ofLast],
    ])
      addProduct(code, program, accumulator, () => {
        code.get(end);
        code.get(velocity);
      });
  });
  pushBothPositive(code, atFirst, atLast);
}

/** Takes a weight; goes to the label if there is none. */
function goUnlessWeight(code: FunctionBuilder, weight: LocalIndex, stopped: Label): void {
  code.tee(weight);
  code.f64(0);
  code.op("f64.lt");
  code.branchIf(stopped);
}

/** total = the weight in memory + the second's. */
function addUp(code: FunctionBuilder, first: Base, second: LocalIndex, total: LocalIndex): void {
  if (typeof first === "number") code.i32(0);
  else code.get(first.pointer);
  code.memory("f64.load", typeof first === "number" ? first : first.offset);
  code.get(second);
  code.op("f64.add");
  code.set(total);
}

/**
 * Copies the proposal with probability weight / total. Short ones are mixed by a mask: a branch would be guessed wrong half
 * the time, and only found out when the leapfrog steps before it are done.
 */
export function chooseSecond(
  code: FunctionBuilder,
  { layout: { proposalVectors }, relaxed }: SamplerProgram,
  uniform: FunctionIndex,
  { weight, total }: Readonly<Record<"weight" | "total", LocalIndex>>,
  from: Base,
  into: Base,
): void {
  code.call(uniform);
  code.get(total);
  code.op("f64.mul");
  if (proposalVectors > mostUnrolled) {
    code.get(weight);
    code.op("f64.lt");
    code.if(() => copyVectors(code, proposalVectors, from, into));
    return;
  }
  const mask = code.local("v128");
  code.op("f64x2.splat");
  code.get(weight);
  code.op("f64x2.splat");
  code.op("f64x2.lt");
  code.set(mask);
  eachVector(code, proposalVectors, (place) =>
    place.store(into, () => {
      place.load(from);
      place.load(into);
      code.get(mask);
      code.op(relaxed ? "i64x2.relaxed_laneselect" : "v128.bitselect");
    }),
  );
}

function emitBuild(
  program: SamplerProgram,
  { uniform, join }: Omit<TreeFunctions, "build">,
  pair: FunctionIndex,
): FunctionIndex {
  const { module, layout } = program;
  const { side, level } = layout;
  const build = module.declare("build", { params: ["i32", "i32", "i32", "i32", "i32"], results: ["f64"] });
  module.define(build, (code) => {
    const [depth, point, first, sum, into] = [0, 1, 2, 3, 4];
    const momentum = pointer(point, side.momentum);
    const start = code.local("i32");
    const firstWeight = code.local("i32");
    const weight = code.local("f64");
    const total = code.local("f64");
    const at = (offset: number): Base => pointer(start, layout.levels + offset);
    const buildHalf = (...bases: readonly Base[]): void => {
      code.get(depth);
      code.i32(1);
      code.op("i32.sub");
      code.get(point);
      for (const base of bases) pushAddress(code, base);
      code.call(build);
    };
    code.get(depth);
    code.i32(1);
    code.op("i32.eq");
    code.if(() => {
      for (const local of [point, first, sum, into]) code.get(local);
      code.call(pair);
      code.op("return");
    });
    code.block((stopped) => {
      code.get(depth);
      code.i32(layout.levelBytes);
      code.op("i32.mul");
      code.set(start);
      code.get(depth);
      code.i32(8);
      code.op("i32.mul");
      code.set(firstWeight);

      buildHalf(pointer(first), at(level.firstSum), pointer(into));
      goUnlessWeight(code, weight, stopped);
      code.get(firstWeight);
      code.get(weight);
      code.memory("f64.store", layout.weights);
      copyVectors(code, layout.vectors, momentum, at(level.firstLast));
      buildHalf(at(level.secondFirst), at(level.secondSum), at(level.secondProposal));
      goUnlessWeight(code, weight, stopped);
      addUp(code, pointer(firstWeight, layout.weights), weight, total);
      chooseSecond(code, program, uniform, { weight, total }, at(level.secondProposal), pointer(into));
      const halves = [level.firstSum, level.secondSum, level.firstLast, level.secondFirst].map(at);
      for (const base of [pointer(first), momentum, ...halves, pointer(sum)]) pushAddress(code, base);
      code.call(join);
      code.op("i32.eqz");
      code.branchIf(stopped);
      code.get(total);
      code.op("return");
    });
    code.f64(noWeight);
  });
  return build;
}
