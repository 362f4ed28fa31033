/**
 * One leapfrog step at `here` with everything that follows for the new point: energy, weight and acceptance. As
 * `inference/nuts/leapfrog.ts` has it, with the same roundings but for the order of sums.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import { deepestTree } from "./sampler-layout.ts";
import { noWeight, type SamplerProgram } from "./sampler-program.ts";
import { addProduct, clear, eachVector, mostUnrolled, type Place, pushLaneSums } from "./vector-passes.ts";

/** () → f64: moves `here` on by `stepSize`; the new point's weight, or `noWeight` where it diverged. */
export function emitLeapfrog(program: SamplerProgram): FunctionIndex {
  const { module, density } = program;
  const rescale = emitRescale(program);
  return module.addFunction("leapfrog", { params: [], results: ["f64"] }, (code) => {
    const half = code.local("v128");
    emitFirstHalf(code, program, half);
    code.call(density.run);
    const kinetic = emitSecondHalf(code, program, half);
    const energy = emitEnergy(code, program, kinetic);
    emitWeight(code, program, energy, rescale);
  });
}

/** Momentum by half a step, position by a whole one. */
function emitFirstHalf(code: FunctionBuilder, { layout, globals }: SamplerProgram, half: LocalIndex): void {
  const { here, inverseMass } = layout;
  const step = code.local("v128");
  const momentum = code.local("v128");
  code.getGlobal(globals.stepSize);
  code.op("f64x2.splat");
  code.tee(step);
  code.f64x2(0.5);
  code.op("f64x2.mul");
  code.set(half);
  eachVector(code, layout.vectors, (place) => {
    place.store(here.momentum, () => {
      place.load(here.momentum);
      code.get(half);
      place.load(here.gradient);
      code.op("f64x2.mul");
      code.op("f64x2.add");
      code.tee(momentum);
    });
    place.store(here.position, () => {
      place.load(here.position);
      code.get(step);
      place.load(inverseMass);
      code.op("f64x2.mul");
      code.get(momentum);
      code.op("f64x2.mul");
      code.op("f64x2.add");
    });
  });
}

/** Fetches the gradient, moves the momentum by the other half; pᵀ M⁻¹ p in two lanes. */
function emitSecondHalf(code: FunctionBuilder, program: SamplerProgram, half: LocalIndex): LocalIndex {
  const { layout } = program;
  const { here, inverseMass } = layout;
  const momentum = code.local("v128");
  const kinetic = code.local("v128");
  const isGathered = layout.vectors <= mostUnrolled;
  if (!isGathered) copyGradient(code, program);
  clear(code, kinetic);
  eachVector(code, layout.vectors, (place) => {
    if (isGathered) place.store(here.gradient, () => pushGradient(code, program, 2 * place.vector));
    place.store(here.momentum, () => {
      place.load(here.momentum);
      code.get(half);
      place.load(here.gradient);
      code.op("f64x2.mul");
      code.op("f64x2.add");
      code.tee(momentum);
    });
    addSquare(code, kinetic, place, inverseMass, momentum);
  });
  return kinetic;
}

/** kinetic += (M⁻¹ p) p */
function addSquare(
  code: FunctionBuilder,
  kinetic: LocalIndex,
  place: Place,
  inverseMass: number,
  momentum: LocalIndex,
): void {
  addProduct(code, kinetic, () => {
    place.load(inverseMass);
    code.get(momentum);
    code.op("f64x2.mul");
    code.get(momentum);
  });
}

/** Two coordinates of the gradient, from one output or two; zero behind the last. */
function pushGradient(code: FunctionBuilder, { density }: SamplerProgram, first: number): void {
  const [low, high] = [first, first + 1].map((coordinate) => {
    const part = density.gradients.find(
      ({ offset, length }) => offset <= coordinate && coordinate < offset + length,
    );
    return part === undefined ? undefined : part.address + 8 * (coordinate - part.offset);
  });
  code.i32(0);
  if (low === undefined) {
    code.op("drop");
    code.f64x2(0);
  } else if (high === low + 8) code.memory("v128.load", low);
  else if (high === undefined) code.memory("v128.load64_zero", low);
  else {
    code.i32(0);
    code.memory("v128.load64_zero", low);
    code.laneMemory("v128.load64_lane", high, 1);
  }
}

function copyGradient(code: FunctionBuilder, { density, layout }: SamplerProgram): void {
  for (const { offset, length, address } of density.gradients) {
    const target = layout.here.gradient + 8 * offset;
    eachVector(code, Math.floor(length / 2), (place) => place.store(target, () => place.load(address)));
    if (length % 2 === 0) continue;
    code.i32(0);
    code.i32(0);
    code.memory("f64.load", address + 8 * (length - 1));
    code.memory("f64.store", target + 8 * (length - 1));
  }
}

/** H = ½ pᵀ M⁻¹ p − log density, +∞ where that is not finite; also stored at `here`, with the log density. */
function emitEnergy(
  code: FunctionBuilder,
  { layout: { here }, density }: SamplerProgram,
  kinetic: LocalIndex,
): LocalIndex {
  const energy = code.local("f64");
  const logDensity = code.local("f64");
  code.i32(0);
  code.i32(0);
  code.memory("f64.load", density.logDensity);
  code.tee(logDensity);
  code.memory("f64.store", here.logDensity);
  pushEnergy(code, kinetic, () => code.get(logDensity));
  code.set(energy);
  code.i32(0);
  code.get(energy);
  code.memory("f64.store", here.energy);
  return energy;
}

/** Takes the kinetic sums in two lanes. */
export function pushEnergy(code: FunctionBuilder, kinetic: LocalIndex, pushLogDensity: () => void): void {
  const energy = code.local("f64");
  pushLaneSums(code, kinetic, kinetic);
  code.lane("f64x2.extract_lane", 0);
  code.f64(0.5);
  code.op("f64.mul");
  pushLogDensity();
  code.op("f64.sub");
  code.set(energy);
  code.get(energy);
  code.f64(Number.POSITIVE_INFINITY);
  code.get(energy);
  code.op("f64.abs");
  code.f64(Number.POSITIVE_INFINITY);
  code.op("f64.lt");
  code.op("select");
}

/** Above this, weights are scaled down anew: their sums stay far from overflow. */
const largestLogWeight = 300;

function emitWeight(
  code: FunctionBuilder,
  program: SamplerProgram,
  energy: LocalIndex,
  rescale: FunctionIndex,
): void {
  const { globals } = program;
  const logWeight = code.local("f64");
  const relative = code.local("f64");
  const weight = code.local("f64");
  code.getGlobal(globals.leapfrogs);
  code.i32(1);
  code.op("i32.add");
  code.setGlobal(globals.leapfrogs);

  code.getGlobal(globals.initialEnergy);
  code.get(energy);
  code.op("f64.sub");
  code.tee(logWeight);
  code.getGlobal(globals.reference);
  code.op("f64.sub");
  code.tee(relative);
  code.f64(largestLogWeight);
  code.op("f64.gt");
  code.if(() => {
    code.get(logWeight);
    code.call(rescale);
    code.f64(0);
    code.set(relative);
  });
  pushExponential(code, program, relative);
  code.set(weight);

  // min(1, exp(logWeight)) as a vector op, since as a scalar one it is a branch that is taken half the time.
  code.getGlobal(globals.acceptance);
  code.getGlobal(globals.reference);
  code.f64(0);
  code.op("f64.eq");
  code.if(
    () => code.get(weight),
    () => pushExponential(code, program, logWeight),
    "f64",
  );
  code.op("f64x2.splat");
  code.f64x2(1);
  code.op("f64x2.pmin");
  code.lane("f64x2.extract_lane", 0);
  code.op("f64.add");
  code.setGlobal(globals.acceptance);

  code.get(logWeight);
  code.op("f64.neg");
  code.getGlobal(globals.maxEnergyError);
  code.op("f64.gt");
  code.if(
    () => {
      code.i32(1);
      code.setGlobal(globals.divergent);
      code.f64(noWeight);
    },
    () => code.get(weight),
    "f64",
  );
}

function pushExponential(code: FunctionBuilder, { exponential }: SamplerProgram, x: LocalIndex): void {
  code.get(x);
  code.op("f64x2.splat");
  exponential(code);
  code.lane("f64x2.extract_lane", 0);
}

/** (new reference): all weights so far become relative to it. */
function emitRescale(program: SamplerProgram): FunctionIndex {
  const { module, layout, globals } = program;
  return module.addFunction("rescale weights", { params: ["f64"], results: [] }, (code) => {
    const change = code.local("f64");
    const factor = code.local("f64");
    code.getGlobal(globals.reference);
    code.get(0);
    code.op("f64.sub");
    code.set(change);
    pushExponential(code, program, change);
    code.set(factor);
    for (let depth = 0; depth <= deepestTree; depth++) {
      code.i32(0);
      code.i32(0);
      code.memory("f64.load", layout.weights + 8 * depth);
      code.get(factor);
      code.op("f64.mul");
      code.memory("f64.store", layout.weights + 8 * depth);
    }
    code.get(0);
    code.setGlobal(globals.reference);
  });
}
