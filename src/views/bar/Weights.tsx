import { variantBytes } from '../../../engine/manifest-files.ts';
import { megabytes } from '../../lib/format.ts';
import { variantInUse } from '../../state/pack.ts';
import { decimal, t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { usePack, useStudio } from '../context.ts';

/** Which weights of the pack are in use, what they cost, and a way to choose others where the pack has any. */
export function Weights({ disabled }: { disabled: boolean }) {
  const studio = useStudio();
  const manifest = usePack((state) => state.manifest);
  const variant = usePack((state) => state.manifest && variantInUse(state, state.manifest));
  if (!manifest || variant === null) return null;
  const names = Object.keys(manifest.variants);
  const figures = manifest.variants[variant]?.figures;
  return (
    <>
      <h2 className="heading">{t('Weights')}</h2>
      {names.length > 1 && (
        <Segmented label={t('Weights')} value={variant} options={names.map((name) => ({ value: name, label: name }))}
          onChange={(name) => !disabled && void studio.session.chooseVariant(name)} />
      )}
      <p>
        {variant}, {megabytes(variantBytes(manifest, variant))}
        {figures && variant !== 'fp32' && <span className="muted">; {t('KL to the trained weights: {kl} nats per token', { kl: decimal(figures.klMean.toPrecision(1)) })}</span>}
      </p>
    </>
  );
}
