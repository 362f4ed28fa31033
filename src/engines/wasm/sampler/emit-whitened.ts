/**
 * The density as a function of z = L⁻¹ q, for a lower-triangular L in memory: `inference/nuts/whiten.ts` is the definition. With unit masses
 * for z, transitions are those of q with the mass matrix (L Lᵀ)⁻¹.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { SamplerProgram } from "./sampler-program.ts";
import { clearVectors, copyVectors } from "./vector-passes.ts";

/** (): reads z at `layout.input`, leaves q there; log density and Lᵀ times the gradient where the density leaves them. */
export function emitWhitened({ module, layout, density }: SamplerProgram): FunctionIndex {
  const { dimension, input, factor, whitening, vectors } = layout;
  const products = whitening + 16 * vectors;
  return module.addFunction("whitened density", { params: [], results: [] }, (code) => {
    const [row, column, entry] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const value = code.local("f64");
    const loadAt = (place: LocalIndex, start: number): void => {
      code.get(place);
      code.memory("f64.load", start);
    };
    /** For each entry of L, row by row; rows and columns count in bytes. */
    const eachEntry = (body: { beginRow(): void; entry(): void; endRow(): void }): void => {
      code.i32(0);
      code.set(row);
      code.i32(0);
      code.set(entry);
      code.loop((nextRow) => {
        body.beginRow();
        code.i32(0);
        code.set(column);
        code.loop((nextColumn) => {
          body.entry();
          addTo(code, entry, 8);
          addTo(code, column, 8);
          code.get(column);
          code.get(row);
          code.op("i32.le_u");
          code.branchIf(nextColumn);
        });
        body.endRow();
        addTo(code, row, 8);
        // Behind the diagonal, to the start of the next row.
        code.get(entry);
        code.i32(8 * dimension);
        code.op("i32.add");
        code.get(row);
        code.op("i32.sub");
        code.set(entry);
        code.get(row);
        code.i32(8 * dimension);
        code.op("i32.lt_u");
        code.branchIf(nextRow);
      });
    };

    copyVectors(code, vectors, input, whitening);
    eachEntry({
      beginRow() {
        code.f64(0);
        code.set(value);
      },
      entry() {
        code.get(value);
        loadAt(entry, factor);
        loadAt(column, whitening);
        code.op("f64.mul");
        code.op("f64.add");
        code.set(value);
      },
      endRow() {
        code.get(row);
        code.get(value);
        code.memory("f64.store", input);
      },
    });
    code.call(density.run);
    for (const { offset, length, address } of density.gradients)
      copyBytes(code, address, whitening + 8 * offset, 8 * length);
    clearVectors(code, vectors, products);
    eachEntry({
      beginRow() {
        loadAt(row, whitening);
        code.set(value);
      },
      entry() {
        code.get(column);
        loadAt(column, products);
        loadAt(entry, factor);
        code.get(value);
        code.op("f64.mul");
        code.op("f64.add");
        code.memory("f64.store", products);
      },
      endRow() {},
    });
    for (const { offset, length, address } of density.gradients)
      copyBytes(code, products + 8 * offset, address, 8 * length);
  });
}

function copyBytes(code: FunctionBuilder, from: number, to: number, count: number): void {
  code.i32(to);
  code.i32(from);
  code.i32(count);
  code.copyMemory();
}

function addTo(code: FunctionBuilder, local: LocalIndex, amount: number): void {
  code.get(local);
  code.i32(amount);
  code.op("i32.add");
  code.set(local);
}
