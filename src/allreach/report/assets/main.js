// Start: words, panels, map; then whatever the reader does.
function drawWords() {
  document.documentElement.lang = language;
  document.title = t('title', { country: META.name });
  document.getElementById('title').textContent = document.title;
  document.getElementById('subtitle').textContent = `${t('scenario', { name: META.scenario })} · ${META.base_year}`;
  document.querySelectorAll('[data-text]').forEach((element) => { element.textContent = t(element.dataset.text); });
  const pages = document.getElementById('pages');
  pages.hidden = DATA.pages.length === 0;
  fill(pages, DATA.pages.flatMap((page, i) => [i ? ' · ' : '', h('a', { href: page.href }, page.name ? `${t(page.key)}: ${page.name}` : t(page.key))]));
  const banner = document.getElementById('sketch-banner');
  banner.hidden = !META.sketch;
  if (META.sketch) fill(banner, h('strong', {}, t('sketch_banner')), ` ${t('sketch_banner_more')}`);
  const finder = document.getElementById('finder');
  finder.placeholder = t('find_place');
  finder.setAttribute('aria-label', t('find_place'));
}

function drawAll() {
  drawWords();
  drawHeadline();
  drawFigures();
  drawLayerPanel();
  drawCredit();
  drawCosts();
  drawTable();
  drawAssumptions();
  drawSources();
  if (openedPlace >= 0) fill(document.getElementById('card'), placeCard(openedPlace));
}

function startLanguages() {
  const select = document.getElementById('language');
  fill(select, Object.keys(TEXTS).map((code) => h('option', { value: code, selected: code === language, lang: code }, TEXTS[code].language)));
  select.hidden = Object.keys(TEXTS).length < 2;
  select.addEventListener('change', () => { language = select.value; drawAll(); });
}

function startFinder() {
  const input = document.getElementById('finder'), list = document.getElementById('finder-list');
  let found = [], at = 0;
  const fold = (text) => text.toLocaleLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  const names = PLACES.name.map(fold);
  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); };
  const choose = (i) => { close(); input.value = PLACES.name[i]; openPlace(i, { fly: true }); };
  const draw = () => {
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    fill(list, found.map((i, k) => h('li', { id: `found-${k}`, role: 'option', 'aria-selected': String(k === at), onmousedown: (e) => { e.preventDefault(); choose(i); } }, PLACES.name[i], h('span', {}, [adminName(PLACES.admin1_code[i]), count(PLACES.population[i])].filter(Boolean).join(' · ')))));
    if (found.length) input.setAttribute('aria-activedescendant', `found-${at}`);
  };
  input.addEventListener('input', () => {
    const wanted = fold(input.value.trim());
    const rank = (i) => (names[i].startsWith(wanted) ? 0 : 1);
    found = wanted ? names.map((_, i) => i).filter((i) => names[i].includes(wanted)).sort((a, b) => rank(a) - rank(b) || PLACES.population[b] - PLACES.population[a]).slice(0, 8) : [];
    at = 0;
    draw();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); at = (at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length); draw(); }
    if (event.key === 'Enter' && found.length) choose(found[at]);
    if (event.key === 'Escape') { event.stopPropagation(); close(); }
  });
  input.addEventListener('blur', close);
}

function measureTop() {
  const used = document.querySelector('.top').offsetHeight + (META.sketch ? document.getElementById('sketch-banner').offsetHeight : 0);
  document.documentElement.style.setProperty('--top-height', `${used}px`);
}

document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closePlace(); });
window.addEventListener('resize', () => { measureTop(); drawRows(); });
if (window.innerWidth < 960) document.getElementById('layers-box').open = false;
startLanguages();
drawAll();
measureTop();
startTable();
startFinder();
startMap();
window.allreach = { get map() { return map; }, openPlace, closePlace, data: DATA };
