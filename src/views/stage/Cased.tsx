import type { Ref } from 'react';

interface Props {
  className: string;
  /** Left out where `setPath` gives it. */
  d?: string;
  ref?: Ref<SVGGElement>;
}

/** A line over a wider one of the other lightness: it is seen on every ground. */
export const Cased = ({ className, d, ref }: Props) => <g ref={ref} className={className}><path className="casing" d={d} /><path d={d} /></g>;

/** Gives all lines of a group one path. */
export function setPath(lines: SVGGElement | null, d: string): void {
  for (const path of lines?.children ?? []) path.setAttribute('d', d);
}
