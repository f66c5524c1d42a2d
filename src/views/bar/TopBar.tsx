import { BackendMenu } from './BackendMenu.tsx';
import { DisplayMenu } from './DisplayMenu.tsx';
import { HistoryButton } from './HistoryButton.tsx';
import { PackMenu } from './PackMenu.tsx';
import { ShareButton } from './ShareButton.tsx';
import { ViewNav } from './ViewNav.tsx';

export function TopBar() {
  return (
    <header className="bar">
      <span className="brand"><img src="./favicon.svg" alt="" />DPAR Studio</span>
      <ViewNav />
      <PackMenu />
      <BackendMenu />
      <HistoryButton />
      <ShareButton />
      <DisplayMenu />
    </header>
  );
}
