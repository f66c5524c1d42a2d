import type { Figure } from '../../state/worth.ts';
import { t } from '../../text/t.ts';

/** A measured figure with its 95 % interval, or that there is none. */
export const figureText = (figure: Figure | null, text: (value: number) => string): string => {
  if (!figure) return t('not measured');
  return figure.interval ? `${text(figure.value)} [${text(figure.interval[0])},\u00a0${text(figure.interval[1])}]` : text(figure.value);
};
