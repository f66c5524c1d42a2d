/**
 * Sampling of one position in one workgroup, as engine/sampling.ts does it, in float32: guidance, temperature, top-k, top-p, the largest
 * logit with Gumbel noise, the likeliest alternatives; and, where it is asked for, the entropy of the last row. Drafts behind the
 * last position are copied from the answers (engine/window.ts). Every thread owns a run of neighbouring tokens. Top-k and top-p cut
 * the order (logit falling, then id rising) at one place: `cut` is the key of the last logit that stays, `ties` how many of
 * the tokens with that very logit do. The key is found bit by bit, so nothing is sorted.
 */
import { GUMBEL_SHADER } from './gumbel-shader.ts';

export const ALTERNATIVES = 5;
const THREADS = 256;
/** Where in the result the entropy is. */
export const NULL_ENTROPY = 4 + 2 * ALTERNATIVES;
/** Tokens that are known ahead, of positions and drafts. */
export const KNOWN = 128;
/** Floats of a position's result: token, its probability, log-probability in the class row, count of bad logits, ids, probabilities, entropy. */
export const RESULT = 16;

export const SAMPLE_SHADER = /* wgsl */ `
${GUMBEL_SHADER}
struct Params {
  vocab: u32, rows: u32, topK: u32, stride: u32, seed: u32, t: u32, guidance: f32, temperature: f32, topP: f32, nullEntropy: u32, positions: u32, drafts: u32,
  known: array<vec4<i32>, ${KNOWN / 4}>,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> guided: array<f32>;
@group(0) @binding(3) var<storage, read_write> token: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

const N = ${THREADS}u;
var<workgroup> floats: array<f32, N>;
var<workgroup> ints: array<u32, N>;
var<workgroup> answer: vec2<f32>;

fn sum(value: f32, me: u32) -> f32 {
  floats[me] = value;
  workgroupBarrier();
  for (var step = N / 2u; step > 0u; step >>= 1u) {
    if (me < step) { floats[me] += floats[me + step]; }
    workgroupBarrier();
  }
  let all = floats[0];
  workgroupBarrier();
  return all;
}

fn count(value: u32, me: u32) -> u32 {
  ints[me] = value;
  workgroupBarrier();
  for (var step = N / 2u; step > 0u; step >>= 1u) {
    if (me < step) { ints[me] += ints[me + step]; }
    workgroupBarrier();
  }
  let all = ints[0];
  workgroupBarrier();
  return all;
}

fn largest(value: f32, me: u32) -> f32 {
  floats[me] = value;
  workgroupBarrier();
  for (var step = N / 2u; step > 0u; step >>= 1u) {
    if (me < step) { floats[me] = max(floats[me], floats[me + step]); }
    workgroupBarrier();
  }
  let all = floats[0];
  workgroupBarrier();
  return all;
}

/** Tokens before those of this thread that have the logit of the cut. */
fn tiesBefore(value: u32, me: u32) -> u32 {
  ints[me] = value;
  workgroupBarrier();
  var all = 0u;
  for (var i = 0u; i < me; i++) { all += ints[i]; }
  workgroupBarrier();
  return all;
}

/** Unsigned integers in the order of the floats. */
fn keyOf(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, bits >> 31u == 1u);
}

fn valueOf(key: u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, key >> 31u == 1u));
}

/** A position's forced token or -1; a draft's token, or ~k for the answer to position k. */
fn knownAt(i: u32) -> i32 { return params.known[i >> 2u][i & 3u]; }

fn isBad(value: f32) -> bool { return (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u; }

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) me: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
  let vocab = params.vocab;
  let position = workgroup.x;
  /** Where its logits, its guided logits and its result begin. */
  let row0 = position * params.stride * vocab;
  let guided0 = position * vocab;
  let result0 = position * ${RESULT}u;
  let forced = knownAt(position);
  let share = (vocab + N - 1u) / N;
  let first = min(me * share, vocab);
  let past = min(first + share, vocab);

  var bad = 0u;
  var top = -3.4e38;
  var topClass = -3.4e38;
  for (var i = first; i < past; i++) {
    let own = logits[row0 + i];
    var value = own;
    if (params.rows == 2u) {
      let empty = logits[row0 + vocab + i];
      value = empty + params.guidance * (own - empty);
      bad += u32(isBad(empty));
    }
    bad += u32(isBad(own));
    guided[guided0 + i] = value;
    top = max(top, value);
    topClass = max(topClass, own);
  }
  storageBarrier();
  top = largest(top, me);
  topClass = largest(topClass, me);
  bad = count(bad, me);
  var ofClass = 0.0;
  for (var i = first; i < past; i++) { ofClass += exp(logits[row0 + i] - topClass); }
  ofClass = sum(ofClass, me);
  if (params.nullEntropy == 1u) {
    let row = row0 + (params.rows - 1u) * vocab;
    var topNull = -3.4e38;
    for (var i = first; i < past; i++) { topNull = max(topNull, logits[row + i]); }
    topNull = largest(topNull, me);
    var all = 0.0;
    var weighted = 0.0;
    for (var i = first; i < past; i++) {
      let below = logits[row + i] - topNull;
      all += exp(below);
      weighted += exp(below) * below;
    }
    all = sum(all, me);
    weighted = sum(weighted, me);
    if (me == 0u) { result[result0 + ${NULL_ENTROPY}u] = log(all) - weighted / all; }
  }

  var cut = 0u;
  var ties = vocab;
  if (params.topK > 0u && params.topK < vocab) {
    for (var bit = 0u; bit < 32u; bit++) {
      let candidate = cut | (0x80000000u >> bit);
      var n = 0u;
      for (var i = first; i < past; i++) { n += u32(keyOf(guided[guided0 + i]) >= candidate); }
      cut = select(cut, candidate, count(n, me) >= params.topK);
    }
    var above = 0u;
    for (var i = first; i < past; i++) { above += u32(keyOf(guided[guided0 + i]) > cut); }
    ties = params.topK - count(above, me);
  }

  if (params.topP < 1.0) {
    var tied = 0u;
    for (var i = first; i < past; i++) { tied += u32(keyOf(guided[guided0 + i]) == cut); }
    var rank = tiesBefore(tied, me);
    var all = 0.0;
    for (var i = first; i < past; i++) {
      let key = keyOf(guided[guided0 + i]);
      if (key > cut || (key == cut && rank < ties)) { all += exp((guided[guided0 + i] - top) / params.temperature); }
      if (key == cut) { rank++; }
    }
    let wanted = params.topP * sum(all, me);
    var nucleus = 0u;
    for (var bit = 0u; bit < 32u; bit++) {
      let candidate = nucleus | (0x80000000u >> bit);
      var mass = 0.0;
      for (var i = first; i < past; i++) {
        let key = keyOf(guided[guided0 + i]);
        if (key > cut && key >= candidate) { mass += exp((guided[guided0 + i] - top) / params.temperature); }
      }
      mass = sum(mass, me);
      nucleus = select(nucleus, candidate, candidate <= cut || mass >= wanted);
    }
    var above = 0.0;
    for (var i = first; i < past; i++) {
      if (keyOf(guided[guided0 + i]) > nucleus) { above += exp((guided[guided0 + i] - top) / params.temperature); }
    }
    let each = max(exp((valueOf(nucleus) - top) / params.temperature), 1e-37);
    let needed = u32(clamp(ceil((wanted - sum(above, me)) / each), 1.0, f32(vocab)));
    ties = select(needed, min(needed, ties), nucleus == cut);
    cut = nucleus;
  }

  var tied = 0u;
  for (var i = first; i < past; i++) { tied += u32(keyOf(guided[guided0 + i]) == cut); }
  let firstRank = tiesBefore(tied, me);
  var rank = firstRank;
  var mass = 0.0;
  var most = -3.4e38;
  var mostId = vocab;
  var noise = vec4<f32>();
  for (var i = first; i < past; i++) {
    let key = keyOf(guided[guided0 + i]);
    if (i == first || (i & 3u) == 0u) { noise = gumbel(params.seed, params.t + position, i >> 2u); }
    if (key > cut || (key == cut && rank < ties)) {
      let scaled = (guided[guided0 + i] - top) / params.temperature;
      mass += exp(scaled);
      if (mostId == vocab || scaled + noise[i & 3u] > most) {
        most = scaled + noise[i & 3u];
        mostId = i;
      }
    }
    if (key == cut) { rank++; }
  }
  let total = sum(mass, me);
  floats[me] = most;
  ints[me] = mostId;
  workgroupBarrier();
  for (var step = N / 2u; step > 0u; step >>= 1u) {
    // Ids rise with the threads, so of equal values the first stays.
    if (me < step && ints[me + step] < vocab && (ints[me] == vocab || floats[me + step] > floats[me] || (floats[me + step] == floats[me] && ints[me + step] < ints[me]))) {
      floats[me] = floats[me + step];
      ints[me] = ints[me + step];
    }
    workgroupBarrier();
  }
  let chosen = min(ints[0], vocab - 1u);
  if (me == 0u) { answer = vec2<f32>(0.0, 0.0); }
  workgroupBarrier();
  let id = select(chosen, u32(max(forced, 0)), forced >= 0);
  if (id >= first && id < past) {
    rank = firstRank;
    for (var i = first; i < id; i++) { rank += u32(keyOf(guided[guided0 + i]) == cut); }
    let key = keyOf(guided[guided0 + id]);
    let stays = key > cut || (key == cut && rank < ties);
    answer = vec2<f32>(select(0.0, exp((guided[guided0 + id] - top) / params.temperature) / total, stays), logits[row0 + id] - topClass - log(ofClass));
  }
  workgroupBarrier();
  if (me == 0u) {
    token[position] = i32(id);
    for (var d = params.positions; d < params.positions + params.drafts; d++) {
      let known = knownAt(d);
      if (known == ~i32(position)) { token[d] = i32(id); }
      if (known >= 0 && position == 0u) { token[d] = known; }
    }
    result[result0 + 0u] = f32(id);
    result[result0 + 1u] = answer.x;
    result[result0 + 2u] = answer.y;
    result[result0 + 3u] = f32(bad);
  }

  // The likeliest of those that stay, one after the other: each is the largest that comes after the one before it.
  var above = 0xffffffffu;
  var aboveId = 0u;
  for (var n = 0u; n < ${ALTERNATIVES}u; n++) {
    var best = 0u;
    var bestId = vocab;
    rank = firstRank;
    for (var i = first; i < past; i++) {
      let key = keyOf(guided[guided0 + i]);
      let stays = key > cut || (key == cut && rank < ties);
      let after = key < above || (key == above && i > aboveId);
      if (stays && after && (key > best || bestId == vocab)) {
        best = key;
        bestId = i;
      }
      if (key == cut) { rank++; }
    }
    ints[me] = bestId;
    workgroupBarrier();
    for (var step = N / 2u; step > 0u; step >>= 1u) {
      if (me < step) {
        let mine = ints[me];
        let other = ints[me + step];
        // Ids rise with the threads, so of equal logits the first stays.
        if (other < vocab && (mine == vocab || keyOf(guided[guided0 + other]) > keyOf(guided[guided0 + mine]) || (keyOf(guided[guided0 + other]) == keyOf(guided[guided0 + mine]) && other < mine))) { ints[me] = other; }
      }
      workgroupBarrier();
    }
    let winner = ints[0];
    workgroupBarrier();
    let there = winner < vocab;
    let value = guided[guided0 + min(winner, vocab - 1u)];
    if (me == 0u) {
      result[result0 + 4u + n] = select(-1.0, f32(winner), there);
      result[result0 + ${4 + ALTERNATIVES}u + n] = select(0.0, exp((value - top) / params.temperature) / total, there);
    }
    above = select(0u, keyOf(value), there);
    aboveId = select(vocab, winner, there);
  }
}
`;
