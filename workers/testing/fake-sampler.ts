/** What the sampling shader does (workers/sample-shader.ts), by the code of the processor: it reads and writes the same buffers. */
import { choose, nullEntropyOf, type Choice, type Groups } from '../../engine/sampling.ts';
import { draftTokens } from '../../engine/window.ts';
import { ALTERNATIVES, NULL_ENTROPY, RESULT } from '../sample-shader.ts';
import type { Kernel } from './fake-gpu.ts';

export const sampleOnHost: Kernel = ([params, logits, , tokens, result], workgroups) => {
  const { buffer } = params!.bytes;
  const [vocab, groups, topK, stride, seed, t, , , , nullEntropy, positions, drafts] = new Uint32Array(buffer) as unknown as number[];
  const [guidance, temperature, topP] = new Float32Array(buffer, 24) as unknown as number[];
  const known = new Int32Array(buffer, 48);
  if (workgroups !== positions) throw new Error(`${workgroups} workgroups for ${positions} positions`);
  const answers = Array.from({ length: positions }, (_, i) => {
    const row = (n: number) => logits!.floats.subarray((i * stride! + n) * vocab!, (i * stride! + n + 1) * vocab!);
    const rows = { classLogits: row(0), nullLogits: (groups as Groups) === 2 ? row(1) : null };
    const out = result!.floats.subarray(i * RESULT, (i + 1) * RESULT);
    let choice: Choice;
    try {
      choice = choose(rows, { guidance: guidance!, temperature: temperature!, topK: topK!, topP: topP! }, { seed: seed!, t: t! + i }, known[i]! < 0 ? undefined : known[i]);
    } catch {
      out[3] = 1; // logits that are not finite
      return 0;
    }
    out.fill(-1).set([choice.token, Math.exp(choice.logprob ?? -Infinity), choice.classLogprob ?? -Infinity, 0]);
    for (const [a, [id, share]] of choice.alternatives.entries()) [out[4 + a], out[4 + ALTERNATIVES + a]] = [id, share];
    if (nullEntropy) out[NULL_ENTROPY] = nullEntropyOf(rows);
    return choice.token;
  });
  new Int32Array(tokens!.bytes.buffer).set([...answers, ...draftTokens([...known.subarray(positions, positions! + drafts!)], answers)]);
};
