import { variantBytes } from '../../../engine/manifest-files.ts';
import { entropySource, type Manifest } from '../../../engine/manifest.ts';
import { integer, megabytes, parameters } from '../../lib/format.ts';
import { variantInUse } from '../../state/pack.ts';
import { named, t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { StoredButton } from '../stored/StoredButton.tsx';
import { PackAddress } from './PackAddress.tsx';
import { PackFiles } from './PackFiles.tsx';
import { PackList } from './PackList.tsx';

/** Weights of `w8` have eight bits each; other names speak for themselves. */
function weightsText(variant: string): string {
  const bits = /^(?:w|q|fp)(\d+)$/.exec(variant)?.[1];
  return bits ? t('{bits}-bit weights', { bits }) : variant;
}

/** A pack's own words, its codes counted as in the facts below. */
const described = (text: string): string => named(text).replace(/\d{4,}(?= codes)/i, (codes) => integer(Number(codes)));

/** The pack in use: size, data, licence; and the others beside it. While another opens, the list of them stays, and the focus in it. */
export default function PackPanel() {
  const manifest = usePack((state) => state.manifest);
  return (
    <>
      {manifest?.description && <p>{described(manifest.description)}</p>}
      <PackList />
      <PackAddress />
      <PackFiles />
      {manifest && <><StoredButton /><Facts manifest={manifest} /></>}
    </>
  );
}

function Facts({ manifest }: { manifest: Manifest }) {
  const hash = usePack((state) => state.hash);
  const variant = usePack((state) => variantInUse(state, manifest));
  const count = (n: number) => t('{size} parameters', { size: parameters(n) });
  const facts: [string, string][] = [
    [t('Model'), count(manifest.model.parameters)],
    ...(entropySource(manifest) === 'null-class' ? [[t('Entropies'), t('from its own null class')] satisfies [string, string]] : []),
    ...(manifest.entropyModel ? [[t('Entropy model'), count(manifest.entropyModel.parameters)] satisfies [string, string]] : []),
    [t('Tokenizer'), count(manifest.tokenizer.parameters)],
    [t('Tokens'), t('{width} × {width}, {n} codes', { width: manifest.grid.width, n: integer(manifest.vocab) })],
    [t('Download'), `${megabytes(variantBytes(manifest, variant))}, ${weightsText(variant)}`],
    [t('Data'), manifest.data.name],
    [t('Credit'), manifest.data.credit],
    [t('Licence'), t('{license}; data {data}', { license: manifest.license, data: manifest.data.license })],
    [t('Pack'), hash ? hash.slice(0, 12) : ''],
  ];
  return <dl className="facts">{facts.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>;
}
