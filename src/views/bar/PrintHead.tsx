import { useEffect, useRef } from 'react';
import { dateText } from '../../lib/dateText.ts';
import { onPrint } from '../../lib/printing.ts';

/** On paper only: what this is, its address, and when it was printed. */
export function PrintHead() {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => onPrint((printing) => {
    if (!printing || !line.current) return;
    line.current.textContent = ['DPAR Studio', location.href, dateText(new Date(), 'long')].join(' · ');
  }), []);
  return <p className="print-head" ref={line} />;
}
