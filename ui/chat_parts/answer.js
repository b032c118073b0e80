// An answer: its sentences with numbered sources, what the check says of them, and how it was made.

const chip = (data, source, trigger) =>
  h("button", {
    class: data.open === source.n ? "chip open" : "chip", type: "button", "data-id": `chip-${source.key}`, "data-n": source.n,
    title: source.label, "aria-label": source.label, "aria-expanded": data.open === source.n ? "true" : "false",
    onclick: () => trigger("cite", source.n),
  }, String(source.n));

// The reason shows on hover, on focus and on a touch.
const badge = (sentence, at) =>
  h("span", { class: "badge-holder" },
    h("button", { class: `badge ${sentence.support}`, type: "button", "data-id": `badge-${at}`, "aria-describedby": `why-${at}` }, sentence.mark),
    h("span", { class: "why", role: "tooltip", id: `why-${at}` }, sentence.reason));

const sentenceOf = (data, sentence, at, trigger) =>
  h(sentence.block ? "blockquote" : "span", { class: `sentence ${sentence.support}`, lang: sentence.lang || null },
    h("span", { class: "text said" }, sentence.text),
    sentence.mark ? badge(sentence, at) : null,
    sentence.sources.flatMap((source, i) => [
      chip(data, { ...source, key: `${at}-${i}` }, trigger),
      source.time ? h("span", { class: "time" }, ` ${source.time}`) : null]),
    sentence.block ? null : " ");

// What the question was taken to say itself of who, when and where; without it at a click.
const understood = (data, trigger) =>
  h("div", { class: "understood" }, h("span", { class: "dim" }, data.words.understood),
    h("span", { class: "clue" }, h("span", {}, data.understood),
      h("button", { class: "off", type: "button", "data-id": "as-is", title: data.words.off, "aria-label": data.words.off, onclick: () => trigger("as_is", true) }, "×")));

// Whether whoever closed a source is nowhere now, or still in it: it may go after the answer is drawn.
const isLeft = (active) => !active || active === document.body || Boolean(active.shadowRoot?.querySelector(".part.beside"));

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let at = 0;
  const blocks = data.blocks.map((block, number) =>
    h("section", { class: "block" },
      block.by ? h("div", { class: "by" }, h("strong", {}, block.by), h("span", { class: "dim" }, block.where)) : null,
      block.sentences.map((sentence) => sentenceOf(data, sentence, at++, setTriggerValue)),
      sameInterviews(data.words.same, block.same, number, setTriggerValue)));
  const near = data.near.length
    ? h("div", { class: "near" }, h("div", { class: "dim" }, data.words.near),
        data.near.map((hit) =>
          h("button", { class: data.open === hit.n ? "hit open" : "hit", type: "button", "data-id": `near-${hit.n}`, "data-n": hit.n, onclick: () => setTriggerValue("cite", hit.n) },
            h("span", {}, hit.label), h("span", { class: "dim excerpt", lang: hit.lang || null }, hit.excerpt))))
    : null;
  const root = redraw(parentElement,
    data.before.map((line) => h("div", { class: "dim" }, line)),
    data.understood ? understood(data, setTriggerValue) : null,
    blocks,
    near,
    data.notes.map((note) => h("div", { class: "note", role: "status" }, note)),
    data.foot.length || data.copy
      ? h("div", { class: "foot" }, h("span", { class: "dim" }, data.foot.join(" · ")),
          data.copy ? copyButton("copy", data.words.copy, data.words.copied, data.copy) : null)
      : null);
  // Who closes a source comes back to its number.
  root.onkeydown = (event) => { if (event.key === "Escape" && data.open !== null) setTriggerValue("cite", data.open); };
  const before = root.dataset.open;
  root.dataset.open = data.open ?? "";
  if (before && data.open === null && isLeft(document.activeElement)) {
    [...root.querySelectorAll(".chip, .hit")].find((one) => one.dataset.n === before)?.focus({ preventScroll: true });
  }
  // The newest question is brought to the top once, when it comes: whoever scrolls afterwards is left alone.
  if (data.is_newest && !root.dataset.came) {
    root.dataset.came = "yes";
    requestAnimationFrame(() => requestAnimationFrame(() => bringIntoView(root, TOP)));
  }
}
