// The shop's page: shows where the visit stands, and asks the shop. It compares nothing itself.

import { pretty } from "./dom.js";
import "./shop_words.js";
import { currentLanguage, firstLanguage, speak, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const ASKED_EVERY = 2000;
let visit = { state: "out" };
let error = null;

async function ask(method, path = "", body = undefined) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  try {
    const answer = await fetch(`/session${path}`, { method, headers, body: JSON.stringify(body) });
    const told = await answer.json();
    $("offline").hidden = true;
    error = told.error ? told : null;
    return told.error ? null : told;
  } catch {
    $("offline").hidden = false;
    return null;
  }
}

function said() {
  if (error) return error.error === "later" ? word("later")(error.wait) : word("errors")[error.error];
  if (visit.state === "code" && visit.wrong) return word("wrongCode")(visit.left);
  return "";
}

function draw() {
  const { state } = visit;
  const texting = state === "text" || state === "keyword";
  for (const id of ["out", "code", "in", "over"]) $(id).hidden = id !== state;
  $("texting").hidden = !texting;
  $("title").textContent = word("titles")[state];
  $("lead").textContent = state === "over" ? word("whys")[visit.why] : word("leads")[state];
  $("said").textContent = said();
  if (texting) {
    const text = state === "keyword" ? `${word("enterWord")} ${visit.text}` : visit.text;
    $("text").textContent = text;
    $("our-number").textContent = pretty(visit.our_number);
    $("sms").href = `sms:${visit.our_number}?body=${encodeURIComponent(text)}`;
  }
  if (state === "in") $("number").textContent = pretty(visit.number);
}

/** Show it. Where it is another page now, a screen reader begins at its title. */
function show(told) {
  const before = visit.state;
  if (told) visit = told;
  draw();
  if (before === visit.state) return;
  const field = visit.state === "code" ? $("code").elements.code : $("title");
  field.focus();
  if (visit.state === "code") receive();
}

/** Where the browser reads the text itself (WebOTP), nobody has to type. */
async function receive() {
  if (!("OTPCredential" in window)) return;
  try {
    const otp = await navigator.credentials.get({ otp: { transport: ["sms"] } });
    $("code").elements.code.value = otp.code;
    $("code").requestSubmit();
  } catch { /* no text came, or the person would rather type */ }
}

function onWay() {
  const byKeyword = $("out").elements.way.value === "keyword";
  $("number-label").hidden = byKeyword;
  $("out").elements.number.required = !byKeyword;
}

$("out").addEventListener("change", onWay);
$("out").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { way, number } = $("out").elements;
  show(await ask("POST", "", {
    way: way.value, number: number.value, language: currentLanguage(),
  }));
});
$("code").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { code } = $("code").elements;
  const told = await ask("POST", "/check", { code: code.value });
  if (told) code.value = "";
  show(told);
  if (visit.state === "code") code.focus();
});
for (const button of document.querySelectorAll(".anew")) {
  button.addEventListener("click", async () => show(await ask("DELETE")));
}
document.querySelector(".languages").addEventListener("click", ({ target }) => {
  if (!target.dataset.language) return;
  speak(target.dataset.language);
  draw();
});

speak(firstLanguage());
draw();
onWay();
show(await ask("GET"));
setInterval(async () => {
  if (visit.state === "text" || visit.state === "keyword" || !$("offline").hidden) {
    show(await ask("GET"));
  }
}, ASKED_EVERY);
