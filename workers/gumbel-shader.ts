/**
 * Gumbel noise of engine/gumbel.ts in float32: `gumbel(seed, t, code div 4)`, within 2e-5 of it. WGSL's logarithm is
 * good to 2^-21 absolute around 1 only, so numbers near 1 go by their distance from it.
 */
export const GUMBEL_SHADER = /* wgsl */ `
/** High word of the product of two words. */
fn high(a: u32, b: u32) -> u32 {
  let low = a & 0xffffu;
  let top = a >> 16u;
  let other = b & 0xffffu;
  let otherTop = b >> 16u;
  let middle = top * other + ((low * other) >> 16u);
  return top * otherTop + (middle >> 16u) + ((low * otherTop + (middle & 0xffffu)) >> 16u);
}

/** Philox 4x32-10. */
fn philox(counter: vec4<u32>, seed: u32) -> vec4<u32> {
  var c = counter;
  var k = vec2<u32>(seed, 0u);
  for (var round = 0; round < 10; round++) {
    c = vec4<u32>(high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/** -ln u for u = (word + 0.5) / 2^32; above 1/2 by e = 1 - u: -ln (1 - e) = 2 atanh(e / (2 - e)). */
fn minusLog(word: u32) -> f32 {
  if (word < 0x80000000u) { return -log((f32(word) + 0.5) * 2.3283064365386963e-10); }
  let e = (f32(~word) + 0.5) * 2.3283064365386963e-10;
  let s = e / (2.0 - e);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)))))));
}

/** Noise of the four codes 4 * four .. 4 * four + 3. */
fn gumbel(seed: u32, t: u32, four: u32) -> vec4<f32> {
  let words = philox(vec4<u32>(t, four, 1u, 0u), seed);
  return -log(vec4<f32>(minusLog(words.x), minusLog(words.y), minusLog(words.z), minusLog(words.w)));
}
`;
