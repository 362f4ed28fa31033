/** Whole transitions, one after the other: momentum, doublings of the trajectory, and a row of numbers about each. */
import type { FunctionBuilder, FunctionIndex, Label, LocalIndex } from "../assembler/function-builder.ts";
import { emitNormals } from "../math/emit-random-fills.ts";
import { emitAdaptation } from "./emit-adaptation.ts";
import { pushEnergy } from "./emit-leapfrog.ts";
import { chooseSecond, pushPairPersists, type TreeFunctions } from "./emit-tree.ts";
import { pushWeights, stopIfDivergent } from "./emit-weights.ts";
import { rowFacts } from "./sampler-layout.ts";
import type { SamplerProgram } from "./sampler-program.ts";
import {
  addProduct,
  type Base,
  clear,
  copyNumbers,
  copyVectors,
  eachVector,
  pointer,
  pushAddress,
} from "./vector-passes.ts";

/** Parameters of the exported function, in order. */
export const transitionParameters = [
  "count",
  "step",
  "seed",
  "stream",
  "maxTreeDepth",
  "stepSize",
  "maxEnergyError",
  "isAdapting",
  "isWhitened",
] as const;

/**
 * (count ≥ 1, step of the random numbers of the first transition, seed, stream, maxTreeDepth: i32; stepSize, maxEnergyError: f64;
 * isAdapting, isWhitened: i32): moves `drawn` on and writes a row per transition.
 */
export function emitTransitions(program: SamplerProgram, tree: TreeFunctions): FunctionIndex {
  const { module, layout, globals } = program;
  const params = [...new Array<"i32">(5).fill("i32"), "f64", "f64", "i32", "i32"] as const;
  return module.addFunction("transitions", { params, results: [] }, (code) => {
    const [count, step, seed, stream, maxTreeDepth, stepSize, maxEnergyError, isAdapting, isWhitened] =
      transitionParameters.keys();
    const acceptStat = code.local("f64");
    const row = code.local("i32");
    const depth = code.local("i32");
    for (const [local, global] of [
      [seed, globals.seed],
      [stream, globals.stream],
      [maxEnergyError, globals.maxEnergyError],
      [isWhitened, globals.isWhitened],
    ]) {
      code.get(local);
      code.setGlobal(global);
    }
    code.loop((again) => {
      code.get(step);
      code.setGlobal(globals.step);
      emitStart(code, program);
      code.i32(0);
      code.set(depth);
      emitDoublings(code, program, tree, { depth, maxTreeDepth, stepSize });
      pushAcceptStat(code, globals);
      code.set(acceptStat);
      emitRow(code, program, { row, step, depth, stepSize, acceptStat });
      code.get(isAdapting);
      code.if(() => emitAdaptation(code, program, { acceptStat, stepSize }));
      addTo(code, row, 8 * (rowFacts.length + layout.dimension));
      addTo(code, step, 1);
      addTo(code, count, -1);
      code.get(count);
      code.branchIf(again);
    });
  });
}

/** Mean acceptance over the new points; 0 where there are none. */
function pushAcceptStat(code: FunctionBuilder, globals: SamplerProgram["globals"]): void {
  code.getGlobal(globals.acceptance);
  code.getGlobal(globals.leapfrogs);
  code.i32(1);
  code.getGlobal(globals.leapfrogs);
  code.op("select");
  code.op("f64.convert_i32_u");
  code.op("f64.div");
}

function addTo(code: FunctionBuilder, local: LocalIndex, amount: number): void {
  code.get(local);
  code.i32(amount);
  code.op("i32.add");
  code.set(local);
}

/** Draws a momentum p ~ Normal(0, M) at `drawn`; the trajectory is that one point. */
function emitStart(code: FunctionBuilder, program: SamplerProgram): void {
  const { layout, globals } = program;
  const { drawn, proposal, side } = layout;
  const sides = [layout.sides, layout.sides + layout.sideBytes];
  emitRandomNumbers(code, program);
  // Adding 0 makes −0 the 0 that a chain's state keeps of it.
  const number = code.local("v128");
  eachVector(code, layout.proposalVectors, (place) => {
    place.load(drawn);
    code.f64x2(0);
    code.op("f64x2.add");
    code.set(number);
    for (const target of [drawn, ...sides]) place.store(target, () => code.get(number));
  });
  const momentum = code.local("v128");
  const kinetic = code.local("v128");
  const energy = code.local("f64");
  clear(code, kinetic);
  eachVector(code, layout.vectors, (place) => {
    place.load(layout.normals);
    place.load(layout.massRoots);
    code.op("f64x2.mul");
    code.set(momentum);
    for (const target of [layout.sum, ...sides.map((address) => address + side.momentum)])
      place.store(target, () => code.get(momentum));
    addProduct(code, program, kinetic, () => {
      place.load(layout.inverseMass);
      code.get(momentum);
      code.op("f64x2.mul");
      code.get(momentum);
    });
  });
  pushEnergy(code, kinetic, () => {
    code.i32(0);
    code.memory("f64.load", drawn + proposal.logDensity);
  });
  code.tee(energy);
  code.setGlobal(globals.initialEnergy);
  code.i32(0);
  code.get(energy);
  code.memory("f64.store", drawn + proposal.energy);

  code.i32(0);
  code.f64(1);
  code.memory("f64.store", layout.weights);
  for (const global of [globals.reference, globals.acceptance]) {
    code.f64(0);
    code.setGlobal(global);
  }
  for (const global of [globals.leapfrogs, globals.divergent]) {
    code.i32(0);
    code.setGlobal(global);
  }
}

/** Uniform numbers from the first position on. Of those that the momentum takes, two per pair of coordinates, normal ones are made. */
function emitRandomNumbers(code: FunctionBuilder, program: SamplerProgram): void {
  const { layout, globals } = program;
  code.i32(layout.uniforms);
  code.i32(layout.uniformsEnd);
  for (const global of [globals.seed, globals.stream, globals.step]) code.getGlobal(global);
  code.i32(0);
  code.call(program.fillUniform);
  code.i32(layout.uniformCount);
  code.setGlobal(globals.position);
  code.i32(layout.uniforms + 16 * layout.vectors);
  code.setGlobal(globals.nextUniform);

  const place = code.local("i32");
  const pairs = [code.local("v128"), code.local("v128")] as const;
  code.i32(0);
  code.set(place);
  code.block((done) => {
    code.loop((again) => {
      code.get(place);
      code.i32(16 * layout.vectors);
      code.op("i32.ge_u");
      code.branchIf(done);
      pairs.forEach((pair, half) => {
        code.get(place);
        code.memory("v128.load", layout.uniforms + 16 * half);
        code.set(pair);
      });
      emitNormals(code, program.context(code), pairs);
      pairs.forEach((pair, half) => {
        code.get(place);
        code.get(pair);
        code.memory("v128.store", layout.normals + 16 * half);
      });
      addTo(code, place, 32);
      code.branch(again);
    });
  });
}

type Doubling = Readonly<Record<"depth" | "maxTreeDepth" | "stepSize", LocalIndex>>;

/** Doubles the trajectory until it turns back, diverges or is as deep as it may be. */
function emitDoublings(
  code: FunctionBuilder,
  program: SamplerProgram,
  tree: TreeFunctions,
  doubling: Doubling,
): void {
  const { layout } = program;
  const { side, vectors } = layout;
  const { depth, maxTreeDepth } = doubling;
  const weight = code.local("f64");
  const [end, other] = [code.local("i32"), code.local("i32")];
  const pushAt = (local: LocalIndex, offset: number): void => pushAddress(code, pointer(local, offset));
  const unlessDeepest = (done: Label): void => {
    code.get(depth);
    code.get(maxTreeDepth);
    code.op("i32.ge_s");
    code.branchIf(done);
  };

  code.block((done) => {
    unlessDeepest(done);
    emitDirection(code, program, tree, doubling, { end, other });
    emitFirstDoubling(code, program, tree, { end, other, depth }, done);
    code.loop((again) => {
      unlessDeepest(done);
      emitDirection(code, program, tree, doubling, { end, other });
      // What there is becomes the other half; its inner end is the point that is left behind.
      copyVectors(code, vectors, pointer(end, side.momentum), pointer(other, side.inner));
      copyVectors(code, vectors, layout.sum, pointer(other, side.sum));
      code.get(depth);
      code.get(end);
      pushAt(end, side.inner);
      pushAt(end, side.sum);
      code.i32(layout.candidate);
      code.call(tree.build);
      code.tee(weight);
      code.f64(0);
      code.op("f64.lt");
      code.branchIf(done);
      addTo(code, depth, 1);
      takeCandidate(code, program, tree, weight, layout.candidate);
      for (const offset of [side.momentum, side.sum, side.inner]) {
        pushAt(other, offset);
        pushAt(end, offset);
      }
      code.i32(layout.sum);
      code.call(tree.join);
      code.branchIf(again);
    });
  });
}

/** The side that goes on and the one that stays, by a uniform number; the sign of the step size. */
function emitDirection(
  code: FunctionBuilder,
  { layout: { sides, sideBytes }, globals }: SamplerProgram,
  { uniform }: TreeFunctions,
  { stepSize }: Doubling,
  { end, other }: Readonly<Record<"end" | "other", LocalIndex>>,
): void {
  const isForward = code.local("i32");
  code.call(uniform);
  code.f64(0.5);
  code.op("f64.gt");
  code.set(isForward);
  // No branch: it would be guessed wrong half the time.
  for (const [local, ifForward, ifBack] of [
    [end, sides + sideBytes, sides],
    [other, sides, sides + sideBytes],
  ]) {
    code.i32(ifForward);
    code.i32(ifBack);
    code.get(isForward);
    code.op("select");
    code.set(local);
  }
  code.get(stepSize);
  code.get(stepSize);
  code.op("f64.neg");
  code.get(isForward);
  code.op("select");
  code.setGlobal(globals.stepSize);
}

/** The second point of the trajectory: both halves are points, and the point itself is the candidate. */
function emitFirstDoubling(
  code: FunctionBuilder,
  program: SamplerProgram,
  tree: TreeFunctions,
  { end, other, depth }: Readonly<Record<"end" | "other" | "depth", LocalIndex>>,
  done: Label,
): void {
  const { side, sum } = program.layout;
  const weight = code.local("f64");
  const logWeight = code.local("f64");
  code.get(end);
  code.call(tree.leapfrog);
  code.set(logWeight);
  pushWeights(code, tree.weigh, logWeight, () => code.f64(Number.NEGATIVE_INFINITY));
  code.lane("f64x2.extract_lane", 0);
  code.set(weight);
  stopIfDivergent(code, program, logWeight, done);
  addTo(code, depth, 1);
  takeCandidate(code, program, tree, weight, pointer(end));
  pushPairPersists(code, program, pointer(other, side.momentum), pointer(end, side.momentum), sum);
  code.op("i32.eqz");
  code.branchIf(done);
}

/** Biased progressive sampling (Betancourt 2017, appendix A.3.2): prefers the new half. */
function takeCandidate(
  code: FunctionBuilder,
  program: SamplerProgram,
  { uniform }: TreeFunctions,
  weight: LocalIndex,
  candidate: Base,
): void {
  const { layout } = program;
  const total = code.local("f64");
  code.i32(0);
  code.memory("f64.load", layout.weights);
  code.set(total);
  chooseSecond(code, program, uniform, { weight, total }, candidate, layout.drawn);
  code.i32(0);
  code.get(total);
  code.get(weight);
  code.op("f64.add");
  code.memory("f64.store", layout.weights);
}

function emitRow(
  code: FunctionBuilder,
  { layout, globals }: SamplerProgram,
  {
    row,
    step,
    depth,
    stepSize,
    acceptStat,
  }: Readonly<Record<"row" | "step" | "depth" | "stepSize" | "acceptStat", LocalIndex>>,
): void {
  const { drawn, proposal, rows, dimension } = layout;
  const integer = (push: () => void) => (): void => {
    push();
    code.op("f64.convert_i32_u");
  };
  const loaded = (address: number) => (): void => {
    code.i32(0);
    code.memory("f64.load", address);
  };
  const facts: Readonly<Record<(typeof rowFacts)[number], () => void>> = {
    // Transitions made before.
    step: integer(() => {
      code.get(step);
      code.i32(1);
      code.op("i32.sub");
    }),
    stepSize: () => code.get(stepSize),
    treeDepth: integer(() => code.get(depth)),
    leapfrogs: integer(() => code.getGlobal(globals.leapfrogs)),
    divergent: integer(() => code.getGlobal(globals.divergent)),
    acceptStat: () => code.get(acceptStat),
    energy: loaded(drawn + proposal.energy),
    logDensity: loaded(drawn + proposal.logDensity),
  };
  rowFacts.forEach((name, place) => {
    code.get(row);
    facts[name]();
    code.memory("f64.store", rows + 8 * place);
  });
  copyNumbers(code, dimension, drawn, pointer(row, rows + 8 * rowFacts.length));
}
