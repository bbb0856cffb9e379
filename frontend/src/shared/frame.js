// What every page has around its content: words of the document, the sketch's banner, the choice of language.
import { byId, fill, h } from './dom.js';
import { language, languages, nameOfLanguage, setLanguage, t } from './messages.js';
import { META } from './payload.js';

export function drawFrame(title, subtitle) {
  document.documentElement.lang = language();
  document.title = title;
  byId('title').textContent = title;
  byId('subtitle').textContent = subtitle;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
  const banner = byId('sketch-banner');
  banner.hidden = !META.sketch;
  if (META.sketch) fill(banner, h('strong', {}, t('sketch_banner')), ` ${t('sketch_banner_more')}`);
  byId('language').value = language();
}

export function startLanguages(redraw) {
  const select = byId('language');
  fill(
    select,
    languages().map((code) => h('option', { value: code, lang: code }, nameOfLanguage(code))),
  );
  select.hidden = languages().length < 2;
  select.addEventListener('change', () => {
    setLanguage(select.value);
    redraw();
  });
}

/** Tell the styles how much of the window the head takes. */
export function measureTop() {
  const banner = META.sketch ? byId('sketch-banner').offsetHeight : 0;
  const used = document.querySelector('.top').offsetHeight + banner;
  document.documentElement.style.setProperty('--top-height', `${used}px`);
}

/** Instead of the map: say that there is none. */
export function sayNoMap() {
  byId('map-message').textContent = t('no_webgl');
  byId('map-message').dataset.text = 'no_webgl';
  document.body.dataset.ready = 'no-map';
}

export const prefersStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
