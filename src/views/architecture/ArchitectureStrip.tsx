import { useEffect, useRef, useState } from 'react';
import { thresholdOf } from '../../lib/thresholdOf.ts';
import { t } from '../../text/t.ts';
import { lookedAt } from '../cell.ts';
import { useDraw, usePack, useRunView } from '../context.ts';
import { inDialog } from '../keys.ts';
import { partsOf, type Part, type PartName } from './parts.ts';
import './architecture.css';

const ORDER: readonly PartName[] = ['entropy', 'gate', 'patch', 'decoder', 'token', 'encoder'];

/**
 * The parts of the model in the order of the paper's Fig. 3, as they worked for the token in question: lit where a part ran,
 * dark where it was skipped. It reads the log and the cursor, so it replays and scrubs. A press on a part opens what it did.
 */
export default function ArchitectureStrip() {
  const view = useRunView();
  const plain = usePack((state) => state.manifest?.kind === 'gpt');
  const tokens = usePack((state) => state.manifest?.grid.tokens ?? 256);
  const [open, setOpen] = useState<PartName | null>(null);
  const root = useRef<HTMLElement>(null);
  const last = useRef('');
  /** The part whose detail has been spoken. */
  const told = useRef<PartName | null>(null);

  useDraw(() => {
    const box = root.current;
    if (!box) return;
    const { events, version, known, rules } = view.shown();
    const playback = view.playback.getState();
    const at = lookedAt(events.length, playback);
    const paused = playback.mode === 'paused';
    const key = `${version}/${at}/${open}/${paused}`;
    if (key === last.current) return;
    last.current = key;
    const parts = at === null || at >= known ? [] : partsOf(events, at, thresholdOf(rules), tokens);
    box.toggleAttribute('data-empty', parts.length === 0);
    // Two names for one animation, so that it starts again with every token.
    if (at !== null) box.dataset.beat = String(at % 2);
    for (const name of ORDER) write(box, name, parts.find((part) => part.name === name));
    const detail = box.querySelector<HTMLElement>('.part-detail');
    // Spoken when it opens, and while a person steps; while tokens run past it changes faster than anyone could say it.
    detail?.setAttribute('aria-live', paused || told.current !== open ? 'polite' : 'off');
    told.current = open;
    if (detail) writeDetail(detail, parts.find((part) => part.name === open)?.detail ?? '');
  });

  useEffect(() => {
    if (open === null) return;
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || inDialog(event.target as Element)) return;
      // Else the same press would stop the run (src/views/keys.ts), too.
      event.preventDefault();
      setOpen(null);
    };
    const pressElsewhere = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(null);
    };
    window.addEventListener('keydown', escape, true);
    window.addEventListener('pointerdown', pressElsewhere);
    return () => {
      window.removeEventListener('keydown', escape, true);
      window.removeEventListener('pointerdown', pressElsewhere);
    };
  }, [open]);

  if (plain) return null;
  return (
    <section ref={root} className="architecture" aria-label={t('What the model did for this token')} data-empty="">
      <ol>
        {ORDER.map((name) => (
          <li key={name}>
            <button type="button" className={`part part-${name}`} aria-expanded={open === name} aria-controls="part-detail" onClick={() => setOpen(open === name ? null : name)}>
              <span className="part-label">{LABELS[name]()}</span>
              <span className="part-short" translate="no">–</span>
            </button>
          </li>
        ))}
      </ol>
      <p id="part-detail" className="part-detail" role="status" hidden={open === null} />
    </section>
  );
}

const LABELS: Record<PartName, () => string> = {
  entropy: () => t('Entropy model'), gate: () => t('Gate'), patch: () => t('Patch transformer'), decoder: () => t('Decoder'), token: () => t('Token'), encoder: () => t('Encoder'),
};

/** Outside React, since it changes with the cursor; E_th is set as in the paper. */
function writeDetail(element: HTMLElement, text: string): void {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.replaceChildren(...text.split(/(_th)/).map((part) => {
    if (part !== '_th') return part;
    const sub = document.createElement('span');
    sub.className = 'sub';
    sub.textContent = 'th';
    return sub;
  }));
}

function write(box: HTMLElement, name: PartName, part: Part | undefined): void {
  const element = box.querySelector<HTMLElement>(`.part-${name}`);
  if (!element) return;
  element.toggleAttribute('data-ran', part?.ran ?? false);
  const short = element.querySelector('.part-short')!;
  const text = part?.short ?? '–';
  if (short.textContent !== text) short.textContent = text;
}
