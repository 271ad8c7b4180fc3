// Draws what was found over the frame it was found in, and says it in words.
const SVG = 'http://www.w3.org/2000/svg';
let texts = {};

export const setTexts = t => { texts = t; };

export function say(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '–');
}

export const number = (value, digits = 2) => Number.isFinite(value) ? value.toFixed(digits) : '–';

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function shape(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

export const toneOf = kind => kind === 'accepted' ? 'accepted' : kind === 'pending' ? 'pending' : 'refused';

const name = person => person ? person.name : '–';
const score = person => person ? number(person.score) : '–';

// One sentence: the decision with its reason, or what is still missing.
export function sentence(outcome, face, view) {
  const values = {
    name: name(outcome.best), best: score(outcome.best), second_name: name(outcome.second), second: score(outcome.second),
    threshold: number(outcome.threshold), live: number(outcome.liveness), motion: number(outcome.motion),
    samples: outcome.samples, wanted: outcome.wanted,
  };
  switch (outcome.kind) {
    case 'pending':
      if (face.challenge !== 'none') return say('challenge.' + face.challenge);
      if (face.reason !== 'good') return say('reason.' + face.reason);
      return say(view.people === 0 ? 'says.pending-nobody' : 'says.pending', { samples: face.compared?.samples ?? 0 });
    case 'spoof': return say('says.spoof-' + outcome.cue, values);
    case 'quality': return say('says.quality', { reason: say('reason.' + outcome.reason) });
    case 'accepted': return say(outcome.second ? 'says.accepted' : 'says.accepted-only', values);
    case 'unknown': return say(outcome.best ? 'says.unknown' : 'says.unknown-nobody', values);
    default: return say('says.' + outcome.kind, values);
  }
}

export function draw(svg, view, width, height, settings) {
  const x = value => settings.mirror ? width - value : value;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const parts = [];
  if (view.region) parts.push(shape('polygon', { class: 'region', points: view.region.map(([a, b]) => `${x(a * width)},${b * height}`).join(' ') }));
  const size = Math.max(12, height / 24);
  for (const face of view.faces) {
    const [left, top, w, h] = face.box;
    const at = settings.mirror ? x(left + w) : left;
    parts.push(shape('rect', { class: 'box ' + toneOf(face.outcome.kind), 'data-track': face.track, x: at, y: top, width: w, height: h }));
    if (settings.landmarks) for (const [px, py] of face.points) parts.push(shape('circle', { class: 'point', cx: x(px), cy: py, r: Math.max(2, w / 40) }));
    const who = face.outcome.kind === 'accepted' ? name(face.outcome.best) : face.outcome.kind === 'pending' ? say(face.reason === 'good' ? 'short.looking' : 'short.' + face.reason) : say('short.' + face.outcome.kind);
    // Towards the right edge the words end with the box instead of beginning with it.
    const right = at > width * 0.6;
    parts.push(shape('text', { x: right ? at + w : at, y: top > size * 1.3 ? top - size * 0.3 : top + h + size, 'font-size': size, 'text-anchor': right ? 'end' : 'start' }, `${face.track}: ${who}`));
  }
  svg.replaceChildren(...parts);
}

function row(label, value, limit, ok) {
  const tr = make('tr', { className: ok === null ? '' : ok ? 'ok' : 'bad' });
  tr.append(make('th', { scope: 'row', textContent: label }), make('td', { textContent: value }), make('td', { className: 'limit', textContent: limit }),
    make('td', { className: 'mark', textContent: ok === null ? '' : ok ? '✓' : '✗', ariaLabel: ok === false ? say('failed') : null }));
  return tr;
}

function limits(measure, digits) {
  const { least, most } = measure;
  if (least !== undefined && most !== undefined) return `${number(least, digits)} … ${number(most, digits)}`;
  return least !== undefined ? `≥ ${number(least, digits)}` : `≤ ${number(most, digits)}`;
}

const DIGITS = { eyes: 0, sharpness: 0, brightness: 0, contrast: 0, roll: 0, residual: 1, 'eye-texture': 3, 'mouth-texture': 3 };

// The panel of one face: the decision on top, then what it rests on.
export function panel(face, view) {
  const body = make('tbody');
  // A face that was decided on before anybody looked has its decision's figures only.
  const decided = face.outcome.kind === 'pending' || face.outcome.kind === 'spoof' ? null : face.outcome;
  const compared = face.compared ?? (decided?.best ? decided : null);
  const pick = p => p ? `${p.name} ${number(p.score)}` : '–';
  const threshold = compared?.threshold ?? view.threshold;
  body.append(
    row(say('best'), pick(compared?.best), threshold === undefined ? '' : `≥ ${number(threshold)}`, compared?.best ? compared.best.score >= threshold : null),
    row(say('second'), pick(compared?.second), '', null),
    row(say('liveness'), compared ? number(face.liveness) : '–', view.liveness_threshold === undefined ? '' : `≥ ${number(view.liveness_threshold)}`, compared ? face.liveness >= view.liveness_threshold : null),
    row(say('motion'), number(face.motion) + ' px', '', null));
  for (const measure of face.quality) {
    const digits = DIGITS[measure.name] ?? 2;
    body.append(row(say('measure.' + measure.name), number(measure.value, digits), limits(measure, digits), measure.ok));
  }
  const box = make('article', { className: 'face ' + toneOf(face.outcome.kind) });
  box.dataset.track = face.track;
  box.dataset.kind = face.outcome.kind;
  box.dataset.reason = face.reason;
  box.append(make('h3', { textContent: `${face.track}: ${sentence(face.outcome, face, view)}` }), make('table', {}, body));
  return box;
}
