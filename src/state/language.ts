import { createStore } from 'zustand/vanilla';
import { keep, readKept } from '../lib/kept.ts';
import { speak, type Wording } from '../text/t.ts';

/** The languages of the studio by their own names. All but English are fetched when they are needed. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;
export const languages = Object.keys(LANGUAGES) as Language[];

const WORDINGS: Record<Exclude<Language, 'en'>, () => Promise<Wording>> = {
  de: async () => (await import('../text/german.ts')).german,
};

const KEY = 'dpar-language';
export const isLanguage = (tag: string | null): tag is Language => tag !== null && Object.hasOwn(LANGUAGES, tag);

/** The first of the browser's languages that the studio has. */
export const languageFor = (tags: readonly string[]): Language => tags.map((tag) => tag.split('-')[0]!.toLowerCase()).find(isLanguage) ?? 'en';

/** The language of the texts: asked for, chosen earlier, or the browser's. `asked` is of this visit alone. */
export function createLanguage(asked: Language | null = null) {
  const store = createStore<{ language: Language }>(() => ({ language: 'en' }));

  /** Speaks it; stays with what is spoken where its texts cannot be fetched. */
  async function turnTo(language: Language): Promise<void> {
    try {
      speak(language === 'en' ? null : await WORDINGS[language]());
    } catch {
      return;
    }
    document.documentElement.lang = language;
    store.setState({ language });
  }
  return {
    ...store,
    start: (): Promise<void> => {
      const first = asked ?? readKept(KEY, isLanguage) ?? languageFor(navigator.languages);
      return first === 'en' ? Promise.resolve() : turnTo(first);
    },
    /** Chosen by the person, so kept. */
    async choose(language: Language): Promise<void> {
      await turnTo(language);
      keep(KEY, language);
    },
  };
}
export type LanguageStore = ReturnType<typeof createLanguage>;
