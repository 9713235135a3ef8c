// Uploaded and dragged pictures. A picture that is too large is refused before it is read.

import { el } from './dom.js';
import { t } from './i18n.js';
import { world } from './stream.js';
import { delivered, toast } from './toast.js';
import { dragType } from './sampler.js';
import * as api from './api.js';

const most = () => world.hello?.limits?.photo || 10 << 20;
const atOnce = 9;

// sendFiles sends pictures one after the other, as Feishu's client does.
export async function sendFiles(pane, who, files) {
  if (files.length > atOnce) toast(pane, 'warning', t('drop.many'));
  for (const file of files.slice(0, atOnce)) {
    if (file.type && !file.type.startsWith('image/')) toast(pane, 'warning', t('drop.notimage'));
    else if (file.size > most()) toast(pane, 'error', t('drop.large', { n: most() >> 20 }));
    else if (!(await readable(file))) toast(pane, 'error', t('drop.unreadable'));
    else report(pane, await api.upload(who, file));
  }
}

// readable tells a readable file from a folder or a deleted file.
const readable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

function report(pane, res) {
  if (res.status === 413) toast(pane, 'error', t('drop.large', { n: most() >> 20 }));
  else if (res.status === 422) toast(pane, 'warning', t('drop.real'));
  else delivered(pane, res);
}

// dropInto lets a pane accept dropped files.
export function dropInto(pane, who) {
  const veil = el('div', { class: 'veil', hidden: true, 'aria-hidden': 'true' }, t('drop.here'));
  pane.append(veil);
  const ours = (e) => [...e.dataTransfer.types].some((x) => x === 'Files' || x === dragType);
  let depth = 0;
  pane.addEventListener('dragenter', (e) => { if (ours(e)) { e.preventDefault(); depth++; veil.hidden = false; veil.textContent = t('drop.here'); } });
  pane.addEventListener('dragleave', (e) => { if (ours(e) && --depth <= 0) { depth = 0; veil.hidden = true; } });
  pane.addEventListener('dragover', (e) => { if (ours(e)) { e.preventDefault(); e.dataTransfer.dropEffect = 'copy'; } });
  pane.addEventListener('drop', async (e) => {
    if (!ours(e)) return;
    e.preventDefault();
    depth = 0;
    veil.hidden = true;
    const sample = e.dataTransfer.getData(dragType);
    if (sample) {
      const { of, side, variant } = JSON.parse(sample);
      delivered(pane, await api.sendSample(who(), of, side, variant));
    } else await sendFiles(pane, who(), [...e.dataTransfer.files]);
  });
  pane.addEventListener('paste', (e) => {
    const files = [...(e.clipboardData?.files || [])];
    if (files.length) { e.preventDefault(); sendFiles(pane, who(), files); }
  });
}

// guardWindow prevents a file that is dropped beside the phone from replacing the page.
export function guardWindow() {
  for (const kind of ['dragover', 'drop']) window.addEventListener(kind, (e) => e.preventDefault());
  window.addEventListener('dragover', (e) => { if (!e.target.closest?.('[data-pane="phone"]')) e.dataTransfer.dropEffect = 'none'; });
}
