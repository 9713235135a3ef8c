// Draws the bot's chart specifications as SVG: grouped vertical bars by series, horizontal bars with values, and
// horizontal bars that stack the series.
// Other kinds of chart become a visible note.

import { el, svg } from './dom.js';
import { t } from './i18n.js';

const ratios = { '1:1': 1, '2:1': 2, '4:3': 4 / 3, '16:9': 16 / 9 };
const width = 520;

// nice rounds the top of an axis up to 1, 2, 2.5, 5 or 10 times a power of ten.
export function nice(most) {
  if (most <= 4) return Math.max(1, Math.ceil(most));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((f) => f * power).find((v) => v >= most);
}

function chart(node) {
  const spec = node.chart_spec || {};
  const values = [].concat(spec.data?.values ?? spec.data?.[0]?.values ?? []);
  const height = width / (ratios[node.aspect_ratio] || 16 / 9);
  if (spec.type !== 'bar') return el('div', { class: 'c-unknown', 'data-unknown': 'chart ' + spec.type }, t('unknown', { tag: 'chart: ' + spec.type }));
  const lying = spec.direction === 'horizontal';
  const piled = lying && spec.stack && spec.seriesField;
  const picture = piled ? stacked(spec, values, height) : lying ? bars(spec, values, height) : columns(spec, values, height);
  const series = lying && !piled || !spec.seriesField ? [] : [...new Set(values.map((v) => v[spec.seriesField]))];
  return el('figure', { class: 'c-chart' }, picture,
    series.length > 1 && el('figcaption', { class: 'c-legend' }, series.map((s, i) => el('span', {}, el('i', { 'data-series': i % 6 }), String(s)))));
}

const described = (values, x, y, s) => values.map((v) => [v[x], s ? v[s] : null, v[y]].filter((z) => z !== null).join(' ')).join('; ');

function columns(spec, values, height) {
  const x = [].concat(spec.xField)[0];
  const y = [].concat(spec.yField)[0];
  const s = spec.seriesField;
  const names = [...new Set(values.map((v) => v[x]))];
  const series = s ? [...new Set(values.map((v) => v[s]))] : [null];
  const top = nice(Math.max(1, ...values.map((v) => Number(v[y]) || 0)));
  const [left, right, up, low] = [34, 8, 10, 26];
  const [w, h] = [width - left - right, height - up - low];
  const out = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': described(values, x, y, s) });
  const ticks = top <= 4 ? top : 5;
  for (let i = 0; i <= ticks; i++) {
    const at = up + h - (h * i) / ticks;
    const v = (top * i) / ticks;
    out.append(svg('line', { x1: left, x2: width - right, y1: at, y2: at, class: 'ch-grid' }), svg('text', { x: left - 6, y: at + 4, class: 'ch-tick', 'text-anchor': 'end' }, String(Math.round(v * 10) / 10)));
  }
  const step = w / Math.max(1, names.length);
  const bar = Math.min(26, (step * 0.72) / series.length);
  const every = Math.ceil(names.length / 8);
  names.forEach((name, i) => {
    const middle = left + step * (i + 0.5);
    if (i % every === 0) out.append(svg('text', { x: middle, y: height - 8, class: 'ch-tick', 'text-anchor': 'middle' }, String(name)));
    series.forEach((one, j) => {
      const v = values.find((r) => r[x] === name && (!s || r[s] === one));
      const n = Number(v?.[y]) || 0;
      const size = (h * n) / top;
      out.append(svg('rect', { x: middle - (bar * series.length) / 2 + bar * j, y: up + h - size, width: Math.max(1, bar - 1), height: size, rx: Math.min(2, size), class: 'ch-bar', 'data-series': j % 6 },
        svg('title', {}, [name, one, n].filter((z) => z !== null).join(' · '))));
    });
  });
  return out;
}

function bars(spec, values, height) {
  const x = [].concat(spec.xField)[0];
  const y = [].concat(spec.yField)[0];
  const most = Math.max(1, ...values.map((v) => Number(v[x]) || 0));
  const left = 170;
  const space = width - left - 48;
  const row = Math.min(34, height / Math.max(1, values.length));
  const out = svg('svg', { viewBox: `0 0 ${width} ${row * values.length + 8}`, role: 'img', 'aria-label': described(values, y, x) });
  values.forEach((v, i) => {
    const n = Number(v[x]) || 0;
    const at = 4 + row * i;
    out.append(svg('text', { x: left - 10, y: at + row / 2 + 4, class: 'ch-tick', 'text-anchor': 'end' }, String(v[y])),
      svg('rect', { x: left, y: at + row * 0.18, width: Math.max(2, (space * n) / most), height: row * 0.64, rx: 3, class: 'ch-bar', 'data-series': 0 }));
    if (spec.label?.visible !== false) out.append(svg('text', { x: left + (space * n) / most + 8, y: at + row / 2 + 4, class: 'ch-label' }, String(n)));
  });
  return out;
}

function stacked(spec, values, height) {
  const x = [].concat(spec.xField)[0];
  const y = [].concat(spec.yField)[0];
  const s = spec.seriesField;
  const names = [...new Set(values.map((v) => v[y]))];
  const series = [...new Set(values.map((v) => v[s]))];
  const parts = (name) => series.map((one) => Number(values.find((v) => v[y] === name && v[s] === one)?.[x]) || 0);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const most = Math.max(1, ...names.map((name) => sum(parts(name))));
  const left = 170;
  const space = width - left - 48;
  const row = Math.min(34, height / Math.max(1, names.length));
  const out = svg('svg', { viewBox: `0 0 ${width} ${row * names.length + 8}`, role: 'img', 'aria-label': described(values, y, x, s) });
  names.forEach((name, i) => {
    const at = 4 + row * i;
    let from = left;
    out.append(svg('text', { x: left - 10, y: at + row / 2 + 4, class: 'ch-tick', 'text-anchor': 'end' }, String(name)));
    parts(name).forEach((n, j) => {
      const size = (space * n) / most;
      if (n > 0) out.append(svg('rect', { x: from, y: at + row * 0.18, width: Math.max(1, size - 1), height: row * 0.64, rx: 2, class: 'ch-bar', 'data-series': j % 6 },
        svg('title', {}, [name, series[j], n].join(' · '))));
      from += size;
    });
    out.append(svg('text', { x: from + 8, y: at + row / 2 + 4, class: 'ch-label' }, String(sum(parts(name)))));
  });
  return out;
}

export const components = { chart };
