import type { Batch } from './batch.ts';
import { FeedSets, intFeed, type Feed } from './feed.ts';
import { takeFloats } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { TokenStep } from './graphs.ts';
import type { KvCache } from './kv-cache.ts';
import type { DparManifest } from './manifest.ts';
import type { GraphTensor } from './tensors.ts';

/** The entropy model of a pack, step by step, over a batch of images. */
export class EntropySteps {
  readonly #cache: KvCache;
  readonly #feeds: FeedSets<{ token: Feed<Int32Array> }>;

  constructor({ runner, classes, device, cache }: Batch, { entropyModel: { heads, dim, blocks }, grid }: Pick<DparManifest, 'entropyModel' | 'grid'>) {
    this.#cache = cache('entropy', blocks, ['entropy']);
    this.#cache.begin({ images: classes.length, groups: 1, heads, capacity: grid.tokens + 1, headDim: dim / heads }, device ? ['entropy'] : []);
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [n, 1]) }));
  }

  /** Feeds x_t of every step: e_{t+1} in nats, in their order. */
  async step(steps: readonly TokenStep[]): Promise<ArrayLike<number>> {
    const places = this.#cache.places(steps.map(({ image, t }) => ({ image, slot: t })));
    const { token } = this.#feeds.of(places.length);
    for (const [i, { step }] of places.entries()) if (step !== null) token.values[i] = steps[step]!.token;
    const { entropy } = await this.#cache.run(places, { token: token.tensor });
    const values = await takeFloats(entropy!, places.length, say`The entropies`);
    return places.length === steps.length ? values : values.filter((_, i) => places[i]!.step !== null);
  }

  /** x_t of a batch of one from the device: e_{t+1} there. */
  async onDevice(t: number, token: GraphTensor): Promise<GraphTensor> {
    return (await this.#cache.run(this.#cache.places([{ image: 0, slot: t }]), { token })).entropy!;
  }

  dispose(): void {
    this.#cache.dispose();
    this.#feeds.dispose();
  }
}
