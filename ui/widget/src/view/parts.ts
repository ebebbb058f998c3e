import type { Shell } from "../shell";

/** Fetches the part of the widget that conversations need, and puts its looks on. */
export async function talk(shell: Shell) {
  const part = await import("./talk");
  shell.dress(part.sheet);
  return part;
}
