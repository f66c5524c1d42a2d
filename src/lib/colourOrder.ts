/** Mean colours [r, g, b], 0..255, of the `count` tiles of a sheet given as RGBA rows; tiles are `side` pixels, `columns` in a row. */
export function meanColours(rgba: Uint8ClampedArray, side: number, columns: number, count: number): [number, number, number][] {
  const stride = columns * side;
  return Array.from({ length: count }, (_, index) => {
    const [left, top] = [(index % columns) * side, Math.floor(index / columns) * side];
    const sum: [number, number, number] = [0, 0, 0];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) for (let c = 0; c < 3; c++) sum[c]! += rgba[4 * ((top + y) * stride + left + x) + c]!;
    }
    return sum.map((value) => value / (side * side)) as [number, number, number];
  });
}

/** Hue as an angle, -pi..pi, and lightness 0..1 in OKLab (Ottosson, 2020). */
function hueAndLightness([r, g, b]: readonly number[]): { hue: number; light: number } {
  const linear = (value: number) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const [R, G, B] = [linear(r!), linear(g!), linear(b!)];
  const l = Math.cbrt(0.4122214708 * R + 0.5363325363 * G + 0.0514459929 * B);
  const m = Math.cbrt(0.2119034982 * R + 0.6806995451 * G + 0.1073969566 * B);
  const s = Math.cbrt(0.0883024619 * R + 0.2817188376 * G + 0.6299787005 * B);
  return {
    light: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    hue: Math.atan2(0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s),
  };
}

/**
 * The indices of `colours` as they stand in a grid of `columns`, row by row: hue from left to right, and in every column light above
 * dark. A last row that is not full is filled from the left.
 */
export function colourOrder(colours: readonly (readonly number[])[], columns: number): number[] {
  const seen = colours.map((colour, index) => ({ index, ...hueAndLightness(colour) })).sort((a, b) => a.hue - b.hue || a.index - b.index);
  const order = new Array<number>(colours.length);
  let from = 0;
  for (let column = 0; column < columns; column++) {
    const height = Math.ceil((colours.length - column) / columns);
    const stack = seen.slice(from, from + height).sort((a, b) => b.light - a.light || a.index - b.index);
    stack.forEach(({ index }, row) => { order[row * columns + column] = index; });
    from += height;
  }
  return order;
}
