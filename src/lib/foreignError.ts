const EXTENSION = /(?:chrome|moz|safari|safari-web|ms-browser)-extension:|webkit-masked-url:/;

/**
 * Thrown by something else that runs in this page, such as a browser extension: its script or stack is elsewhere, or it is no
 * error at all, which the studio never throws. `page`: the address of the page.
 */
export function isForeign(error: unknown, file: string | undefined, page: string): boolean {
  if (!(error instanceof Error)) return true;
  if (file && (!URL.canParse(file) || new URL(file).origin !== new URL(page).origin)) return true;
  return EXTENSION.test(error.stack ?? '');
}
