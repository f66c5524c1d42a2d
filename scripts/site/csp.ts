import type { Plugin } from 'vite';

/**
 * What the page may do, and nothing else: code, data and workers from its own origin. WebAssembly needs
 * 'wasm-unsafe-eval'; pictures made here are blobs. Other origins only where the builder names them.
 */
export function contentSecurityPolicy(origins: readonly string[] = []): string {
  const others = origins.map((origin) => ` ${origin}`).join('');
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src 'self' blob:${others}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "style-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Origins named by VITE_STUDIO_ORIGINS; throws for anything that is not an https origin. */
function namedOrigins(text = process.env.VITE_STUDIO_ORIGINS ?? ''): string[] {
  return text.split(/\s+/).filter(Boolean).map((origin) => {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !origin.startsWith('https://')) {
      throw new Error(`VITE_STUDIO_ORIGINS names "${origin}", which is not an origin such as https://example.org.`);
    }
    return origin;
  });
}

/** Puts the policy into the built pages. The dev server injects scripts of its own, so it goes without. */
export const csp = (): Plugin => ({
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: () => [{
      tag: 'meta', injectTo: 'head-prepend', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy(namedOrigins()) },
    }],
  },
});
