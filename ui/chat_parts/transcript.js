// Turns of an interview, with marked words; as a source beside an answer, with a heading, or as a whole to read.

const runsOf = (runs) => runs.map((run) => (run.mark ? h("mark", { class: run.mark }, run.text) : run.text));

// When it was said; a link where the recording can be opened there.
const timeOf = (data, time) => {
  if (!time || !time.text) return null;
  const address = webAddress(time.url);
  return address
    ? h("a", { class: "time", href: address, target: "_blank", rel: "noopener noreferrer nofollow", title: data.words.time, "aria-label": `${time.text}: ${data.words.time}` }, time.text)
    : h("span", { class: "time" }, time.text);
};

const turnOf = (data, turn, trigger) =>
  h("article", { class: `turn ${turn.style}${turn.number !== null && turn.number === data.target ? " target" : ""}`, "data-turn": turn.number, style: `--speaker: var(--st-${turn.colour}-text-color)` },
    turn.section ? h("h4", { class: "section" }, turn.section) : null,
    h("div", { class: "speaker" },
      h("span", { class: "name" }, turn.name),
      turn.role ? h("span", { class: "dim" }, turn.role) : null,
      timeOf(data, turn.time),
      turn.number === null ? null
        : h("a", { class: "number", "data-id": `turn-${turn.number}`, href: turn.link, title: data.words.link, "aria-label": `${data.words.link}: ${turn.number}`,
            onclick: (event) => {
              // A plain click keeps the session: the address is shown and copied instead of opened.
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
              event.preventDefault();
              copyText(new URL(turn.link, document.baseURI).href);
              trigger("turn", turn.number);
            } }, `#${turn.number}`)),
    turn.paragraphs.flatMap((runs, at) => {
      const time = timeOf(data, (turn.times || [])[at]);
      return [time ? h("div", {}, time) : null, h("p", { class: "text", lang: data.lang || null }, runsOf(runs))];
    }));

const headOf = (data, trigger) => {
  const head = data.head;
  // Where to, not how far: of two quick clicks only the last may arrive.
  let at = head.at;
  const move = (to) => {
    at = Math.min(Math.max(to, 0), head.last);
    trigger("move", at);
  };
  const address = webAddress(head.url);
  return h("header", { class: "head", role: "region", "aria-label": data.words.source, "aria-live": "polite" },
    h("div", { class: "bar controls" },
      h("button", { class: "quiet", type: "button", "data-id": "previous", disabled: head.at <= 0, onclick: () => move(at - 1) }, `← ${data.words.previous}`),
      h("button", { class: "quiet", type: "button", "data-id": "next", disabled: head.at >= head.last, onclick: () => move(at + 1) }, `${data.words.next} →`),
      head.at !== head.home ? h("button", { class: "quiet", type: "button", "data-id": "back", onclick: () => move(head.home) }, data.words.back) : null,
      h("button", { class: "quiet close", type: "button", "data-id": "close", "aria-label": data.words.close, title: data.words.close, onclick: () => trigger("close", true) }, "✕")),
    h("div", { class: "who" }, head.n ? h("span", { class: "n" }, String(head.n)) : null, h("strong", {}, head.speaker), head.role ? h("span", { class: "dim" }, head.role) : null),
    h("div", { class: "title", lang: data.lang || null }, head.title),
    head.facts.length ? h("div", { class: "dim" }, head.facts.join(" · ")) : null,
    h("div", { class: "dim" }, head.position),
    sameInterviews(data.words.same, head.same, "head", trigger),
    h("div", { class: "bar" },
      h("button", { class: "quiet", type: "button", "data-id": "read", onclick: () => trigger("read", true) }, data.words.read),
      head.quotation ? copyButton("quote", data.words.copy, data.words.copied, head.quotation) : null,
      address ? h("a", { class: "quiet", href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, `${head.original} ↗`) : null));
};

const FRAMES = 6; // in which a place settles

const topOf = (data, trigger) => {
  const address = webAddress(data.top.url);
  return h("header", { class: "top" },
    h("h2", { lang: data.lang || null }, data.top.title),
    data.top.lines.map((line) => h("div", { class: "dim" }, line)),
    sameInterviews(data.words.same, data.top.same, "top", trigger),
    data.top.warnings.map((line) => h("div", { class: "warning" }, line)),
    address ? h("a", { class: "dim", href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, `${data.words.original} ↗`) : null);
};

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = redraw(parentElement,
    data.head ? headOf(data, setTriggerValue) : null,
    data.top ? topOf(data, setTriggerValue) : null,
    h("div", { class: "turns" }, data.turns.map((turn) => turnOf(data, turn, setTriggerValue))));
  root.classList.toggle("beside", Boolean(data.head));
  root.onkeydown = data.head ? (event) => { if (event.key === "Escape") setTriggerValue("close", true); } : null;
  // Scroll once for each place that is shown, not whenever something else on the page changes.
  if (data.scroll && root.dataset.shown !== data.scroll) {
    root.dataset.shown = data.scroll;
    const place = root.querySelector("mark.here") || root.querySelector(".turn.target mark") || root.querySelector(".turn.target");
    // Turns out of sight have no height of their own before they are near: what is above may grow as it is scrolled.
    const settle = (frames) => {
      if (!place || !frames || !place.isConnected) return;
      bringIntoView(place, data.head ? LITTLE : CENTRED);
      requestAnimationFrame(() => settle(frames - 1));
    };
    requestAnimationFrame(() => settle(FRAMES));
  }
}
