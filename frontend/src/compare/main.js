// Start of the page of comparison.
import { decodeState, replaceAddress } from '../shared/address.js';
import { byId } from '../shared/dom.js';
import { drawFrame, measureTop, startLanguages } from '../shared/frame.js';
import { language, languages, setLanguage, t } from '../shared/messages.js';
import { DATA, META } from '../shared/payload.js';
import { closePlace, drawCard, onPlace, openPlace } from './card.js';
import { drawDifferences } from './differences.js';
import { drawHeadline, drawLegend } from './headline.js';
import { maps, startMaps, startSlider } from './maps.js';
import { A, B, DIFF } from './sides.js';
import { state } from './state.js';
import { drawRows, drawTable } from './table.js';
import { drawWho } from './who.js';

function drawAll() {
  const names = { a: A.name, b: B.name };
  drawFrame(t('cmp_title', { ...names, country: META.name }), t('cmp_subtitle', names));
  byId('name-a').textContent = A.name;
  byId('name-b').textContent = B.name;
  byId('slider').setAttribute('aria-label', t('cmp_slider', names));
  drawHeadline();
  drawLegend();
  drawDifferences();
  drawWho();
  drawTable();
  drawCard();
}

function writeLink() {
  const lang = language() === languages()[0] ? '' : language();
  replaceAddress({ lang, place: state.opened < 0 ? '' : DIFF.place_id[state.opened] });
}

const link = decodeState(window.location.hash);
if (link.lang) setLanguage(link.lang);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closePlace();
});
window.addEventListener('resize', measureTop);
startLanguages(() => {
  drawAll();
  writeLink();
});
drawAll();
measureTop();
onPlace(drawRows);
onPlace(writeLink);
startSlider();
startMaps((i) => openPlace(i));
const linked = DIFF.place_id.indexOf(link.place);
if (linked >= 0) openPlace(linked, { fly: true });

window.allreach = { maps, openPlace, closePlace, data: DATA };
