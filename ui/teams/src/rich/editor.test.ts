// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { fromEditor, mentionChip, toEditor } from "./editor";
import { write } from "./html";
import { personed } from "./mentions";
import { readHtml } from "./read";

const words = { picture: "Picture", attachment: (id: string) => `File ${id}` };

function field(html: string): HTMLElement {
  const div = document.createElement("div");
  div.innerHTML = html; // what a browser leaves in an editing field
  return div;
}

describe("fromEditor", () => {
  it.each([
    ["hello", "<p>hello</p>"],
    ["a<br>b<br>", "<p>a<br>b</p>"],
    ["a\nb", "<p>a<br>b</p>"],
    ["<div>a</div><div><br></div><div>b</div>", "<p>a</p><p><br></p><p>b</p>"],
    ["<b>x</b><ul><li>y\nz</li></ul>tail", "<p><strong>x</strong></p><ul><li>y<br>z</li></ul><p>tail</p>"],
    ["<pre>a\nb</pre>", "<codeblock><code>a<br>b</code></codeblock>"],
    ["<br>", ""],
    ["<code>\u200b</code>", ""],
  ])("reads %j", (html, sent) => expect(write(fromEditor(field(html))).html).toBe(sent));

  it("reads mention chips", () => {
    const div = field("Hi ");
    div.append(mentionChip("p-1", "Eva Lind"), "\u00a0look");
    const { html, mentions } = write(fromEditor(div));
    expect(html).toBe('<p>Hi <at id="0">Eva Lind</at> look</p>');
    expect(mentions[0]?.mentioned?.user?.id).toBe("p-1");
  });
});

describe("toEditor", () => {
  it("carries attachments, pictures, mentions and markers through an edit", () => {
    const html =
      '<p>a <at id="0">Eva</at></p><p><img src="https://g.example/v1.0/chats/1/messages/2/hostedContents/3/$value" alt="x"></p>' +
      '<p><attachment id="g-1"></attachment><abbr title="cc:7"></abbr></p>';
    const known = [{ id: 0, mentionText: "Eva", mentioned: { user: { id: "p-1" } } }];
    const div = document.createElement("div");
    div.append(toEditor(readHtml(html), words));
    expect(div.textContent).toContain("File g-1");
    expect(write(fromEditor(div), known).html).toBe(html);
  });

  it("does not turn the line feeds of HTML into line breaks", () => {
    const div = document.createElement("div");
    div.append(toEditor(readHtml("<p>a\n   b</p>"), words));
    expect(write(fromEditor(div)).html).toBe("<p>a b</p>");
  });
});

describe("personed", () => {
  it("ties a taken-back mention to its person again", () => {
    const mentions = [{ id: 0, mentioned: { user: { id: "p-1" } } }];
    const nodes = personed(readHtml('<p><at id="0">Eva</at> <at id="1">Ghost</at></p>'), mentions);
    const { html, mentions: again } = write(nodes);
    expect(html).toBe('<p><at id="0">Eva</at> Ghost</p>');
    expect(again[0]?.mentioned?.user?.id).toBe("p-1");
  });
});
