/**
 * Where the sampler's numbers lie in the module's memory. A vector of the sampler has one number per coordinate, filled up
 * with numbers that add nothing to any product: zeros, and ones in what is divided by.
 */

/** A candidate for the next draw: position, gradient, log density and energy, one after the other. */
export interface ProposalPlace {
  readonly position: number;
  readonly gradient: number;
  readonly logDensity: number;
  readonly energy: number;
}

/** A point of a trajectory: a proposal and behind it its momentum. */
export interface PointPlace extends ProposalPlace {
  readonly momentum: number;
}

/** What the two halves of a subtree have where they meet; offsets from the level's start. */
export interface LevelPlace {
  readonly firstLast: number;
  readonly secondFirst: number;
  readonly firstSum: number;
  readonly secondSum: number;
  readonly secondProposal: number;
}

export interface SamplerLayout {
  readonly dimension: number;
  /** 16-byte vectors that the coordinates fill. */
  readonly vectors: number;
  /** Vectors of a proposal and of a point. */
  readonly proposalVectors: number;
  readonly pointVectors: number;
  /** Where leapfrog steps are made: the density reads the position here. */
  readonly here: PointPlace;
  readonly back: PointPlace;
  readonly front: PointPlace;
  /** The state of the chain. */
  readonly drawn: ProposalPlace;
  readonly candidate: ProposalPlace;
  readonly inverseMass: number;
  /** Square roots of `inverseMass`. */
  readonly rootMass: number;
  readonly backInner: number;
  readonly frontInner: number;
  readonly backSum: number;
  readonly frontSum: number;
  readonly sum: number;
  readonly levels: number;
  readonly levelBytes: number;
  readonly level: LevelPlace;
  /** Per depth the weight of the first half; at 0 that of the whole trajectory. */
  readonly weights: number;
  readonly uniforms: number;
  readonly rows: number;
  readonly rowCapacity: number;
}

/** Depths that there is room for. */
export const deepestTree = 20;

/** Uniform numbers made at a time: the random fill makes four at once, and two rounds of it overlap. */
export const uniformBatch = 8;

/** Numbers of a row in front of the position. */
export const rowFacts = [
  "step",
  "stepSize",
  "treeDepth",
  "leapfrogs",
  "divergent",
  "acceptStat",
  "energy",
  "logDensity",
] as const;

const rowsBytes = 65536;

export function planSampler(dimension: number, reserve: (bytes: number) => number): SamplerLayout {
  const vectors = Math.ceil(dimension / 2);
  const proposalVectors = 2 * vectors + 1;
  const pointVectors = 3 * vectors + 1;
  const bytes = 16 * vectors;
  const vector = (): number => reserve(bytes);
  const proposal = (address: number): ProposalPlace => ({
    position: address,
    gradient: address + bytes,
    logDensity: address + 2 * bytes,
    energy: address + 2 * bytes + 8,
  });
  const point = (): PointPlace => {
    const place = proposal(reserve(16 * pointVectors));
    return { ...place, momentum: place.energy + 8 };
  };
  const rowLength = rowFacts.length + dimension;
  const rowCapacity = Math.max(1, Math.floor(rowsBytes / (8 * rowLength)));
  const levelBytes = 4 * bytes + 16 * proposalVectors;
  return {
    dimension,
    vectors,
    proposalVectors,
    pointVectors,
    here: point(),
    back: point(),
    front: point(),
    drawn: proposal(reserve(16 * proposalVectors)),
    candidate: proposal(reserve(16 * proposalVectors)),
    inverseMass: vector(),
    rootMass: vector(),
    backInner: vector(),
    frontInner: vector(),
    backSum: vector(),
    frontSum: vector(),
    sum: vector(),
    levels: reserve((deepestTree + 1) * levelBytes),
    levelBytes,
    level: {
      firstLast: 0,
      secondFirst: bytes,
      firstSum: 2 * bytes,
      secondSum: 3 * bytes,
      secondProposal: 4 * bytes,
    },
    weights: reserve(8 * (deepestTree + 1)),
    uniforms: reserve(8 * uniformBatch),
    rows: reserve(8 * rowLength * rowCapacity),
    rowCapacity,
  };
}
