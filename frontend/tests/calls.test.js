// Each call of t() and parts() in the sources against the messages: the key is there, the values are its slots.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'espree';
import { slotsOf } from '../src/shared/messages.js';
import { LOCALES } from './helpers.js';

const source = new URL('../src/', import.meta.url);
const templates = new URL('../../src/allreach/report/map_page/templates/', import.meta.url);
const MESSAGE_CALLS = ['t', 'parts'];
const english = LOCALES.en;

function* nodesOf(node) {
  if (!node || typeof node.type !== 'string') return;
  yield node;
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child]) yield* nodesOf(item);
  }
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
}

/** Keys that an expression may give: literal ones, both sides of a choice, all that fit a template. */
function keysOf(node) {
  if (node.type === 'Literal') return [node.value];
  if (node.type === 'ConditionalExpression') return [...keysOf(node.consequent), ...keysOf(node.alternate)];
  if (node.type === 'TemplateLiteral') {
    const pattern = node.quasis.map(({ value }) => value.cooked.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\w+');
    return Object.keys(english).filter((key) => new RegExp(`^${pattern}$`).test(key));
  }
  return null; // a variable: its keys are checked where they are written
}

function namesOf(node) {
  if (!node) return [];
  if (node.type !== 'ObjectExpression') return null;
  if (node.properties.some(({ type }) => type === 'SpreadElement')) return null;
  return node.properties.map(({ key }) => key.name).sort();
}

const calls = filesOf(source).flatMap(([name, text]) =>
  [...nodesOf(parse(text, { ecmaVersion: 'latest', sourceType: 'module', loc: true }))]
    .filter((node) => node.type === 'CallExpression' && MESSAGE_CALLS.includes(node.callee.name))
    .map((node) => ({ at: `${name}:${node.loc.start.line}`, node })),
);

test('there are calls to look at', () => assert.ok(calls.length > 200));

test('each key is a message of every language', () => {
  for (const { at, node } of calls) {
    const keys = keysOf(node.arguments[0]);
    if (keys === null) continue;
    assert.ok(keys.length > 0, `${at}: no message fits`);
    for (const key of keys) assert.ok(key in english, `${at}: ${key}`);
  }
});

test('each call gives exactly the values that its messages have slots for', () => {
  for (const { at, node } of calls) {
    const [keys, names] = [keysOf(node.arguments[0]), namesOf(node.arguments[1])];
    if (keys === null || names === null) continue;
    const wanted = keys.map((key) => [...new Set(slotsOf(english[key]))].sort());
    if (node.arguments[0].type === 'TemplateLiteral') {
      const isAny = wanted.some((slots) => slots.join() === names.join());
      assert.ok(isAny, `${at}: no message that fits has the slots ${names}`); // the pattern may fit others, too
    } else {
      wanted.forEach((slots, i) => assert.deepEqual(names, slots, `${at}: ${keys[i]}`));
    }
  }
});

test('each message is said somewhere', () => {
  const said = new Set(calls.flatMap(({ node }) => keysOf(node.arguments[0]) || []));
  const everything = filesOf(source)
    .map(([, text]) => text)
    .join('\n');
  const pages = readdirSync(templates).map((name) => readFileSync(new URL(name, templates), 'utf8'));
  const python = readFileSync(new URL('../other_pages.py', templates), 'utf8');
  const classes = readFileSync(new URL('../classes.py', templates), 'utf8');
  const written = [everything, ...pages, python, classes].join('\n');
  const isWritten = (key) => said.has(key) || new RegExp(`['"]${key}['"]`).test(written);
  const silent = Object.keys(english).filter((key) => key !== 'language' && !isWritten(key));
  assert.deepEqual(silent, []);
});
