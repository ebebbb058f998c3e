// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { splitLinks } from "./links";
import { isJumbo, plain } from "./plain";
import { readHtml } from "./read";
import { fromPlain, isEmpty, trimmed } from "./tree";

const words = { picture: "[picture]", file: "[file]" };

describe("plain", () => {
  it("is one line with a space between blocks", () => {
    const html = '<p>a&nbsp;<b>b</b></p><ul><li>c</li><li>d</li></ul><img src="x"><attachment id="1"></attachment><emoji alt="🙂"></emoji>';
    expect(plain(readHtml(html), words)).toBe("a b c d [picture] [file] 🙂");
  });
});

describe("isJumbo", () => {
  it.each(["🙂", "👍🏽🎉", "👨‍👩‍👧 ❤️", "🇩🇪"])("%s is shown large", (line) => expect(isJumbo(line)).toBe(true));
  it.each(["", "12", "#1", "a🙂", "🙂🙂🙂🙂", "*"])("%j is not", (line) => expect(isJumbo(line)).toBe(false));
});

describe("splitLinks", () => {
  it("leaves sentence marks and brackets outside", () => {
    expect(splitLinks("see (https://x.example/a_(b)), or https://y.example.")).toEqual([
      { text: "see (" },
      { text: "https://x.example/a_(b)", href: "https://x.example/a_(b)" },
      { text: "), or " },
      { text: "https://y.example", href: "https://y.example/" },
      { text: "." },
    ]);
  });
  it("finds nothing in ordinary text", () => expect(splitLinks("a.b c:d")).toEqual([{ text: "a.b c:d" }]));
});

describe("tree", () => {
  it("keeps the lines of plain text", () => expect(fromPlain("a\r\nb").map((n) => n.t)).toEqual(["text", "tag", "text"]));
  it("trims padding but keeps rules and markers", () => {
    expect(trimmed(readHtml("<p>&nbsp;</p><p>a</p><p><br></p>"))).toEqual(readHtml("<p>a</p>"));
    expect(trimmed(readHtml('<hr><abbr title="x"></abbr>'))).toHaveLength(2);
  });
  it("knows what is empty", () => {
    expect(isEmpty(readHtml("<p><br>\u200b </p>"))).toBe(true);
    expect(isEmpty(readHtml('<p><attachment id="1"></attachment></p>'))).toBe(false);
  });
});
