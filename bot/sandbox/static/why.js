// Why a text was answered so: asked when it is opened, and only where somebody can say.

import { look, make } from "./dom.js";
import { currentLanguage, word } from "./words.js";

/** The part of a sentence that is in the language of the page. */
const said = (told) => told[currentLanguage()];

const line = (name, ...parts) => make("p", { class: name }, ...parts);

function rule(one) {
  const by = said(one.by);
  const why = said(one.why);
  return [make("b", { title: one.source }, one.rule), by ? ` (${by})` : "", why ? `: ${why}` : ""];
}

function reply(one) {
  const unit = word(one.segments === 1 ? "segment" : "segments");
  const dear = one.dear.length ? `, ${word("dear")} ${one.dear.join(" ")}` : "";
  const cost = `${word("reply")} (${one.languages.join(", ")}): ${one.segments} ${unit}, ${one.encoding}${dear}`;
  return [line("cost", cost), one.cheaper && line("cost", `${word("cheaper")} ${one.cheaper}`)];
}

/** The whole explanation, as elements. */
function drawn(found) {
  const answering = found.asked.find((one) => one.answers);
  const lost = found.asked.filter((one) => !one.answers);
  const captured = Object.entries(found.captured).map(([name, value]) => `${name} = ${value}`);
  const builtIn = found.built_in ? `${found.built_in.toUpperCase()}: ` : "";
  return [
    found.silent && line("silent", `${word("notAnswered")} ${said(found.silent)}.`),
    found.silent && line("else", word("otherwise")),
    answering ? line("by", "✓ ", ...rule(answering)) : line("by", `${builtIn}${said(found.reason)}`),
    captured.length ? line("captured", `${word("understood")} ${captured.join(", ")}`) : null,
    ...found.does.map((one) => line("does", `→ ${said(one)}`)),
    found.error && line("silent", `${word("parked")} ${found.error}`),
    ...found.replies.flatMap(reply),
    lost.length ? line("else", word("lost")) : null,
    lost.length ? make("ul", {}, ...lost.map((one) => make("li", {}, ...rule(one)))) : null,
  ];
}

/** Under each text of one phone: a "why" that opens. */
export class Whys {
  constructor(gateway, number) {
    this.asked = { gateway, number };
    this.open = new Set();
    this.known = new Map();
  }

  element(key) {
    const body = make("div", { role: "region", "aria-label": word("why") });
    const element = make("details", { class: "why", open: this.open.has(key) },
      make("summary", {}, word("why")), body);
    if (this.known.has(key)) body.replaceChildren(...drawn(this.known.get(key)).filter(Boolean));
    element.addEventListener("toggle", () => {
      if (element.open) this.open.add(key);
      else this.open.delete(key);
      if (element.open && !this.known.has(key)) this.load(key, body);
    });
    return element;
  }

  async load(key, body) {
    try {
      const { why } = await look(`why?${new URLSearchParams({ ...this.asked, key })}`);
      if (why) this.known.set(key, why);
      body.replaceChildren(...(why ? drawn(why).filter(Boolean) : [line("else", word("notYet"))]));
    } catch (wrong) {
      body.replaceChildren(line("else", wrong.message));
    }
    body.scrollIntoView({ block: "nearest" });
  }
}
