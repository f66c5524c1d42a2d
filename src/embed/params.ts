import { languages, type Language } from '../state/language.ts';
import type { StageMode } from '../state/options.ts';
import type { Theme } from '../state/theme.ts';

/** What the address may ask of the embedded view (docs/embed.md). */
interface EmbedParams {
  theme: Theme | null;
  stage: StageMode;
  /** Whether the run of the address is made at once, or when the person asks for it. */
  run: 'click' | 'auto';
  /** Whether a recorded run plays by itself. */
  autoplay: boolean;
  /** Null for the reader's own. */
  language: Language | null;
}

const oneOf = <T extends string>(text: string | null, values: readonly T[]): T | null => values.find((value) => value === text) ?? null;

/** Reads `?embed&theme=...`; null when the page is not asked to be embedded. What is not understood is left at its default. */
export function readEmbedParams(search: string): EmbedParams | null {
  const params = new URLSearchParams(search);
  if (!params.has('embed') || params.get('embed') === '0') return null;
  return {
    theme: oneOf(params.get('theme'), ['light', 'dark']),
    stage: oneOf(params.get('stage'), ['both', 'image', 'entropy']) ?? 'both',
    run: oneOf(params.get('run'), ['click', 'auto']) ?? 'click',
    autoplay: params.get('autoplay') !== '0',
    language: oneOf(params.get('lang'), languages),
  };
}
