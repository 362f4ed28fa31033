/** erf and its inverse. */
import { complementAbove, complementBelow, erfCentre } from "../../../compiler/special-coefficients.ts";
import { exponential } from "./exponential.ts";
import type { Expression } from "./expression.ts";
import { byLanes, inDouble, unaryRoutine } from "./formula-routine.ts";
import { logarithm } from "./logarithm.ts";

/**
 * Below 1, x + x p(x²) with p the minimax polynomial of erf(x) / x − 1, within 2^-62. From 1 to 6, 1 − e^-x²
 * P(x) / Q(x) with the rational function that Cody (1969), "Rational Chebyshev approximations for the error
 * function", gives for 0.46875 ≤ x ≤ 4; checked with 60 digits it is within 2.5e-18 of erfc up to 6. Beyond,
 * 1.
 */
const erfDouble = unaryRoutine((words, x) => {
  const { sub, mul, div, abs, neg, atMost, less, select, copySign, multiplyAdd, polynomial } = words;
  const size = atMost(abs(x), 6);
  const square = mul(size, size);
  const centre = multiplyAdd(size, polynomial(square, erfCentre), size);
  const complement = div(
    mul(exponential(words, neg(square)), polynomial(size, complementAbove)),
    polynomial(size, complementBelow),
  );
  return copySign(select(less(size, 1), centre, sub(1, complement)), x);
});

/** Likewise, with erfc(x) = e^-q(x − 1) from 1 to 4, q's polynomial within 2^-35 relative to erfc. */
const erfSingle = unaryRoutine((words, x) => {
  const { sub, mul, abs, neg, atMost, less, select, copySign, multiplyAdd, polynomial } = words;
  const size = atMost(abs(x), 4);
  const square = mul(size, size);
  const centre = multiplyAdd(size, polynomial(square, erfCentreSingle), size);
  const complement = exponential(words, neg(polynomial(sub(size, 1), complementSingle)));
  return copySign(select(less(size, 1), centre, sub(1, complement)), x);
});

const erfCentreSingle = [
  0.128379167, -0.37612626, 0.112835854, -0.0268538147, 0.00518833054, -0.000801020244, 7.85384982e-5,
];
const complementSingle = [
  1.84960556, 2.63896751, 0.843106866, 0.0415647849, -0.0100500369, 0.00201718975, -0.000293619814,
  2.33033315e-5, -2.51179756e-7,
];

export const erf = byLanes(erfDouble, erfSingle);

/**
 * Through the normal quantile, erf⁻¹(y) = Φ⁻¹((1 + y) / 2) / √2, by Wichura (1988), algorithm AS 241, PPND16:
 * three rational functions, of which each lane takes one.
 */
const erfinvDouble = unaryRoutine((words, y) => {
  const { add, sub, mul, div, abs, neg, sqrt, less, lessEqual, equal, select, copySign } = words;
  const size = abs(y);
  const q = mul(size, 0.5);
  const isCentre = lessEqual(size, 0.85);
  const root = sqrt(neg(logarithm(words, mul(sub(1, size), 0.5))));
  const isMiddle = lessEqual(root, 5);
  const r = select(isCentre, sub(0.180625, mul(q, q)), sub(root, select(isMiddle, 1.6, 5)));
  const horner = (table: QuantileTable): Expression => {
    const coefficients = table[0].map((centre, k) =>
      select(isCentre, centre, select(isMiddle, table[1][k], table[2][k])),
    );
    return coefficients.reduceRight((sum, coefficient) => add(mul(sum, r), coefficient));
  };
  const ratio = div(horner(quantileAbove), horner(quantileBelow));
  const scaled = mul(mul(ratio, Math.SQRT1_2), select(isCentre, q, 1));
  const inDomain = select(equal(size, 1), Number.POSITIVE_INFINITY, scaled);
  return copySign(select(less(1, size), Number.NaN, inDomain), y);
});

type QuantileTable = readonly [readonly number[], readonly number[], readonly number[]];

const quantileAbove: QuantileTable = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
];
const quantileBelow: QuantileTable = [
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];

export const erfinv = byLanes(erfinvDouble, inDouble(erfinvDouble));
