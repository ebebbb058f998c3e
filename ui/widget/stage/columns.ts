// Three frames side by side that one can make wider and narrower; on narrow screens one at a time, behind tabs.

export interface Column {
  id: string;
  title: string;
  note: string;
  src: string;
}

const least = 280; // pixels a column keeps

/** Builds the columns; update changes titles and addresses without loading frames anew that stay the same. */
export function buildColumns(main: HTMLElement, tabs: HTMLElement, ids: string[]) {
  const sections = ids.map((id) => section(id));
  sections.forEach(({ el }, i) => {
    if (i) main.append(splitter(sections[i - 1]!.el, el));
    main.append(el);
  });
  const buttons = sections.map(({ el }, i) => tab(el, i));
  tabs.append(...buttons);
  const choose = (i: number, focus = false) => {
    sections.forEach(({ el }, n) => el.classList.toggle("on", n === i));
    buttons.forEach((b, n) => {
      b.ariaSelected = String(n === i);
      b.tabIndex = n === i ? 0 : -1;
    });
    if (focus) buttons[i]!.focus();
  };
  buttons.forEach((b, i) => {
    b.onclick = () => choose(i);
    b.onkeydown = (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (step) choose((i + step + buttons.length) % buttons.length, true);
    };
  });
  choose(0);

  return {
    update(columns: Column[], resize: (left: string, right: string) => string) {
      columns.forEach((c, i) => {
        const { name, note, frame } = sections[i]!;
        name.textContent = buttons[i]!.textContent = c.title;
        note.textContent = c.note;
        frame.title = `${c.title}: ${c.note}`;
        if (frame.getAttribute("src") !== c.src) frame.src = c.src;
      });
      main.querySelectorAll<HTMLElement>("[role=separator]").forEach((s, i) => (s.ariaLabel = resize(columns[i]!.title, columns[i + 1]!.title)));
    },
    frame: (id: string) => sections.find((s) => s.el.id === id)!.frame,
    reload: () => sections.forEach(({ frame }) => (frame.src = frame.getAttribute("src") ?? "")),
  };
}

function section(id: string) {
  const el = document.createElement("section");
  el.id = id;
  const head = document.createElement("h2");
  const name = document.createElement("b");
  const note = document.createElement("span");
  head.append(name, note);
  const frame = document.createElement("iframe");
  frame.allow = "clipboard-read; clipboard-write; autoplay";
  el.append(head, frame);
  el.ariaLabel = id;
  return { el, name, note, frame };
}

function tab(el: HTMLElement, i: number): HTMLButtonElement {
  const b = document.createElement("button");
  b.type = "button";
  b.role = "tab";
  b.id = `tab-${i}`;
  b.setAttribute("aria-controls", el.id);
  return b;
}

/** A bar between two columns: drag it, or use the arrow keys. */
function splitter(left: HTMLElement, right: HTMLElement): HTMLElement {
  const bar = document.createElement("div");
  bar.role = "separator";
  bar.tabIndex = 0;
  bar.ariaOrientation = "vertical";
  const move = (by: number) => {
    const [a, b] = [left.offsetWidth, right.offsetWidth];
    const to = Math.min(Math.max(a + by, least), a + b - least);
    left.style.flex = `${to} 1 0`;
    right.style.flex = `${a + b - to} 1 0`;
    bar.ariaValueNow = String(Math.round((100 * to) / (a + b)));
  };
  bar.ariaValueNow = "50";
  bar.onkeydown = (e) => {
    const step = { ArrowLeft: -32, ArrowRight: 32 }[e.key];
    if (!step) return;
    e.preventDefault();
    freeze(bar);
    move(step);
  };
  bar.onpointerdown = (e) => {
    freeze(bar);
    bar.setPointerCapture(e.pointerId);
    document.body.classList.add("dragging"); // frames would swallow the pointer
    let at = e.clientX;
    bar.onpointermove = (m) => {
      move(m.clientX - at);
      at = m.clientX;
    };
    bar.onpointerup = bar.onpointercancel = () => {
      bar.onpointermove = null;
      document.body.classList.remove("dragging");
    };
  };
  return bar;
}

/** Gives every column its present width as its share, so that moving one bar leaves the third column alone. */
function freeze(bar: HTMLElement): void {
  const all = [...bar.parentElement!.querySelectorAll<HTMLElement>(":scope > section")];
  for (const [el, width] of all.map((el) => [el, el.offsetWidth] as const)) el.style.flex = `${width} 1 0`;
}
