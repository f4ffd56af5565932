// The side: faults, a campaign, the accounts; the mails and the log below.

import { clockTime, look, make, NAMES, number, order, press, pretty, undo } from "./dom.js";
import { currentLanguage, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const MOST_LINES = 150;

/** The menu of faults and those that are on. */
export class Faults {
  constructor() {
    this.where = "both";
    this.what = "send";
    this.times = "1";
    this.active = [];
    this.menu = [];
    this.groups = [];
    this.opened = new Set(["answer"]);
    $("where").addEventListener("click", (event) => this.choose("where", event));
    $("what").addEventListener("click", (event) => this.choose("what", event));
    $("times").addEventListener("click", (event) => this.choose("times", event));
    $("mend").addEventListener("click", () => undo("faults"));
  }

  async load() {
    Object.assign(this, await look("faults"));
    this.draw();
  }

  choose(name, event) {
    const value = event.target.dataset[name];
    if (value === undefined) return;
    this[name] = value;
    this.draw();
  }

  draw() {
    press($("where"), "where", this.where);
    press($("what"), "what", this.what);
    press($("times"), "times", this.times);
    $("menu").replaceChildren(...this.groups.map((group) => this.group(group)));
    this.tell(this.active);
  }

  label(kind) {
    return kind[currentLanguage()];
  }

  /** The gateways at which a fault can be switched on, of those chosen. */
  places(kind) {
    return kind.gateways.filter((name) => this.where === "both" || this.where === name);
  }

  group(group) {
    const kinds = this.menu.filter((kind) => kind.group === group.name && this.places(kind).length);
    const element = make("details", { class: "faultgroup", open: this.opened.has(group.name) },
      make("summary", {}, this.label(group), make("span", { class: "count" }, String(kinds.length))),
      make("div", { class: "buttons" }, ...kinds.map((kind) => this.button(kind))));
    element.addEventListener("toggle", () => {
      if (element.open) this.opened.add(group.name);
      else this.opened.delete(group.name);
    });
    return element;
  }

  button(kind) {
    const seconds = kind.options.seconds;
    return make("button", {
      type: "button", class: "fault", "data-fault": kind.name, onclick: () => this.break(kind),
    }, make("span", {}, this.label(kind)),
    make("code", {}, kind.name + (seconds ? ` ${seconds} s` : "")));
  }

  /** The kind of request that is to fail: as chosen, unless this fault has one of its own. */
  operation(kind) {
    const anywhere = kind.operations.vudumobile ?? kind.operations.clever;
    const either = anywhere.some((name) => ["send", "pushs"].includes(name))
      && anywhere.some((name) => ["get_feed", "mos"].includes(name));
    return either && this.what ? this.what : null;
  }

  async break(kind) {
    const places = this.places(kind);
    await order("faults", {
      gateway: places.length === 2 ? "both" : places[0],
      name: kind.name,
      operation: this.operation(kind),
      times: this.times ? Number(this.times) : null,
    });
  }

  tell(active) {
    this.active = active;
    $("mend").hidden = !active.length;
    $("active").replaceChildren(...active.map((fault) => this.on(fault)));
    if (!active.length) $("active").append(make("li", { class: "calm" }, word("nothingActive")));
    for (const button of document.querySelectorAll("[data-fault]")) {
      button.classList.toggle("on", active.some((fault) => fault.name === button.dataset.fault));
    }
  }

  on(fault) {
    const kind = this.menu.find((each) => each.name === fault.name);
    const left = fault.times === null ? word("always") : `${fault.times}× ${word("left")}`;
    return make("li", { "data-gateway": fault.gateway },
      make("span", { class: "dot", "aria-hidden": "true" }),
      make("span", {}, make("b", {}, NAMES[fault.gateway]), " · ",
        kind ? this.label(kind) : fault.name, make("small", {}, left)),
      make("button", {
        type: "button", "aria-label": `${word("mend")}: ${kind ? this.label(kind) : fault.name}`,
        title: word("mend"), onclick: () => undo(`faults/${fault.id}`),
      }, "×"));
  }
}

/** The form that starts a Clever campaign. */
export class Campaign {
  constructor() {
    this.form = $("campaign");
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  speak() {
    const text = this.form.elements.text;
    if (!text.value || text.value === this.offered) text.value = word("campaignText");
    this.offered = word("campaignText");
  }

  /** Offer a number, and the form. */
  offer(e164, focus = false) {
    const field = this.form.elements.numbers;
    const known = field.value.split(";").map((part) => part.trim()).filter(Boolean);
    if (!known.includes(e164)) field.value = [...known, e164].join("; ");
    if (focus) {
      this.form.scrollIntoView({ block: "center" });
      this.form.elements.text.focus();
    }
  }

  async submit(event) {
    event.preventDefault();
    const { numbers, text } = this.form.elements;
    const said = $("campaign-said");
    try {
      const { reference } = await order("campaign", {
        numbers: numbers.value.split(/[;,]/).map((part) => part.trim()).filter(Boolean),
        text: text.value,
      });
      said.className = "";
      said.textContent = `${word("started")} ${reference}`;
    } catch (why) {
      said.className = "wrong";
      said.textContent = why.message;
    }
  }
}

/** What the two accounts are. */
export class Accounts {
  tell(settings) {
    this.settings = settings;
    const { vudumobile, clever } = settings;
    $("accounts").replaceChildren(
      ...this.line("vudumobile", word("ourNumber"), pretty(vudumobile.our_number)),
      ...this.line("vudumobile", word("firewall"), this.check("vudumobile", "firewall_open")),
      ...this.line("vudumobile", word("detailed"), this.check("vudumobile", "detailed_statuses")),
      ...this.line("clever", word("credit"), this.credit(clever.credit)),
      ...this.line("clever", word("expires"), this.expiry(clever.expires)));
  }

  line(gateway, name, value) {
    return [make("dt", { "data-gateway": gateway }, make("span", { class: "dot" }), name),
      make("dd", {}, value)];
  }

  check(gateway, name) {
    const label = { firewall_open: "firewall", detailed_statuses: "detailed" }[name];
    return make("input", {
      type: "checkbox", role: "switch", class: "switch", "aria-label": word(label),
      checked: this.settings[gateway][name],
      onchange: (event) => order("settings", { [gateway]: { [name]: event.target.checked } }),
    });
  }

  expiry(value) {
    return make("input", {
      type: "date", class: "reading", "aria-label": word("expires"), value: value.slice(0, 10),
      onchange: ({ target }) => target.value
        && order("settings", { clever: { expires: `${target.value} ${value.slice(11)}` } }),
    });
  }

  credit(value) {
    return make("span", { class: "credit" }, make("output", { id: "credit" }, number(value)),
      ...[[0, "0"], [20, "20"], [999733, "↺"]].map(([credit, sign]) => make("button", {
        type: "button", class: "quiet", "aria-label": `${word("credit")}: ${credit}`,
        onclick: () => order("settings", { clever: { credit } }),
      }, sign)));
  }
}

const MOST_MAILS = 100;

/** What arrived by e-mail, the newest first, as its readers see it. */
export class Mails {
  constructor() {
    this.list = [];
  }

  start(list) {
    this.list = list;
    this.draw();
  }

  tell(mail) {
    const one = JSON.stringify(mail);
    const others = this.list.filter((each) => JSON.stringify(each) !== one);
    this.list = [...others, mail].slice(-MOST_MAILS);
    this.draw();
  }

  draw() {
    $("mails").replaceChildren(...this.list.toReversed().map((mail) => this.item(mail)));
    if (!this.list.length) $("mails").append(make("li", { class: "nothing" }, word("noMails")));
  }

  item(mail) {
    const when = clockTime(new Date(mail.time), mail.gateway, true);
    return make("li", { "data-gateway": mail.gateway },
      make("span", { class: "dot", "aria-hidden": "true" }),
      make("div", {}, make("h3", {}, mail.subject),
        make("small", {}, [NAMES[mail.gateway], when, mail.to].join(" · ")),
        make("p", {}, mail.text)));
  }
}

const POLLS = ["get_feed", "mos", "deliveries", "account", "push", "pushsmail", "mail_deliveries"];

/** The gateways' own log, the newest first. */
export class Log {
  constructor() {
    this.lines = [];
    $("log-short").addEventListener("change", () => this.draw());
    $("log").addEventListener("toggle", () => this.draw());
  }

  start(lines) {
    this.lines = lines;
    this.draw();
  }

  tell(line) {
    this.lines = this.lines.filter((each) => each.id !== line.id);
    this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    this.waiting ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.waiting = null;
    const short = $("log-short").checked;
    const last = this.lines.at(-1);
    $("log-count").textContent = last ? `${last.method} ${last.path.split("/api/").pop()}` : "";
    if (!$("log").open) return;
    const shown = this.folded().filter(({ line }) => !short || !this.ordinary(line));
    $("requests").replaceChildren(...shown.map(({ line, times }) => this.row(line, times)));
  }

  /** The newest first; ordinary polls between two lines of interest are told once, and counted. */
  folded() {
    const rows = [];
    let polls = new Map();
    for (const line of this.lines.toReversed()) {
      const key = this.ordinary(line) && `${line.gateway} ${line.path}`;
      if (key && polls.has(key)) {
        polls.get(key).times += 1;
        continue;
      }
      const row = { line, times: 1 };
      rows.push(row);
      if (key) polls.set(key, row);
      else polls = new Map();
    }
    return rows;
  }

  ordinary(line) {
    return POLLS.includes(line.operation) && line.status === 200 && !line.faults.length;
  }

  row(line, times) {
    const end = line.end ? word(line.end) : line.status || word("waiting");
    const tone = line.end || line.status >= 400 ? "bad" : line.status ? "good" : "";
    return make("tr", { "data-gateway": line.gateway },
      make("td", {}, clockTime(new Date(line.time), line.gateway, true)),
      make("td", {}, make("span", { class: "dot", "aria-hidden": "true" }), NAMES[line.gateway]),
      make("td", {}, make("code", {}, `${line.method} ${line.path}`),
        times > 1 ? make("small", {}, `×${times}`) : null),
      make("td", {}, make("span", { class: `end ${tone}` }, String(end))),
      make("td", {}, line.faults.join(", ")));
  }
}
