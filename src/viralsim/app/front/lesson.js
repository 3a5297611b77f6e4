// A lesson on one screen: a prediction first, one slider, one try that plays, and a dot for every value tried.
// source: {tried(value, done), world(value, arm, number, done), removed(value, arm, number, member, done)}; done takes (answer, error).
window.viralsimLesson = function (root, lesson, source) {
  "use strict";
  const id = root.id + "-stage", stage = window.viralsimStage, m = lesson.measure, values = lesson.values;
  const texts = window.viralsimTexts, t = texts.t, plain = texts.number;
  const escape = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const h = (text, values) => escape(t(text, values)); // a text as HTML
  const noted = text => text;
  const words = { // of the simulated lessons; those on real posts bring their own
    next: noted("next try"), which: noted("try {number}"), bar: noted("bar: the likely range (95%)"), count: noted("{n} tries"),
    all: noted("All tries at this value"), without: noted("try it without first poster"),
    lost: noted("The same try without this person, all other luck as it was: shared by {lost} fewer, reaching {unreached} fewer."),
    none: noted("The same try without this person, all other luck as it was: nobody is lost, as others bring it to all of them."),
    who: noted("{kind} {who}, group {group}, followers: {followers}. So far: {state}"), ...lesson.words };
  const $ = name => root.querySelector(name);
  const fresh = () => ({ index: lesson.start, arm: 0, number: 0, removed: -1 });
  let now = fresh(), guess = null, picked = -1, world = null, asked = 0;
  const past = [], found = new Map();

  root.innerHTML = `<div class="vl"><section class="vl-ask"><h1>${lesson.order}. ${h(lesson.title)}</h1>
<p class="vl-question">${h(lesson.question)}</p></section>
<section class="vl-move"><label for="${id}-v">${h(lesson.label)}: <output class="vl-value"></output></label>
<input id="${id}-v" class="vl-slider" type="range" min="0" max="${values.length - 1}" step="1"></section>
<section class="vl-result"><form class="vl-guess"><label for="${id}-g"><b>${h("Guess first.")}</b> ${h(lesson.ask)}</label>
<div class="vl-row"><input id="${id}-g" type="number" step="any" min="0" inputmode="decimal"><button class="vl-main">${h("this is my guess")}</button></div>
<p class="vl-soft vl-why" role="status"></p></form>
<div class="vl-after" hidden><p class="vl-distance" role="status"></p><div class="vl-plot"></div></div></section>
<section class="vl-keep"><div class="vl-row"><button class="vl-undo" type="button">${h("undo")}</button><button class="vl-reset" type="button">${h("start over")}</button>
<button class="vl-print" type="button">${h("print")}</button><label><input type="checkbox" class="vl-teach"> ${h("I teach this")}</label><span class="vl-tongue"></span></div></section>
<section class="vl-picture"><div class="vl-row"><select class="vl-arm" aria-label="${h("who starts")}"></select>
<button class="vl-next" type="button">${h(words.next)}</button><span class="vl-which"></span></div>
<div id="${id}">${lesson.stage}</div></section>
<section class="vl-remove"><p class="vl-who" role="status"></p><div class="vl-row vl-tier"></div><p class="vl-lost" role="status"></p></section>
<section class="vl-more"><div class="vl-after" hidden><h2>${h(words.all)}</h2><p class="vl-said vl-soft"></p><div class="vl-curves"></div>
<h2>${h("What is surprising")}</h2><p>${h(lesson.surprise)}</p></div>
<div class="vl-teacher" hidden><h2>${h("For the teacher")}</h2><p>${h(lesson.teacher)}</p></div>
<h2>${h("Words")}</h2>${Object.entries(lesson.glossary).map(([word, meaning]) => `<p><b>${h(word)}</b>: ${h(meaning)}</p>`).join("")}</section></div>`;

  texts.fill(root);
  $(".vl-tongue").append(texts.choice());
  const arms = $(".vl-arm"), spoken = name => t(name.replaceAll("_", " "));
  arms.innerHTML = lesson.arms.map((name, i) => `<option value="${i}">${escape(spoken(name))}</option>`).join("");
  arms.hidden = lesson.arms.length < 2;

  // ---- the plot of the result against the slider

  function up(value) {
    const [low, high] = m.axis, share = m.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return 176 - 150 * Math.max(-0.04, Math.min(1.04, share));
  }
  const hue = k => `var(--vs-${k + (m.arms ? 0 : 2)})`; // lines that are no arms have colours of their own
  const across = value => 52 + 372 * (value - values[0]) / (values[values.length - 1] - values[0]);

  function marks() {
    const [low, high] = m.axis;
    if (!m.log) return [low, (low + high) / 2, high];
    const step = high / low > 50 ? 10 : 2, ticks = [];
    for (let at = low; at < high * 1.01; at *= step) ticks.push(at);
    return ticks;
  }

  function plot() {
    const parts = [`<path d="M52,20V180H430" fill="none" stroke="currentColor"/>`];
    for (const at of marks())
      parts.push(`<path d="M48,${up(at)}H430" stroke="currentColor" opacity=".15"/><text x="44" y="${up(at) + 4}" text-anchor="end">${plain(at)}</text>`);
    for (const [at, anchor] of [[values[0], "start"], [values[values.length - 1], "end"]])
      parts.push(`<text x="${across(at)}" y="196" text-anchor="${anchor}">${plain(at)}</text>`);
    parts.push(`<text x="241" y="196" text-anchor="middle">${h(lesson.label)}</text>`);
    if (guess !== null) {
      const x = across(lesson.at), y = up(guess);
      parts.push(`<path class="vl-mine" d="M${x - 7},${y - 7}l14,14m0,-14l-14,14" stroke="currentColor" stroke-width="3" fill="none"><title>${h("my guess")} ${plain(guess)}</title></path>`);
    }
    let names = [];
    for (const [value, answer] of found) {
      names = answer.outcomes.map(one => one.name);
      answer.outcomes.forEach(function (one, k) {
        if (one.value === null) return;
        const x = across(value) + (k - (answer.outcomes.length - 1) / 2) * 5, colour = hue(k), here = value === values[now.index];
        const span = one.low === null ? "" : ", " + h("range {low} to {high}", { low: plain(one.low), high: plain(one.high) });
        const range = one.low === null ? "" : `<path d="M${x},${up(one.low)}V${up(one.high)}" stroke="${colour}" stroke-width="2"/>`;
        parts.push(`<g class="vl-dot" data-at="${value}" data-name="${escape(one.name)}" data-value="${one.value}">${range}<circle cx="${x}" cy="${up(one.value)}" r="${here ? 7 : 4.5}" fill="${colour}"/>` +
          `<title>${plain(value)}: ${plain(one.value)}${span}</title></g>`);
      });
    }
    const key = (names.length > 1 ? names : []).map((name, k) => `<span style="color:${hue(k)}">&#9679;</span> ${escape(spoken(name))}`);
    key.push("&#10005; " + h("my guess"));
    $(".vl-plot").innerHTML = `<p class="vl-soft">${h(m.title)}; ${h(words.bar)}</p>` +
      `<svg viewBox="0 0 440 200" role="img" aria-label="${h(m.title)}, ${h(lesson.label)}">${parts.join("")}</svg><p class="vl-soft">${key.join(" ")}</p>`;
  }

  // ---- asking and showing

  function tried() {
    const value = values[now.index], number = ++asked;
    const show = function (answer, error) {
      if (error) { if (number === asked) $(".vl-said").textContent = error; return; }
      found.set(value, answer);
      if (guess === null) return;
      if (value === lesson.at) distance(answer);
      plot();
      if (number !== asked) return;
      $(".vl-curves").innerHTML = answer.drawn;
      texts.fill($(".vl-curves"));
      $(".vl-said").textContent = t(words.count, { n: plain(answer.tries) });
    };
    if (found.has(value)) show(found.get(value)); else source.tried(value, show);
  }

  // whether a guess is as good as right: a twentieth off, or one of a hundred
  function close(off, truth) {
    const [low, high] = m.axis;
    return off <= Math.max(Math.abs(truth) / 20, m.log ? 0 : Math.min(1, (high - low) / 100));
  }

  function distance(answer) {
    const one = answer.outcomes[0];
    if (one.value === null) return;
    const truth = Number(one.value.toPrecision(Math.abs(one.value) < 1 ? 2 : 3)), off = Math.abs(guess - truth); // as it is shown, so that the sum is right
    const near = one.low !== null && one.low <= guess && guess <= one.high;
    const told = { guess: `<b>${plain(guess)}</b>`, truth: `<b>${plain(truth)}</b>`, off: plain(off) };
    $(".vl-distance").innerHTML = near ? t("You guessed {guess}; it is {truth}. Inside the range: well guessed!", told)
      : close(off, truth) ? t("You guessed {guess}; it is {truth}. Very close: well guessed!", told)
      : guess > truth ? t("You guessed {guess}; it is {truth}: {off} too high.", told) : t("You guessed {guess}; it is {truth}: {off} too low.", told);
  }

  function play() {
    const want = { ...now };
    if (world === null) $(".vs-hour").textContent = t("the first try is on its way");
    $(".vl-which").textContent = t(words.which, { number: now.number + 1 });
    $(".vl-who").textContent = t("Tap a dot to see who it is.");
    $(".vl-lost").textContent = "";
    $(".vl-tier").innerHTML = "";
    picked = -1;
    source.world(values[want.index], lesson.arms[want.arm], want.number, function (answer, error) {
      if (want.index !== now.index || want.arm !== now.arm || want.number !== now.number) return;
      if (error) { $(".vl-who").textContent = error; return; }
      world = answer;
      root.dataset.shown = values[want.index];
      stage.show(id, answer, matchMedia("(prefers-reduced-motion: reduce)").matches);
      $(".vl-tier").innerHTML = answer.moves.removable.length
        ? `<span>${h(words.without)}</span>` + answer.moves.removable.map((a, i) => `<button type="button" data-member="${a}">${i + 1}</button>`).join("") : "";
    });
  }

  function without(member) {
    const want = { ...now };
    picked = member; stage.pick(id, member);
    source.removed(values[want.index], lesson.arms[want.arm], want.number, member, function (answer, error) {
      if (want.index !== now.index || want.number !== now.number) return;
      const none = !error && !answer.lost.length && !answer.unreached;
      $(".vl-lost").textContent = error || t(none ? words.none : words.lost, { lost: answer.lost.length, unreached: answer.unreached });
      if (!error) stage.mark(id, answer.lost);
      if ($(".vl-picture").getBoundingClientRect().top < 0) setTimeout(() => $(".vl-picture").scrollIntoView()); // on a phone the buttons are below it
    });
  }

  function show() {
    const value = values[now.index], slider = $(".vl-slider");
    slider.value = now.index;
    slider.setAttribute("aria-valuetext", plain(value));
    slider.dataset.value = value;
    $(".vl-value").textContent = plain(value);
    arms.value = now.arm;
    history.replaceState(null, "", "#" + new URLSearchParams({ value: value, arm: now.arm, try: now.number, ...(guess === null ? {} : { guess: guess }) }));
    if (guess !== null) { plot(); tried(); }
    play();
  }

  function move(change) {
    past.push({ ...now });
    now = { ...now, ...change };
    show();
  }

  function reveal() {
    $(".vl-guess").hidden = true;
    root.querySelectorAll(".vl-after").forEach(one => { one.hidden = false; });
  }

  let wait = 0;
  $(".vl-slider").oninput = function (event) {
    const index = Number(event.target.value);
    $(".vl-value").textContent = plain(values[index]);
    clearTimeout(wait);
    wait = setTimeout(() => move({ index: index }), 120);
  };
  arms.onchange = () => move({ arm: Number(arms.value) });
  $(".vl-next").onclick = () => move({ number: (now.number + 1) % lesson.tries });
  $(".vl-undo").onclick = function () {
    if (past.length) { now = past.pop(); show(); } else $(".vl-lost").textContent = t("Nothing to undo yet.");
  };
  $(".vl-reset").onclick = function () { history.replaceState(null, "", location.pathname + location.search); window.viralsimLesson(root, lesson, source); };
  $(".vl-print").onclick = () => window.print();
  $(".vl-teach").onchange = event => { $(".vl-teacher").hidden = !event.target.checked; };
  $(".vl-guess").onsubmit = function (event) {
    event.preventDefault();
    const typed = $(".vl-guess input").value;
    if (typed === "") { $(".vl-why").textContent = t("Type a number: a wild guess will do."); return; }
    guess = Number(typed);
    reveal();
    move({ index: values.indexOf(lesson.at) });
  };
  $(".vl-tier").onclick = event => { if (event.target.dataset.member) without(Number(event.target.dataset.member)); };
  $(".vl").addEventListener("member", function (event) {
    const who = event.detail, s = world.scene, advocate = world.moves.advocates.includes(who);
    const state = [t("not reached"), t("reached"), t("shared"), t("criticised")][stage.stateOf(id, who)];
    const kind = advocate ? t("first poster") : t("person");
    $(".vl-who").textContent = t(words.who,
      { kind: kind, who: who, group: s.community[who] + 1, followers: s.starts[who + 1] - s.starts[who], state: state });
  });

  const kept = new URLSearchParams(location.hash.slice(1)), at = values.indexOf(Number(kept.get("value")));
  if (kept.has("value") && at >= 0)
    now = { index: at, arm: Math.min(lesson.arms.length - 1, Number(kept.get("arm")) || 0), number: (Number(kept.get("try")) || 0) % lesson.tries, removed: -1 };
  if (kept.get("guess")) { guess = Number(kept.get("guess")); reveal(); }
  show();
};
