import { problem, type Problem } from '../state/problem.ts';
import { say } from '../../engine/phrase.ts';

export interface Machine {
  userAgent: string;
  maxTouchPoints: number;
}

/**
 * The notice where the GPU is used only when it is chosen, else null. On iPhones and iPads every browser is WebKit, whatever
 * its name. It has WebGPU from iOS 26 on and closes the page after about 500 runs of a session on it (onnxruntime issue
 * 27584). A picture takes about 900 with one token a pass, about 310 with a window of 16. An iPad that asks for the pages of
 * a desktop calls itself a Macintosh, but no Macintosh has a touch screen.
 */
export function spareGpu({ userAgent, maxTouchPoints }: Machine): Problem | null {
  const touched = maxTouchPoints > 1;
  if (!touched || !/\b(iPhone|iPad|iPod|Macintosh)\b/.test(userAgent)) return null;
  return problem(
    'gpu-spared', say`The model runs on the processor (WASM) here.`,
    say`Browsers on iPhones and iPads close a page after some hundred steps on the GPU; one or two pictures take more. It can still be chosen under "Runs on".`,
  );
}
