import type { Figure } from '../../state/worth.ts';
import { t } from '../../text/t.ts';

/** A measured figure with its 95 % interval, or that there is none. */
export function FigureValue({ figure, text }: { figure: Figure | null; text: (value: number) => string }) {
  if (!figure) return <span className="worth-value">{t('not measured')}</span>;
  return (
    <>
      <span className="worth-value">{text(figure.value)}</span>
      {figure.interval && <> <span className="worth-interval">[{text(figure.interval[0])},{'\u00a0'}{text(figure.interval[1])}]</span></>}
    </>
  );
}
