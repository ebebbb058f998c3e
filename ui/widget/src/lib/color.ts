// The site's colour, and what can be read on it (WCAG 2.2, 1.4.3).

export type Rgb = [number, number, number];

/** Reads "rgb(28, 79, 66)" or "rgb(28 79 66 / 1)", as getComputedStyle writes colours. */
export function parseRgb(text: string): Rgb | undefined {
  const n = text.startsWith("rgb") ? (text.match(/[\d.]+/g) ?? []).map(Number) : [];
  return n.length >= 3 ? [n[0]!, n[1]!, n[2]!] : undefined;
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const white: Rgb = [255, 255, 255];
const ink: Rgb = [27, 27, 27];

/** Text colour on a ground of that colour: white where it reads well enough, else whichever reads better. */
export const textOn = (ground: Rgb): Rgb => (contrast(white, ground) >= 4.5 || contrast(white, ground) > contrast(ink, ground) ? white : ink);

/** The colour itself, moved towards black or white until it reads as text on the surface. */
export function readable(color: Rgb, surface: Rgb): Rgb {
  const goal: Rgb = luminance(surface) > 0.2 ? [0, 0, 0] : white;
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = color.map((v, i) => Math.round(v + (goal[i]! - v) * share)) as Rgb;
    if (contrast(mixed, surface) >= 4.5) return mixed;
  }
  return goal;
}

export const css = (c: Rgb) => `rgb(${c.join(" ")})`;
