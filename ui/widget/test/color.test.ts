import { describe, expect, it } from "vitest";
import { contrast, parseRgb, readable, textOn, type Rgb } from "../src/lib/color";

const some: Rgb[] = [[28, 79, 66], [255, 221, 0], [0, 0, 0], [255, 255, 255], [68, 71, 145], [230, 80, 30], [120, 120, 120], [0, 200, 255]];

describe("colours", () => {
  it("reads what getComputedStyle writes, and nothing else", () => {
    expect(parseRgb("rgb(28, 79, 66)")).toEqual([28, 79, 66]);
    expect(parseRgb("rgba(28, 79, 66, 0.5)")).toEqual([28, 79, 66]);
    expect(parseRgb("oklch(0.5 0.1 160)")).toBeUndefined();
  });

  it("knows the contrast of black and white", () => expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21));

  it("writes on any ground so that it can be read", () => {
    for (const c of some) expect(contrast(textOn(c), c)).toBeGreaterThanOrEqual(4.1);
    expect(textOn([28, 79, 66])).toEqual([255, 255, 255]);
    expect(textOn([255, 221, 0])).toEqual([27, 27, 27]);
  });

  it("finds a shade of any colour that reads on light and on dark panels", () => {
    for (const c of some) for (const surface of [[255, 255, 255], [31, 32, 36]] as Rgb[]) expect(contrast(readable(c, surface), surface)).toBeGreaterThanOrEqual(4.5);
    expect(readable([28, 79, 66], [255, 255, 255])).toEqual([28, 79, 66]);
  });
});
