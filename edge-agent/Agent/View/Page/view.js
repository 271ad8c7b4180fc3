// Asks for the next frame, draws it, asks again: one question at a time, so a slow browser skips frames and slows nobody.
import { draw, make, number, panel, say, sentence, setTexts } from './overlay.js';

const at = id => document.getElementById(id);
const settings = { paused: false, landmarks: true, mirror: false };
let touched = true;
let last = null;
let shown = 0;

function state(name, text) {
  at('state').dataset.state = name;
  const words = at('state-text');
  if (words.textContent !== text) words.textContent = text;
}

// A sentence over the picture; empty takes it away.
function message(text) {
  const box = at('message');
  box.hidden = text === '';
  if (box.textContent !== text) box.textContent = text;
}

function trouble(view, left) {
  const said = [];
  if (view.camera.state !== 'ok') said.push(say('message.camera-' + view.camera.state), view.camera.state === 'fault' ? view.camera.text : '');
  else if (!view.frame) said.push(say('message.no-frame'));
  if (view.models.state !== 'ok') said.push(say('message.models-' + view.models.state), view.models.state === 'fault' ? view.models.text : '');
  if (left < 300) said.push(say('message.closing', { minutes: Math.max(1, Math.ceil(left / 60)) }));
  return said.filter(s => s).join(' ');
}

const clock = ms => make('time', { textContent: new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour12: false }) });

// Faces are compared in some frames only, so the longest of the last ones tells more than the newest.
const times = [];

function stage(f, name) {
  return `${number(f.times[name], 1)} ms (${say('number.longest')} ${number(Math.max(...times.map(t => t[name])), 1)})`;
}

function numbers(view) {
  const f = view.frame;
  if (f && times.push(f.times) > 50) times.shift();
  const rows = [
    ['number.fps', f ? number(f.fps, 1) : '–'], ['number.camera-fps', number(view.camera_fps, 1)],
    ...['total', 'decode', 'detect', 'analyse', 'recognise'].map(name => ['number.' + name, f ? stage(f, name) : '–']), ['number.size', f && last ? `${last.width} × ${last.height}` : '–'],
    ['number.frame', f ? f.number : '–'], ['number.people', `${view.people} (${view.templates})`], ['number.threshold', number(view.threshold)],
    ['number.pack', view.pack ?? '–'],
  ];
  at('numbers').replaceChildren(...rows.flatMap(([key, value]) => [make('dt', { textContent: say(key) }), make('dd', { textContent: value })]));
}

function show(view) {
  at('terminal').textContent = view.terminal;
  numbers(view);
  at('face-list').replaceChildren(...view.faces.map(face => panel(face, view)));
  at('nobody').hidden = view.faces.length > 0;
  at('decisions').replaceChildren(...view.decisions.map(d => {
    const item = make('li', {}, clock(d.at), `${d.track}: ${sentence(d.outcome, null, view)}`);
    item.dataset.kind = d.outcome.kind;
    return item;
  }));
  at('lines').replaceChildren(...view.lines.map(l => make('li', {}, clock(l.at), l.text)));
  const newest = view.decisions[0];
  const says = newest ? sentence(newest.outcome, null, view) : '';
  if (at('says').textContent !== says) at('says').textContent = says;
}

function redraw() {
  at('stage').classList.toggle('mirrored', settings.mirror);
  if (last) draw(at('overlay'), last.view, last.width, last.height, settings);
}

async function picture(view, bytes) {
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  const canvas = at('picture');
  if (canvas.width !== image.width || canvas.height !== image.height) Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext('2d').drawImage(image, 0, 0);
  last = { view, width: view.frame.width || image.width, height: view.frame.height || image.height };
  image.close();
  canvas.dataset.frame = view.frame.number;
  canvas.dataset.shown = ++shown;
  at('overlay').dataset.frame = view.frame.number;
  redraw();
}

// Says why there is no picture; true where asking again makes sense.
async function refused(answer) {
  at('main').classList.add('stale');
  const body = await answer.json().catch(() => ({}));
  const key = ['agent', 'busy', 'denied', 'closed'].includes(body.state) ? body.state : 'agent';
  state('stopped', say('state.stopped'));
  message(say('message.' + key));
  return key !== 'denied' && key !== 'closed';
}

async function step() {
  const active = touched;
  touched = false;
  const answer = await fetch('frame' + (active ? '?active=1' : ''), { cache: 'no-store' });
  if (!answer.ok) return await refused(answer) ? 1000 : -1;
  const packet = await answer.arrayBuffer();
  const length = new DataView(packet).getUint32(0);
  const view = JSON.parse(new TextDecoder().decode(new Uint8Array(packet, 4, length)));
  const left = Number(answer.headers.get('X-View-Seconds-Left') ?? Infinity);
  if (settings.paused) return 100;
  const has = view.frame && packet.byteLength > 4 + length;
  if (has) await picture(view, new Uint8Array(packet, 4 + length));
  at('main').classList.toggle('stale', !has);
  show(view);
  message(trouble(view, left));
  state(has ? 'live' : 'waiting', say(has ? 'state.live' : 'state.waiting'));
  return 0;
}

async function run() {
  for (;;) {
    let pause;
    // Hidden, it asks for nothing: the terminal is left alone, and the view closes by itself in time.
    if (document.hidden) pause = 500;
    else {
      try {
        pause = await step();
      } catch (fault) {
        // The program that served this page is gone, or the connection through ssh is.
        at('main').classList.add('stale');
        state('stopped', say('state.stopped'));
        message(fault instanceof TypeError ? say('message.gone') : `${say('message.garbled')} (${fault.message})`);
        pause = 2000;
      }
    }
    if (pause < 0) return;
    if (pause > 0) await new Promise(done => setTimeout(done, pause));
  }
}

function toggle(name) {
  settings[name] = !settings[name];
  at(name === 'paused' ? 'pause' : name).setAttribute('aria-pressed', settings[name]);
  if (name === 'paused' && settings.paused) state('waiting', say('state.paused'));
  redraw();
}

function listen() {
  at('pause').addEventListener('click', () => toggle('paused'));
  at('landmarks').addEventListener('click', () => toggle('landmarks'));
  at('mirror').addEventListener('click', () => toggle('mirror'));
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'visibilitychange']) document.addEventListener(kind, () => { touched = true; }, { passive: true });
  document.addEventListener('keydown', key => {
    if (key.ctrlKey || key.altKey || key.metaKey || key.repeat) return;
    const name = { ' ': 'paused', l: 'landmarks', m: 'mirror' }[key.key.toLowerCase()];
    // A focused button answers the space bar itself.
    if (!name || (key.key === ' ' && document.activeElement?.tagName === 'BUTTON')) return;
    key.preventDefault();
    toggle(name);
  });
}

async function begin() {
  const texts = await (await fetch('texts', { cache: 'no-store' })).json();
  setTexts(texts);
  document.documentElement.lang = texts.lang;
  document.title = texts.title;
  for (const node of document.querySelectorAll('[data-t]')) node.textContent = say(node.dataset.t);
  at('keys').setAttribute('aria-label', say('toolbar'));
  at('picture').setAttribute('aria-label', say('picture'));
  state('waiting', say('state.waiting'));
  listen();
  await run();
}

await begin();
