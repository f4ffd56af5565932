// Puts the page together: state at the start, then every change as it is told.

import { ByHand } from "./by_hand.js";
import { clockTime, dayName, look, make, order, press } from "./dom.js";
import { Accounts, Campaign, Faults, Log, Mails } from "./panel.js";
import { keyOf, Phone } from "./phones.js";
import { Readings } from "./readings.js";
import { firstLanguage, speak, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const phones = new Map();
const faults = new Faults();
const campaign = new Campaign();
const byHand = new ByHand();
const accounts = new Accounts();
const readings = new Readings();
const log = new Log();
const mails = new Mails();
const clock = { timestamp: Date.now() / 1000, speed: 1, read: performance.now() };
let ourNumber = "";
let explains = false;
let outcomes = {};

const worldNow = () =>
  new Date((clock.timestamp + ((performance.now() - clock.read) / 1000) * clock.speed) * 1000);

function kept() {
  try {
    const list = JSON.parse(localStorage.getItem("phones"));
    return Array.isArray(list) ? list.filter((key) => /^\w+:\+\d+$/.test(key)) : [];
  } catch {
    return [];
  }
}

function keep() {
  localStorage.setItem("phones", JSON.stringify([...phones.keys()]));
}

function setClock(told) {
  Object.assign(clock, { timestamp: told.timestamp, speed: told.speed, read: performance.now() });
  press($("speeds"), "speed", told.speed);
  tick();
}

function tick() {
  const now = worldNow();
  $("world-time").textContent = clockTime(now, "vudumobile", true);
  $("world-date").textContent = `${dayName(now, "vudumobile")} · Montréal`;
  for (const phone of phones.values()) phone.tick(now);
}

function place(shown) {
  const key = keyOf(shown.gateway, shown.number);
  const phone = new Phone(shown, {
    remove: (gone) => {
      phones.delete(keyOf(gone.gateway, gone.number));
      gone.element.remove();
      keep();
    },
    campaign: (number) => campaign.offer(number, true),
    explains,
    outcomes: outcomes[shown.gateway],
  });
  const before = phones.get(key);
  phone.input.value = before?.input.value ?? "";
  before?.element.remove();
  phones.set(key, phone);
  $("phones").insertBefore(phone.element, $("add-phone"));
  if (ourNumber) phone.our(ourNumber);
  if (shown.gateway === "clever") campaign.offer(shown.number);
  else byHand.offer(shown.number);
  phone.list.scrollTop = phone.list.scrollHeight;
  phone.tick(worldNow());
}

function setSettings(settings) {
  ourNumber = settings.vudumobile.our_number;
  for (const phone of phones.values()) phone.our(ourNumber);
  accounts.tell(settings);
  readings.tell(settings);
}

function setBubble(told) {
  const phone = phones.get(keyOf(told.gateway, told.number));
  if (!phone) return;
  phone.open(told.can_text);
  phone.tell(told.bubble);
}

let loaded = false;
let held = null;

/** Read the state; what is told meanwhile may be newer than it, and is heard after it. */
async function load() {
  held ??= [];
  try {
    await read();
  } finally {
    const told = held ?? [];
    held = null;
    for (const hear of told) hear();
  }
}

async function read() {
  const asked = kept().map((key) => encodeURIComponent(key)).join(",");
  const state = await look(`state?phones=${asked}`);
  explains = state.explains;
  outcomes = state.outcomes;
  $("shop").hidden = !state.shop;
  if (state.shop) $("shop").href = state.shop;
  setClock(state.clock);
  setSettings(state.settings);
  const shown = new Set(state.phones.map((phone) => keyOf(phone.gateway, phone.number)));
  for (const [key, phone] of phones) {
    if (!shown.has(key)) {
      phone.element.remove();
      phones.delete(key);
    }
  }
  state.phones.forEach(place);
  if (!loaded) $("phones").scrollLeft = 0;
  loaded = true;
  log.start(state.requests);
  mails.start(state.mails);
  $("known").replaceChildren(...state.known.map(([, number]) => make("option", { value: number })));
  await faults.load();
  await readings.load();
}

function listen() {
  const events = new EventSource("/control/events");
  const on = (name, act) =>
    events.addEventListener(name, (event) => {
      const hear = () => act(JSON.parse(event.data));
      if (held) held.push(hear);
      else hear();
    });
  events.addEventListener("open", () => {
    $("offline").hidden = true;
    load();
  });
  events.addEventListener("error", () => { $("offline").hidden = false; });
  on("bubble", setBubble);
  on("receipt", setBubble);
  on("clock", setClock);
  on("settings", setSettings);
  on("faults", (told) => faults.tell(told.active));
  on("request", (told) => log.tell(told));
  on("mail", (told) => mails.tell(told));
  on("reset", load);
  addEventListener("pagehide", () => events.close());
}

function change(language) {
  speak(language);
  for (const phone of phones.values()) {
    phone.build();
    phone.our(ourNumber);
    phone.list.scrollTop = phone.list.scrollHeight;
  }
  campaign.speak();
  faults.draw();
  log.draw();
  mails.draw();
  if (accounts.settings) accounts.tell(accounts.settings);
  readings.draw();
  tick();
}

function suggestNumber() {
  const form = $("add");
  const gateway = form.elements.gateway.value;
  const used = [...phones.keys()].filter((key) => key.startsWith(gateway));
  const base = gateway === "vudumobile" ? 15145550001 : 33600000001;
  let next = base;
  while (used.includes(keyOf(gateway, `+${next}`))) next += 1;
  form.elements.number.value = `+${next}`;
}

async function add(event) {
  event.preventDefault();
  const { gateway, number } = $("add").elements;
  const digits = number.value.replace(/\D/g, "");
  try {
    const state = await look(`state?phones=${gateway.value}:${digits}`);
    state.phones.forEach(place);
    keep();
    $("adding").close();
    [...phones.values()].at(-1).input.focus();
  } catch (why) {
    $("add-wrong").textContent = why.message;
  }
}

function wire() {
  $("phones").append(make("button", {
    type: "button", class: "add-phone", id: "add-phone",
    onclick: () => {
      $("add-wrong").textContent = "";
      suggestNumber();
      $("adding").showModal();
    },
  }, make("span", { class: "plus", "aria-hidden": "true" }, "+"),
  make("span", { "data-word": "addPhone" })));
  $("add").addEventListener("submit", add);
  $("add").addEventListener("change", (event) => {
    if (event.target.name === "gateway") suggestNumber();
  });
  $("add-cancel").addEventListener("click", () => $("adding").close());
  $("speeds").addEventListener("click", ({ target }) => {
    if (target.dataset.speed) order("clock", { speed: Number(target.dataset.speed) });
  });
  $("jumps").addEventListener("click", ({ target }) => {
    if (target.dataset.jump) order("clock", { jump: Number(target.dataset.jump) });
  });
  document.querySelector(".languages").addEventListener("click", ({ target }) => {
    if (target.dataset.language) change(target.dataset.language);
  });
}

$("log").open = matchMedia("(min-width: 1081px)").matches;
wire();
change(firstLanguage());
listen();
setInterval(tick, 250);
