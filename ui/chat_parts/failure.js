// A question of an evaluation that went wrong: what was expected, what was answered, and what was found instead.

const marked = (piece) =>
  piece.evidence === "none" ? piece.text : h("mark", { class: piece.evidence }, piece.text);

const passage = (one) =>
  h("li", { class: one.holds ? "passage holds" : "passage" },
    h("div", { class: "who" },
      h("span", { class: "rank" }, String(one.rank)), h("strong", {}, one.who), h("span", { class: "dim" }, one.place),
      one.holds ? h("span", { class: "tag good" }, one.holds) : null),
    h("p", { class: "text", lang: one.lang || null }, one.pieces.map(marked)));

export default function (component) {
  const { data, parentElement } = component;
  redraw(parentElement,
    h("div", { class: "question text", lang: data.lang || null }, data.question),
    h("div", { class: "tags" },
      data.kinds.map((kind) => h("span", { class: "tag bad" }, kind)),
      data.tags.map((tag) => h("span", { class: "tag" }, tag))),
    h("div", { class: "sections" },
      data.sections.map((section) =>
        h("section", {},
          h("div", { class: "dim" }, section.title),
          section.lines.map((line) => h("p", { class: "text", lang: line.lang || null }, line.text))))),
    h("div", { class: "dim" }, data.words.retrieved, data.words.legend ? ` · ${data.words.legend}` : null),
    data.retrieved.length ? h("ol", {}, data.retrieved.map(passage)) : h("p", {}, data.words.none));
}
