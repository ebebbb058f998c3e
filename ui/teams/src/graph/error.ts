// What went wrong with a call, in a form that views can word.

export class GraphError extends Error {
  constructor(
    readonly status: number, // HTTP status; 0 when no answer came
    readonly code: string, // Graph's error code, or "network"
    message: string,
    readonly retryAfter?: number, // seconds the service asks to wait
  ) {
    super(message);
  }

  /** Whether the same request may succeed a little later without anybody changing anything. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The typed error of a refused answer; the body may be anything. */
export async function refused(answer: Response): Promise<GraphError> {
  let code = `http${answer.status}`;
  let message = answer.statusText;
  try {
    const body: unknown = await answer.json();
    const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error;
    if (typeof error?.code === "string") code = error.code;
    if (typeof error?.message === "string") message = error.message;
  } catch {
    // Gateways answer with HTML or nothing: the status says enough.
  }
  return new GraphError(answer.status, code, message, retryAfter(answer.headers.get("Retry-After")));
}

/** Seconds of a Retry-After header, which may also be a date. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}

export function asGraphError(cause: unknown): GraphError {
  if (cause instanceof GraphError) return cause;
  return new GraphError(0, "network", cause instanceof Error ? cause.message : String(cause));
}
