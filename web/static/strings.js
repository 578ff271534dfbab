// Which of its three languages the chat speaks, and its words in it: each
// language is a file of its own, words-LANGUAGE.js.

/** Returns the words of one of the languages. */
export async function wordsOf(language) {
  return (await import(`./words-${language}.js`)).default;
}

/** Returns the first of the languages that a tag means; English for others. */
export function languageFor(...tags) {
  for (const tag of tags) {
    const t = (tag || "").toLowerCase();
    if (/^zh.*(hant|-tw|-hk|-mo)/.test(t)) return "zh-Hant";
    if (t.startsWith("zh")) return "zh-Hans";
    if (t.startsWith("en")) return "en";
  }
  return "en";
}
