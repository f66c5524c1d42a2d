import { useStore } from 'zustand';
import { t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { useWorkbench } from '../context.ts';

/** Which side of the tokenizer a picture of the person's own is seen from. */
export default function PictureSides() {
  const { options } = useWorkbench();
  const original = useStore(options, (state) => state.original);
  return <Segmented label={t('Which picture')} value={original ? 'original' : 'tokens'} options={[{ value: 'tokens', label: t('Tokens') }, { value: 'original', label: t('Original') }]} onChange={(side) => options.setState({ original: side === 'original' })} />;
}
