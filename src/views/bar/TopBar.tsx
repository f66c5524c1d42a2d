import { BackendMenu } from './BackendMenu.tsx';
import { DisplayMenu } from './DisplayMenu.tsx';
import { HistoryButton } from './HistoryButton.tsx';
import { PackMenu } from './PackMenu.tsx';
import { PrintHead } from './PrintHead.tsx';
import { ShareButton } from './ShareButton.tsx';
import { ViewNav } from './ViewNav.tsx';

export function TopBar() {
  return (
    <>
      <PrintHead />
      <header className="bar">
        <span className="brand"><img src="./favicon.svg" alt="" />DPAR Studio</span>
        <ViewNav />
        <PackMenu />
        <BackendMenu />
        <HistoryButton />
        <ShareButton />
        <DisplayMenu />
      </header>
    </>
  );
}
