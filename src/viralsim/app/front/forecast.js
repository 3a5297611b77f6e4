// A real post is seen for some hours; a range for its end is guessed, and then the end and the program's range are shown beside it.
window.viralsimForecast = function (root, data) {
  "use strict";
  const lesson = data.lesson, posts = data.posts, values = lesson.values, texts = window.viralsimTexts, t = texts.t, plain = texts.number;
  const escape = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const h = (text, values) => escape(t(text, values)), $ = name => root.querySelector(name), DAY = 24, id = root.id + "-f";
  const fresh = () => ({ index: lesson.start, number: 0 });
  let now = fresh(), guess = null, seen = new Set(), past = [];
  const judged = []; // of the posts so far: whether my range held the end, and the program's

  root.innerHTML = `<div class="vl"><section class="vl-ask"><h1>${lesson.order}. ${h(lesson.title)}</h1>
<p class="vl-question">${h(lesson.question)}</p></section>
<section class="vl-move"><label for="${id}-v">${h(lesson.label)}: <output class="vl-value"></output></label>
<input id="${id}-v" class="vl-slider" type="range" min="0" max="${values.length - 1}" step="1"></section>
<section class="vl-result"><form class="vl-guess"><p><b>${h("Guess first.")}</b> ${h(lesson.ask)}</p>
<div class="vl-row"><label>${h("from")} <input class="vl-low" type="number" min="0" step="1" inputmode="numeric"></label>
<label>${h("to")} <input class="vl-high" type="number" min="0" step="1" inputmode="numeric"></label><button class="vl-main">${h("this is my guess")}</button></div>
<p class="vl-soft vl-why" role="status"></p></form>
<div class="vl-after" hidden><p class="vl-distance" role="status"></p><p class="vl-tally"></p></div></section>
<section class="vl-keep"><div class="vl-row"><button class="vl-undo" type="button">${h("undo")}</button><button class="vl-reset" type="button">${h("start over")}</button>
<button class="vl-print" type="button">${h("print")}</button><label><input type="checkbox" class="vl-teach"> ${h("I teach this")}</label><span class="vl-tongue"></span></div></section>
<section class="vl-picture"><div class="vl-row"><button class="vl-next" type="button">${h("next post")}</button><span class="vl-which"></span><b class="vl-now" role="status"></b></div>
<div class="vl-curve"></div></section>
<section class="vl-more"><div class="vl-after" hidden><h2>${h("What is surprising")}</h2><p>${h(lesson.surprise)}</p></div>
<div class="vl-teacher" hidden><h2>${h("For the teacher")}</h2><p>${h(lesson.teacher)}</p></div>
<h2>${h("Words")}</h2>${Object.entries(lesson.glossary).map(([word, meaning]) => `<p><b>${h(word)}</b>: ${h(meaning)}</p>`).join("")}</section></div>`;
  $(".vl-tongue").append(texts.choice());

  const post = () => posts[now.number], hour = () => values[now.index], end = () => post().hours.length;
  const by = when => post().hours.filter(one => one <= when).length;
  const across = when => 62 + 500 * when / DAY;
  // two powers of ten from what the first hour shows, so that the axis says nothing of the end
  function ends() {
    const low = 10 ** Math.floor(Math.log10(Math.max(1, by(values[0]))));
    return [low, 100 * low];
  }
  function up(shares) {
    const [low, high] = ends();
    return 330 - 300 * Math.log(Math.max(low, Math.min(high, shares)) / low) / Math.log(high / low);
  }

  function line(from, to) {
    const last = by(to), parts = [`M${across(from).toFixed(1)},${up(by(from)).toFixed(1)}`], shown = post().hours.filter(one => one > from && one <= to);
    const skip = Math.max(1, Math.ceil(shown.length / 300));
    shown.forEach((when, k) => { if (k % skip === 0) parts.push(`L${across(when).toFixed(1)},${up(by(when)).toFixed(1)}`); });
    return parts.join("") + `L${across(to).toFixed(1)},${up(last).toFixed(1)}`;
  }

  // a range as a bar with ends
  const bar = (x, low, high) => `M${x - 6},${up(low)}h12m-6,0V${up(high)}m-6,0h12`;

  const drawn = t("shares over the hours that you have seen");

  function picture() {
    const parts = [`<path d="M62,30V330H566" fill="none" stroke="currentColor"/>`];
    for (let at = ends()[0]; at <= ends()[1]; at *= 10)
      parts.push(`<path d="M58,${up(at)}H566" stroke="currentColor" opacity=".18"/><text x="54" y="${up(at) + 5}" text-anchor="end">${plain(at)}</text>`);
    for (const at of [0, 6, 12, 18, 24]) parts.push(`<text x="${across(at)}" y="350" text-anchor="middle">${at} h</text>`);
    parts.push(`<path class="vl-draw" pathLength="1" d="${line(0, hour())}" fill="none" stroke="var(--vs-1)" stroke-width="3.5"/>`);
    if (guess) {
      parts.push(`<path d="${line(hour(), DAY)}" fill="none" stroke="var(--vs-1)" stroke-width="2" stroke-dasharray="3 4"/><circle cx="${across(DAY)}" cy="${up(end())}" r="7" fill="var(--vs-1)"><title>${h("the end")}: ${plain(end())}</title></circle>` +
        `<path d="M62,${up(end())}H562" stroke="var(--vs-1)" opacity=".5"/>`);
      parts.push(`<path class="vl-mine" d="${bar(across(guess.at) + 7, guess.low, guess.high)}" fill="none" stroke="currentColor" stroke-width="3"><title>${h("my guess")}</title></path>`);
      for (const at of seen) {
        const [low, middle, high] = post().expected[at], x = across(at) - 7;
        parts.push(`<g class="vl-dot" data-at="${at}" data-low="${low}" data-value="${middle}" data-high="${high}"><path d="${bar(x, low, high)}" fill="none" stroke="var(--vs-0)" stroke-width="${at === hour() ? 4 : 2}"/>` +
          `<circle cx="${x}" cy="${up(middle)}" r="5" fill="var(--vs-0)"/><title>${plain(middle)}, ${h("range {low} to {high}", { low: plain(low), high: plain(high) })}</title></g>`);
      }
    }
    const key = [["--vs-1", h("shares")], ...(guess ? [["--vs-0", h("the program's range")], ["--vl-ink", h("my range")]] : [])];
    $(".vl-curve").innerHTML = `<p class="vl-soft">${h(lesson.measure.title)}</p><svg viewBox="0 0 590 360" role="img" aria-label="${escape(drawn)}">${parts.join("")}</svg>` +
      `<p class="vl-soft">${key.map(([colour, text]) => `<span style="color:var(${colour})">&#9632;</span> ${text}`).join(" ")}</p>`;
  }

  function verdict() {
    const [low, middle, high] = post().expected[guess.at], held = guess.low <= end() && end() <= guess.high;
    const said = { low: plain(guess.low), high: plain(guess.high), end: `<b>${plain(end())}</b>` };
    $(".vl-distance").innerHTML = (held ? t("You said {low} to {high}; it ended at {end}. Inside!", said) : t("You said {low} to {high}; it ended at {end}. Outside!", said)) +
      " " + h("The program, after as many hours: {low} to {high}.", { low: plain(low), high: plain(high) });
    const count = which => judged.filter(one => one && one[which]).length, all = judged.filter(Boolean).length;
    $(".vl-tally").textContent = t("Posts so far: {all}. Your range held the end: {mine}. The program's: {program}. Should be: 8 of 10.", { all: all, mine: count("mine"), program: count("program") });
  }

  function show() {
    const slider = $(".vl-slider");
    slider.value = now.index;
    slider.setAttribute("aria-valuetext", plain(hour()));
    $(".vl-value").textContent = plain(hour());
    $(".vl-which").textContent = t("post {number}", { number: now.number + 1 });
    $(".vl-now").textContent = t("hour {hour}: {shared} shared", { hour: plain(hour()), shared: plain(by(hour())) });
    $(".vl-guess").hidden = guess !== null;
    root.querySelectorAll(".vl-after").forEach(one => { one.hidden = guess === null; });
    if (guess) { seen.add(hour()); verdict(); }
    const kept = guess ? { low: guess.low, high: guess.high, at: guess.at } : {};
    history.replaceState(null, "", "#" + new URLSearchParams({ value: hour(), try: now.number, ...kept }));
    root.dataset.shown = hour();
    picture();
  }

  function judge(low, high) {
    const [least, , most] = post().expected[hour()];
    guess = { low: low, high: high, at: hour() };
    judged[now.number] = { mine: low <= end() && end() <= high, program: least <= end() && end() <= most };
  }

  function move(change) {
    past.push({ now: now, guess: guess, seen: seen });
    now = { ...now, ...change };
    $(".vl-why").textContent = ""; // it was said of another hour
    if ("number" in change) { guess = null; seen = new Set(); $(".vl-low").value = $(".vl-high").value = ""; }
    show();
  }

  $(".vl-slider").oninput = event => move({ index: Number(event.target.value) });
  $(".vl-next").onclick = () => move({ number: (now.number + 1) % posts.length, index: lesson.start });
  $(".vl-undo").onclick = function () {
    if (past.length) { ({ now, guess, seen } = past.pop()); show(); } else $(guess ? ".vl-tally" : ".vl-why").textContent = t("Nothing to undo yet.");
  };
  $(".vl-reset").onclick = function () { history.replaceState(null, "", location.pathname + location.search); window.viralsimForecast(root, data); };
  $(".vl-print").onclick = () => window.print();
  $(".vl-teach").onchange = event => { $(".vl-teacher").hidden = !event.target.checked; };
  $(".vl-guess").onsubmit = function (event) {
    event.preventDefault();
    const low = Number($(".vl-low").value), high = Number($(".vl-high").value), so = by(hour());
    const wrong = $(".vl-low").value === "" || $(".vl-high").value === "" ? t("Type two numbers: a wild guess will do.")
      : low > high ? t("The first number is the smaller one.") : high < so ? t("It has {shared} already.", { shared: plain(so) }) : "";
    $(".vl-why").textContent = wrong;
    if (!wrong) { judge(low, high); show(); }
  };

  const kept = new URLSearchParams(location.hash.slice(1)), at = values.indexOf(Number(kept.get("value")));
  if (kept.has("value") && at >= 0) now = { index: at, number: (Number(kept.get("try")) || 0) % posts.length };
  const when = values.indexOf(Number(kept.get("at")));
  if (kept.has("low") && when >= 0) {
    const index = now.index;
    now.index = when; judge(Number(kept.get("low")), Number(kept.get("high"))); seen.add(hour()); now.index = index;
  }
  show();
};
