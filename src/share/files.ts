import type { Run } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { sameSettings } from '../../engine/settings.ts';

type Named = Pick<Run, 'header' | 'digest' | 'complete'>;

/** Pack, class and seed say all of a run: it is whole, all its tokens were sampled, and with the settings of its pack. */
const isUsual = ({ header, complete }: Named, defaults: Manifest['defaults'] | undefined): boolean =>
  complete && !header.given?.length && defaults !== undefined && sameSettings(header.settings, defaults);

/** `eurosat-river-7.png`; with other settings, given tokens or a stop `eurosat-river-7-3fa0b2.png`, by its digest, so that two runs have two names. Letters of every script stay, so that two classes have, too. */
export function fileName(run: Named, defaults: Manifest['defaults'] | undefined, ending: string): string {
  const { header } = run;
  const name = `${header.pack.name}-${header.className}`.normalize('NFC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  const [mark] = (!isUsual(run, defaults) && /^[0-9a-f]{6}/.exec(run.digest)) || [];
  return `${name.slice(0, 80)}-${header.seed}${mark ? `-${mark}` : ''}${ending}`;
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
