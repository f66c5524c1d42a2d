/** The part of an onnxruntime Tensor that the engine uses; it may live on the GPU. */
export interface GraphTensor {
  readonly dims: readonly number[];
  /** The values, copied from the GPU if need be. */
  getData(): Promise<unknown>;
  dispose(): void;
}
export type Tensors = Record<string, GraphTensor>;

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
