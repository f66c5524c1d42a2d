import { createNotices } from './notices.ts';
import { createPackSession, type PackSession } from './session.ts';
import type { Studio, StudioDeps } from './studio.ts';

/** A second pack beside the page's, with a model of its own; what it reports is shown on the page. */
export function createGuest({ client, now }: Pick<StudioDeps, 'client' | 'now'>, page: Studio): PackSession {
  const notices = createNotices();
  notices.subscribe(({ list }) => page.notices.replace('guest', list));
  const guest = createPackSession({ connect: client, notices, now });
  guest.pack.setState({ choice: page.session.pack.getState().choice });
  return guest;
}
