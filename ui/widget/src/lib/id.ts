/** A new secret: 256 random bits. */
export const newSecret = () => newId(() => crypto.getRandomValues(new Uint8Array(32)));

/** A new client id: 16 random bytes in the alphabet that the API allows. */
export function newId(random: (bytes: Uint8Array) => Uint8Array = (b) => crypto.getRandomValues(b)): string {
  return Array.from(random(new Uint8Array(16)), (b) => b.toString(36).padStart(2, "0")).join("");
}
