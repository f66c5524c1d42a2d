import { useStore } from 'zustand';
import { megabytes } from '../../lib/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { variantBytes } from '../../state/pack.ts';
import { usePack, useRun, useSettings, useStudio } from '../context.ts';
import { ClassPicker } from './ClassPicker.tsx';
import { SeedField } from './SeedField.tsx';

/** Pick a class, press Generate. */
export function Launch() {
  return (
    <section className="launch" aria-label="Generate">
      <h2 className="heading">Class</h2>
      <ClassPicker />
      <SeedField />
      <GenerateButton />
    </section>
  );
}

function GenerateButton() {
  const studio = useStudio();
  const running = useRun((state) => state.phase === 'running');
  const model = usePack((state) => state.model);
  const { queued } = useStore(studio.queue);
  const ready = usePack((state) => state.manifest !== null);
  const errors = useSettings((state) => state.errors);
  const wrong = Object.values(errors)[0];
  if (running || queued) {
    return (
      <div className="launch-action">
        <button type="button" className="button primary stop" onClick={() => void studio.stop()}>
          <Icon name="stop" size={18} />{running ? 'Stop' : 'Cancel'}
        </button>
        <p className="hint" aria-live="off">{running ? 'Esc stops, too' : 'Starts as soon as the model is here'}</p>
      </div>
    );
  }
  return (
    <div className="launch-action">
      <button type="button" className="button primary" disabled={!ready || wrong !== undefined} onClick={() => void studio.generate()}>
        Generate
      </button>
      <p className={wrong ? 'hint field-error' : 'hint'}>{wrong ? wrong.message : <Hint model={model} />}</p>
    </div>
  );
}

function Hint({ model }: { model: 'idle' | 'asking' | 'loading' | 'ready' | 'failed' }) {
  const manifest = usePack((state) => state.manifest);
  if (model === 'ready') return 'Nothing leaves this device.';
  if (model === 'loading') return 'Loading; you can press already.';
  if (model === 'failed') return manifest ? 'Tries to load the model again.' : 'There is no pack to generate with.';
  if (model === 'asking' && manifest) return `Loads the model first: ${megabytes(variantBytes(manifest, manifest.defaultVariant.wasm))}.`;
  return 'Opening the pack.';
}
