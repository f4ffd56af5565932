// How the gateways behave where their documents leave it open: every setting, as a choice.

import { look, make, NAMES, order } from "./dom.js";
import { currentLanguage } from "./words.js";

const $ = (id) => document.getElementById(id);

/** A group of settings for each gateway, drawn when it is opened. */
export class Readings {
  constructor() {
    this.list = [];
    this.opened = new Set();
  }

  async load() {
    this.list = (await look("readings")).readings;
    this.draw();
  }

  tell(settings) {
    this.settings = settings;
    this.draw();
  }

  draw() {
    if (!this.settings) return;
    $("readings").replaceChildren(...["vudumobile", "clever"].map((name) => this.group(name)));
  }

  group(gateway) {
    const mine = this.list.filter((each) => each.gateway === gateway);
    const rows = make("dl", { class: "accounts" }, ...mine.flatMap((each) => this.line(each)));
    const element = make("details", { class: "faultgroup", open: this.opened.has(gateway) },
      make("summary", {}, NAMES[gateway],
        make("span", { class: "count" }, String(mine.length))), rows);
    element.addEventListener("toggle", () => {
      if (element.open) this.opened.add(gateway);
      else this.opened.delete(gateway);
    });
    return element;
  }

  line(reading) {
    return [make("dt", {}, reading[currentLanguage()]), make("dd", {}, this.control(reading))];
  }

  control(reading) {
    const { gateway, name, choices } = reading;
    const value = this.settings[gateway][name];
    const set = (to) => order("settings", { [gateway]: { [name]: to } });
    const about = {
      "aria-label": `${NAMES[gateway]}: ${reading[currentLanguage()]}`,
      "data-reading": `${gateway}.${name}`,
    };
    if (choices.length) return this.select(about, choices, value, set);
    if (typeof value === "boolean") {
      return make("input", {
        ...about, type: "checkbox", role: "switch", class: "switch", checked: value,
        onchange: (event) => set(event.target.checked),
      });
    }
    const numeric = typeof value === "number";
    return make("input", {
      ...about, type: numeric ? "number" : "text", value: String(value), class: "reading",
      onchange: (event) => set(numeric ? Number(event.target.value) : event.target.value),
    });
  }

  select(about, choices, value, set) {
    const element = make("select", {
      ...about, class: "reading", onchange: (event) => set(choices[event.target.selectedIndex]),
    }, ...choices.map((each) => make("option", {}, each === "\t" ? "Tab" : String(each))));
    element.selectedIndex = choices.indexOf(value);
    return element;
  }
}
