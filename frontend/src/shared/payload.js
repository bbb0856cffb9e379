// The data of the page, which stand in it as JSON.
import { setTexts } from './messages.js';
import { setCurrency, setDigits } from './numbers.js';
import { unpackTable } from './unpack.js';

export const DATA = JSON.parse(document.getElementById('data').textContent);
setTexts(JSON.parse(document.getElementById('texts').textContent), document.documentElement.lang);
setDigits(DATA.meta.digits);

export const META = DATA.meta;
export const FIGURES = DATA.figures;
export const PLAN = FIGURES.plan || {};
setCurrency(PLAN.currency || META.currency);
export const PLACES = unpackTable(DATA.places);
export const PLANNED = unpackTable(DATA.planned);
export const ASSIGNMENTS = unpackTable(DATA.assignments);
export const ALTERNATIVES = unpackTable(DATA.alternatives);
export const SITES = unpackTable(DATA.sites);
export const LINKS = unpackTable(DATA.links);
export const N_PLACES = PLACES.place_id.length;

const ADMIN1 = new Map(DATA.admin1.code.map((code, i) => [code, DATA.admin1.name[i] || code]));
export const nameOfAdmin1 = (code) => ADMIN1.get(code) || '';

// Words of the field in the order in which they are shown, and the colour of each.
export const VOCABULARY = DATA.vocabulary;
export const TECHNOLOGIES = VOCABULARY.technologies;
export const STATUSES = VOCABULARY.statuses;
export const COLOURS = DATA.colours;
