import type { Page } from '@playwright/test';

/** Run in a worker: every token takes it that many milliseconds longer. The loop breathes by posting null to itself between tokens. */
export const slower = (wait = 300) => {
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    if (message[0] === null) setTimeout(() => post.apply(this, message), wait);
    else post.apply(this, message);
  };
};

/** From now on the worker there is is slower. Those to come: beforeWorker(page, slower). */
export const slowDown = (page: Page, ms = 50, which = 0) => page.workers()[which]!.evaluate(slower, ms);
