import { Popover } from 'radix-ui';
import { integer, megabytes, parameters } from '../../lib/format.ts';
import { variantBytes } from '../../state/pack.ts';
import { usePack } from '../context.ts';

/** The pack in use: size, data, licence. */
export function PackMenu() {
  const manifest = usePack((state) => state.manifest);
  const hash = usePack((state) => state.hash);
  const report = usePack((state) => state.report);
  if (!manifest) return <span className="button pack-chip" aria-hidden="true">…</span>;
  const variant = report?.variant ?? manifest.defaultVariant.wasm;
  const facts: [string, string][] = [
    ['Model', `${parameters(manifest.model.parameters)} parameters`],
    ['Entropy model', `${parameters(manifest.entropyModel.parameters)} parameters`],
    ['Tokenizer', `${parameters(manifest.tokenizer.parameters)} parameters`],
    ['Tokens', `${manifest.grid.width} × ${manifest.grid.width}, ${integer(manifest.vocab)} codes`],
    ['Download', `${megabytes(variantBytes(manifest, variant))} (${variant})`],
    ['Data', manifest.data.name],
    ['Credit', manifest.data.credit],
    ['Licence', `${manifest.license}; data ${manifest.data.license}`],
    ['Pack', hash ? hash.slice(0, 12) : ''],
  ];
  return (
    <Popover.Root>
      <Popover.Trigger className="button pack-chip">
        {manifest.title}<span className="muted optional">{parameters(manifest.model.parameters)}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="end" sideOffset={8} aria-label="About this pack">
          {manifest.description && <p>{manifest.description}</p>}
          <dl className="facts">{facts.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
