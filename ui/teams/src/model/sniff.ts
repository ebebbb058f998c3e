// Media types by the bytes themselves, for the picture formats that browsers show.

const signatures: [string, (number | undefined)[]][] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
  ["image/avif", [undefined, undefined, undefined, undefined, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
  ["image/bmp", [0x42, 0x4d]],
];

/** The picture type that the first 12 bytes tell, if any. SVG is not one: it can run scripts. */
export function pictureType(head: Uint8Array): string | undefined {
  return signatures.find(([, bytes]) => bytes.every((byte, i) => byte === undefined || head[i] === byte))?.[0];
}

const inlineTypes = new Set(["image/png", "image/jpeg", "image/gif"]);
const inlineLimit = 1024 * 1024; // bytes; Graph refuses some larger hosted pictures

/** The type under which a file may travel inside a message; other files travel through the drive. */
export async function inlinePictureType(file: Blob): Promise<string | undefined> {
  if (file.size > inlineLimit) return undefined;
  const type = pictureType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  return type !== undefined && inlineTypes.has(type) ? type : undefined;
}

export async function base64(bytes: Blob): Promise<string> {
  const array = new Uint8Array(await bytes.arrayBuffer());
  let binary = "";
  for (let i = 0; i < array.length; i += 0x8000) binary += String.fromCharCode(...array.subarray(i, i + 0x8000));
  return btoa(binary);
}
