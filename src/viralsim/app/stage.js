// Plays one world on a canvas: members as dots by community, grey, reached, shared; advocates as diamonds.
window.viralsimStage = (function () {
  const stages = {};
  const COLOURS = ["#c8cdd4", "#7bb8d4", "#c2410c"];
  function draw(s) {
    const c = s.canvas, w = c.width, h = c.height, g = c.getContext("2d");
    g.clearRect(0, 0, w, h);
    const r = Math.max(1.6, Math.min(w, h) / (2.6 * Math.sqrt(s.data.x.length + 60)) / 2.2);
    s.radius = r;
    for (let pass = 0; pass < 3; pass++)
      for (let i = 0; i < s.data.x.length; i++)
        if (s.state[i] === pass) {
          g.fillStyle = COLOURS[pass];
          g.beginPath();
          g.arc(s.data.x[i] * w, s.data.y[i] * h, pass === 2 ? r * 1.25 : r, 0, 6.3);
          g.fill();
        }
    for (const m of s.data.advocates) {
      const x = s.data.x[m] * w, y = s.data.y[m] * h, k = r * 2.1;
      g.strokeStyle = "#111827"; g.lineWidth = 1.5;
      g.beginPath(); g.moveTo(x, y - k); g.lineTo(x + k, y); g.lineTo(x, y + k); g.lineTo(x - k, y); g.closePath(); g.stroke();
    }
    for (const m of s.lost) {
      g.strokeStyle = "#7c3aed"; g.lineWidth = 2;
      g.beginPath(); g.arc(s.data.x[m] * w, s.data.y[m] * h, r * 2, 0, 6.3); g.stroke();
    }
    if (s.picked >= 0) {
      g.strokeStyle = "#111827"; g.lineWidth = 2;
      g.beginPath(); g.arc(s.data.x[s.picked] * w, s.data.y[s.picked] * h, r * 2.6, 0, 6.3); g.stroke();
    }
    let reached = 0, shared = 0;
    for (const v of s.state) { if (v > 0) reached++; if (v === 2) shared++; }
    s.label.textContent = "hour " + Math.round(s.tick * s.data.hours) + ": " + reached + " reached, " + shared + " shared";
  }
  function seek(s, tick) {
    s.tick = Math.max(0, Math.min(tick, s.data.changes.length));
    s.state = new Uint8Array(s.data.x.length);
    for (let t = 0; t < s.tick; t++) for (const [m, v] of s.data.changes[t]) s.state[m] = v;
    s.slider.value = s.tick;
    draw(s);
  }
  function play(s) {
    clearInterval(s.timer);
    s.timer = setInterval(function () {
      if (s.tick >= s.data.changes.length) { clearInterval(s.timer); return; }
      seek(s, s.tick + 1);
    }, 120);
  }
  return {
    show: function (id, data) {
      const root = document.getElementById(id);
      if (!root) return;
      const old = stages[id];
      if (old) clearInterval(old.timer);
      const s = { data: data, tick: 0, state: null, lost: [], picked: -1,
        canvas: root.querySelector("canvas"), slider: root.querySelector("input"), label: root.querySelector(".vs-hour") };
      stages[id] = s;
      s.slider.max = data.changes.length;
      s.slider.oninput = function () { clearInterval(s.timer); seek(s, Number(s.slider.value)); };
      root.querySelector(".vs-play").onclick = function () { if (s.tick >= data.changes.length) seek(s, 0); play(s); };
      root.querySelector(".vs-step").onclick = function () { clearInterval(s.timer); seek(s, s.tick + 1); };
      root.querySelector(".vs-end").onclick = function () { clearInterval(s.timer); seek(s, data.changes.length); };
      s.canvas.onclick = function (event) {
        const b = s.canvas.getBoundingClientRect();
        const px = (event.clientX - b.left) / b.width, py = (event.clientY - b.top) / b.height;
        let best = -1, near = 1e9;
        for (let i = 0; i < data.x.length; i++) {
          const d = (data.x[i] - px) ** 2 + (data.y[i] - py) ** 2;
          if (d < near) { near = d; best = i; }
        }
        s.picked = best; draw(s);
        root.dispatchEvent(new CustomEvent("member", { detail: best }));
      };
      seek(s, 0);
    },
    mark: function (id, lost) { const s = stages[id]; if (s) { s.lost = lost; draw(s); } },
    pick: function (id, member) { const s = stages[id]; if (s) { s.picked = member; draw(s); } }
  };
})();
