/** Convolutions by their definition, for the interpreter. */

type Image = readonly (readonly (readonly number[])[])[];
/** By row, column, channel of the image, and channel of the result. */
type Filters = readonly Image[];

/** Which pixels of images of h × w the H × W places look at, each by way of which element of the filter. */
function* looks(
  [h, w]: readonly number[],
  filters: Filters,
  [H, W, stride, dilation]: readonly number[],
): Generator<{
  readonly place: readonly number[];
  readonly pixel: readonly number[];
  readonly by: readonly number[];
}> {
  const [A, B] = [filters.length, filters[0].length];
  const before = (places: number, length: number, there: number): number =>
    Math.floor(Math.max(0, (places - 1) * stride + (length - 1) * dilation + 1 - there) / 2);
  const [top, left] = [before(H, A, h), before(W, B, w)];
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++)
      for (let a = 0; a < A; a++)
        for (let b = 0; b < B; b++) {
          const pixel = [y * stride + a * dilation - top, x * stride + b * dilation - left];
          if (pixel[0] >= 0 && pixel[0] < h && pixel[1] >= 0 && pixel[1] < w)
            yield { place: [y, x], pixel, by: [a, b] };
        }
}

const zeros = (rows: number, columns: number, channels: number): number[][][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => new Array(channels).fill(0)));

/** `sizes`: rows and columns of the result, the stride and the dilation. */
export function convolve(image: Image, filters: Filters, sizes: readonly number[]): number[][][] {
  const channels = filters[0][0][0].length;
  const result = zeros(sizes[0], sizes[1], channels);
  for (const { place, pixel, by } of looks([image.length, image[0].length], filters, sizes))
    filters[by[0]][by[1]].forEach((row, c) => {
      row.forEach((weight, o) => {
        result[place[0]][place[1]][o] += weight * image[pixel[0]][pixel[1]][c];
      });
    });
  return result;
}

/** `sizes`: rows and columns of the result, which the places of `image` look at, the stride and the dilation. */
export function convolveBack(image: Image, filters: Filters, sizes: readonly number[]): number[][][] {
  const [H, W, stride, dilation] = sizes;
  const result = zeros(H, W, filters[0][0].length);
  for (const { place, pixel, by } of looks([H, W], filters, [
    image.length,
    image[0].length,
    stride,
    dilation,
  ]))
    filters[by[0]][by[1]].forEach((row, o) => {
      row.forEach((weight, c) => {
        result[pixel[0]][pixel[1]][o] += weight * image[place[0]][place[1]][c];
      });
    });
  return result;
}
