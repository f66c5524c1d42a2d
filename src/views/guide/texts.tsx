import type { ReactNode } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import { fixed, integer, percent } from '../../lib/format.ts';
import type { MapName } from '../../lib/colourMap.ts';
import type { StepId } from '../../state/guide/steps.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { measuredPatches } from '../../state/measuredPatches.ts';
import { Eth, Formula, Pmax, Sub, Term } from './Formula.tsx';
import type { Plain } from './usePlainPack.ts';

export interface StepText {
  title: string;
  text: ReactNode;
  /** A second paragraph. */
  more?: ReactNode;
  /** What to do with the views beside it; null where they have nothing to do it with. */
  tryIt: ReactNode;
  formula: ReactNode;
}

/** What the page has for the exercises. */
export interface AtHand {
  /** A plain transformer beside the pack; undefined while it is looked for. */
  plain: Plain;
  /** Passes of the run in view settled several tokens. */
  passes: boolean;
}

const x = (index: ReactNode) => <><var>x</var><Sub>{index}</Sub></>;
const e = (index: ReactNode) => <><var>e</var><Sub>{index}</Sub></>;

/** The large model's own uncertainty. `codes`: the exponential of its held-out nats a token. */
function ownUncertainty(codes: number): string {
  const n = integer(codes);
  return codes < 20
    ? t('The large model is as unsure on pictures it has not seen, on average, as if it chose among {n} equally likely codes. On plain areas it is nearly certain of the next one; where much is drawn it is not.', { n })
    : t('The large model, too, is rarely sure: on pictures it has not seen it is as unsure as if it chose among {n} equally likely codes. Many codes paint nearly the same texture, so even the most likely code may have only {share}, and that is normal.', { n, share: percent(0.03) });
}

/** What a step says; figures are the pack's. `map`: the colours of the entropy map. */
export function stepText(id: StepId, manifest: Manifest, map: MapName, { plain, passes }: AtHand): StepText {
  const { grid, vocab, image, tokenizer, model, defaults, evaluation } = manifest;
  const measured = measuredPatches(manifest) !== null;
  const { token_nats: tokenNats, n: samples } = evaluation;
  const rows = grid.tokens / grid.width;
  const or = <>&ensp;{t('or')}&ensp;</>;
  return {
    tokens: {
      title: t('An image is a grid of tokens'),
      text: t('A tokenizer turns {size} × {size} pixels into {rows} × {width} tokens, one for each {factor} × {factor} pixels. A token is one of {vocab} codes, each for a kind of small piece of picture. The model writes tokens in reading order. It predicts each from the class, which is the kind of picture asked for, and from the tokens before it.', { size: image.size, rows, width: grid.width, factor: tokenizer.factor, vocab: integer(vocab) }),
      tryIt: t('Play, or drag along the strip: the picture appears token by token.'),
      formula: (
        <Formula where={t('Paper, section 3.1, eq. 1')} terms={rich('{image}: all *T* tokens of the image; *C*: its class; {model}: the probability that the model gives; {before}: the tokens before {token}', { image: <><var>I</var><Sub>tok</Sub></>, model: <><var>P</var><Sub>θ</Sub></>, before: x('<t'), token: x('t') })} spoken={t('P of the image given C is the product over t from 0 to T minus 1 of P of x t given C and all x before t')}>
          <var>P</var>(<var>I</var><Sub>tok</Sub> | <var>C</var>) = ∏<Sub>t</Sub> <var>P</var><Sub>θ</Sub>({x('t')} | <var>C</var>, {x('<t')}),&ensp;<var>t</var> = 0 … <var>T</var> − 1
        </Formula>
      ),
    },
    surprise: {
      title: t('How uncertain is the next token?'),
      text: t('A second, small model that does not know the class predicts each token from those before it, so its prediction is ready before the token is chosen. The entropy of the prediction, in nats, says how uncertain the next token is: 0 where it is certain, ln({vocab}) = {top} where every code is equally likely.', { vocab: integer(vocab), top: fixed(Math.log(vocab), 2) }),
      more: typeof tokenNats === 'number' && ownUncertainty(Math.exp(tokenNats)),
      tryIt: map === 'threshold'
        ? t('Point at cells of the map. Orange ones are above the threshold of the next step, blue ones are not; within each colour, lighter means more uncertain. The most uncertain cell is outlined.')
        : t('Point at cells of the map: lighter means more uncertain. The most uncertain cell is outlined.'),
      formula: (
        <Formula where={t('Paper, section 3.2.1, eq. 3')} terms={rich('{entropy}: the entropy of token {token}; *c*: each code in turn; {model}: the probability that the small model gives', { entropy: e('i'), token: x('i'), model: <>ℰ<Sub>φ</Sub></> })} spoken={t('e i is minus the sum over all codes c of the entropy model\'s probability of c at i times its logarithm')}>
          {e('i')} = −∑<Sub>c</Sub> ℰ<Sub>φ</Sub>({x('i')} = <var>c</var> | {x('<i')}) log ℰ<Sub>φ</Sub>({x('i')} = <var>c</var> | {x('<i')})
        </Formula>
      ),
    },
    gate: {
      title: t('The gate: uncertainty opens a patch'),
      text: rich('A token whose entropy is above the threshold E_th opens a new patch. The tokens after it join, as long as they stay at or below it. Calm areas end up in long patches, busy ones in short ones. Even the calmest patch ends after {length} tokens and where its row ends: those rules are the next step.', { length: defaults.maxPatchLength }),
      tryIt: rich('Drag the E_th line of the strip up and down. The boundaries follow. The tokens stay as they are, so this is a what-if.'),
      formula: (
        <Formula where={t('Paper, section 3.2.1')} terms={rich('{entropy}: the entropy of token {token}', { entropy: e('i'), token: x('i') })} spoken={t('token i opens a patch if e i is above E th, else it joins')}>
          {rich('{token} opens a patch if {entropy} > E_th, else it joins', { token: x('i'), entropy: e('i') })}
        </Formula>
      ),
    },
    forced: {
      title: t('Four rules that ignore uncertainty'),
      text: rich('Four more rules open patches. The first token has no entropy, so it opens one; so does the second. A patch of P_max tokens (here {length}) is full, so the next token opens a new one. And each row starts a new patch: the last cell of a row and the first of the next are not neighbours.', { length: defaults.maxPatchLength }),
      tryIt: t('Bars with a dotted top opened a patch by one of these rules. Point at cells to read the reason.'),
      formula: (
        <Formula where={t('Paper, section 6.1, Alg. 3')} terms={rich('*i*: the number of the token, from 0; {length}: the tokens in the open patch; *W*: the cells of a row; {start}: a row begins', { length: <>|<var>P</var>|</>, start: <Term><var>i</var> mod <var>W</var> = 0</Term> })} spoken={t('i is 0, or i is 1, or e i is above E th, or the open patch has P max tokens, or i starts a row')}>
          <Term><var>i</var> ∈ {'{0, 1}'}</Term>{or}<Term>{e('i')} &gt; <Eth /></Term>{or}<Term>|<var>P</var>| = <Pmax /></Term>{or}<Term><var>i</var> mod <var>W</var> = 0</Term>
        </Formula>
      ),
    },
    cost: {
      title: t('One step of the patch transformer per patch'),
      text: (
        <>
          {t('The patch transformer, the largest part of the model, runs once for each patch, not for each token.')}{' '}
          {'encoderBlocks' in model && `${t('Of {all} blocks, as the layers are called, {large} run for patches only. The encoder before them ({encoder}) and the decoder after them ({decoder}) run for every token.', { all: model.encoderBlocks + model.patchTransformerBlocks + model.decoderBlocks, large: model.patchTransformerBlocks, encoder: model.encoderBlocks, decoder: model.decoderBlocks })} `}
          {rich('With *M* patches for *T* tokens the saving grows with the mean length P_avg.')}{' '}
          {t('Where pictures are busy from edge to edge, the first rows cost more than the others: little is drawn above them, so their tokens are harder to guess. Where a plain background comes first, they cost less.')}
        </>
      ),
      tryIt: t('Let it play and watch the two bars: the work of this run, and of the same model with one token per patch. It is counted in multiply-accumulates, one multiplication and one addition each.'),
      formula: (
        <Formula where={t('Paper, section 3.2.1 (P_avg), table 8 (cost)')} terms={t('𝔼: the mean over many images')} spoken={t('P avg is the mean over images of T over M')}>
          <var>P</var><Sub>avg</Sub> = 𝔼[<var>T</var> / <var>M</var>],&ensp;{rich('*M* steps instead of *T*')}
        </Formula>
      ),
    },
    rope: {
      title: t('Where a patch is: Dynamic RoPE'),
      text: t('In attention, the patch transformer compares each patch with those before it by lists of numbers, its queries and keys. It rotates these by the place of the patch: a rotary position embedding, RoPE. Patches differ in length, so the rotation is by row, first column and last column; both columns come twice. This works because a patch never leaves its row.'),
      tryIt: t('Point at patches: the numbers that the rotation uses are shown below, counted from 0.'),
      formula: (
        <Formula where={t('Paper, section 6.3, eq. 9')} terms={rich('{row}: sine and cosine of the row times each {omega}; {first}, {last}: of the first and last column times each {alpha}; *d*: how many numbers a query has', { row: <><var>P</var><Sub>x</Sub></>, first: <><var>P</var><Sub>ys</Sub></>, last: <><var>P</var><Sub>ye</Sub></>, omega: <>ω<Sub>i</Sub></>, alpha: <>α<Sub>i</Sub></> })} spoken={t('the rotation is made of the row with d quarter frequencies omega, then first column, last column, last column, first column with d sixteenth frequencies alpha each')}>
          [ <var>P</var><Sub>x</Sub>, <var>P</var><Sub>ys</Sub>, <var>P</var><Sub>ye</Sub>, <var>P</var><Sub>ye</Sub>, <var>P</var><Sub>ys</Sub> ]
          <br />ω<Sub>i</Sub> = 10000<sup>−4(i−1)/d</sup>,&ensp;α<Sub>i</Sub> = 10000<sup>−16(i−1)/d</sup>
        </Formula>
      ),
    },
    guidance: {
      title: t('Guidance: two predictions, one image'),
      text: rich('To follow the class more closely, each prediction is made twice: with the class, and without one, which is called the null class. The difference is multiplied by *s*, so the class counts more the larger *s* is. Only the patch transformer sees the class, so it and the decoder make both predictions. The entropy model and the encoder do not use the class: they run once, and both predictions share their patches.'),
      tryIt: t('Outlined is the token whose two probabilities below differ most. Point at others.'),
      formula: (
        <Formula where={t('Classifier-free guidance; scales in the paper’s tables 11 and 12')} terms={rich('ℓ: the scores of the codes (logits), which become probabilities; *s*: the guidance scale')} spoken={t('the logits are those of the null class plus s times the difference of class and null class')}>
          ℓ = ℓ<Sub>{'null'}</Sub> + <var>s</var> (ℓ<Sub>{'class'}</Sub> − ℓ<Sub>{'null'}</Sub>)
        </Formula>
      ),
    },
    passes: {
      title: t('Several tokens in one pass'),
      text: t('A pass is one run through the whole model. It need not make just one token: it guesses several tokens ahead and checks all of them at once. Right guesses are kept; from the first wrong one on, the rest are tried again in the next pass. Seed and position fix the randomness of each token, so the picture is identical to one made with one token per pass.'),
      tryIt: (manifest.passes || passes) && (
        <>
          {passes && t('Play: each dark or light piece of the line over the strip is one pass.')}
          {manifest.passes && passes && ' '}
          {manifest.passes && t('Drag the slider “Tokens per pass” below, which is how many tokens are guessed at once. More of them take fewer passes, and each pass has more to compute.')}
        </>
      ),
      formula: null,
    },
    quality: {
      title: t('Are the pictures as good?'),
      text: t('As good as those of a plain transformer, that is, of about the same size but without patches? One picture cannot tell. With every change, even of one token, all tokens after it are drawn anew, so two pictures of one seed soon differ. Quality is measured over many: how close their features are to those of real pictures (FID-lite, lower is better), and how often a classifier finds the class that was asked for (class agreement).'),
      tryIt: typeof samples === 'number' ? t('The figures below are of {n} pictures of this pack, with 95 % intervals.', { n: integer(samples) }) : t('No pictures of this pack were measured.'),
      formula: null,
    },
    inference: {
      title: t('A higher threshold after training'),
      text: rich('E_th is not part of the weights: it can be raised when pictures are made. Patches get longer, steps fewer. The paper says that a model trained with dynamic patches keeps nearly all of its quality then, and that one trained on static patches, which are cut by length alone, does not.'),
      tryIt: evaluation.sweep
        ? rich('Drag the E_th line of the strip: the ring moves along what was measured over many pictures, and the patches of this one change.')
        : rich('Drag the E_th line of the strip: the patches of this picture change.'),
      formula: null,
    },
    resolution: {
      title: t('Larger pictures'),
      text: t('A picture of twice the width and height has four times as many tokens, and the cost of attention, which compares each with those before it, grows with the square of their number. Calm areas grow with the picture, too: the paper measured longer patches at 384 pixels than at 256.'),
      tryIt: measured && plain !== null && t('Compare the cost of attention with dynamic patches and in the plain transformer, as the size grows.'),
      formula: null,
    },
    verdict: {
      title: t('Is it worth it?'),
      text: plain === null
        ? t('Two methods on the same tokens: dynamic patches, and static ones of the same mean length. Steps, operations and quality are of this pack; the time is that of the device in front of you.')
        : t('Three methods on the same tokens: dynamic patches, static ones of the same mean length, and a plain transformer without patches. Steps, operations and quality are of this pack; the time is that of the device in front of you.'),
      tryIt: measured ? t('Measure the time here, or set two runs side by side in Compare.') : t('Set two runs side by side in Compare.'),
      formula: null,
    },
  }[id];
}
