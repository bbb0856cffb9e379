// Start of the report: words, panels, map; then whatever the reader does.
import { byId, fill, h } from '../shared/dom.js';
import { drawFrame, measureTop, startLanguages } from '../shared/frame.js';
import { t } from '../shared/messages.js';
import { DATA, META } from '../shared/payload.js';
import { drawCard, startCard } from './card.js';
import { drawCosts } from './costs.js';
import { drawFigures, drawHeadline } from './figures.js';
import { drawFinder, startFinder } from './finder.js';
import { readLanguage, startLink, writeLink } from './link.js';
import { closePopup, startMap, theMap } from './map.js';
import { drawPanel, startPanel } from './panel.js';
import { drawAssumptions, drawCredit, drawSources } from './references.js';
import { closePlace, openPlace } from './selection.js';
import { drawRows, drawTable, startTable } from './table.js';

const NARROW_PX = 960;

function drawPages() {
  const link = ({ href, key, name }) => h('a', { href }, name ? `${t(key)}: ${name}` : t(key));
  byId('pages').hidden = DATA.pages.length === 0;
  fill(
    byId('pages'),
    DATA.pages.map((page, i) => [i ? ' · ' : '', link(page)]),
  );
}

function drawAll() {
  const subtitle = `${t('scenario', { name: META.scenario })} · ${META.base_year}`;
  drawFrame(t('title', { country: META.name }), subtitle);
  drawPages();
  drawFinder();
  drawHeadline();
  drawFigures();
  drawPanel();
  drawCredit();
  drawCosts();
  drawTable();
  drawAssumptions();
  drawSources();
  drawCard();
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !closePopup()) closePlace();
});
window.addEventListener('resize', () => {
  measureTop();
  drawRows();
});
if (window.innerWidth < NARROW_PX) byId('layers-box').open = false;
readLanguage();
startLanguages(() => {
  drawAll();
  writeLink();
});
drawAll();
measureTop();
startCard();
startPanel();
startTable();
startFinder();
startMap(() => startLink(drawAll));
if (!theMap()) startLink(drawAll);

window.allreach = {
  get map() {
    return theMap();
  },
  openPlace,
  closePlace,
  data: DATA,
};
