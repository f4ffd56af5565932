// The form in which somebody answers in VuduMobile's own web application.

import { order } from "./dom.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);

/** Writes to a number behind Textobot's back. */
export class ByHand {
  constructor() {
    this.form = $("by-hand");
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  /** Name a number that one may answer, unless one is named. */
  offer(e164) {
    const { number } = this.form.elements;
    if (!number.value) number.value = e164;
  }

  async submit(event) {
    event.preventDefault();
    const { number, text } = this.form.elements;
    const said = $("by-hand-said");
    try {
      await order("by_hand", { number: number.value, text: text.value });
      text.value = "";
      said.className = "";
      said.textContent = word("written");
    } catch (why) {
      said.className = "wrong";
      said.textContent = why.message;
    }
  }
}
