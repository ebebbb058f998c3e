// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { write } from "./html";
import { readHtml } from "./read";

describe("write", () => {
  it.each([
    "<p>a <strong>b</strong> <em>c</em> <u>d</u> <s>e</s> <code>f &lt; g</code></p>",
    "<ul><li>one<ol><li>two</li></ol></li></ul>",
    '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
    '<p><a href="https://x.example/?a=1&amp;b=2">x</a></p>',
    '<codeblock class="Go"><code>a &amp;&amp; b<br>c</code></codeblock>',
    '<p>hello</p><attachment id="g-1"></attachment><abbr title="cc:7"></abbr>',
    '<p><img src="https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/3/$value" alt="a &quot;b&quot;" width="20" height="10"></p>',
  ])("writes what it read: %s", (html) => expect(write(readHtml(html)).html).toBe(html));

  it("writes emoji as Unicode and escapes text", () => {
    expect(write(readHtml('<p><emoji alt="🙂"></emoji> a &lt;b&gt; "c"</p>')).html).toBe("<p>🙂 a &lt;b&gt; &quot;c&quot;</p>");
  });

  it("numbers new mentions and names the people", () => {
    const { html, mentions } = write([
      { t: "mention", id: "", person: "p-1", kids: [{ t: "text", text: "Eva Lind" }] },
      { t: "text", text: " and " },
      { t: "mention", id: "", person: "p-2", kids: [{ t: "text", text: "Jo" }] },
    ]);
    expect(html).toBe('<at id="0">Eva Lind</at> and <at id="1">Jo</at>');
    expect(mentions.map((m) => [m.id, m.mentionText, m.mentioned?.user?.id])).toEqual([
      [0, "Eva Lind", "p-1"],
      [1, "Jo", "p-2"],
    ]);
  });

  it("keeps known mentions and turns mentions of nobody into text", () => {
    const known = [{ id: 4, mentionText: "Eva", mentioned: { user: { id: "p-1", displayName: "Eva Lind" } } }];
    const { html, mentions } = write(readHtml('<at id="4">Eva</at> <at id="9">Ghost</at>'), known);
    expect(html).toBe('<at id="0">Eva</at> Ghost');
    expect(mentions).toEqual([{ id: 0, mentionText: "Eva", mentioned: { user: { id: "p-1", displayName: "Eva Lind" } } }]);
  });
});
