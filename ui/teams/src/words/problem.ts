// Refusals of Graph in words a person understands.

import type { GraphError } from "../graph/error";
import type { Words } from "./en";

export function problemInWords(problem: GraphError, words: Words): string {
  const e = words.error;
  switch (problem.status) {
    case 0:
      return problem.code === "interrupted" ? e.interrupted : e.network;
    case 401:
      return e.signIn;
    case 403:
      return e.notAllowed;
    case 404:
    case 410:
      return e.notFound;
    case 409:
    case 412:
      return e.conflict;
    case 413:
      return e.tooLarge;
    case 429:
      return problem.retryAfter === undefined ? e.tooMany : e.tooManyFor(Math.max(1, Math.ceil(problem.retryAfter)));
    default:
      return problem.status >= 500 ? e.service : e.rejected;
  }
}

/** Status and code for those who want to know; empty when there was no answer. */
export function problemDetail(problem: GraphError, words: Words): string {
  return problem.status === 0 ? "" : words.error.details(problem.status, problem.code);
}
