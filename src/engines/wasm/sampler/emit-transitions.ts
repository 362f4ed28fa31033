/** Whole transitions, one after the other: momentum, doublings of the trajectory, and a row of numbers about each. */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import { pushEnergy } from "./emit-leapfrog.ts";
import { chooseSecond, type TreeFunctions } from "./emit-tree.ts";
import { rowFacts, uniformBatch } from "./sampler-layout.ts";
import type { SamplerProgram } from "./sampler-program.ts";
import { addProduct, clear, copyVectors, eachVector } from "./vector-passes.ts";

/** Parameters of the exported function, in order. */
export const transitionParameters = [
  "count",
  "step",
  "seed",
  "stream",
  "maxTreeDepth",
  "stepSize",
  "maxEnergyError",
] as const;

/**
 * (count ≥ 1, step of the random numbers of the first transition, seed, stream, maxTreeDepth: i32; stepSize, maxEnergyError: f64):
 * moves `drawn` on and writes a row per transition.
 */
export function emitTransitions(program: SamplerProgram, tree: TreeFunctions): FunctionIndex {
  const { module, layout, globals } = program;
  const params = [...new Array<"i32">(5).fill("i32"), "f64", "f64"] as const;
  return module.addFunction("transitions", { params, results: [] }, (code) => {
    const [count, step, seed, stream, maxTreeDepth, stepSize, maxEnergyError] = transitionParameters.keys();
    const row = code.local("i32");
    const depth = code.local("i32");
    for (const [local, global] of [
      [seed, globals.seed],
      [stream, globals.stream],
      [maxEnergyError, globals.maxEnergyError],
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
      emitRow(code, program, { row, step, depth, stepSize });
      addTo(code, row, 8 * (rowFacts.length + layout.dimension));
      addTo(code, step, 1);
      addTo(code, count, -1);
      code.get(count);
      code.branchIf(again);
    });
  });
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
  const { here, drawn, dimension } = layout;
  code.i32(here.momentum);
  code.i32(dimension);
  for (const global of [globals.seed, globals.stream, globals.step]) code.getGlobal(global);
  code.i32(0);
  code.call(program.fillNormal);
  // Adding 0 makes −0 the 0 that a chain's state keeps of it.
  const number = code.local("v128");
  eachVector(code, layout.proposalVectors, (place) => {
    place.load(drawn.position);
    code.f64x2(0);
    code.op("f64x2.add");
    code.set(number);
    for (const target of [drawn, here]) place.store(target.position, () => code.get(number));
  });
  const momentum = code.local("v128");
  const kinetic = code.local("v128");
  const energy = code.local("f64");
  clear(code, kinetic);
  eachVector(code, layout.vectors, (place) => {
    place.store(here.momentum, () => {
      place.load(here.momentum);
      place.load(layout.rootMass);
      code.op("f64x2.div");
      code.tee(momentum);
    });
    place.store(layout.sum, () => code.get(momentum));
    addProduct(code, kinetic, () => {
      place.load(layout.inverseMass);
      code.get(momentum);
      code.op("f64x2.mul");
      code.get(momentum);
    });
  });
  pushEnergy(code, kinetic, () => {
    code.i32(0);
    code.memory("f64.load", drawn.logDensity);
  });
  code.tee(energy);
  code.setGlobal(globals.initialEnergy);
  code.i32(0);
  code.get(energy);
  code.memory("f64.store", drawn.energy);
  copyVectors(code, layout.pointVectors, here.position, layout.back.position);
  copyVectors(code, layout.pointVectors, here.position, layout.front.position);

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
  // The momentum took two uniform numbers per pair of coordinates.
  code.i32(2 * layout.vectors);
  code.setGlobal(globals.position);
  code.i32(8 * uniformBatch);
  code.setGlobal(globals.used);
}

/** Doubles the trajectory until it turns back, diverges or is as deep as it may be. */
function emitDoublings(
  code: FunctionBuilder,
  program: SamplerProgram,
  { uniform, join, build }: TreeFunctions,
  { depth, maxTreeDepth, stepSize }: Readonly<Record<"depth" | "maxTreeDepth" | "stepSize", LocalIndex>>,
): void {
  const { layout, globals } = program;
  const { here, back, front } = layout;
  const weight = code.local("f64");
  const isForward = code.local("i32");

  const extend = (isTowardsFront: boolean) => (): void => {
    const edge = isTowardsFront ? front : back;
    // What there is becomes the other half; its inner end is the edge that is left behind.
    const [inner, sum] = isTowardsFront
      ? [layout.frontInner, layout.frontSum]
      : [layout.backInner, layout.backSum];
    const [otherInner, otherSum] = isTowardsFront
      ? [layout.backInner, layout.backSum]
      : [layout.frontInner, layout.frontSum];
    copyVectors(code, layout.vectors, edge.momentum, otherInner);
    copyVectors(code, layout.vectors, layout.sum, otherSum);
    copyVectors(code, layout.pointVectors, edge.position, here.position);
    code.get(stepSize);
    if (!isTowardsFront) code.op("f64.neg");
    code.setGlobal(globals.stepSize);
    code.get(depth);
    for (const address of [inner, sum, layout.candidate.position]) code.i32(address);
    code.call(build);
    code.set(weight);
    copyVectors(code, layout.pointVectors, here.position, edge.position);
  };

  code.block((done) => {
    code.loop((again) => {
      code.get(depth);
      code.get(maxTreeDepth);
      code.op("i32.ge_s");
      code.branchIf(done);
      code.call(uniform);
      code.f64(0.5);
      code.op("f64.gt");
      code.set(isForward);
      code.get(isForward);
      code.if(extend(true), extend(false));
      code.get(weight);
      code.f64(0);
      code.op("f64.lt");
      code.branchIf(done);
      addTo(code, depth, 1);
      takeCandidate(code, program, uniform, weight);
      for (const address of [
        back.momentum,
        front.momentum,
        layout.backSum,
        layout.frontSum,
        layout.backInner,
        layout.frontInner,
        layout.sum,
      ])
        code.i32(address);
      code.call(join);
      code.branchIf(again);
    });
  });
}

/** Biased progressive sampling (Betancourt 2017, appendix A.3.2): prefers the new half. */
function takeCandidate(
  code: FunctionBuilder,
  { layout }: SamplerProgram,
  uniform: FunctionIndex,
  weight: LocalIndex,
): void {
  const total = code.local("f64");
  code.i32(0);
  code.memory("f64.load", layout.weights);
  code.set(total);
  chooseSecond(code, layout, uniform, { weight, total }, layout.candidate.position, layout.drawn.position);
  code.i32(0);
  code.get(total);
  code.get(weight);
  code.op("f64.add");
  code.memory("f64.store", layout.weights);
}

function emitRow(
  code: FunctionBuilder,
  { layout, globals }: SamplerProgram,
  { row, step, depth, stepSize }: Readonly<Record<"row" | "step" | "depth" | "stepSize", LocalIndex>>,
): void {
  const { drawn, rows, dimension } = layout;
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
    acceptStat: () => {
      // 0 / 0 where no step was made.
      code.getGlobal(globals.acceptance);
      code.getGlobal(globals.leapfrogs);
      code.i32(1);
      code.getGlobal(globals.leapfrogs);
      code.op("select");
      code.op("f64.convert_i32_u");
      code.op("f64.div");
    },
    energy: loaded(drawn.energy),
    logDensity: loaded(drawn.logDensity),
  };
  rowFacts.forEach((name, place) => {
    code.get(row);
    facts[name]();
    code.memory("f64.store", rows + 8 * place);
  });
  const at = { pointer: row, offset: rows + 8 * rowFacts.length };
  copyVectors(code, Math.floor(dimension / 2), drawn.position, at);
  if (dimension % 2 === 0) return;
  code.get(row);
  loaded(drawn.position + 8 * (dimension - 1))();
  code.memory("f64.store", at.offset + 8 * (dimension - 1));
}
