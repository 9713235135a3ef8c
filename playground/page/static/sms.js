// Text messages slide in over the phone. A tap fills in the code.

import { el, put, icon } from './dom.js';
import { clockTime, onLang, t } from './i18n.js';
import { on, world, worldNow } from './stream.js';
import { current, onChoice } from './choice.js';
import { toast } from './toast.js';

const fresh = 10 * 60 * 1000; // milliseconds after which a message is hidden

export function notifications(pane) {
  const node = el('div', { class: 'notifications', 'aria-live': 'assertive' });
  const done = new Set();

  function use(s) {
    done.add(s.no);
    const fields = pane.querySelectorAll('[data-field="sms_code"]');
    const field = fields[fields.length - 1];
    if (field) {
      field.value = s.code;
      field.dispatchEvent(new Event('input'));
      field.focus();
      toast(pane, 'success', t('sms.filled'));
    } else {
      navigator.clipboard?.writeText(s.code).then(() => toast(pane, 'success', t('sms.copied')), () => {});
    }
    draw();
  }
  let shown = ''; // drawing the same message again would repeat the animation
  function draw(anew) {
    const who = current('person');
    const asked = world.people.get(who)?.stage === 'code'; // hide codes that the bot no longer waits for
    const mine = asked ? world.sms.filter((s) => s.open_id === who && !done.has(s.no) && worldNow() - new Date(s.at) < fresh) : [];
    const last = String(mine.at(-1)?.no ?? '');
    if (last === shown && !anew) return;
    shown = last;
    put(node, mine.slice(-1).map((s) => el('div', { class: 'sms', 'data-sms': s.no },
      el('button', { type: 'button', class: 'sms-main', 'data-usecode': s.no, onclick: () => use(s) },
        el('span', { class: 'sms-head' }, t('sms.from'), el('time', { datetime: s.at }, clockTime(s.at))), el('span', { class: 'sms-text' }, s.text), el('span', { class: 'sms-tap' }, t('sms.tap'))),
      el('button', { type: 'button', class: 'tool', 'aria-label': t('close'), onclick: () => { done.add(s.no); draw(); } }, icon('close')))));
  }
  on('sms', () => { if (world.ready) draw(); });
  on('person', (p) => { if (world.ready && p.open_id === current('person')) draw(); });
  for (const kind of ['ready', 'reset']) on(kind, () => draw());
  onChoice('person', () => draw());
  onLang(() => draw(true));
  return node;
}
