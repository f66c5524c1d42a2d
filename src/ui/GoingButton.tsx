import type { ComponentProps } from 'react';
import { useHandFocus } from './handFocus.ts';

/** A button that goes away by itself, or some time after its press: the focus goes on to `to`, inside of `within`. */
export function GoingButton({ to, within, ...button }: ComponentProps<'button'> & { to: string; within?: string }) {
  return <button type="button" ref={useHandFocus<HTMLButtonElement>(to, within)} {...button} />;
}
