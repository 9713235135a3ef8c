// Builds elements. The page never creates elements from HTML strings.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'style') Object.assign(node.style, value);
    else if (key === 'value' || key === 'checked' || key === 'selected') node[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.flat(3).filter((c) => c !== undefined && c !== null && c !== false));
  return node;
}

// el makes an HTML element: el('button', {class: 'b', onclick: f, 'data-act': 'x'}, 'text', child).
export const el = (tag, props, ...children) => fill(document.createElement(tag), props, children);

// svg makes an SVG element.
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

// put replaces the content of an element.
export function put(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((c) => c !== undefined && c !== null && c !== false));
  return node;
}

const named = { small: '4px', medium: '8px', large: '12px', extra_large: '16px' };

// length converts a card's length to CSS: a named length or a number of pixels.
export const length = (v, otherwise) => named[v] || (/^-?\d{1,2}px$/.test(v || '') ? v : otherwise);

const waiting = new WeakSet(); // elements that lost their focused button and have no other

// keepingFocus redraws an element and restores the focus to the same button, or to the first one if that is gone. If
// there is no button, the next one that appears gets the focus, unless another element has it by then.
export function keepingFocus(node, draw) {
  const had = node.contains(document.activeElement) ? document.activeElement.dataset : null;
  draw();
  if (!had && !(waiting.has(node) && document.activeElement === document.body)) return;
  const all = [...node.querySelectorAll('button:not(:disabled)')];
  const to = had && all.find((b) => Object.keys(had).every((k) => b.dataset[k] === had[k])) || all[0];
  waiting.delete(node);
  if (to) to.focus();
  else waiting.add(node);
}

let ids = 0;
// freshId returns a new id for label and aria references.
export const freshId = (prefix) => `${prefix}-${++ids}`;

// icon draws one of the page's own pictograms.
const paths = {
  send: 'M3 11.500 21 3l-5.500 18-4-7.500zM21 3 11.500 13.500',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9l6 6 6-6',
  bot: 'M6 9h12v9H6zM12 9V5M9 13h.01M15 13h.01M3 12v3M21 12v3',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  in: 'M20 12H5M11 6l-6 6 6 6',
  out: 'M4 12h15M13 6l6 6-6 6',
  phone: 'M8 3h8v18H8zM11 18h2',
  people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3 19c.5-3.500 3-5 6-5s5.500 1.500 6 5M16 5.500a3 3 0 0 1 0 5.500M17.500 14.300c2 .7 3.200 2.300 3.500 4.700',
  badge: 'M4 6h16v12H4zM9 12.500a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600M6.500 16c.4-1.500 1.300-2 2.500-2s2.100.5 2.500 2M14 10h4M14 13.500h3',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  warn: 'M12 4 2.500 20h19zM12 10v4M12 17h.01',
};

export function icon(name, cls) {
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon ' + (cls || ''), 'aria-hidden': 'true' }, svg('path', { d: paths[name] || paths.warn }));
}
