/** One leapfrog step with the energy of the new point, as `inference/nuts/leapfrog.ts` has it, but for roundings. */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import { emitWhitened } from "./emit-whitened.ts";
import { mostDense } from "./sampler-layout.ts";
import type { SamplerProgram } from "./sampler-program.ts";
import {
  addProduct,
  clear,
  copyNumbers,
  eachVector,
  mostUnrolled,
  type Place,
  pointer,
  pushLaneSums,
} from "./vector-passes.ts";

/** The parameter: the address of a point. */
const at = 0;

/** (point) → f64: moves it on by `stepSize`; the logarithm of its weight. */
export function emitLeapfrog(program: SamplerProgram): FunctionIndex {
  const { module, density, globals, layout } = program;
  return module.addFunction("leapfrog", { params: ["i32"], results: ["f64"] }, (code) => {
    const half = code.local("v128");
    emitFirstHalf(code, program, half);
    if (layout.dimension > mostDense || layout.dimension === 0) code.call(density.run);
    else {
      const whitened = emitWhitened(program);
      code.getGlobal(globals.isWhitened);
      code.if(
        () => code.call(whitened),
        () => code.call(density.run),
      );
    }
    const energy = emitEnergy(code, program, emitSecondHalf(code, program, half));
    code.getGlobal(globals.leapfrogs);
    code.i32(1);
    code.op("i32.add");
    code.setGlobal(globals.leapfrogs);
    code.getGlobal(globals.initialEnergy);
    code.get(energy);
    code.op("f64.sub");
  });
}

/** Momentum by half a step, position by a whole one. */
function emitFirstHalf(code: FunctionBuilder, program: SamplerProgram, half: LocalIndex): void {
  const { layout, globals } = program;
  const { side, inverseMass, input } = layout;
  const step = code.local("v128");
  const momentum = code.local("v128");
  const position = code.local("v128");
  code.getGlobal(globals.stepSize);
  code.op("f64x2.splat");
  code.tee(step);
  code.f64x2(0.5);
  code.op("f64x2.mul");
  code.set(half);
  eachVector(code, layout.vectors, (place) => {
    place.store(pointer(at, side.momentum), () => {
      code.get(half);
      place.load(pointer(at, side.gradient));
      place.load(pointer(at, side.momentum));
      program.context(code).multiplyAdd();
      code.tee(momentum);
    });
    place.store(pointer(at, side.position), () => {
      code.get(step);
      place.load(inverseMass);
      code.op("f64x2.mul");
      code.get(momentum);
      place.load(pointer(at, side.position));
      program.context(code).multiplyAdd();
      code.tee(position);
    });
    place.store(input, () => code.get(position));
  });
}

/** Fetches the gradient, moves the momentum by the other half; pᵀ M⁻¹ p in two lanes. */
function emitSecondHalf(code: FunctionBuilder, program: SamplerProgram, half: LocalIndex): LocalIndex {
  const { side, inverseMass, vectors } = program.layout;
  const gradient = code.local("v128");
  const momentum = code.local("v128");
  const kinetic = code.local("v128");
  const isGathered = vectors <= mostUnrolled;
  if (!isGathered) copyGradient(code, program);
  clear(code, kinetic);
  const move = (place: Place): void => {
    if (isGathered)
      place.store(pointer(at, side.gradient), () => {
        pushGradient(code, program, 2 * place.vector);
        code.tee(gradient);
      });
    place.store(pointer(at, side.momentum), () => {
      code.get(half);
      if (isGathered) code.get(gradient);
      else place.load(pointer(at, side.gradient));
      place.load(pointer(at, side.momentum));
      program.context(code).multiplyAdd();
      code.tee(momentum);
    });
    addProduct(code, program, kinetic, () => {
      place.load(inverseMass);
      code.get(momentum);
      code.op("f64x2.mul");
      code.get(momentum);
    });
  };
  eachVector(code, vectors, move);
  return kinetic;
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
  for (const { offset, length, address } of density.gradients)
    copyNumbers(code, length, address, pointer(at, layout.side.gradient + 8 * offset));
}

/** H = ½ pᵀ M⁻¹ p − log density, +∞ where that is not finite; also stored with the point, as the log density is. */
function emitEnergy(
  code: FunctionBuilder,
  { layout: { side }, density }: SamplerProgram,
  kinetic: LocalIndex,
): LocalIndex {
  const energy = code.local("f64");
  const logDensity = code.local("f64");
  code.get(at);
  code.i32(0);
  code.memory("f64.load", density.logDensity);
  code.tee(logDensity);
  code.memory("f64.store", side.logDensity);
  pushEnergy(code, kinetic, () => code.get(logDensity));
  code.set(energy);
  code.get(at);
  code.get(energy);
  code.memory("f64.store", side.energy);
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
