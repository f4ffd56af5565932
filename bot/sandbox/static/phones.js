// The phones: one element each, kept in step with what the sandbox tells.

import { clockTime, dayName, make, NAMES, order, pretty } from "./dom.js";
import { Whys } from "./why.js";
import { word } from "./words.js";

const MARKS = { queued: "○", sent: "✓", delivered: "✓✓", failed: "✗" };
const KINDS = { flash: "⚡", tts: "☎", voice: "☎" };
const RANK = { queued: 0, sent: 1, delivered: 2, failed: 2 };

/** What a code comes to, in words. */
function fateName(code) {
  if (code === "sent" || code === "2") return `${MARKS.sent} ${word("sent")}`;
  return `${MARKS.failed} ${word("failed")} ${code}`;
}

export const keyOf = (gateway, number) => `${gateway}:${number}`;

/** One phone on the stage. */
export class Phone {
  constructor(shown, { remove, campaign, explains, outcomes }) {
    this.gateway = shown.gateway;
    this.number = shown.number;
    this.shown = shown;
    this.bubbles = new Map();
    this.outcomes = outcomes;
    this.actions = { remove, campaign };
    this.whys = explains ? new Whys(this.gateway, this.number) : null;
    this.element = make("article", {
      class: "phone", "data-gateway": this.gateway, "data-number": this.number,
    });
    this.build();
    for (const bubble of shown.bubbles) this.tell(bubble);
  }

  /** Draw everything anew (another language, another state). */
  build() {
    const name = pretty(this.number);
    this.list = make("ol", {
      class: "talk", role: "log", "aria-live": "polite", tabindex: "0",
      "aria-label": `${word("conversation")} ${name}`,
    });
    this.clock = make("span", { class: "clock" });
    this.input = make("input", {
      type: "text", autocomplete: "off", "aria-label": `${word("yourText")}, ${name}`,
      placeholder: word("yourText"), maxlength: "2000",
    });
    this.button = make("button", { type: "submit", "aria-label": word("send"), title: word("send") },
      "➤");
    this.bar = make("form", { class: "write", onsubmit: (event) => this.submit(event) },
      this.input, this.button);
    this.chips = make("div", { class: "chips", role: "group", "aria-label": word("chips") },
      ...word("suggestions").map((text) => make("button", {
        type: "button", onclick: () => this.text(text),
      }, text)));
    this.none = make("div", { class: "none" }, make("p", {}, word("noCampaign")),
      make("button", { type: "button", onclick: () => this.actions.campaign(this.number) },
        word("startOne")));
    this.wrong = make("p", { class: "wrong", role: "alert" });
    this.element.replaceChildren(
      make("div", { class: "device" },
        make("div", { class: "screen" }, this.top(), this.list, this.wrong, this.none, this.chips,
          this.bar)),
      this.foot(name));
    for (const bubble of [...this.bubbles.values()]) this.put(bubble);
    this.open(this.shown.can_text);
    this.empty();
  }

  top() {
    const other = this.gateway === "vudumobile" ? this.ours : this.sender();
    this.contact = make("span", { class: "contact" }, other ?? "");
    return make("header", { class: "top" },
      make("div", { class: "status" }, this.clock, make("span", { class: "island" }),
        make("span", { class: "signal", "aria-hidden": "true" }, make("i"), make("i"), make("i"),
          make("i"))),
      make("div", { class: "peer" }, make("span", { class: "face", "aria-hidden": "true" },
        NAMES[this.gateway][0]), make("div", {}, make("strong", {}, NAMES[this.gateway]),
        this.contact)));
  }

  foot(name) {
    const choice = make("select", {
      "aria-label": `${word("outcome")}, ${name}`, onchange: (event) => this.fate(event.target.value),
    }, make("option", { value: "" }, word("usual")),
    ...this.outcomes.map((code) => make("option", { value: code }, fateName(code))));
    if (!this.shown.outcome_is_usual) {
      choice.value = this.shown.outcome.split("_").pop();
    }
    return make("footer", {}, make("h3", {}, this.shown.landline ? `☎ ${name}` : name), choice,
      make("button", {
        type: "button", class: "remove", "aria-label": `${word("removePhone")} ${name}`,
        title: word("removePhone"), onclick: () => this.actions.remove(this),
      }, "×"));
  }

  /** Whom the phone shows as the other side. */
  sender() {
    const last = [...this.bubbles.values()].filter((b) => b.direction === "mt").pop();
    return last?.sender || last?.reference || "";
  }

  our(number) {
    this.ours = pretty(number);
    if (this.gateway === "vudumobile") this.contact.textContent = this.ours;
  }

  tick(now) {
    this.clock.textContent = clockTime(now, this.gateway);
  }

  open(canText) {
    this.shown.can_text = canText;
    this.none.hidden = canText;
    this.bar.hidden = this.chips.hidden = !canText;
  }

  empty() {
    if (this.bubbles.size) this.list.querySelector(".nothing")?.remove();
    else this.list.replaceChildren(make("li", { class: "nothing" },
      this.shown.can_text ? word("nothingYet") : ""));
  }

  /** A new message, or news of an old one; receipts never go back on the page. */
  tell(bubble) {
    const known = this.bubbles.get(bubble.key);
    if (known && RANK[bubble.state] < RANK[known.state]) return;
    this.bubbles.set(bubble.key, bubble);
    this.empty();
    this.put(bubble);
    if (this.gateway === "clever") this.contact.textContent = this.sender();
  }

  put(bubble) {
    const id = `bubble-${bubble.key}`;
    const old = this.list.querySelector(`#${id}`);
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    const element = this.draw(bubble, id);
    if (old) {
      element.classList.add("still");
      old.replaceWith(element);
    } else {
      this.daybreak(bubble);
      this.list.append(element);
    }
    if (atEnd || bubble.direction === "mo") this.list.scrollTop = this.list.scrollHeight;
  }

  /** A line with the date where a new day begins. */
  daybreak(bubble) {
    const day = dayName(new Date(bubble.time), this.gateway);
    if (this.lastDay !== day || !this.list.querySelector(".day")) {
      this.list.append(make("li", { class: "day" }, day));
    }
    this.lastDay = day;
  }

  draw(bubble, id) {
    const mine = bubble.direction === "mo";
    const about = [clockTime(new Date(bubble.time), this.gateway)];
    const texted = bubble.kind === "sms" || bubble.kind === "flash";
    if (texted && (!mine || bubble.segments > 1)) {
      const unit = word(bubble.segments === 1 ? "segment" : "segments");
      about.push(`${bubble.segments} ${unit} · ${bubble.encoding}`);
    }
    if (bubble.origin === "operator") about.push(word("byOperator"));
    if (KINDS[bubble.kind]) about.unshift(`${KINDS[bubble.kind]} ${word(bubble.kind)}`);
    return make("li", {
      id, class: `bubble ${mine ? "mine" : "theirs"}`, "data-state": bubble.state,
      "data-kind": bubble.kind,
    },
      make("p", {}, bubble.text),
      make("small", {}, make("span", {}, about.join(" · ")), mine ? null : this.receipt(bubble)),
      mine || !texted || !bubble.dear.length ? null : this.dear(bubble.dear),
      mine && this.whys ? this.whys.element(bubble.key) : null);
  }

  /** The signs for which a segment has 70 characters, and what is free instead. */
  dear(signs) {
    const told = signs.map(({ sign, name, free }) => {
      const shown = /[\p{Z}\p{C}]/u.test(sign) ? name : sign;
      if (free === null) return shown;
      return `${shown} → ${{ "": word("nothing"), " ": word("blank") }[free] ?? free}`;
    });
    return make("small", { class: "dear" }, `${word("dear")} ${told.join(", ")}`);
  }

  receipt(bubble) {
    const code = bubble.state === "failed" ? ` ${bubble.code}` : "";
    return make("span", { class: "receipt", title: bubble.code || bubble.state },
      `${MARKS[bubble.state]} ${word(bubble.state)}${code}`);
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value;
    if (text.trim()) this.text(text);
  }

  async text(text) {
    this.wrong.textContent = "";
    try {
      await order("text", { gateway: this.gateway, number: this.number, text });
      this.input.value = "";
      this.input.focus({ preventScroll: true });
    } catch (why) {
      this.wrong.textContent = why.message;
    }
  }

  async fate(code) {
    this.shown = { ...this.shown, ...await order("outcome", {
      gateway: this.gateway, number: this.number, code: code || null,
    }) };
  }
}
