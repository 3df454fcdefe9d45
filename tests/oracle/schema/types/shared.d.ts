export type Mode = 'fast' | 'slow';

/** What may be used. */
export interface Limits {
  /** @visibility secret */
  least?: number;
  most: number;
}
