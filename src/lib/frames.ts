/** Runs `work` once in the next animation frame however often it is asked; nothing runs when nobody asks. */
export function oncePerFrame(work: () => void) {
  let handle = 0;
  return {
    request(): void {
      if (handle !== 0) return;
      handle = requestAnimationFrame(() => {
        handle = 0;
        work();
      });
    },
    cancel(): void {
      if (handle !== 0) cancelAnimationFrame(handle);
      handle = 0;
    },
  };
}

/** Calls `work` at most every `ms`, the last call never lost. */
export function atMostEvery(ms: number, work: () => void) {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = -Infinity;
  const fire = () => {
    timer = null;
    last = performance.now();
    work();
  };
  return {
    request(): void {
      if (timer !== null) return;
      const wait = last + ms - performance.now();
      if (wait <= 0) fire();
      else timer = setTimeout(fire, wait);
    },
    cancel(): void {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
