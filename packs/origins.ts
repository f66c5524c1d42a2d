/** Origins other than the page's own that the builder of this site allowed (VITE_STUDIO_ORIGINS, separated by spaces). */
const allowedOrigins: readonly string[] = (import.meta.env?.VITE_STUDIO_ORIGINS ?? '').split(/\s+/).filter(Boolean);

/** The mirrors of a manifest that this site may ask, as folder addresses. */
export function usableMirrors(mirrors: readonly string[] = [], own: string, allowed: readonly string[] = allowedOrigins): string[] {
  const folders = mirrors.map((address) => (address.endsWith('/') ? address : `${address}/`));
  return folders.filter((address) => {
    if (!URL.canParse(address)) return false;
    const { origin } = new URL(address);
    return origin === own || allowed.includes(origin);
  });
}
