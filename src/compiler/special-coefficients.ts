/** Coefficient tables of special functions, shared by all that compute them. A&S is Abramowitz and Stegun (1964). */

/** Bernoulli numbers B₂, B₄, …, A&S table 23.2. */
export const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
  8553103 / 6,
];

/** erf(x) / x − 1 on |x| < 1 in x². */
export const erfCentre = [
  0.12837916709551256, -0.3761263890318375, 0.11283791670954858, -0.02686617064507296, 0.00522397762478137,
  -0.0008548326978765149, 0.00012055331037551108, -1.4925593518728226e-5, 1.6460972954153765e-6,
  -1.635002619207727e-7, 1.4657883530919653e-8, -1.136567067182716e-9, 5.945255584223488e-11,
];

/** erfc(x) e^{x²} for x ≥ 1: numerator, ascending powers (Cody 1969). */
export const complementAbove = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001,
  66.11919063714163, 8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
];

/** The same: denominator. */
export const complementBelow = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
  537.1811018620099, 117.6939508913125, 15.744926110709835, 1,
];

/**
 * Chebyshev coefficients of log(erfc(z) / t) + z² in 2t − 1, t = 2 / (2 + z), for z ≥ 0; the first counts half. From values at 64
 * nodes with 60 digits; the next one is below 1e-19.
 */
export const logErfcTail = [
  -1.3026537197817094, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632,
  -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-5, -2.0278578112534242e-5,
  -1.6242900046470256e-6, 1.3036558355805232e-6, 1.5626441722066142e-8, -8.523809591492654e-8,
  6.5290544390988515e-9, 5.059343495551469e-9, -9.91364156493033e-10, -2.273651222931836e-10,
  9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
  3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15,
  -1.5230282014571043e-15, -9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17,
];

export function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** The coefficients of Pₙ, lowest first, where dⁿ/dxⁿ cot(πx) = πⁿ Pₙ(cot πx): P₀(c) = c and Pₙ₊₁(c) = −(1 + c²) Pₙ′(c). */
export function cotangentDerivative(order: number): readonly number[] {
  let coefficients = [0, 1];
  for (let n = 0; n < order; n++) {
    const slope = coefficients.map((c, degree) => c * degree).slice(1);
    coefficients = Array.from(
      { length: slope.length + 2 },
      (_, at) => -(slope[at] ?? 0) - (slope[at - 2] ?? 0),
    );
  }
  return coefficients;
}
