/** The square part of a picture that is cut out, in its pixels. */
export interface Crop {
  x: number;
  y: number;
  size: number;
}

export interface Extent {
  width: number;
  height: number;
}

export const largestCrop = ({ width, height }: Extent): number => Math.min(width, height);

/** The largest square in the middle. */
export function centreCrop(extent: Extent): Crop {
  const size = largestCrop(extent);
  return { x: (extent.width - size) / 2, y: (extent.height - size) / 2, size };
}

/** The nearest crop within the picture, not smaller than `least` pixels. */
export function clampCrop(crop: Crop, extent: Extent, least = 1): Crop {
  const largest = largestCrop(extent);
  const size = Math.min(largest, Math.max(Math.min(least, largest), crop.size));
  const within = (at: number, length: number) => Math.min(length - size, Math.max(0, at));
  return { x: within(crop.x, extent.width), y: within(crop.y, extent.height), size };
}

/** Another size around the same middle. */
export function zoomCrop(crop: Crop, size: number, extent: Extent, least = 1): Crop {
  const by = (crop.size - size) / 2;
  return clampCrop({ x: crop.x + by, y: crop.y + by, size }, extent, least);
}
