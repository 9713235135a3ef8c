// The tour's caption and its spotlight. The page below stays usable.

import { el } from './dom.js';
import { t } from './i18n.js';
import { world } from './stream.js';

const gap = 12; // pixels between the spotlight, its element and the caption
const edge = 8; // pixels kept free at the window's border
const patience = 15000; // milliseconds after which the caption explains the wait

// caption builds caption and spotlight. paused() returns whether the tour is paused; next, pause and end are the
// buttons' handlers.
export function caption({ paused, next, pause, end }) {
  const light = el('div', { class: 'tour-light', 'aria-hidden': 'true', hidden: true });
  const text = el('p', { class: 'tour-text', role: 'status' });
  const at = el('span', { class: 'tour-at' });
  const tool = (name, cls, onclick) => el('button', { type: 'button', class: 'c-button', 'data-type': cls, ['data-tour' + name]: true, onclick });
  const [ending, pausing, going] = [tool('end', 'text', end), tool('pause', 'default', pause), tool('next', 'primary_filled', next)];
  const box = el('section', { class: 'tour', role: 'dialog', 'data-tour': '' }, text, el('div', { class: 'tour-tools' }, at, ending, pausing, going));
  document.body.append(light, box);
  let step = null;
  let lit = null;
  let late = 0;
  let long = false;
  let frame = 0;
  let moved = false; // the reader has scrolled since the step was shown
  const listening = new AbortController();
  for (const kind of ['wheel', 'touchmove']) addEventListener(kind, () => { moved = true; }, { passive: true, capture: true, signal: listening.signal });

  function draw() {
    box.setAttribute('aria-label', t('tour.title'));
    text.textContent = words();
    ending.textContent = t('tour.end');
    ending.title = 'Esc';
    pausing.textContent = t(paused() ? 'tour.go' : 'tour.pause');
    pausing.setAttribute('aria-pressed', String(paused()));
    pausing.title = 'P';
    going.textContent = t(step?.last ? 'tour.finish' : 'tour.next');
    going.title = '→';
    going.disabled = !step;
  }

  // words is the text of the step; without a step it says what the tour waits for. If the bot does not run, it names
  // the bot's state and the button that starts it.
  function words() {
    if (away()) return t('tour.bot.' + world.bot.state);
    if (step) return t('tour.' + step.id);
    return t(long ? 'tour.long' : 'tour.wait');
  }
  const away = () => ['paused', 'stopped'].includes(world.bot.state);

  // place keeps the spotlight on its element, which may be redrawn or scrolled, and the caption beside it.
  function place() {
    const back = away() && document.querySelector('[data-botdo="resume"], [data-botdo="start"]');
    if (back) lit = back;
    else if (step) lit = step.find() || (lit?.isConnected ? lit : null);
    else lit = null;
    let r = lit && seenPart(lit);
    // A message that arrives scrolls its pane. The step comes back unless the reader has scrolled it away.
    if (lit && !r && !moved) {
      reveal();
      r = seenPart(lit);
    }
    light.hidden = !r;
    if (r) set(light, { left: r.left, top: r.top, width: r.right - r.left, height: r.bottom - r.top });
    const [w, h] = [box.offsetWidth, box.offsetHeight];
    set(box, r ? beside(r, w, h) : { left: (innerWidth - w) / 2, top: innerHeight - h - 80 });
    frame = requestAnimationFrame(place);
  }
  function reveal() {
    const room = lit.closest('.messages, .ins-list, .diagram, .sampler')?.clientHeight || innerHeight;
    lit.scrollIntoView({ block: lit.offsetHeight > room ? 'start' : 'center' });
  }
  draw();
  place();
  return {
    draw,
    // show shows a step's caption and spotlight.
    show(now, n, all) {
      clearTimeout(late);
      step = { ...now, last: n === all };
      lit = now.find();
      moved = false;
      reveal();
      at.textContent = `${n} / ${all}`;
      box.dataset.tour = now.id;
      draw();
      going.focus({ preventScroll: true });
    },
    // wait hides the spotlight until the next step.
    wait() {
      step = null;
      lit = null;
      long = false;
      clearTimeout(late);
      late = setTimeout(() => { long = true; draw(); }, patience);
      box.dataset.tour = '';
      draw();
    },
    remove() {
      clearTimeout(late);
      listening.abort();
      cancelAnimationFrame(frame);
      light.remove();
      box.remove();
    },
  };
}

function set(node, px) {
  for (const [k, v] of Object.entries(px)) if (node.style[k] !== `${Math.round(v)}px`) node.style[k] = `${Math.round(v)}px`;
}

// seenPart returns the visible part of an element with a margin.
function seenPart(node) {
  const r = node.getBoundingClientRect();
  const out = { left: r.left - gap / 2, top: r.top - gap / 2, right: r.right + gap / 2, bottom: r.bottom + gap / 2 };
  const frames = [{ left: 0, top: 0, right: innerWidth, bottom: innerHeight }];
  for (let p = node.parentElement; p; p = p.parentElement) if (p.matches('.messages, .ins-list, .pane')) frames.push(p.getBoundingClientRect());
  for (const f of frames) {
    out.left = Math.max(out.left, f.left + 2);
    out.top = Math.max(out.top, f.top + 2);
    out.right = Math.min(out.right, f.right - 2);
    out.bottom = Math.min(out.bottom, f.bottom - 2);
  }
  return out.right - out.left > 8 && out.bottom - out.top > 8 ? out : null;
}

// beside returns the caption's position: next to the spotlight, or else over the least important end of the element.
function beside(r, w, h) {
  const across = (v, size, most) => Math.max(edge, Math.min(v, most - size - edge));
  const left = across((r.left + r.right - w) / 2, w, innerWidth);
  const top = across((r.top + r.bottom - h) / 2, h, innerHeight);
  if (r.right + gap + w + edge <= innerWidth) return { left: r.right + gap, top };
  if (r.left - gap - w >= edge) return { left: r.left - gap - w, top };
  if (r.bottom + gap + h + edge <= innerHeight) return { left, top: r.bottom + gap };
  if (r.top - gap - h >= edge) return { left, top: r.top - gap - h };
  return { left, top: r.top > innerHeight - r.bottom ? edge : innerHeight - h - edge };
}
