import { createNotices } from './notices.ts';
import { createPackSession, type PackSession } from './session.ts';
import type { Studio, StudioDeps } from './studio.ts';

/** A second pack beside the page's, with a model of its own; what it reports is shown on the page, but for what the page has reported of itself. */
export function createGuest({ client, spareGpu, now }: Pick<StudioDeps, 'client' | 'spareGpu' | 'now'>, page: Studio): PackSession {
  const notices = createNotices();
  notices.subscribe(({ list }) => page.notices.replace('guest', list.filter(({ code }) => code !== 'gpu-spared')));
  const guest = createPackSession({ connect: client, spareGpu, notices, now });
  guest.jobs.subscribe(({ running }) => page.session.beside.setState({ running }));
  guest.pack.setState({ choice: page.session.pack.getState().choice });
  return guest;
}
