const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Operators whose results are no larger than the shapes of their inputs make them, by domain. What is not here or in
 * SIZED could make tensors of any size (Loop, RandomNormal, sequences) or never end.
 */
export const OPERATORS: Readonly<Record<string, ReadonlySet<string>>> = {
  '': names(`
    Abs Add And Cast CastLike Ceil Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity
    IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or Pow PRelu Reciprocal Relu Round Selu Sigmoid
    Sign Sin Softplus Softsign Sqrt Sub Sum Tan Tanh Where Xor
    ArgMax ArgMin CumSum LogSoftmax ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
    ReduceSum ReduceSumSquare Softmax TopK
    AveragePool Conv ConvInteger Einsum Gemm GlobalAveragePool GlobalMaxPool MatMul MatMulInteger MaxPool
    Attention BatchNormalization GroupNormalization InstanceNormalization LayerNormalization LpNormalization
    MeanVarianceNormalization RMSNormalization RotaryEmbedding SimplifiedLayerNormalization
    Concat Constant DepthToSpace Dropout Flatten Gather GatherElements GatherND Reshape ScatterElements ScatterND Shape Size Slice
    SpaceToDepth Split Squeeze Transpose Trilu Unsqueeze
    DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul QuantizeLinear`),
  'com.microsoft': names(`
    Attention BiasAdd BiasGelu BiasSplitGelu DequantizeLinear DynamicQuantizeMatMul FastGelu FusedConv FusedMatMul GatherBlockQuantized
    Gelu GroupNorm GroupQueryAttention MatMulBnb4 MatMulIntegerToFloat MatMulNBits MultiHeadAttention NhwcConv QuantizeLinear
    QuickGelu RotaryEmbedding SimplifiedLayerNormalization SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization`),
};

/** Reads an input that is a constant of the graph; null where it is none. */
export type Constants = (input: number) => readonly number[] | null;

const product = (list: readonly number[] | null): number | null => list && list.reduce((all, one) => all * Math.max(1, Math.abs(one)), 1);
/** Values that such an operator may make, and how many times as many as it was given. */
const MOST_VALUES = 2 ** 24;
const MOST_TIMES = 4096;
const MOST_DEPTH = 2 ** 16;

interface Sized {
  most: number;
  /** What it makes of its constants, in values or times; null where they are not known before the run. */
  makes: (of: Constants) => number | null;
}

/** Operators that take the size of their result from a value: that value has to be a constant, and small. */
export const SIZED: Readonly<Record<string, Sized>> = {
  ConstantOfShape: { most: MOST_VALUES, makes: (of) => product(of(0)) },
  Expand: { most: MOST_VALUES, makes: (of) => product(of(1)) },
  Range: {
    most: MOST_VALUES,
    makes(of) {
      const [start, limit, delta] = [of(0)?.[0], of(1)?.[0], of(2)?.[0]];
      return start === undefined || limit === undefined || delta === undefined ? null : Math.abs((limit - start) / delta);
    },
  },
  OneHot: { most: MOST_DEPTH, makes: (of) => product(of(1)) },
  Tile: { most: MOST_TIMES, makes: (of) => product(of(1)) },
  Pad: { most: MOST_DEPTH, makes: (of) => padded(of(1)) },
  Resize: { most: MOST_VALUES, makes: (of) => timesScaled(of) ?? product(of(3)) },
};

/** How many times as many values pads (begins of all axes, then ends) make of one, at most. */
export const padded = (pads: readonly number[] | null): number | null =>
  pads && pads.slice(0, pads.length / 2).reduce((all, one, i) => all * (1 + Math.abs(one) + Math.abs(pads[i + pads.length / 2]!)), 1);

/** Of scales: as a share of what may be made, since they say how many times as many. */
function timesScaled(of: Constants): number | null {
  const times = product(of(2));
  return times && (times * MOST_VALUES) / MOST_TIMES;
}

/** How many times as many values the pads of a convolution or pooling may make of one. */
export const MOST_PADDED = MOST_DEPTH;

/** Slots that GroupQueryAttention may make its caches of: more than any grid has tokens. */
export const MOST_SLOTS = 2 ** 15;
