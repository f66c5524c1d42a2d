import { useStore } from 'zustand';
import { Icon } from '../../ui/Icon.tsx';
import { useWorkbench } from '../context.ts';
import { BackendMenu } from './BackendMenu.tsx';
import { PackMenu } from './PackMenu.tsx';
import { ShareButton } from './ShareButton.tsx';

export function TopBar() {
  return (
    <header className="bar">
      <span className="brand"><img src="./favicon.svg" alt="" />DPAR Studio</span>
      <PackMenu />
      <BackendMenu />
      <ShareButton />
      <ThemeButton />
    </header>
  );
}

function ThemeButton() {
  const { theme } = useWorkbench();
  const now = useStore(theme, (state) => state.theme);
  const other = now === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" className="button icon" aria-label={`Use the ${other} theme`} title={`Use the ${other} theme`} onClick={() => theme.toggle()}>
      <Icon name={other} />
    </button>
  );
}
