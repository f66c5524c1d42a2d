import { useEffect, useRef, type RefObject } from 'react';
import type { PaintedPicture } from '../state/run.ts';

/** For a canvas that shows this picture in its own size. */
export function usePainted(picture: PaintedPicture | null): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (!target || !picture) return;
    target.width = target.height = picture.size;
    target.getContext('2d')!.drawImage(picture.image, 0, 0);
  }, [picture]);
  return canvas;
}
