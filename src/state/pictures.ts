import type { Picture } from '../../workers/messages.ts';

/** A picture from the worker as something a canvas can draw. */
export function toImage(picture: Picture): CanvasImageSource {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = picture.size;
  canvas.getContext('2d')!.putImageData(new ImageData(picture.rgba, picture.size, picture.size), 0, 0);
  return canvas;
}
