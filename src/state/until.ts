interface Watched {
  subscribe: (listener: () => void) => () => void;
}

/** Resolves once `holds` does; it is asked now and whenever one of the stores changes. */
export function until(holds: () => boolean, ...stores: readonly Watched[]): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      ends.forEach((end) => end());
      resolve();
    };
    const ends = stores.map((store) => store.subscribe(look));
  });
}
