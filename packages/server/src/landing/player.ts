/** The script of pages with a film or a recording: lets the URL be made anew before it is over, and goes on where it was. */
import type { Reply } from '../pipeline.ts';

export const PLAYER_PATH = '/-/player.js';

/** In the browser: `data-renew` is where to POST for a URL, `data-seconds` how long the present one is good, `data-captions` where its captions are. */
const SCRIPT = `const media = document.querySelector('[data-renew]');
let goodUntil = performance.now() + Number(media.dataset.seconds) * 1000;
let renewing = false;
let renewedAt = -Infinity;

async function renew() {
  if (renewing) return;
  renewing = true;
  renewedAt = performance.now();
  const { currentTime, paused, playbackRate } = media;
  try {
    const answer = await fetch(media.dataset.renew, { method: 'POST' });
    if (!answer.ok) return location.reload();
    const { url, seconds } = await answer.json();
    goodUntil = performance.now() + seconds * 1000;
    media.src = url;
    media.currentTime = currentTime;
    media.playbackRate = playbackRate;
    if (!paused) await media.play();
  } finally {
    renewing = false;
  }
}

// From memory: from another origin, captions are only shown where the film itself is asked for as they are.
async function showCaptions({ captions, label }) {
  const answer = await fetch(captions);
  if (!answer.ok) return;
  const track = Object.assign(document.createElement('track'), { kind: 'captions', label, default: true });
  track.src = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: 'text/vtt' }));
  media.append(track);
}
if (media.dataset.captions !== undefined) showCaptions(media.dataset).catch(console.warn);

const isOver = () => performance.now() > goodUntil - 10000;
for (const event of ['play', 'seeking', 'stalled', 'waiting']) media.addEventListener(event, () => isOver() && renew());
// What ends early, such as a URL that was revoked, is asked for once more and no oftener.
media.addEventListener('error', () => performance.now() - renewedAt > 5000 && renew());
`;

const bytes = new TextEncoder().encode(SCRIPT);

export function playerReply(): Reply {
  const headers = ['Content-Type', 'text/javascript; charset=utf-8', 'Cache-Control', 'no-cache', 'X-Content-Type-Options', 'nosniff'];
  return { status: 200, headers, body: bytes };
}
