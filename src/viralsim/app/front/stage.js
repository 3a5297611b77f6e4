// Plays one try on a canvas: people as dots by community, sized by followers; follows as faint lines; who brought whom as it happens.
window.viralsimStage = (function () {
  const stages = {}, t = (text, values) => window.viralsimTexts.t(text, values);
  const MOST_LINES = 5000, SIDE = 840, SPEEDS = { slow: 450, normal: 180, fast: 50 };

  function colours(s) {
    const style = getComputedStyle(s.root);
    const of = name => style.getPropertyValue("--st-" + name).trim();
    return { dots: [of("none"), of("reached"), of("shared"), of("critic")], ink: of("ink"), line: of("line"), lost: of("lost") };
  }

  function sizes(scene) {
    const n = scene.x.length, base = Math.max(1.3, SIDE / (2.6 * Math.sqrt(n + 60)) / 3.4);
    return scene.x.map((_, i) => base * (0.75 + 0.35 * Math.log2(1 + scene.starts[i + 1] - scene.starts[i]) / 2));
  }

  function backdrop(s) {
    const back = document.createElement("canvas"), g = back.getContext("2d"), scene = s.scene, ink = colours(s);
    back.width = back.height = SIDE;
    g.strokeStyle = ink.line; g.lineWidth = scene.followers.length > 500 ? 0.6 : 1.8;
    const skip = Math.max(1, Math.ceil(scene.followers.length / MOST_LINES));
    g.globalAlpha = scene.followers.length > 500 ? 0.16 : 0.6;
    g.beginPath();
    for (let v = 0, e = 0; v < scene.x.length; v++)
      for (; e < scene.starts[v + 1]; e++)
        if (e % skip === 0) {
          g.moveTo(scene.x[v] * SIDE, scene.y[v] * SIDE);
          g.lineTo(scene.x[scene.followers[e]] * SIDE, scene.y[scene.followers[e]] * SIDE);
        }
    g.stroke();
    g.globalAlpha = 1; g.fillStyle = ink.ink; g.font = "600 19px system-ui, sans-serif"; g.textAlign = "center";
    s.labels = [];
    const groups = Math.max(...scene.community) + 1;
    for (let c = 0; groups > 1 && c < groups; c++) {
      let x = 0, top = 1, count = 0;
      scene.community.forEach((of, i) => { if (of === c) { x += scene.x[i]; count++; top = Math.min(top, scene.y[i]); } });
      if (count) s.labels.push([t("group {number}", { number: c + 1 }), x / count * SIDE, Math.max(18, top * SIDE - 7)]);
    }
    s.back = back;
  }

  function ring(g, x, y, r, colour) {
    g.strokeStyle = colour; g.lineWidth = 2.5;
    g.beginPath(); g.arc(x, y, r, 0, 6.3); g.stroke();
  }

  function draw(s) {
    const g = s.canvas.getContext("2d"), ink = colours(s), at = i => [s.scene.x[i] * SIDE, s.scene.y[i] * SIDE];
    g.clearRect(0, 0, SIDE, SIDE);
    g.drawImage(s.back, 0, 0);
    if (s.picked >= 0) {
      g.strokeStyle = ink.ink; g.lineWidth = 1; g.globalAlpha = 0.5; g.beginPath();
      for (let e = s.scene.starts[s.picked]; e < s.scene.starts[s.picked + 1]; e++) {
        g.moveTo(...at(s.picked)); g.lineTo(...at(s.scene.followers[e]));
      }
      g.stroke(); g.globalAlpha = 1;
    }
    for (let pass = 0; pass < 4; pass++)
      for (let i = 0; i < s.state.length; i++)
        if (s.state[i] === pass) {
          g.fillStyle = ink.dots[pass];
          g.beginPath(); g.arc(...at(i), s.size[i] * (pass > 1 ? 1.4 : 1), 0, 6.3); g.fill();
        }
    for (const [child, parent, tick] of s.ties) {
      const fresh = s.tick - tick < 4;
      g.strokeStyle = ink.dots[s.state[child]]; g.lineWidth = fresh ? 3 : 1; g.globalAlpha = fresh ? 0.95 : 0.3;
      g.beginPath(); g.moveTo(...at(parent)); g.lineTo(...at(child)); g.stroke();
    }
    g.globalAlpha = 1;
    for (const m of s.moves.advocates) {
      const [x, y] = at(m), k = s.size[m] * 2 + 4;
      g.strokeStyle = ink.ink; g.lineWidth = 2.5;
      g.beginPath(); g.moveTo(x, y - k); g.lineTo(x + k, y); g.lineTo(x, y + k); g.lineTo(x - k, y); g.closePath(); g.stroke();
    }
    for (const m of s.lost) ring(g, ...at(m), s.size[m] + 4, ink.lost);
    if (s.picked >= 0) ring(g, ...at(s.picked), s.size[s.picked] + 7, ink.ink);
    g.font = "600 20px system-ui, sans-serif"; g.textAlign = "center"; g.fillStyle = ink.ink;
    for (const [text, x, y] of s.labels) g.fillText(text, x, y);
    const counts = [0, 0, 0, 0];
    for (const state of s.state) counts[state]++;
    const hours = s.tick * s.moves.hours, fine = s.moves.hours < 0.25 && hours < 10;
    const said = { hour: fine ? window.viralsimTexts.number(Math.round(hours * 10) / 10) : Math.round(hours), reached: s.state.length - counts[0], shared: counts[2], critics: counts[3] };
    s.label.textContent = s.moves.real ? t("hour {hour}: {shared} shared", { ...said, shared: Math.max(0, counts[2] - 1) }) : counts[3] ? t("hour {hour}: {reached} reached, {shared} shared, {critics} criticised", said)
      : t("hour {hour}: {reached} reached, {shared} shared", said);
    s.label.dataset.hour = said.hour; s.label.dataset.reached = said.reached; s.label.dataset.shared = said.shared;
  }

  function seek(s, tick) {
    s.tick = Math.max(0, Math.min(tick, s.moves.ticks.length));
    s.state = new Uint8Array(s.scene.x.length);
    s.ties = [];
    for (let t = 0; t < s.tick; t++) {
      const flat = s.moves.ticks[t];
      for (let k = 0; k < flat.length; k += 3) {
        s.state[flat[k]] = flat[k + 1];
        if (flat[k + 2] >= 0) s.ties.push([flat[k], flat[k + 2], t]);
      }
    }
    s.slider.value = s.tick;
    draw(s);
  }

  function stop(s) { clearInterval(s.timer); s.timer = 0; s.button.textContent = t("play"); }

  function play(s) {
    clearInterval(s.timer);
    s.button.textContent = t("pause");
    s.timer = setInterval(function () {
      if (!s.root.isConnected || s.tick >= s.moves.ticks.length) { stop(s); return; }
      seek(s, s.tick + 1);
    }, SPEEDS[s.speed.value]);
  }

  function nearest(s, event) {
    const b = s.canvas.getBoundingClientRect();
    const px = (event.clientX - b.left) / b.width, py = (event.clientY - b.top) / b.height;
    let best = -1, near = Infinity;
    for (let i = 0; i < s.scene.x.length; i++) {
      const d = (s.scene.x[i] - px) ** 2 + (s.scene.y[i] - py) ** 2;
      if (d < near) { near = d; best = i; }
    }
    return best;
  }

  function wire(s) {
    s.slider.oninput = function () { stop(s); seek(s, Number(s.slider.value)); };
    s.button.onclick = function () {
      if (s.timer) { stop(s); return; }
      if (s.tick >= s.moves.ticks.length) seek(s, 0);
      play(s);
    };
    s.speed.onchange = function () { if (s.timer) play(s); };
    s.root.querySelector(".vs-again").onclick = function () { seek(s, 0); play(s); };
    s.root.querySelector(".vs-step").onclick = function () { stop(s); seek(s, s.tick + 1); };
    s.root.querySelector(".vs-end").onclick = function () { stop(s); seek(s, s.moves.ticks.length); };
    s.canvas.onclick = function (event) {
      s.picked = nearest(s, event); draw(s);
      s.root.dispatchEvent(new CustomEvent("member", { detail: s.picked, bubbles: true }));
    };
    matchMedia("(prefers-color-scheme: dark)").onchange = function () { backdrop(s); draw(s); };
  }

  return {
    // data: {scene, moves}; it plays at once, unless ``still``
    show: function (id, data, still) {
      const root = document.getElementById(id);
      if (!root) return;
      if (stages[id]) clearInterval(stages[id].timer);
      const s = { root: root, scene: data.scene, moves: data.moves, tick: 0, timer: 0, lost: [], picked: -1, size: sizes(data.scene),
        canvas: root.querySelector("canvas"), slider: root.querySelector(".vs-when"), label: root.querySelector(".vs-hour"),
        button: root.querySelector(".vs-play"), speed: root.querySelector(".vs-speed") };
      stages[id] = s;
      s.slider.max = data.moves.ticks.length;
      wire(s);
      backdrop(s);
      seek(s, 0);
      if (!still) play(s);
    },
    mark: function (id, lost) { const s = stages[id]; if (s) { s.lost = lost; stop(s); seek(s, s.moves.ticks.length); } },
    pick: function (id, member) { const s = stages[id]; if (s) { s.picked = member; draw(s); } },
    stateOf: function (id, member) { return stages[id] ? stages[id].state[member] : 0; }
  };
})();
