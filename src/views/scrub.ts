import type { PointerEvent } from 'react';

/** What of a pointer counts here. */
type Pointer = Pick<PointerEvent<HTMLElement>, 'type' | 'pointerType' | 'pointerId' | 'clientX' | 'clientY' | 'currentTarget'>;

/** CSS pixels that a finger moves before it drags; less is a tap. */
const SLACK = 4;

/**
 * Handlers of what is scrubbed. A mouse seeks at once. A finger seeks with a tap, or once it drags sideways: until then it may be
 * scrolling the page, which ends in a pointercancel. `hover`: a mouse that is not pressed moves over it.
 */
export function scrubber(seek: (event: Pointer) => void, hover?: (event: Pointer) => void) {
  /** Where a finger came down, until it drags. */
  let down: { x: number; y: number } | null = null;
  const onPointer = (event: Pointer): void => {
    const { type, pointerType, pointerId, clientX, clientY, currentTarget } = event;
    const mouse = pointerType === 'mouse';
    if (type === 'pointerdown') {
      currentTarget.setPointerCapture(pointerId);
      down = mouse ? null : { x: clientX, y: clientY };
      if (mouse) seek(event);
    } else if (type === 'pointerup') {
      if (down) seek(event);
      down = null;
    } else if (type === 'pointercancel') {
      down = null;
    } else if (!currentTarget.hasPointerCapture(pointerId)) {
      if (mouse) hover?.(event);
    } else {
      if (down) {
        const [x, y] = [Math.abs(clientX - down.x), Math.abs(clientY - down.y)];
        if (x < SLACK || x <= y) return;
        down = null;
      }
      seek(event);
    }
  };
  return { onPointerDown: onPointer, onPointerMove: onPointer, onPointerUp: onPointer, onPointerCancel: onPointer };
}
