// Making elements, asking the sandbox, telling the time. Text only ever becomes text.

import { currentLanguage } from "./words.js";

/** An element; strings among the children become text nodes, never HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** GET. */
export async function look(name) {
  return told(await fetch(`/control/${name}`));
}

/** POST; throws an Error with the sandbox's own sentence. */
export async function order(name, body = {}) {
  return told(await fetch(`/control/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }));
}

/** DELETE. */
export async function undo(name) {
  return told(await fetch(`/control/${name}`, { method: "DELETE" }));
}

async function told(answer) {
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

const ZONES = { vudumobile: "America/Montreal", clever: "Europe/Paris" };
export const NAMES = { vudumobile: "VuduMobile", clever: "Clever", elsewhere: "?" };

const formats = new Map();

function format(options) {
  const key = currentLanguage() + JSON.stringify(options);
  if (!formats.has(key)) {
    const locale = currentLanguage() === "fr" ? "fr-CA" : "en-CA";
    formats.set(key, new Intl.DateTimeFormat(locale, options));
  }
  return formats.get(key);
}

const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** Hours and minutes where that gateway's people live, as 14:05. */
export function clockTime(date, gateway, seconds = false) {
  const more = seconds ? { second: "2-digit" } : {};
  const parts = format({ ...HOURS, ...more, timeZone: ZONES[gateway] }).formatToParts(date);
  const wanted = parts.filter((part) => ["hour", "minute", "second"].includes(part.type));
  return wanted.map((part) => part.value.padStart(2, "0")).join(":");
}

/** Weekday, day and month. */
export function dayName(date, gateway) {
  return format({ weekday: "short", day: "numeric", month: "short", timeZone: ZONES[gateway] })
    .format(date);
}

export function number(value) {
  return new Intl.NumberFormat(currentLanguage() === "fr" ? "fr-CA" : "en-CA").format(value);
}

/** +1 514 555-0001, +33 6 00 00 00 01; others as they are. */
export function pretty(e164) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  if (american) return `+1 ${american[1]} ${american[2]}-${american[3]}`;
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(e164);
  if (french) return `+33 ${french.slice(1).join(" ")}`;
  return e164;
}

/** Which of the buttons in a group is pressed. */
export function press(group, name, value) {
  for (const button of group.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset[name] === String(value)));
  }
}
