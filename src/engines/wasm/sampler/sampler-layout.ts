/**
 * Where the sampler's numbers lie in the module's memory. A vector of the sampler has one number per coordinate, filled up
 * with zeros.
 */
import { uniformGroup } from "../math/emit-random-fills.ts";

/** A candidate for the next draw: position, gradient, log density and energy, one after the other. Offsets from its start. */
export interface ProposalPlace {
  readonly position: number;
  readonly gradient: number;
  readonly logDensity: number;
  readonly energy: number;
}

/**
 * One end of the trajectory: its last point, a proposal and behind it the momentum; and of the half that ends here, as it was joined to the
 * other, the momentum at its inner end and the sum of its momenta. Offsets.
 */
export interface SidePlace extends ProposalPlace {
  readonly momentum: number;
  readonly inner: number;
  readonly sum: number;
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
  /** Vectors of a proposal and of a point with its momentum. */
  readonly proposalVectors: number;
  readonly pointVectors: number;
  readonly proposal: ProposalPlace;
  readonly side: SidePlace;
  /** The two sides, `sideBytes` apart: back in time, and forward. */
  readonly sides: number;
  readonly sideBytes: number;
  /** Where the density reads the position. */
  readonly input: number;
  /** The state of the chain: a proposal. */
  readonly drawn: number;
  /** The same from the half that was made last. */
  readonly candidate: number;
  readonly inverseMass: number;
  /** Square roots of the masses. */
  readonly massRoots: number;
  /** Sum of the momenta of the whole trajectory. */
  readonly sum: number;
  readonly levels: number;
  readonly levelBytes: number;
  readonly level: LevelPlace;
  /** Per depth the weight of the first half; at 0 that of the whole trajectory. */
  readonly weights: number;
  /** Uniform numbers: those that become the momentum, then those of the tree. */
  readonly uniforms: number;
  readonly uniformsEnd: number;
  /** Numbers there. */
  readonly uniformCount: number;
  readonly normals: number;
  /** A lower-triangular matrix, row by row, and two vectors to work with, where there are no more than `mostDense` coordinates. */
  readonly factor: number;
  readonly whitening: number;
  /** The state of dual averaging. */
  readonly averaging: number;
  readonly rows: number;
  readonly rowCapacity: number;
}

/** Coordinates up to which there is room for a mass matrix that is not diagonal: 2 MB. */
export const mostDense = 512;

/** Depths that there is room for. */
export const deepestTree = 20;

/** Uniform numbers that most trees are content with, and so many that are made when they are not. */
const usualUniforms = 12;
export const moreUniforms = uniformGroup;

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
  const proposal = { position: 0, gradient: bytes, logDensity: 2 * bytes, energy: 2 * bytes + 8 };
  const momentum = proposal.energy + 8;
  const sideBytes = 16 * (pointVectors + 2 * vectors);
  const uniformCount = uniformGroup * Math.ceil((2 * vectors + usualUniforms) / uniformGroup);
  const uniforms = reserve(8 * uniformCount);
  const rowLength = rowFacts.length + dimension;
  const rowCapacity = Math.max(1, Math.floor(rowsBytes / (8 * rowLength)));
  const levelBytes = 4 * bytes + 16 * proposalVectors;
  return {
    dimension,
    vectors,
    proposalVectors,
    pointVectors,
    proposal,
    side: { ...proposal, momentum, inner: momentum + bytes, sum: momentum + 2 * bytes },
    sides: reserve(2 * sideBytes),
    sideBytes,
    input: vector(),
    drawn: reserve(16 * proposalVectors),
    candidate: reserve(16 * proposalVectors),
    inverseMass: vector(),
    massRoots: vector(),
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
    uniforms,
    uniformsEnd: uniforms + 8 * uniformCount,
    uniformCount,
    // Made four at a time.
    normals: reserve(32 * Math.ceil(vectors / 2)),
    factor: reserve(dimension <= mostDense ? 8 * dimension ** 2 : 0),
    whitening: reserve(dimension <= mostDense ? 2 * bytes : 0),
    averaging: reserve(128),
    rows: reserve(8 * rowLength * rowCapacity),
    rowCapacity,
  };
}
