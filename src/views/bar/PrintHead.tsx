import { useEffect, useRef } from 'react';
import { onPrint } from '../../lib/printing.ts';
import { locale } from '../../text/t.ts';

/** On paper only: what this is, its address, and when it was printed. */
export function PrintHead() {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => onPrint((printing) => {
    if (!printing || !line.current) return;
    line.current.textContent = ['DPAR Studio', location.href, new Date().toLocaleDateString(locale() === 'en' ? 'en-GB' : locale(), { dateStyle: 'long' })].join(' · ');
  }), []);
  return <p className="print-head" ref={line} />;
}
