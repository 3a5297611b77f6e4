// Real posts for viralsimLesson: nothing is simulated, what happened is played until the hour of the slider.
window.viralsimReplay = function (root, data) {
  "use strict";
  const FRAMES = 48, MOST_NAMED = 5;

  // how many shares by the hour came through each row, those taken from it and from them again
  function through(scene, hour) {
    const count = new Array(scene.parents.length).fill(0);
    for (let row = count.length - 1; row > 0; row--)
      if (scene.hours[row] <= hour) count[scene.parents[row]] += 1 + count[row];
    return count;
  }

  function moves(scene, hour) {
    const ticks = Array.from({ length: FRAMES }, () => []), step = hour / FRAMES, count = through(scene, hour);
    scene.hours.forEach(function (when, row) {
      if (when <= hour) ticks[Math.min(FRAMES - 1, Math.floor(when / step))].push(row, 2, scene.parents[row]);
    });
    const named = [...count.keys()].slice(1).filter(row => count[row] > 0).sort((a, b) => count[b] - count[a]).slice(0, MOST_NAMED);
    return { advocates: [0], removable: named, ticks: ticks, hours: step, real: true };
  }

  window.viralsimLesson(root, data.lesson, {
    tried: (hour, done) => done({ tries: data.scenes.length, drawn: data.drawn, outcomes: data.tried[hour] }),
    world: (hour, arm, number, done) => done({ scene: data.scenes[number], moves: moves(data.scenes[number], hour) }),
    removed: function (hour, arm, number, member, done) {
      const scene = data.scenes[number], after = new Set([member]);
      scene.parents.forEach((parent, row) => { if (after.has(parent) && scene.hours[row] <= hour) after.add(row); });
      after.delete(member);
      done({ lost: [...after], unreached: 0 });
    }
  });
};
