/** What a probe found out about one backend. */
export interface Finding {
  readonly works: boolean;
  /** The largest error of a small plan against float64; null when it did not run. */
  readonly error: number | null;
  /** Kernels that plans may need and the backend lacks; null when it did not start. */
  readonly missing: readonly string[] | null;
  readonly problem: string | null;
}
