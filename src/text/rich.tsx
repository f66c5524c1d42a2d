import { Fragment, type ReactNode } from 'react';
import { unbroken, wordsOf, type Message, type Parts } from './t.ts';

/** E_th, P_max and P_avg as they are set in the paper; *x* is a variable. */
export const symbols = (text: string): ReactNode => text.split(/([EP]_(?:th|max|avg)|\*\w+\*)/).map((part, i) => {
  if (i % 2 === 0) return part;
  return part.startsWith('*') ? <var key={i}>{part.slice(1, -1)}</var> : <Fragment key={i}>{part[0]}<span className="sub">{part.slice(2)}</span></Fragment>;
});

/** A message with symbols, and elements in the places of its `{name}`s. */
export function rich<M extends Message>(message: M, ...[parts]: Parts<M, ReactNode>): ReactNode {
  return unbroken(wordsOf(message)).split(/\{(\w+)\}/).map((piece, i) =>
    <Fragment key={i}>{i % 2 === 0 ? symbols(piece) : (parts as Record<string, ReactNode>)[piece]}</Fragment>);
}
