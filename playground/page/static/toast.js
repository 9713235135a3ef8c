// Toasts over the pane that they belong to, as in Feishu.

import { el } from './dom.js';
import { locale, t } from './i18n.js';

const shown = 4000; // milliseconds

// toast shows a text for some seconds. kind: info, success, warning, error.
export function toast(pane, kind, text) {
  const host = pane.querySelector('.toasts');
  const one = el('div', { class: 'toast', 'data-toast': kind, role: kind === 'error' ? 'alert' : 'status' }, el('i', { 'aria-hidden': 'true' }), el('span', {}, text));
  host.replaceChildren(one); // one toast at a time, as in Feishu's client
  setTimeout(() => one.remove(), shown + 60 * [...text].length);
}

// refused explains why the client sends no click.
function refused(res) {
  if (res.status !== 422) return '';
  if (res.error.includes('14 days')) return t('toast.old');
  return res.error.includes('no such button') ? t('toast.changed') : '';
}

// answered shows the answer to a click.
export function answered(pane, res) {
  if (!res.ok) return toast(pane, refused(res) ? 'warning' : 'error', refused(res) || t('toast.failed', { why: res.status === 0 ? t('link.gone') : res.error }));
  const { error_code: code, toast: note } = res.body;
  if (code) return toast(pane, 'error', t('toast.code', { code }));
  if (note) return toast(pane, note.type || 'info', note.i18n?.[locale()] ?? note.content ?? '');
  return undefined;
}

// delivered shows an error if a message did not reach the bot.
export function delivered(pane, res) {
  if (!res.ok) return toast(pane, 'error', t('drop.failed', { why: res.status === 0 ? t('link.gone') : res.error }));
  const b = res.body;
  if (b.event_id && !b.delivered) return toast(pane, 'warning', t('toast.nodelivery', { why: b.failure || b.status || '?' }));
  return undefined;
}
