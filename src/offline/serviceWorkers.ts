/** The browser's service workers; null where it has none (http, some private windows) or refuses them (a sandboxed frame throws at the mere question). */
export function serviceWorkers(): ServiceWorkerContainer | null {
  try {
    return (navigator.serviceWorker as ServiceWorkerContainer | undefined) ?? null;
  } catch {
    return null;
  }
}
