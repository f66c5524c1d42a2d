import { useStore } from 'zustand';
import { t } from '../../text/t.ts';
import { useDeviceBusy } from '../context.ts';
import { useSecond, type CompareSession } from './session.ts';

/** The sides change places, where there are two. */
export function Swap({ session }: { session: CompareSession }) {
  const { compare } = session;
  const waiting = useStore(compare, (state) => state.waiting);
  const running = useDeviceBusy();
  return useSecond(session) && <button type="button" className="button swap" disabled={running || waiting} onClick={compare.swap}>{t('Swap A and B')}</button>;
}
