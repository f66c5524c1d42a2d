import type { Page } from '@playwright/test';

/** From now on every token takes the worker that much longer: the loop breathes by posting null to itself between tokens. */
export const slowDown = (page: Page, ms = 50) => page.workers()[0]!.evaluate((wait) => {
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    if (message[0] === null) setTimeout(() => post.apply(this, message), wait);
    else post.apply(this, message);
  };
}, ms);
