/**
 * Trees of leapfrog steps: `inference/nuts/tree.ts` is the definition. Two things differ, in form only: weights are numbers,
 * not logarithms, so that joining two subtrees takes no exponential; and of two neighbouring points, where the three checks
 * are one, only that one is made.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import { type SamplerLayout, uniformBatch } from "./sampler-layout.ts";
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
  /** () → f64, the next uniform number of the transition. */
  readonly uniform: FunctionIndex;
  /**
   * (first, last, firstSum, secondSum, firstLast, secondFirst, sum: addresses) → i32: writes the sum of the momenta of two
   * halves; whether neither the whole nor a half with its neighbour in the other has turned back.
   */
  readonly join: FunctionIndex;
  /**
   * (depth, first, sum, into) → f64: extends the trajectory at `here` by 2^depth points; writes the momentum at the first, the
   * sum of momenta over all and a draw from them. Their weight, or `noWeight`.
   */
  readonly build: FunctionIndex;
}

export function emitTree(program: SamplerProgram, leapfrog: FunctionIndex): TreeFunctions {
  const uniform = emitUniform(program);
  const join = emitJoin(program);
  const pair = emitPair(program, leapfrog, uniform);
  const build = emitBuild(program, { leapfrog, uniform, join, pair });
  return { uniform, join, build };
}

function emitUniform({ module, layout, globals, fillUniform }: SamplerProgram): FunctionIndex {
  return module.addFunction("uniform", { params: [], results: ["f64"] }, (code) => {
    const used = code.local("i32");
    code.getGlobal(globals.used);
    code.tee(used);
    code.i32(8 * uniformBatch);
    code.op("i32.eq");
    code.if(() => {
      code.i32(layout.uniforms);
      code.i32(uniformBatch);
      for (const global of [globals.seed, globals.stream, globals.step, globals.position])
        code.getGlobal(global);
      code.call(fillUniform);
      code.getGlobal(globals.position);
      code.i32(uniformBatch);
      code.op("i32.add");
      code.setGlobal(globals.position);
      code.i32(0);
      code.set(used);
    });
    code.get(used);
    code.i32(8);
    code.op("i32.add");
    code.setGlobal(globals.used);
    code.get(used);
    code.memory("f64.load", layout.uniforms);
  });
}

/** Whether both of two sums in two lanes each are positive. */
function pushBothPositive(code: FunctionBuilder, atFirst: LocalIndex, atLast: LocalIndex): void {
  pushLaneSums(code, atFirst, atLast);
  code.f64x2(0);
  code.op("f64x2.gt");
  code.op("i64x2.all_true");
}

function emitJoin({ module, layout }: SamplerProgram): FunctionIndex {
  const params = new Array<"i32">(7).fill("i32");
  return module.addFunction("join", { params, results: ["i32"] }, (code) => {
    const [first, last, firstSum, secondSum, firstLast, secondFirst, sum] = params.map((_, i) => pointer(i));
    const locals = (count: number): LocalIndex[] => Array.from({ length: count }, () => code.local("v128"));
    const [mass, ofFirst, ofLast, ofFirstSum, ofSecondSum, ofInner, velocity] = locals(7);
    const [wholeFirst, wholeLast, leftFirst, leftLast, rightFirst, rightLast] = locals(6);
    clear(code, wholeFirst, wholeLast, leftFirst, leftLast, rightFirst, rightLast);
    const product = (accumulator: LocalIndex, end: LocalIndex): void =>
      addProduct(code, accumulator, () => {
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

/** (first, sum, into) → f64: `build` of two points. */
function emitPair(
  { module, layout }: SamplerProgram,
  leapfrog: FunctionIndex,
  uniform: FunctionIndex,
): FunctionIndex {
  const { here, weights } = layout;
  return module.addFunction("pair", { params: ["i32", "i32", "i32"], results: ["f64"] }, (code) => {
    const [first, sum, into] = [0, 1, 2].map((local) => pointer(local));
    const weight = code.local("f64");
    const total = code.local("f64");
    code.block((stopped) => {
      takeStep(code, leapfrog, weight, stopped);
      code.i32(0);
      code.get(weight);
      code.memory("f64.store", weights + 8);
      copyVectors(code, layout.vectors, here.momentum, first);
      copyVectors(code, layout.proposalVectors, here.position, into);
      takeStep(code, leapfrog, weight, stopped);
      addUp(code, weights + 8, weight, total);
      chooseSecond(code, layout, uniform, { weight, total }, here.position, into);
      const [ofFirst, ofLast, velocity, atFirst, atLast] = Array.from({ length: 5 }, () =>
        code.local("v128"),
      );
      clear(code, atFirst, atLast);
      eachVector(code, layout.vectors, (place) => {
        place.store(sum, () => {
          place.load(first);
          code.tee(ofFirst);
          place.load(here.momentum);
          code.tee(ofLast);
          code.op("f64x2.add");
          code.tee(velocity);
        });
        place.load(layout.inverseMass);
        code.get(velocity);
        code.op("f64x2.mul");
        code.set(velocity);
        for (const [accumulator, end] of [
          [atFirst, ofFirst],
          [atLast, ofLast],
        ])
          addProduct(code, accumulator, () => {
            code.get(end);
            code.get(velocity);
          });
      });
      pushBothPositive(code, atFirst, atLast);
      code.op("i32.eqz");
      code.branchIf(stopped);
      code.get(total);
      code.op("return");
    });
    code.f64(noWeight);
  });
}

/** Makes one step, and goes to the label if it diverged. */
function takeStep(
  code: FunctionBuilder,
  leapfrog: FunctionIndex,
  weight: LocalIndex,
  stopped: Parameters<FunctionBuilder["branch"]>[0],
): void {
  code.call(leapfrog);
  goUnlessWeight(code, weight, stopped);
}

/** Takes a weight; goes to the label if there is none. */
function goUnlessWeight(
  code: FunctionBuilder,
  weight: LocalIndex,
  stopped: Parameters<FunctionBuilder["branch"]>[0],
): void {
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
  { proposalVectors }: SamplerLayout,
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
      code.op("v128.bitselect");
    }),
  );
}

function emitBuild(
  { module, layout }: SamplerProgram,
  {
    leapfrog,
    uniform,
    join,
    pair,
  }: Readonly<Record<"leapfrog" | "uniform" | "join" | "pair", FunctionIndex>>,
): FunctionIndex {
  const { here, level } = layout;
  const build = module.declare("build", { params: ["i32", "i32", "i32", "i32"], results: ["f64"] });
  module.define(build, (code) => {
    const [depth, first, sum, into] = [0, 1, 2, 3];
    const start = code.local("i32");
    const firstWeight = code.local("i32");
    const weight = code.local("f64");
    const total = code.local("f64");
    const at = (offset: number): Base => pointer(start, layout.levels + offset);
    const buildHalf = (...bases: readonly Base[]): void => {
      code.get(depth);
      code.i32(1);
      code.op("i32.sub");
      for (const base of bases) pushAddress(code, base);
      code.call(build);
    };
    code.get(depth);
    code.i32(1);
    code.op("i32.eq");
    code.if(() => {
      for (const local of [first, sum, into]) code.get(local);
      code.call(pair);
      code.op("return");
    });
    code.block((stopped) => {
      code.get(depth);
      code.op("i32.eqz");
      code.if(() => {
        takeStep(code, leapfrog, weight, stopped);
        copyVectors(code, layout.vectors, here.momentum, pointer(first));
        copyVectors(code, layout.vectors, here.momentum, pointer(sum));
        copyVectors(code, layout.proposalVectors, here.position, pointer(into));
        code.get(weight);
        code.op("return");
      });
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
      copyVectors(code, layout.vectors, here.momentum, at(level.firstLast));
      buildHalf(at(level.secondFirst), at(level.secondSum), at(level.secondProposal));
      goUnlessWeight(code, weight, stopped);
      addUp(code, pointer(firstWeight, layout.weights), weight, total);
      chooseSecond(code, layout, uniform, { weight, total }, at(level.secondProposal), pointer(into));
      const halves = [level.firstSum, level.secondSum, level.firstLast, level.secondFirst].map(at);
      for (const base of [pointer(first), here.momentum, ...halves, pointer(sum)]) pushAddress(code, base);
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
