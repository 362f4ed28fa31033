/** The functions of a matrix product. */
import type { FunctionIndex, ValueType } from "../assembler/function-builder.ts";

/** Addresses are i32 in bytes. A, B and C do not overlap each other or the scratch memory. */
export interface MatmulFunctions {
  /** (a, b, c, scratch): everything, for all of the batch. `scratch` has sharedScratch + ownScratch bytes. */
  readonly whole: FunctionIndex;
  /**
   * (b, shared, from, to): prepares columns from … to − 1 of B of one product; all are, before `rows` is called. `to` is a
   * multiple of columnStep, or n.
   */
  readonly prepare: FunctionIndex;
  /**
   * (a, b, c, shared, own, from, to): rows from … to − 1 of one product whose B is prepared; `to` is a
   * multiple of rowStep, or m.
   */
  readonly rows: FunctionIndex;
}

export type ProductParts = Pick<MatmulFunctions, "prepare" | "rows">;

export const prepareParams: readonly ValueType[] = ["i32", "i32", "i32", "i32"];
export const rowsParams: readonly ValueType[] = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"];
