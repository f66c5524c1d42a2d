/** 128 bits of chance in hex. `crypto.randomUUID` is missing on pages that came by plain http; this is there too. */
export const randomId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
