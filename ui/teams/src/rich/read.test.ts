// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { hostedPath, readHtml, safeLink } from "./read";
import { write } from "./html";
import type { Rich } from "./tree";

const text = (value: string): Rich => ({ t: "text", text: value });
const tag = (name: string, ...kids: Rich[]): Rich => ({ t: "tag", tag: name, kids }) as Rich;

describe("readHtml", () => {
  it("keeps meaning and drops everything active", () => {
    const hostile =
      '<p onclick="evil()">a<script>evil()</script><b onmouseover=x>b</b><style>p{}</style>' +
      '<iframe>x</iframe><svg onload=evil()><text>no</text></svg></p>' +
      '<form action="https://evil.example"><input value="x"></form><object data="x"></object>';
    expect(readHtml(hostile)).toEqual([tag("p", text("a"), tag("strong", text("b")))]);
  });

  it("keeps only links that lead to the web, mail or telephone", () => {
    const links = '<a href="javascript:evil()">a</a><a href=" https://x.example/ ">b</a><a href="data:text/html,x">c</a><a href="/rel">d</a>';
    expect(readHtml(links)).toEqual([
      text("a"),
      { t: "link", href: "https://x.example/", kids: [text("b")] },
      text("c"),
      text("d"),
    ]);
  });

  it("does not take editor chips or unknown elements from outside", () => {
    const html = '<span data-chip="mention" data-value="someone">x</span><made-up>y</made-up><constructor>z</constructor>';
    expect(readHtml(html)).toEqual([text("x"), text("y"), text("z")]);
  });

  it("reads the elements of Microsoft Teams", () => {
    const html =
      '<at id="0">Eva</at><attachment id="g-1"></attachment><emoji id="smile" alt="🙂" title="Smile"></emoji>' +
      '<customemoji id="c" alt=":party:" source="https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/3/$value"></customemoji>' +
      '<abbr title="cc:7"></abbr><abbr title="et cetera">etc.</abbr><systemEventMessage/>';
    expect(readHtml(html)).toEqual([
      { t: "mention", id: "0", kids: [text("Eva")] },
      { t: "attachment", id: "g-1" },
      { t: "emoji", alt: "🙂" },
      {
        t: "picture", alt: ":party:", small: true,
        src: "https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/3/$value",
      },
      { t: "marker", title: "cc:7" },
      text("etc."),
    ]);
  });

  it("reads a code block line by line", () => {
    const html = '<codeblock class="Json"><code>{<br>&nbsp; <span class="hljs-attr">"a"</span>: 1<br>}</code></codeblock>';
    expect(readHtml(html)).toEqual([{ t: "code", lang: "Json", text: '{\n\u00a0 "a": 1\n}' }]);
  });

  it("understands formatting said by style", () => {
    expect(readHtml('<span style="font-weight:700; text-decoration: line-through; color:red">x</span>')).toEqual([
      tag("s", tag("strong", text("x"))),
    ]);
  });

  it("survives absurd nesting and size", () => {
    const deep = "<blockquote>".repeat(500) + "core" + "</blockquote>".repeat(500);
    expect(write(readHtml(deep)).html).toContain("core");
    expect(readHtml("<i>x</i>".repeat(30_000)).length).toBeLessThanOrEqual(20_000);
  });
});

describe("hostedPath", () => {
  it("accepts hosted contents of chats on any host, by path", () => {
    expect(hostedPath("https://graph.microsoft.com/v1.0/chats/19:a@thread.v2/messages/1/hostedContents/aWQ9/$value")).toBe(
      "/v1.0/chats/19:a@thread.v2/messages/1/hostedContents/aWQ9/$value",
    );
    expect(hostedPath("https://graph.microsoft.com/beta/chats/1/messages/1/hostedContents/2/$value")).toBe(
      "/v1.0/chats/1/messages/1/hostedContents/2/$value",
    );
  });

  it.each([
    "https://evil.example/pixel.png",
    "https://graph.microsoft.com/v1.0/me/drive/root/$value",
    "https://graph.microsoft.com/v1.0/chats/%2e%2e/hostedContents/2/$value",
    "javascript:alert(1)",
    "data:image/svg+xml,<svg/>",
    "../hostedContents/1/$value",
  ])("refuses %s", (src) => expect(hostedPath(src)).toBeUndefined());
});

describe("safeLink", () => {
  it.each(["javascript:x", " java\nscript:x", "vbscript:x", "file:///etc/passwd", "blob:https://x/1", "", "//x.example"])("refuses %j", (href) =>
    expect(safeLink(href)).toBeUndefined(),
  );
  it.each(["https://x.example/", "mailto:a@x.example", "tel:+49"])("accepts %s", (href) => expect(safeLink(href)).toBe(href));
});
