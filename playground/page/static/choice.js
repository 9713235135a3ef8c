// The page's choices: the employee of the phone, the admin, the HR chat, the pane on a narrow screen. They are kept
// for each tab.

const listeners = new Map();
const key = (name) => 'shiming.' + name;
const values = new Map();

export function current(name) {
  if (!values.has(name)) {
    let kept = '';
    try { kept = sessionStorage.getItem(key(name)) || ''; } catch { /* storage may be switched off */ }
    values.set(name, kept);
  }
  return values.get(name);
}

export function choose(name, value) {
  if (current(name) === value) return;
  values.set(name, value);
  try { sessionStorage.setItem(key(name), value); } catch { /* see above */ }
  for (const f of listeners.get(name) || []) f(value);
}

export function onChoice(name, f) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(f);
}
