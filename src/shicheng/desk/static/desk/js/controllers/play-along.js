// A click on the waveform, or on a picture from along a film, goes to that place; the waveform shows how far it is.
const NUDGE = 5; // seconds an arrow key goes

export function playAlong(root) {
  const player = (one) => one.closest("[data-player]")?.querySelector("audio, video");
  root.addEventListener("click", (event) => {
    const picture = event.target.closest("[data-second]");
    const wave = event.target.closest("[data-wave]");
    const media = (picture || wave) && player(picture || wave);
    if (!media) return;
    if (picture) media.currentTime = Number(picture.dataset.second);
    if (wave) {
      const box = wave.getBoundingClientRect();
      media.currentTime = ((event.clientX - box.left) / box.width) * length(media, wave);
    }
    media.play().catch(() => {});
  });
  root.addEventListener("keydown", (event) => {
    const wave = event.target.closest("[data-wave]");
    const step = { ArrowLeft: -NUDGE, ArrowRight: NUDGE }[event.key];
    if (!wave || !step) return;
    event.preventDefault();
    const media = player(wave);
    media.currentTime = Math.min(length(media, wave), Math.max(0, media.currentTime + step));
  });
  root.addEventListener("timeupdate", (event) => {
    const wave = event.target.closest("[data-player]")?.querySelector("[data-wave]");
    if (!wave) return;
    const share = event.target.currentTime / length(event.target, wave);
    wave.querySelector("[data-done]").setAttribute("width", String(share * wave.viewBox.baseVal.width));
    wave.setAttribute("aria-valuenow", String(Math.round(event.target.currentTime)));
  }, true);
}

function length(media, wave) {
  return Number.isFinite(media.duration) && media.duration ? media.duration : Number(wave.dataset.seconds) || 1;
}
