// Searching names as people type them: without marks, in Latin letters, by any usual spelling.

// Letters that Unicode does not take apart into a base letter and a mark.
// prettier-ignore
const LETTERS = {
  ı: 'i', ə: 'e', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ŋ: 'n',
  ʻ: '', ʼ: '', '’': '', '‘': '', "'": '',
};

// prettier-ignore
const CYRILLIC = {
  а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', ғ: 'gh', д: 'd', е: 'e', ё: 'e', є: 'e', ж: 'zh', з: 'z', и: 'i', і: 'i',
  ї: 'i', й: 'y', к: 'k', қ: 'q', л: 'l', м: 'm', н: 'n', ң: 'n', о: 'o', ө: 'o', п: 'p', р: 'r', с: 's', т: 't',
  у: 'u', ү: 'u', ұ: 'u', ф: 'f', х: 'kh', ҳ: 'h', һ: 'h', ц: 'ts', ч: 'ch', ҹ: 'j', ш: 'sh', щ: 'sh', ъ: '',
  ы: 'y', ь: '', э: 'e', ә: 'e', ю: 'yu', я: 'ya',
};

// Spellings of one sound, longest first; both sides of a search go through them.
// prettier-ignore
const SOUNDS = [
  ['dzh', 'j'], ['tch', 'c'], ['sch', 's'], ['kh', 'x'], ['gh', 'g'], ['zh', 'j'], ['ch', 'c'], ['sh', 's'],
  ['ts', 'c'], ['ph', 'f'], ['q', 'g'], ['j', 'c'], ['w', 'v'], ['y', 'i'], ['e', 'a'],
];

/** Lower case Latin letters without marks. */
export function fold(text) {
  const letters = String(text).toLowerCase().normalize('NFC');
  let latin = '';
  for (const letter of letters) latin += CYRILLIC[letter] ?? LETTERS[letter] ?? letter;
  return latin.normalize('NFD').replace(/\p{M}/gu, '');
}

/** What remains of a folded name once the usual ways to spell a sound are one (x kh, c j, q g, ş sh, ə a e). */
export function soundOf(folded) {
  let text = folded;
  for (const [written, sound] of SOUNDS) text = text.replaceAll(written, sound);
  return text.replace(/(\p{L})\1+/gu, '$1');
}

/** Names ready to be searched: of each item its name and others it goes by. */
export const searchIndex = (namesOfItems) =>
  namesOfItems.map((names) =>
    names
      .filter(Boolean)
      .map(fold)
      .map((name) => ({ name, sound: soundOf(name) })),
  );

function rankOf(names, wanted, sound) {
  let best = Infinity;
  for (const item of names) {
    if (item.name.startsWith(wanted)) return 0;
    if (item.name.includes(wanted)) best = Math.min(best, 1);
    else if (sound && item.sound.startsWith(sound)) best = Math.min(best, 2);
    else if (sound && item.sound.includes(sound)) best = Math.min(best, 3);
  }
  return best;
}

/** Rank of each item: 0 (a name begins so) to 3 (it sounds like a part of a name), Infinity if it is not found. */
export function ranks(index, query) {
  const wanted = fold(query.trim());
  const sound = soundOf(wanted);
  return index.map((names) => (wanted ? rankOf(names, wanted, sound) : 0));
}

/** The items found, best first; among equals those with more weight. */
export function search(index, query, weight, most = Infinity) {
  if (!query.trim()) return [];
  const rank = ranks(index, query);
  return index
    .map((_, i) => i)
    .filter((i) => rank[i] < Infinity)
    .sort((a, b) => rank[a] - rank[b] || weight[b] - weight[a] || a - b)
    .slice(0, most);
}
