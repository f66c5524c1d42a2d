import type { ReactNode } from 'react';
import { symbols } from '../../text/rich.tsx';

/** A formula of the paper with its place there; `spoken` is how it is read out, `terms` what its symbols are. */
export function Formula({ spoken, terms, where, children }: { spoken: string; terms: ReactNode; where: string; children: ReactNode }) {
  return (
    <figure className="formula">
      <div role="math" aria-label={spoken}>{children}</div>
      <p className="small-print">{terms}</p>
      <figcaption className="small-print muted">{symbols(where)}</figcaption>
    </figure>
  );
}

/** A part of a formula that stays on one line. */
export const Term = ({ children }: { children: ReactNode }) => <span className="term">{children}</span>;

export const Sub = ({ children }: { children: ReactNode }) => <sub>{children}</sub>;

export const Eth = () => <><var>E</var><sub>th</sub></>;
export const Pmax = () => <><var>P</var><sub>max</sub></>;
