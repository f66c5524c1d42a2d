/** Renders the classes it is sent, in a process of its own; what is there already is left alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { classes } from './classes.ts';
import { pictureName, writeWhole, type Recipe } from './dataset.ts';
import { dicebearSource } from './dicebear.ts';
import { render } from './picture.ts';
import { robohashSource } from './robohash.ts';

export interface Job extends Recipe {
  out: string;
  robohash: string;
  /** This worker renders every `workers`-th picture from `worker` on. */
  worker: number;
  workers: number;
}

export type Message = { done: number } | { failed: string };

function work({ out, robohash, worker, workers, seed, count, size }: Job, send: (message: Message) => void): void {
  for (const [classIndex, character] of classes.entries()) {
    const { parts } = character;
    const source = parts.package === 'robohash' ? robohashSource(robohash, parts.set) : dicebearSource(parts.style);
    for (let index = worker; index < count; index += workers) {
      const path = join(out, character.id, pictureName(index, count));
      if (!existsSync(path)) writeWhole(path, render(source, character, { seed, classIndex, index, count, size }).png);
      send({ done: 1 });
    }
  }
}

process.on('message', (job: Job) => {
  const send = (message: Message) => process.send!(message);
  try {
    work(job, send);
    process.send!({ done: 0 } satisfies Message, () => process.exit(0));
  } catch (error) {
    process.send!({ failed: (error as Error).message } satisfies Message, () => process.exit(1));
  }
});
