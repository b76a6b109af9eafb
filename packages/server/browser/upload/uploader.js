// @ts-check
/** Makes more of an upload request's page: many files at once, with their progress, that go on where they were. Without it there is a form. */
import { droppedFiles } from './dropped.js';
import { element, fileList } from './file-list.js';
import { guestApi } from './guest-api.js';
import { durationText, sizeText } from './rate.js';
import { createTransfers } from './transfers.js';

const place = document.getElementById('uploader');
if (place !== null) start(place);

/** @param {HTMLElement} place */
function start(place) {
  const { path = '', language = 'en', accept = '', words: text = '{}' } = place.dataset;
  /** @type {Record<string, string> & { problems: Record<string, string> }} */
  const given = JSON.parse(text);
  const { problems, ...plain } = given;
  /** @type {Record<string, string>} */
  const words = { ...plain, exists: problems.exists ?? '', 'wrong-type': problems['wrong-type'] ?? '' };
  const { zone, input, list, overall, bar, numbers, clear, status } = parts(words, accept);
  place.append(zone, status, overall, list);
  place.hidden = false;
  const form = document.getElementById('plain');
  if (form !== null) form.hidden = true;

  const api = guestApi(path, { network: words.network ?? '' });
  let deliveredBefore = 0;
  let isDrawn = false;
  const transfers = createTransfers({
    api,
    words,
    onChange() {
      if (isDrawn) return;
      // Once a frame is enough, however many pieces move.
      isDrawn = true;
      requestAnimationFrame(() => {
        isDrawn = false;
        draw();
      });
    },
  });
  const rows = fileList({
    list,
    words,
    language,
    act(action, transfer) {
      if (action === 'pause') transfers.pause(transfer);
      else if (action === 'resume' || action === 'retry') transfers.resume(transfer);
      else transfers.cancel(transfer);
    },
  });

  input.addEventListener('change', () => {
    transfers.add([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = '';
  });
  const hold = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.classList.add('over');
  };
  addEventListener('dragover', hold);
  addEventListener('dragleave', () => zone.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then((files) => transfers.add(files));
  });
  clear.addEventListener('click', () => transfers.clearFailures());
  addEventListener('beforeunload', (event) => {
    if (transfers.overall.isActive) event.preventDefault();
  });
  void api.mine().then(({ files }) => transfers.know(files), ignored);
  for (const time of document.querySelectorAll('time')) time.textContent = timeText(time.dateTime, language);

  /** @type {WeakSet<object>} */
  const receipted = new WeakSet();
  function draw() {
    rows.draw(transfers.all);
    const { done, total, bytesPerSecond, secondsLeft, isActive, delivered, failed } = transfers.overall;
    overall.hidden = transfers.all.length === 0;
    bar.value = total === 0 ? (delivered > 0 ? 1 : 0) : done / total;
    const left = secondsLeft === undefined ? '…' : durationText(secondsLeft, language);
    const rate = bytesPerSecond === 0 ? '…' : `${sizeText(bytesPerSecond, language)}/s`;
    numbers.textContent = isActive
      ? fill(words.progress, { done: sizeText(done, language), total: sizeText(total, language), rate, left })
      : `${sizeText(done, language)} / ${sizeText(total, language)}`;
    clear.hidden = failed === 0;
    // Read out once, when there is something to say: not with each percent.
    const good = isActive || delivered === 0 ? '' : fill(words.allDelivered, { count: delivered });
    const bad = isActive || failed === 0 ? '' : fill(words.someFailed, { count: failed });
    if (status.textContent !== good + bad) status.replaceChildren(element('span', 'good', good), element('span', 'error', bad));
    if (!isActive && delivered !== deliveredBefore) {
      deliveredBefore = delivered;
      void api.mine().then(({ left: room }) => drawRoom(room, language), ignored);
    }
    for (const transfer of transfers.all) {
      if (transfer.shown.state !== 'delivered' || receipted.has(transfer)) continue;
      receipted.add(transfer);
      addReceipt(transfer.shown, language);
    }
  }
}

/** @param {Record<string, string>} words @param {string} accept */
function parts(words, accept) {
  const zone = element('div', 'drop');
  const input = document.createElement('input');
  input.type = 'file';
  input.id = 'files';
  input.multiple = true;
  if (accept !== '') input.accept = accept;
  const label = document.createElement('label');
  label.htmlFor = 'files';
  label.className = 'button';
  label.textContent = words.choose ?? '';
  zone.append(element('p', '', words.drop), input, label);
  const status = element('p', 'news');
  status.setAttribute('role', 'status');
  const overall = element('div', 'overall');
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.setAttribute('aria-label', words.overall ?? '');
  const numbers = element('p', 'state');
  const clear = document.createElement('button');
  clear.type = 'button';
  clear.textContent = words.clear ?? '';
  overall.hidden = true;
  clear.hidden = true;
  overall.append(bar, numbers, clear);
  const list = document.createElement('ul');
  list.className = 'files';
  return { zone, input, list, overall, bar, numbers, clear, status };
}

/** @param {import('./transfer.js').Shown} shown @param {string} language */
function addReceipt({ name, size, deliveredAt }, language) {
  const receipt = document.getElementById('receipt');
  const body = receipt?.querySelector('tbody');
  if (!receipt || !body) return;
  const row = document.createElement('tr');
  const time = document.createElement('time');
  time.dateTime = deliveredAt === '' ? new Date().toISOString() : deliveredAt;
  time.textContent = timeText(time.dateTime, language);
  const first = element('td', '', name);
  first.append(document.createElement('br'), time);
  row.append(first, element('td', 'size', sizeText(size, language)));
  body.prepend(row);
  receipt.hidden = false;
}

/** In the reader's own zone, which the server does not know. @param {string} iso @param {string} language */
function timeText(iso, language) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
}

/** @param {{ files?: number, bytes?: number }} room @param {string} language */
function drawRoom({ files, bytes }, language) {
  const [ofFiles, ofBytes] = [document.getElementById('files-left'), document.getElementById('bytes-left')];
  if (ofFiles !== null && files !== undefined) ofFiles.textContent = String(files);
  if (ofBytes !== null && bytes !== undefined) ofBytes.textContent = sizeText(bytes, language);
}

/** What only looks nicer may fail. */
function ignored() {}

/** @param {string | undefined} text @param {Record<string, string | number>} values */
function fill(text = '', values) {
  return text.replaceAll(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}
