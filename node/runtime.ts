/** The engine's GraphRunner on onnxruntime-node (CPU). */
import * as ort from 'onnxruntime-node';
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import { sessionArguments, type CacheForm, type GraphCall, type GraphRunner } from '../engine/graph-runner.ts';
import { graphFiles, variantOf, type GraphName } from '../engine/manifest.ts';
import { sizeOf, type GraphTensor, type Tensors } from '../engine/tensors.ts';
import { checkGraph } from '../packs/graph-check.ts';
import { SESSION_SETTINGS } from '../packs/session-settings.ts';
import { readPackFile, type Pack } from './pack.ts';

export interface RuntimeOptions {
  /** Name of the variant; default: the one for WASM, which runs on CPUs. */
  variant?: string;
  /** Threads of one operator; default 1: a step multiplies a row or two by small matrices, where waking threads costs more than it saves. */
  threads?: number;
  /** New-slot graphs where the pack has them; default true. Else presents are written over their pasts. */
  newSlots?: boolean;
}

export class NodeRunner implements GraphRunner {
  readonly variant: string;
  readonly #pack: Pack;
  readonly #threads: number;
  readonly #newSlots: boolean;
  readonly #sessions = new Map<GraphName, Promise<ort.InferenceSession>>();
  readonly #forms = new Map<GraphName, CacheForm>();
  /** Weights files shared by several graphs are read once. */
  readonly #weights = new Map<string, Uint8Array>();

  constructor(pack: Pack, { variant = pack.manifest.defaultVariant.wasm, threads = 1, newSlots = true }: RuntimeOptions = {}) {
    variantOf(pack.manifest, variant); // throws where there is none
    this.#pack = pack;
    this.#threads = threads;
    this.#newSlots = newSlots;
    this.variant = variant;
  }

  async #create(graph: GraphName): Promise<ort.InferenceSession> {
    const files = graphFiles(this.#pack.manifest, this.variant, graph);
    const { model: whole, byRow, weights } = files;
    const model = this.#newSlots && byRow ? byRow : whole;
    const bytes = readPackFile(this.#pack, model);
    checkGraph(this.#pack.manifest, graph, files, model, bytes);
    const externalData = [];
    if (weights) {
      let data = this.#weights.get(weights.name);
      if (!data) this.#weights.set(weights.name, (data = Buffer.concat(weights.shards.map((shard) => readPackFile(this.#pack, shard)))));
      externalData.push({ path: weights.location, data });
    }
    try {
      return await ort.InferenceSession.create(bytes, {
        executionProviders: ['cpu'], externalData, intraOpNumThreads: this.#threads, logSeverityLevel: 3, extra: SESSION_SETTINGS,
      });
    } catch (error) {
      throw new StudioError('graph-failed', say`The graph ${graph} could not be loaded (${model.path}). Export the pack again, or update onnxruntime.`, quote(error));
    }
  }

  cacheForm(graph: GraphName): CacheForm {
    let form = this.#forms.get(graph);
    if (!form) this.#forms.set(graph, (form = this.#newSlots && graphFiles(this.#pack.manifest, this.variant, graph).byRow ? 'new slots' : 'in place'));
    return form;
  }

  has(graph: GraphName): boolean {
    return this.#pack.manifest.variants[this.variant]!.graphs[graph] !== undefined;
  }

  session(graph: GraphName): Promise<ort.InferenceSession> {
    let session = this.#sessions.get(graph);
    if (!session) this.#sessions.set(graph, (session = this.#create(graph)));
    return session;
  }

  tensor(type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    return new ort.Tensor(type, data, dims) as unknown as GraphTensor;
  }

  cache(dims: readonly number[]): GraphTensor {
    return this.tensor('float32', new Float32Array(sizeOf(dims)), dims);
  }

  run(call: GraphCall): Promise<Tensors> {
    return this.runAs(this.cacheForm(call.graph), call);
  }

  async runAs(form: CacheForm, call: GraphCall): Promise<Tensors> {
    const session = await this.session(call.graph);
    const { inputs, wanted } = sessionArguments(call, form);
    return (await session.run(inputs as never, wanted as never)) as unknown as Tensors;
  }

  async release(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    this.#sessions.clear();
    for (const session of sessions) if (session.status === 'fulfilled') await session.value.release();
  }
}
